//! The AWS credentials that the simulator has issued.

use alloc::collections::BTreeMap;
use core::fmt;

use cognito_core::Timestamp;

use crate::crypto::base64;
use crate::random::Random;

/// The identity and the role for which AWS credentials were issued.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialsOwner {
    /// The identity id.
    pub identity_id: String,
    /// The ARN of the role that the credentials are for.
    pub role_arn: String,
    /// The time at which the credentials expire.
    pub expires: Timestamp,
}

/// All issued credentials by access key id.
#[derive(Debug, Default)]
pub(crate) struct Issued(BTreeMap<String, Grant>);

struct Grant {
    owner: CredentialsOwner,
    /// The name of the role session.
    session_name: String,
    session_token: String,
}

/// A temporary set of AWS credentials.
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_key: String,
    pub(crate) session_token: String,
    pub(crate) expires: Timestamp,
}

impl Issued {
    /// Issues credentials to `owner`.
    pub(crate) fn issue(&mut self, owner: CredentialsOwner, session_name: &str, random: &mut Random) -> Credentials {
        let credentials = Credentials {
            access_key_id: format!("ASIA{}", random.upper_case(16)),
            secret_key: base64(&random.bytes::<30>()),
            session_token: base64(&random.bytes::<600>()),
            expires: owner.expires,
        };
        let (session_name, session_token) = (session_name.to_owned(), credentials.session_token.clone());
        self.0.insert(credentials.access_key_id.clone(), Grant { owner, session_name, session_token });
        credentials
    }

    pub(crate) fn owner(&self, access_key_id: &str) -> Option<&CredentialsOwner> {
        self.0.get(access_key_id).map(|grant| &grant.owner)
    }

    /// Returns the owner of credentials and the name of the role session.
    ///
    /// Returns `None` if the access key id is unknown or the session token does not belong to it.
    pub(crate) fn signer(&self, access_key_id: &str, session_token: &str) -> Option<(&CredentialsOwner, &str)> {
        let grant = self.0.get(access_key_id).filter(|grant| grant.session_token == session_token)?;
        Some((&grant.owner, &grant.session_name))
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Grant").field("owner", &self.owner).finish_non_exhaustive()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
