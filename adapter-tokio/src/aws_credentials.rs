//! The AWS SDK's interface for what gives credentials.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use cognito_core::{Credentials, Error};

use crate::CredentialsProvider;

/// Any client of the AWS SDK for Rust signs its requests with these credentials: hand the provider to
/// `credentials_provider` where the client is configured. `examples/aws_sdk` does.
///
/// Where nobody is signed in the credentials are "not loaded", so that a chain of providers goes on to the next. The SDK
/// keeps what it was given until it expires: a sign-out reaches a client of its no sooner.
impl ProvideCredentials for CredentialsProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let kept = self.get().await.map_err(error_for_sdk)?;
            Ok(for_sdk(&kept.credentials))
        })
    }

    /// Those that there are, while they are good at all.
    fn fallback_on_interrupt(&self) -> Option<aws_credential_types::Credentials> {
        self.still_valid().map(|credentials| for_sdk(&credentials))
    }
}

/// They expire by the local clock, which is what the SDK looks at.
fn for_sdk(credentials: &Credentials) -> aws_credential_types::Credentials {
    let expires_at = Duration::from_millis(credentials.expires_at_local().as_unix_millis());
    aws_credential_types::Credentials::new(
        &*credentials.access_key_id,
        credentials.secret_access_key.expose(),
        Some(credentials.session_token.expose().to_owned()),
        SystemTime::UNIX_EPOCH.checked_add(expires_at),
        "CognitoIdentityPool",
    )
}

fn error_for_sdk(error: Error) -> CredentialsError {
    match error {
        Error::NotSignedIn => CredentialsError::not_loaded(error),
        Error::InvalidInput(_) => CredentialsError::invalid_configuration(error),
        error => CredentialsError::provider_error(error),
    }
}
