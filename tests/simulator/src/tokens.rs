//! The tokens that the simulator has issued, and their validity.
//!
//! A token is genuine if the simulator has issued exactly the same bytes, so that a forged token is never
//! accepted. All tokens of one sign-in are a family. A refresh adds tokens to the family, and RevokeToken
//! revokes the family.

use alloc::collections::BTreeMap;
use core::fmt;

use cognito_core::Timestamp;

use crate::client::Client;
use crate::crypto::sha256;
use crate::failure::Failure;

#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// All families by id, which is the claim `origin_jti` of their tokens.
    families: BTreeMap<String, Family>,
    /// All issued tokens by their SHA-256.
    issued: BTreeMap<[u8; 32], Issued>,
}

/// The common data of all tokens of one sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) pool_id: String,
    pub(crate) client_id: String,
    pub(crate) sub: String,
    /// The device that the sign-in came from, in a pool that tracks devices.
    pub(crate) device_key: Option<String>,
    /// The time of the sign-in, in seconds since the Unix epoch.
    pub(crate) auth_time: u64,
    pub(crate) revoked: bool,
    /// The id of the sign-in in ListUserSessions.
    pub(crate) session_id: String,
    /// The time at which tokens were last issued, in seconds since the Unix epoch.
    pub(crate) last_active: u64,
    /// The time at which the refresh token expires. A refresh token that replaces an earlier refresh token by
    /// rotation expires at the same time as the earlier token.
    pub(crate) ends: Timestamp,
}

struct Issued {
    kind: Kind,
    family: String,
    expires: Timestamp,
    /// Whether this access token was revoked independently of its family.
    revoked: bool,
    /// The end of the grace period of a rotated refresh token.
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

    /// Returns the family of an access token, even if the token has expired or was revoked.
    pub(crate) fn family_of_access(&self, token: &str) -> Result<(&str, &Family), Failure> {
        let (issued, family) = self.look_up(token, Kind::Access).ok_or_else(|| invalid("Invalid Access Token"))?;
        Ok((&issued.family, family))
    }

    /// Rejects an access token that has expired or was revoked.
    pub(crate) fn check_access(&self, token: &str, now: Timestamp) -> Result<(), Failure> {
        let (issued, family) = self.look_up(token, Kind::Access).ok_or_else(|| invalid("Invalid Access Token"))?;
        if family.revoked || issued.revoked {
            return Err(invalid("Access Token has been revoked"));
        }
        if now >= issued.expires {
            return Err(invalid("Access Token has expired"));
        }
        Ok(())
    }

    /// Returns the family of an ID token, even if the token has expired or was revoked.
    pub(crate) fn family_of_id(&self, token: &str) -> Option<&Family> {
        self.look_up(token, Kind::Id).map(|(_, family)| family)
    }

    /// Returns the family of a refresh token that is valid for this app client.
    pub(crate) fn refresh(&self, token: &str, client: &Client, now: Timestamp) -> Result<(&str, &Family), Failure> {
        let known = self.look_up(token, Kind::Refresh).filter(|(_, family)| family.client_id == client.id);
        let (issued, family) = known.ok_or_else(|| invalid("Invalid Refresh Token."))?;
        if family.revoked {
            return Err(invalid("Refresh Token has been revoked"));
        }
        if now >= issued.expires {
            return Err(invalid("Refresh Token has expired"));
        }
        if issued.rotated.is_some_and(|until| now >= until) {
            return Err(Failure::new("RefreshTokenReuseException", "Refresh Token has been invalidated by rotation"));
        }
        Ok((&issued.family, family))
    }

    /// Marks a refresh token as rotated, so that it is invalid after the time `until`.
    ///
    /// If the token was already marked as rotated, the earlier value of `until` stays in effect.
    pub(crate) fn rotate(&mut self, token: &str, until: Timestamp) {
        if let Some(issued) = self.issued.get_mut(&sha256(&[token.as_bytes()])) {
            issued.rotated.get_or_insert(until);
        }
    }

    /// Records that tokens of this family were issued at `now`.
    pub(crate) fn touch(&mut self, family: &str, now: Timestamp) {
        if let Some(family) = self.families.get_mut(family) {
            family.last_active = now.as_unix_seconds();
        }
    }

    /// Returns the sign-ins of a user that have not expired and are not revoked, oldest first.
    pub(crate) fn sessions(&self, pool_id: &str, sub: &str, now: Timestamp) -> Vec<(&str, &Family)> {
        let is_open =
            |family: &Family| family.pool_id == pool_id && family.sub == sub && !family.revoked && now < family.ends;
        let mut sessions: Vec<_> = self
            .families
            .iter()
            .filter(|(_, family)| is_open(family))
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

    /// Returns the kind and the family of any token that was ever issued.
    pub(crate) fn issued_mut(&mut self, token: &str) -> Option<(Kind, &mut Family)> {
        let issued = self.issued.get(&sha256(&[token.as_bytes()]))?;
        Some((issued.kind, self.families.get_mut(&issued.family)?))
    }

    pub(crate) fn revoke_user(&mut self, pool_id: &str, sub: &str) {
        let of_user = |family: &&mut Family| family.pool_id == pool_id && family.sub == sub;
        self.families.values_mut().filter(of_user).for_each(|family| family.revoked = true);
    }

    /// Revokes the access tokens of a user. The refresh tokens stay valid.
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

fn invalid(text: &str) -> Failure {
    Failure::not_authorized(text)
}
