//! Steps that several scenarios share.

use cognito_core::{AppClient, Credentials, Error, SignIn, SignInOutcome, SignedIn};
use cognito_integration_tests::support::adapter::{Adapter, CredentialsProvider};

use crate::case::Case;
use crate::expect::{self, Outcome};

/// Returns a client of the same adapter for another app client.
pub(crate) fn with_app_client<A: Adapter>(_: &A, app_client: AppClient) -> A {
    A::new(app_client, &cognito_blocking::TransportSettings::default())
}

/// Signs a user in with USER_PASSWORD_AUTH.
pub(crate) fn password(client: &impl Adapter, username: &str, password: &str) -> Result<SignInOutcome, Error> {
    client.run(SignIn::password(client.app_client(), username, password, client.seed()?))
}

/// Starts a sign-in of the case's user with the password `typed`. The sign-in uses SRP if the server verifies
/// SRP, and USER_PASSWORD_AUTH otherwise.
pub(crate) fn start(client: &impl Adapter, case: &Case, typed: &str) -> Result<SignInOutcome, Error> {
    if case.server.verifies_srp() { client.srp(&case.username, typed) } else { password(client, &case.username, typed) }
}

/// Signs the case's user in.
pub(crate) fn sign_in(client: &impl Adapter, case: &Case) -> Outcome<SignedIn> {
    expect::signed_in(start(client, case, &case.password)?)
}

/// Returns credentials, and the credentials of the same provider after a refresh.
pub(crate) fn credentials(provider: &impl CredentialsProvider) -> Result<(Credentials, Credentials), Error> {
    Ok((provider.get()?.credentials, provider.refresh()?.credentials))
}
