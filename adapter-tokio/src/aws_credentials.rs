//! The trait `ProvideCredentials` of the AWS SDK, implemented for [`CredentialsProvider`].

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use cognito_core::{Credentials, Error};

use crate::CredentialsProvider;

/// Lets clients of the AWS SDK for Rust sign requests with these credentials. Pass the provider to the method
/// `credentials_provider` when you configure a client. The example `examples/aws_sdk` configures a client in
/// this way.
///
/// If no user is signed in, the error is `CredentialsNotLoaded`, so that a chain of providers continues with
/// the next provider. A client of the SDK keeps credentials until they expire, so the client does not notice
/// a sign-out before the credentials expire.
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

/// Converts the credentials to the SDK's type. The SDK compares the expiry with the local clock, so this
/// function returns the expiry in the time of the local clock.
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
