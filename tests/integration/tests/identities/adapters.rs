//! AWS credentials of guests and users, on both adapters.

use std::time::Duration;

use cognito_blocking::TransportSettings;
use cognito_core::{Credentials, Error, Role, SignOutScope};
use cognito_integration_tests::support::adapter::{Adapter, CredentialsProvider, SessionHandle as _};
use cognito_integration_tests::support::identities::USER_ROLE;
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_integration_tests::support::service::{app_client, identity_pool, service};
use cognito_integration_tests::test_on_both_adapters;
use cognito_testkit::{CredentialsOwner, Server};

test_on_both_adapters! {
    a_guest_keeps_the_identity_after_signing_in,
    an_id_token_rejected_as_expired_is_refreshed,
    credentials_end_with_the_session,
}

/// The simulated service, and a client whose guest can sign in as alice.
struct Scene<A: Adapter> {
    service: Server,
    client: A,
}

impl<A: Adapter> Scene<A> {
    #[track_caller]
    fn new() -> Self {
        let service = service(|_| ());
        let client = A::new(app_client(&service), &TransportSettings::default());
        Self { service, client }
    }

    #[track_caller]
    fn sign_in(&self) -> A::Session {
        self.client.save(&self.client.sign_in("alice", PASSWORD)).unwrap()
    }

    fn guest(&self) -> A::Credentials {
        self.client.guest(identity_pool(&self.service))
    }

    fn user(&self, session: &A::Session) -> A::Credentials {
        self.client.user(identity_pool(&self.service), session, Role::OfPool)
    }

    #[track_caller]
    fn owner(&self, credentials: &Credentials) -> CredentialsOwner {
        self.service.with(|simulator| simulator.credentials_owner(&credentials.access_key_id)).unwrap()
    }
}

/// Returns the credentials of a provider, and panics if a refresh or a save has failed.
#[track_caller]
fn valid_credentials(provider: &impl CredentialsProvider) -> Credentials {
    let kept = provider.get().unwrap();
    assert!(kept.refresh_error.is_none() && kept.save_error.is_none());
    kept.credentials
}

fn a_guest_keeps_the_identity_after_signing_in<A: Adapter>() {
    let scene = Scene::<A>::new();
    let guest = valid_credentials(&scene.guest());
    let user = valid_credentials(&scene.user(&scene.sign_in()));
    assert_eq!(user.identity_id, guest.identity_id);
    assert_eq!(scene.owner(&user).role_arn, USER_ROLE);
    assert_ne!(valid_credentials(&scene.guest()).identity_id, guest.identity_id, "the next guest has a new identity");
}

fn credentials_end_with_the_session<A: Adapter>() {
    let scene = Scene::<A>::new();
    let session = scene.sign_in();
    let user = scene.user(&session);
    valid_credentials(&user);
    session.sign_out(SignOutScope::Local).local.unwrap();
    assert!(matches!(user.get(), Err(Error::NotSignedIn)));
    user.forget().unwrap();
    scene.sign_in();
    valid_credentials(&user);
}

fn an_id_token_rejected_as_expired_is_refreshed<A: Adapter>() {
    let scene = Scene::<A>::new();
    let user = scene.user(&scene.sign_in());
    // Only the clock of the service advances, so the ID token is still valid on the local clock.
    scene.service.advance(Duration::from_secs(7200));
    valid_credentials(&user);
}
