//! Tokens that were handed out, and what has become of them.
//!
//! A token counts as Cognito's own if it is among these, byte for byte; no forged one can be. All tokens that go back to
//! one sign-in are a family: a refresh adds to it, RevokeToken ends it.

use alloc::collections::BTreeMap;
use core::fmt;

use cognito_core::Timestamp;

use crate::client::Client;
use crate::crypto::sha256;
use crate::failure::Failure;

#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// Families by id, which is the `origin_jti` of their tokens.
    families: BTreeMap<String, Family>,
    /// Every token by its SHA-256.
    issued: BTreeMap<[u8; 32], Issued>,
}

/// What goes back to one sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) pool_id: String,
    pub(crate) client_id: String,
    pub(crate) sub: String,
    /// The device that the sign-in came from, in a pool that tracks devices.
    pub(crate) device_key: Option<String>,
    /// When the user signed in, in seconds.
    pub(crate) auth_time: u64,
    pub(crate) revoked: bool,
    /// What ListUserSessions calls it.
    pub(crate) session_id: String,
    /// When tokens were last issued, in seconds.
    pub(crate) last_active: u64,
    /// When the refresh token ends, and those that it is rotated into.
    pub(crate) ends: Timestamp,
}

struct Issued {
    kind: Kind,
    family: String,
    expires: Timestamp,
    /// Of an access token: ended apart from its family.
    revoked: bool,
    /// Of a refresh token that was rotated: until when it is still good.
    rotated: Option<Timestamp>,
}

impl Issued {
    fn new(kind: Kind, family: &str, expires: Timestamp) -> Self {
        Self { kind, family: family.to_owned(), expires, revoked: false, rotated: None }
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Issued").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Access,
    Id,
    Refresh,
}

impl Tokens {
    pub(crate) fn begin(&mut self, id: String, family: Family) {
        self.families.insert(id, family);
    }

    pub(crate) fn add(&mut self, token: &str, kind: Kind, family: &str, expires: Timestamp) {
        self.issued.insert(sha256(&[token.as_bytes()]), Issued::new(kind, family, expires));
    }

    /// The family of an access token that works, or did.
    pub(crate) fn family_of_access(&self, token: &str) -> Result<(&str, &Family), Failure> {
        let (issued, family) = self.look_up(token, Kind::Access).ok_or_else(|| refused("Invalid Access Token"))?;
        Ok((&issued.family, family))
    }

    /// Refuses an access token that works no more.
    pub(crate) fn check_access(&self, token: &str, now: Timestamp) -> Result<(), Failure> {
        let (issued, family) = self.look_up(token, Kind::Access).ok_or_else(|| refused("Invalid Access Token"))?;
        if family.revoked || issued.revoked {
            return Err(refused("Access Token has been revoked"));
        }
        if now >= issued.expires {
            return Err(refused("Access Token has expired"));
        }
        Ok(())
    }

    /// The family of an ID token.
    pub(crate) fn family_of_id(&self, token: &str) -> Option<&Family> {
        self.look_up(token, Kind::Id).map(|(_, family)| family)
    }

    /// The family of a refresh token that works for this client.
    pub(crate) fn refresh(&self, token: &str, client: &Client, now: Timestamp) -> Result<(&str, &Family), Failure> {
        let known = self.look_up(token, Kind::Refresh).filter(|(_, family)| family.client_id == client.id);
        let (issued, family) = known.ok_or_else(|| refused("Invalid Refresh Token."))?;
        if family.revoked {
            return Err(refused("Refresh Token has been revoked"));
        }
        if now >= issued.expires {
            return Err(refused("Refresh Token has expired"));
        }
        if issued.rotated.is_some_and(|until| now >= until) {
            return Err(Failure::new("RefreshTokenReuseException", "Refresh Token has been invalidated by rotation"));
        }
        Ok((&issued.family, family))
    }

    /// Notes that this refresh token was rotated and is good until then. The first rotation counts.
    pub(crate) fn rotate(&mut self, token: &str, until: Timestamp) {
        if let Some(issued) = self.issued.get_mut(&sha256(&[token.as_bytes()])) {
            issued.rotated.get_or_insert(until);
        }
    }

    /// Notes that tokens of this family were issued.
    pub(crate) fn touch(&mut self, family: &str, now: Timestamp) {
        if let Some(family) = self.families.get_mut(family) {
            family.last_active = now.as_unix_seconds();
        }
    }

    /// The sign-ins of a user that have not ended, the oldest first.
    pub(crate) fn sessions(&self, pool_id: &str, sub: &str, now: Timestamp) -> Vec<(&str, &Family)> {
        let lasts =
            |family: &Family| family.pool_id == pool_id && family.sub == sub && !family.revoked && now < family.ends;
        let mut sessions: Vec<_> = self
            .families
            .iter()
            .filter(|(_, family)| lasts(family))
            .map(|(id, family)| (id.as_str(), family))
            .collect();
        sessions.sort_by_key(|(_, family)| (family.auth_time, &family.session_id));
        sessions
    }

    pub(crate) fn family(&self, id: &str) -> Option<&Family> {
        self.families.get(id)
    }

    pub(crate) fn family_mut(&mut self, id: &str) -> Option<&mut Family> {
        self.families.get_mut(id)
    }

    /// The kind and the family of any token that was ever handed out.
    pub(crate) fn known_mut(&mut self, token: &str) -> Option<(Kind, &mut Family)> {
        let issued = self.issued.get(&sha256(&[token.as_bytes()]))?;
        Some((issued.kind, self.families.get_mut(&issued.family)?))
    }

    pub(crate) fn revoke_user(&mut self, pool_id: &str, sub: &str) {
        let of_user = |family: &&mut Family| family.pool_id == pool_id && family.sub == sub;
        self.families.values_mut().filter(of_user).for_each(|family| family.revoked = true);
    }

    /// Ends a user's access tokens and leaves the refresh tokens.
    pub(crate) fn revoke_access(&mut self, pool_id: &str, sub: &str) {
        let families = &self.families;
        let of_user = |issued: &&mut Issued| {
            let family = families.get(&issued.family);
            issued.kind == Kind::Access && family.is_some_and(|family| family.pool_id == pool_id && family.sub == sub)
        };
        self.issued.values_mut().filter(of_user).for_each(|issued| issued.revoked = true);
    }

    fn look_up(&self, token: &str, kind: Kind) -> Option<(&Issued, &Family)> {
        let issued = self.issued.get(&sha256(&[token.as_bytes()])).filter(|issued| issued.kind == kind)?;
        Some((issued, self.families.get(&issued.family)?))
    }
}

fn refused(text: &str) -> Failure {
    Failure::not_authorized(text)
}
