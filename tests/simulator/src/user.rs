//! The users of a user pool.

use alloc::collections::BTreeMap;
use core::fmt;

use cognito_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::codes::Codes;
use crate::device::Devices;
use crate::lockout::Lockout;
use crate::mfa::Mfa;
use crate::passkey::Passkeys;
use crate::random::Random;
use crate::srp::Verifier;

/// A user of a user pool. The simulator stores the SRP verifier of the password, and not the password.
pub(crate) struct User {
    /// The canonical user name.
    pub(crate) username: String,
    pub(crate) sub: String,
    /// All attributes except `sub`, by name.
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) status: UserStatus,
    pub(crate) enabled: bool,
    pub(crate) verifier: Option<Verifier>,
    /// The time at which the password was set. A temporary password expires some days later.
    pub(crate) password_set: Timestamp,
    pub(crate) codes: Codes,
    pub(crate) lockout: Lockout,
    pub(crate) mfa: Mfa,
    pub(crate) passkeys: Passkeys,
    pub(crate) devices: Devices,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
}

impl User {
    pub(crate) fn new(username: String, sub: String, status: UserStatus, now: Timestamp) -> Self {
        Self {
            username,
            sub,
            attributes: BTreeMap::new(),
            status,
            enabled: true,
            verifier: None,
            password_set: now,
            codes: Codes::default(),
            lockout: Lockout::default(),
            mfa: Mfa::default(),
            passkeys: Passkeys::default(),
            devices: Devices::default(),
            created: now,
            modified: now,
        }
    }

    pub(crate) fn set_password(&mut self, group: &str, password: &str, random: &mut Random, now: Timestamp) {
        self.verifier = Some(Verifier::new(group, &self.username, password, &random.bytes::<16>()));
        self.password_set = now;
        self.modified = now;
    }

    pub(crate) fn is_verified(&self, attribute: &str) -> bool {
        self.attributes.get(&verified_name(attribute)).is_some_and(|value| value == "true")
    }

    pub(crate) fn set_verified(&mut self, attribute: &str, verified: bool) {
        self.attributes.insert(verified_name(attribute), verified.to_string());
    }

    /// Removes an attribute, and the record of whether it is verified.
    pub(crate) fn remove_attribute(&mut self, name: &str) {
        self.attributes.remove(name);
        self.attributes.remove(&verified_name(name));
    }

    /// Returns the attributes as the API's `AttributeListType`, with `sub` first.
    pub(crate) fn attribute_list(&self) -> Value {
        let sub = core::iter::once(("sub", self.sub.as_str()));
        let others = self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        sub.chain(others).map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
    }
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("User");
        debug.field("username", &self.username).field("status", &self.status).finish_non_exhaustive()
    }
}

fn verified_name(attribute: &str) -> String {
    format!("{attribute}_verified")
}

/// The status of a user.
///
/// In a configuration file, the status is `UNCONFIRMED`, `CONFIRMED`, `FORCE_CHANGE_PASSWORD` or
/// `RESET_REQUIRED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum UserStatus {
    /// The user has signed up, and has not confirmed the sign-up with the code yet.
    Unconfirmed,
    /// The user can sign in.
    Confirmed,
    /// The user has a temporary password, and must change it at the first sign-in.
    ForceChangePassword,
    /// The user must set a new password with a code.
    ResetRequired,
}

impl UserStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ResetRequired => "RESET_REQUIRED",
        }
    }
}
