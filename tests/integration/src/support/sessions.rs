//! Sessions of the blocking adapter against the simulated service.

use std::time::Duration;

use cognito_blocking::{Client, MemoryStore, Session, Sessions, SignIn, SignInOutcome, SignedIn, UreqTransport};
use cognito_testkit::Server;

use super::scene::PASSWORD;
use super::service::{app_client, with_timeout};

pub const HOUR: Duration = Duration::from_secs(3600);

/// Returns a client of the simulated service with a time-out of 5 seconds.
#[track_caller]
pub fn client(service: &Server) -> Client {
    Client::with_transport(app_client(service), UreqTransport::new(&with_timeout(Duration::from_secs(5))))
}

/// Signs a user in with [`PASSWORD`] over SRP, and panics if a challenge follows.
#[track_caller]
pub fn sign_in(client: &Client, username: &str) -> Session {
    let flow = SignIn::srp(client.app_client(), username, PASSWORD, client.seed().unwrap());
    match client.run(flow).unwrap() {
        SignInOutcome::SignedIn(signed_in) => signed_in.session,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Returns sessions in memory, with alice signed in. Her tokens seem about to expire, so that the next use
/// is a refresh.
#[track_caller]
pub fn sessions_to_refresh(service: &Server) -> Sessions {
    let client = client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    sessions.save(&about_to_expire(&sign_in(&client, "alice"))).unwrap();
    sessions
}

/// Returns the session with tokens that expire soon on the local clock.
///
/// The clock drift says that the local clock was 3590 seconds slow when the tokens arrived.
pub fn about_to_expire(session: &Session) -> SignedIn {
    let expiring = Session::with_clock_drift(session.username(), session.tokens().clone(), -3590);
    let device_key = session.device_key().map(str::to_owned);
    device_key.into_iter().fold(expiring, Session::with_device_key).into()
}
