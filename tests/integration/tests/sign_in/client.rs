//! The client's sign-in flows against the simulated service, without HTTP and with a simulated clock.

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::operation::{
    Attribute, ChallengeName, ChangePassword, ConfirmSignUp, GetUser, GlobalSignOut, ResendConfirmationCode,
    RevokeToken, SignUp,
};
use cognito_core::{Event, Flow, Seed, SendOutcome, SignIn, SignInOutcome, Step, Timestamp};
use cognito_integration_tests::support::pair::{Pair, config, not_authorized, refused};
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_testkit::Config;
use proptest::prelude::*;

#[test]
fn a_user_can_sign_up_sign_in_and_change_the_password() {
    for client in ["public", "secret"] {
        let pair = Pair::new(Config::standard(), client);
        let mut sign_up = SignUp::new("alice", PASSWORD);
        sign_up.user_attributes.push(Attribute::new("email", "alice@example.com"));
        assert!(!pair.call(sign_up.clone()).unwrap().user_confirmed);
        assert_eq!(refused(pair.call(sign_up)), RefusalKind::UsernameExists);
        assert_eq!(refused(pair.start("alice", PASSWORD)), RefusalKind::UserNotConfirmed);
        assert_eq!(refused(pair.call(ConfirmSignUp::new("alice", "0"))), RefusalKind::CodeMismatch);
        pair.call(ResendConfirmationCode::new("alice")).unwrap();
        pair.call(ConfirmSignUp::new("alice", pair.last_code())).unwrap();

        let signed_in = pair.sign_in("alice", PASSWORD).unwrap();
        let user = pair.call_signed_in(&signed_in, GetUser::new()).unwrap();
        assert_eq!((user.username.as_str(), user.attribute("email_verified")), ("alice", Some("true")));

        let change = ChangePassword::new(PASSWORD, "Battery-staple-2");
        pair.call_signed_in(&pair.refresh(&signed_in).unwrap(), change).unwrap();
        assert_eq!(not_authorized(pair.start("alice", PASSWORD)), NotAuthorized::IncorrectUsernameOrPassword);
        pair.sign_in("alice", "Battery-staple-2").unwrap();
    }
}

#[test]
fn an_invalid_client_secret_differs_from_a_wrong_password() {
    let pair = Pair::with_alice("secret");
    for secret in ["", "wrong"] {
        let flow = SignIn::srp(&pair.client.clone().with_secret(secret), "alice", PASSWORD, Seed::new([9; 32]));
        assert_eq!(not_authorized(pair.run(flow)), NotAuthorized::SecretHash);
    }
    assert_eq!(not_authorized(pair.start("alice", "Wrong-horse-1")), NotAuthorized::IncorrectUsernameOrPassword);
}

#[test]
fn an_alias_signs_in_and_refreshes_under_the_canonical_name() {
    for client in ["public", "secret"] {
        let pair = Pair::with_alice(client);
        let signed_in = pair.sign_in("A@example.com", PASSWORD).unwrap();
        assert_eq!(signed_in.username(), "alice");
        assert_eq!(pair.refresh(&signed_in).unwrap().username(), "alice");
    }
}

#[test]
fn an_unknown_user_looks_like_a_wrong_password_if_hidden() {
    let mut config = config("");
    config.pools[0].clients[0].prevent_user_existence_errors = cognito_testkit::UserExistenceErrors::Enabled;
    let pair = Pair::new(config, "public");
    // The simulator makes up a salt for each unknown user. About half of these salts have a minus sign.
    for name in ["bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan"] {
        assert_eq!(not_authorized(pair.start(name, PASSWORD)), NotAuthorized::IncorrectUsernameOrPassword);
    }
}

#[test]
fn an_unknown_user_is_reported_if_not_hidden() {
    let pair = Pair::with_alice("public");
    assert_eq!(refused(pair.start("bob", PASSWORD)), RefusalKind::UserNotFound);
}

