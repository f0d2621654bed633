//! Tests of the trait by which the AWS SDK gets credentials from a [`CredentialsProvider`].
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use cognito_tokio::{
    AppClient, Client, CredentialsProvider, Headers, IdentityPool, IdentityPoolClient, IdentityPoolId, MemoryStore,
    Request, Response, SendOutcome, Sessions, UserPoolId, transport_fn,
};

const IDENTITY: &str = "us-east-1:11111111-1111-4111-8111-111111111111";

/// Returns the time in one hour, in seconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "credentials expire by the system's clock, as in the adapter")]
fn expiration() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 3600
}

/// Returns a client whose service returns credentials, or is behind a proxy that rejects every request.
fn identity_pool_client(is_reachable: bool, expiration: u64) -> IdentityPoolClient {
    let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a").unwrap();
    let transport = transport_fn(move |_: Request| async move {
        let body = format!(
            r#"{{"IdentityId":"{IDENTITY}","Credentials":{{"AccessKeyId":"ASIA","SecretKey":"s3cr3t","SessionToken":"t",
                "Expiration":{expiration}}}}}"#
        );
        let (status, body) = if is_reachable { (200, body) } else { (403, "<html>no</html>".to_owned()) };
        SendOutcome::Answered(Response::new(status, Headers::new(), body.into_bytes()))
    });
    IdentityPoolClient::with_transport(IdentityPool::new(id).unwrap(), transport)
}

#[tokio::test]
async fn the_sdk_gets_complete_credentials_with_their_expiry() {
    let expiration = expiration();
    let guest = CredentialsProvider::for_guest(identity_pool_client(true, expiration), MemoryStore::new());
    assert!(guest.fallback_on_interrupt().is_none(), "no credentials yet");
    let credentials = guest.provide_credentials().await.unwrap();
    assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("ASIA", "s3cr3t"));
    assert_eq!(credentials.session_token(), Some("t"));
    assert_eq!(credentials.expiry(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(expiration)));
    assert!(!format!("{credentials:?}").contains("s3cr3t"));
    assert_eq!(guest.fallback_on_interrupt().unwrap().access_key_id(), "ASIA");
}

#[tokio::test]
async fn without_a_session_the_error_is_credentials_not_loaded() {
    let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m").unwrap(), "3pu8tnp684l4l").unwrap();
    let lost = transport_fn(|_: Request| async { SendOutcome::NoAnswer(Arc::new(std::fmt::Error)) });
    let client = Client::with_transport(app_client, lost);
    let session = Sessions::new(client, MemoryStore::new()).user("alice");
    let user = CredentialsProvider::for_session(identity_pool_client(true, expiration()), MemoryStore::new(), session);
    let error = user.provide_credentials().await.unwrap_err();
    assert!(matches!(error, CredentialsError::CredentialsNotLoaded(_)), "{error:?}");
}

#[tokio::test]
async fn the_providers_error_is_the_source_of_the_sdk_error() {
    let guest = CredentialsProvider::for_guest(identity_pool_client(false, expiration()), MemoryStore::new());
    let error = guest.provide_credentials().await.unwrap_err();
    assert!(matches!(error, CredentialsError::ProviderError(_)), "{error:?}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("HTTP status 403"), "{cause}");
}
