//! A challenge as it is stored.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::super::user_names::UserNames;
use super::{Challenge, Pending, SoftwareTokenSetup};
use crate::operation::{ChallengeName, Parameters};
use crate::secret::{ChallengeSession, SecretCode};

/// The stored form. The version goes up when an older reader would go wrong.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
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
    /// Of an authenticator app that is being set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_code: Option<SecretCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    friendly_device_name: Option<String>,
}

const VERSION: u32 = 1;

impl From<Challenge> for Stored {
    fn from(challenge: Challenge) -> Self {
        let Pending { name, names, session, parameters, available_challenges, gone_device_key } =
            challenge.pending().clone();
        let UserNames { username, aliases } = names;
        let (secret_code, friendly_device_name) = match challenge {
            Challenge::SoftwareTokenSetup(setup) => (Some(setup.secret_code), setup.friendly_device_name),
            _ => (None, None),
        };
        Self {
            version: VERSION,
            name,
            username,
            aliases,
            session,
            parameters,
            available_challenges,
            gone_device_key,
            secret_code,
            friendly_device_name,
        }
    }
}

impl TryFrom<Stored> for Challenge {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        if stored.version != VERSION {
            return Err("the challenge was stored by another version");
        }
        let pending = Pending {
            name: stored.name,
            names: UserNames { username: stored.username, aliases: stored.aliases },
            session: stored.session,
            parameters: stored.parameters,
            available_challenges: stored.available_challenges,
            gone_device_key: stored.gone_device_key,
        };
        let friendly_device_name = stored.friendly_device_name;
        Ok(match (&pending.name, stored.secret_code) {
            (ChallengeName::MfaSetup, Some(secret_code)) => {
                SoftwareTokenSetup { pending, secret_code, friendly_device_name }.into()
            }
            _ => pending.into(),
        })
    }
}