#[test]
fn a_disabled_user_is_rejected_as_disabled() {
    let pair = Pair::new(config(r#"{"username":"alice","password":"Correct-horse-1","enabled":false}"#), "public");
    assert_eq!(not_authorized(pair.start("alice", PASSWORD)), NotAuthorized::UserDisabled);
}

#[test]
fn a_temporary_password_leads_to_a_challenge() {
    let user = r#"{"username":"alice","password":"Correct-horse-1","status":"FORCE_CHANGE_PASSWORD"}"#;
    let pair = Pair::new(config(user), "public");
    let SignInOutcome::Challenge(challenge) = pair.start("alice", PASSWORD).unwrap() else { panic!() };
    assert_eq!(challenge.name(), &ChallengeName::NewPasswordRequired);
    assert_eq!(challenge.username(), "alice");
}

#[test]
fn a_wrong_local_clock_does_not_prevent_a_sign_in() {
    let mut config = config(r#"{"username":"alice","password":"Correct-horse-1"}"#);
    config.pools[0].timestamp_tolerance_seconds = Some(60);
    let mut pair = Pair::new(config, "public");
    let service_time = pair.now;
    for wrong in [0, 1_600_000_000, 1_800_000_000] {
        pair.now = Timestamp::from_unix_seconds(wrong);
        let mut flow = SignIn::srp(&pair.client, "alice", PASSWORD, Seed::new([9; 32]));
        let mut event = Event::Start;
        while let Step::Send(request) = flow.step(pair.now, event).unwrap() {
            event = Event::Sent(SendOutcome::Answered(pair.simulator.borrow_mut().handle(service_time, &request)));
        }
    }
}

#[test]
fn an_expired_and_a_revoked_token_have_different_errors() {
    let mut pair = Pair::with_alice("secret");
    let signed_in = pair.sign_in("alice", PASSWORD).unwrap();
    let other = pair.sign_in("alice", PASSWORD).unwrap();
    pair.call(RevokeToken::new(other.refresh_token().unwrap().clone())).unwrap();
    assert_eq!(not_authorized(pair.refresh(&other)), NotAuthorized::RefreshTokenRevoked);
    assert_eq!(not_authorized(pair.call_signed_in(&other, GetUser::new())), NotAuthorized::AccessTokenRevoked);

    pair.now = Timestamp::from_unix_millis(pair.now.as_unix_millis() + 31 * 86_400_000);
    assert_eq!(not_authorized(pair.refresh(&signed_in)), NotAuthorized::RefreshTokenExpired);
    assert_eq!(not_authorized(pair.call_signed_in(&signed_in, GetUser::new())), NotAuthorized::AccessTokenExpired);
}

#[test]
fn a_global_sign_out_ends_every_sign_in() {
    let pair = Pair::with_alice("public");
    let (one, two) = (pair.sign_in("alice", PASSWORD).unwrap(), pair.sign_in("alice", PASSWORD).unwrap());
    pair.call_signed_in(&one, GlobalSignOut::new()).unwrap();
    for signed_in in [one, two] {
        assert_eq!(not_authorized(pair.refresh(&signed_in)), NotAuthorized::RefreshTokenRevoked);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn only_the_right_password_signs_in_for_any_user_name(
        username in "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{Pd}\\p{Emoji}]{1,20}",
        password in "[^\\s\\p{C}]{1,40}",
        other in "[^\\s\\p{C}]{1,40}",
        seed: [u8; 32],
    ) {
        prop_assume!(password != other);
        let user = serde_json::json!({"username": username, "password": password}).to_string();
        let pair = Pair::new(config(&user), "public");
        let start = |password: &str| pair.run(SignIn::srp(&pair.client, &*username, password, Seed::new(seed)));
        prop_assert!(start(&password).is_ok());
        prop_assert_eq!(not_authorized(start(&other)), NotAuthorized::IncorrectUsernameOrPassword);
    }
}
