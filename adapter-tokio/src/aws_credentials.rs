//! The implementation of the AWS SDK's trait `ProvideCredentials` for [`CredentialsProvider`].

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use cognito_core::{Credentials, Error};

use crate::CredentialsProvider;

/// Lets a client of the AWS SDK for Rust sign requests with the provider's credentials. When you configure
/// such a client, pass the provider to the method `credentials_provider`, as in the example
/// `examples/aws_sdk`.
///
/// If no user is signed in, the provider returns the error `CredentialsNotLoaded`. After this error, a chain
/// of providers tries the next provider. A client of the SDK keeps the credentials until they expire. If the
/// user signs out earlier, the client continues to use the credentials.
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

    /// Returns the newest credentials in memory, if they are still valid.
    fn fallback_on_interrupt(&self) -> Option<aws_credential_types::Credentials> {
        self.still_valid().map(|credentials| for_sdk(&credentials))
    }
}

/// Converts the credentials to the SDK's type. The SDK compares the time of expiry with the local clock, so
/// this function converts the time to the local clock.
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
