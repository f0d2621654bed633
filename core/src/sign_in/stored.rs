//! The stored form of a challenge.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::names::UserNames;
use super::pending::{Pending, SoftwareToken};
use crate::operation::{ChallengeName, Parameters};
use crate::secret::{ChallengeSession, SecretCode};

/// The stored form of a challenge. Before you change this form, check whether older versions of this crate
/// would misread the new form. If so, increase the version number.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    name: ChallengeName,
    username: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(default)]
    session: Option<ChallengeSession>,
    #[serde(default)]
    parameters: Parameters,
    #[serde(default)]
    available_challenges: Vec<ChallengeName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gone_device_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// The secret of an authenticator app that is being set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_code: Option<SecretCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    friendly_device_name: Option<String>,
}

const VERSION: u32 = 1;

impl Serialize for Pending {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { name, names, session, parameters, available_challenges, gone_device_key, endpoint, software_token } =
            self.clone();
        let UserNames { username, aliases } = names;
        let (secret_code, friendly_device_name) = match software_token {
            Some(token) => (Some(token.secret_code), token.friendly_device_name),
            None => (None, None),
        };
        let stored = Stored {
            version: VERSION,
            name,
            username,
            aliases,
            session,
            parameters,
            available_challenges,
            gone_device_key,
            endpoint,
            secret_code,
            friendly_device_name,
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pending {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        if stored.version != VERSION {
            return Err(D::Error::custom("the stored challenge has an unsupported version, start the sign-in again"));
        }
        let is_setup = stored.name == ChallengeName::MfaSetup;
        let friendly_device_name = stored.friendly_device_name;
        let software_token = stored.secret_code.map(|secret_code| SoftwareToken { secret_code, friendly_device_name });
        Ok(Self {
            name: stored.name,
            names: UserNames { username: stored.username, aliases: stored.aliases },
            session: stored.session,
            parameters: stored.parameters,
            available_challenges: stored.available_challenges,
            gone_device_key: stored.gone_device_key,
            endpoint: stored.endpoint,
            software_token: software_token.filter(|_| is_setup),
        })
    }
}
