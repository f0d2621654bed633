//! The client's challenges against the simulated service: each one is requested, stored, read again and
//! answered.

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::operation::{Attribute, ChallengeName, DeliveryMedium, GetUser};
use cognito_core::{
    Challenge, CodeChallenge, Error, Seed, Session, SignIn, SignInOutcome, SoftwareTokenSetup, Timestamp,
};
use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::pair::{Pair, not_authorized, refused};
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_testkit::Config;
use serde_json::{Value, json};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// Returns a client of a pool with every second factor. `settings` overrides members of the
/// pool, and `user` overrides members of its user alice.
fn pair(settings: &Value, user: &Value) -> Pair {
    let mut pool = json!({
        "mfa_configuration": "OPTIONAL",
        "mfa_factors": ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
        "alias_attributes": ["email"],
        "clients": [{"name": "app", "generate_secret": true, "explicit_auth_flows": [
            "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}],
    });
    let mut alice = json!({
        "username": "alice",
        "password": PASSWORD,
        "attributes": {"email": "alice@example.com", "phone_number": "+15550001234"},
    });
    merge(&mut pool, settings);
    merge(&mut alice, user);
    pool["users"] = json!([alice]);
    Pair::new(Config::from_json(&json!({ "pools": [pool] }).to_string()).unwrap(), "app")
}

#[track_caller]
fn merge(into: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        into[name] = value.clone();
    }
}

fn mfa(enabled: &[&str], preferred: Option<&str>) -> Value {
    json!({"mfa": {"enabled": enabled, "preferred": preferred, "software_token_secret": SECRET}})
}

fn seed() -> Seed {
    Seed::new([5; 32])
}

/// Returns the challenge after it was stored and read again, as another process would read it.
#[track_caller]
fn stored(outcome: SignInOutcome) -> Challenge {
    match outcome {
        SignInOutcome::Challenge(challenge) => {
            serde_json::from_str(&serde_json::to_string(&challenge).unwrap()).unwrap()
        }
        SignInOutcome::SignedIn(signed_in) => panic!("{signed_in:?}"),
    }
}

#[track_caller]
fn code(outcome: SignInOutcome) -> CodeChallenge {
    match stored(outcome) {
        Challenge::Code(challenge) => challenge,
        other => panic!("{other:?}"),
    }
}

/// Returns the kind of an error after which the challenge can be answered again.
#[track_caller]
fn refused_but_repeatable(result: Result<SignInOutcome, Error>) -> RefusalKind {
    let error = result.unwrap_err();
    assert!(error.may_answer_again(), "{error}");
    error.refusal_kind().unwrap()
}

#[track_caller]
fn session(outcome: SignInOutcome) -> Session {
    match outcome {
        SignInOutcome::SignedIn(signed_in) => signed_in.session,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Returns a code that differs from `code`.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn totp(pair: &Pair, secret: &str) -> String {
    app(secret, pair.now.as_unix_seconds())
}

fn advance(pair: &mut Pair, seconds: u64) {
    pair.now = Timestamp::from_unix_seconds(pair.now.as_unix_seconds() + seconds);
}

#[test]
fn a_code_by_text_message_signs_in_after_a_wrong_code() {
    let pair = pair(&json!({}), &mfa(&["SMS_MFA"], None));
    for username in ["alice", "alice@example.com"] {
        let challenge = code(pair.start(username, PASSWORD).unwrap());
        assert_eq!(challenge.name(), &ChallengeName::SmsMfa);
        assert_eq!(challenge.delivery_medium(), Some(DeliveryMedium::Sms));
        assert_eq!(challenge.destination(), Some("+*******1234"));
        let right = pair.last_code();
        let wrong = pair.run(challenge.answer(&pair.client, wrong(&right), seed()));
        assert_eq!(refused_but_repeatable(wrong), RefusalKind::CodeMismatch);
        let session = session(pair.run(challenge.answer(&pair.client, right, seed())).unwrap());
        assert_eq!(session.username(), "alice");
    }
}

#[test]
fn a_spent_challenge_session_is_a_start_again_error() {
    let pair = pair(&json!({"challenge_session_survives_mismatch": false}), &mfa(&["EMAIL_OTP"], None));
    let challenge = code(pair.start("alice", PASSWORD).unwrap());
    let right = pair.last_code();
    assert_eq!(refused(pair.run(challenge.answer(&pair.client, wrong(&right), seed()))), RefusalKind::CodeMismatch);
    let error = pair.run(challenge.answer(&pair.client, right, seed())).unwrap_err();
    assert!(matches!(error, Error::StartAgain(_)), "{error}");
}

#[test]
fn a_code_by_email_signs_in() {
    let pair = pair(&json!({}), &mfa(&["EMAIL_OTP"], None));
    let challenge = code(pair.start("alice", PASSWORD).unwrap());
    assert_eq!(challenge.name(), &ChallengeName::EmailOtp);
    assert_eq!(challenge.delivery_medium(), Some(DeliveryMedium::Email));
    session(pair.run(challenge.answer(&pair.client, pair.last_code(), seed())).unwrap());
}

#[test]
fn a_code_of_an_authenticator_app_is_valid_once() {
    let mut pair = pair(&json!({}), &mfa(&["SOFTWARE_TOKEN_MFA"], None));
    let challenge = code(pair.start("alice", PASSWORD).unwrap());
    assert_eq!((challenge.name(), challenge.destination()), (&ChallengeName::SoftwareTokenMfa, None));
    let right = totp(&pair, SECRET);
    let mismatch = pair.run(challenge.answer(&pair.client, wrong(&right), seed()));
    assert_eq!(refused_but_repeatable(mismatch), RefusalKind::CodeMismatch);
    session(pair.run(challenge.answer(&pair.client, &*right, seed())).unwrap());

    let challenge = code(pair.start("alice", PASSWORD).unwrap());
    assert_eq!(
        refused_but_repeatable(pair.run(challenge.answer(&pair.client, right, seed()))),
        RefusalKind::ExpiredCode
    );
    advance(&mut pair, 30);
    session(pair.run(challenge.answer(&pair.client, totp(&pair, SECRET), seed())).unwrap());
}

#[test]
fn a_used_or_expired_challenge_session_must_start_again() {
    let mut pair = pair(&json!({}), &mfa(&["SMS_MFA"], None));
    let challenge = code(pair.start("alice", PASSWORD).unwrap());
    session(pair.run(challenge.answer(&pair.client, pair.last_code(), seed())).unwrap());
    let spent = pair.run(challenge.answer(&pair.client, pair.last_code(), seed())).unwrap_err();
    assert!(matches!(&spent, Error::StartAgain(_)), "{spent}");
    assert_eq!(spent.refusal_kind(), Some(RefusalKind::NotAuthorized(NotAuthorized::ChallengeSessionSpent)));

    let challenge = code(pair.start("alice", PASSWORD).unwrap());
    advance(&mut pair, 200);
    let expired = pair.run(challenge.answer(&pair.client, pair.last_code(), seed())).unwrap_err();
    assert!(matches!(&expired, Error::StartAgain(_)), "{expired}");
    assert_eq!(expired.refusal_kind(), Some(RefusalKind::NotAuthorized(NotAuthorized::ChallengeSessionExpired)));
}

#[test]
fn a_user_chooses_a_factor_if_none_is_preferred() {
    let pair = pair(&json!({}), &mfa(&["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"], None));
    for choice in [ChallengeName::SmsMfa, ChallengeName::EmailOtp, ChallengeName::SoftwareTokenMfa] {
        let Challenge::SelectMfaType(select) = stored(pair.start("alice", PASSWORD).unwrap()) else { panic!() };
        assert_eq!(select.choices(), [ChallengeName::SmsMfa, ChallengeName::SoftwareTokenMfa, ChallengeName::EmailOtp]);
        let challenge = code(pair.run(select.answer(&pair.client, &choice, seed())).unwrap());
        assert_eq!(challenge.name(), &choice);
        let is_app = choice == ChallengeName::SoftwareTokenMfa;
        let right = if is_app { totp(&pair, SECRET) } else { pair.last_code() };
        session(pair.run(challenge.answer(&pair.client, right, seed())).unwrap());
    }
}

/// Returns a client of a pool that requires a second factor and whose user alice has no second factor.
fn pair_without_factor(settings: &Value) -> Pair {
    let mut pool = json!({"mfa_configuration": "ON", "mfa_factors": ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]});
    merge(&mut pool, settings);
    pair(&pool, &json!({"attributes": {"nickname": "Al"}}))
}

#[track_caller]
fn set_up(pair: &Pair) -> SoftwareTokenSetup {
    let Challenge::MfaSetup(challenge) = stored(pair.start("alice", PASSWORD).unwrap()) else { panic!() };
    assert_eq!(challenge.factors(), [ChallengeName::SoftwareTokenMfa, ChallengeName::EmailOtp]);
    let setup = pair.run(challenge.set_up_software_token(&pair.client)).unwrap();
    let stored = serde_json::to_string(&Challenge::from(setup)).unwrap();
    match serde_json::from_str(&stored).unwrap() {
        Challenge::SoftwareTokenSetup(setup) => setup.with_friendly_device_name("phone"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_authenticator_app_can_be_set_up_during_a_sign_in() {
    let mut pair = pair_without_factor(&json!({}));
    let setup = set_up(&pair);
    let secret = setup.secret_code().expose().to_owned();
    let right = totp(&pair, &secret);
    let mismatch = pair.run(setup.verify(&pair.client, wrong(&right), seed()));
    assert_eq!(refused_but_repeatable(mismatch), RefusalKind::EnableSoftwareTokenMfa);
    session(pair.run(setup.verify(&pair.client, right, seed())).unwrap());

    advance(&mut pair, 60);
    let challenge = code(pair.start("alice", PASSWORD).unwrap());
    assert_eq!(challenge.name(), &ChallengeName::SoftwareTokenMfa);
    assert_eq!(challenge.friendly_device_name(), Some("phone"));
    session(pair.run(challenge.answer(&pair.client, totp(&pair, &secret), seed())).unwrap());
}

#[test]
fn a_wrong_set_up_code_as_a_status_leads_to_a_new_challenge() {
    let pair = pair_without_factor(&json!({"software_token_status_error": true}));
    let setup = set_up(&pair);
    let right = totp(&pair, setup.secret_code().expose());
    let again = stored(pair.run(setup.verify(&pair.client, wrong(&right), seed())).unwrap());
    let Challenge::SoftwareTokenSetup(again) = again else { panic!() };
    session(pair.run(again.verify(&pair.client, right, seed())).unwrap());
}

#[test]
fn an_e_mail_address_can_be_set_up_during_a_sign_in() {
    let pair = pair_without_factor(&json!({}));
    let Challenge::MfaSetup(challenge) = stored(pair.start("alice", PASSWORD).unwrap()) else { panic!() };
    let challenge = code(pair.run(challenge.set_up_email(&pair.client, "al@example.com", seed())).unwrap());
    assert_eq!(challenge.name(), &ChallengeName::EmailOtp);
    let session = session(pair.run(challenge.answer(&pair.client, pair.last_code(), seed())).unwrap());
    let user = pair.call_signed_in(&session, GetUser::new()).unwrap();
    assert_eq!((user.attribute("email"), user.attribute("email_verified")), (Some("al@example.com"), Some("true")));
}

#[test]
fn a_new_password_needs_the_required_attributes() {
    let mut user = mfa(&["SMS_MFA"], None);
    user["status"] = json!("FORCE_CHANGE_PASSWORD");
    let pair = pair(&json!({"required_attributes": ["email", "family_name"]}), &user);
    let Challenge::NewPassword(challenge) = stored(pair.start("alice", PASSWORD).unwrap()) else { panic!() };
    assert_eq!(challenge.required_attributes(), ["family_name"]);
    assert!(challenge.user_attributes().contains(&Attribute::new("email", "alice@example.com")));

    let name = || [Attribute::new("family_name", "Doe")];
    let weak = pair.run(challenge.answer(&pair.client, "weak", name(), seed()));
    assert_eq!(refused_but_repeatable(weak), RefusalKind::InvalidPassword);
    let missing = pair.run(challenge.answer(&pair.client, "Battery-staple-2", [], seed()));
    assert_eq!(refused_but_repeatable(missing), RefusalKind::InvalidParameter);
    let email = [Attribute::new("family_name", "Doe"), Attribute::new("email", "al@example.com")];
    let checked = pair.run(challenge.answer(&pair.client, "Battery-staple-2", email.clone(), seed()));
    assert!(matches!(checked, Err(Error::InvalidInput(_))));
    let unchecked = pair.run(challenge.answer_unchecked(&pair.client, "Battery-staple-2", email, seed()));
    assert_eq!(not_authorized(unchecked), NotAuthorized::AttributeAlreadyProvided);

    // The second factor follows the new password.
    let next = pair.run(challenge.answer(&pair.client, "Battery-staple-2", name(), seed())).unwrap();
    let session = session(pair.run(code(next).answer(&pair.client, pair.last_code(), seed())).unwrap());
    let user = pair.call_signed_in(&session, GetUser::new()).unwrap();
    assert_eq!(user.attribute("family_name"), Some("Doe"));
    code(pair.start("alice", "Battery-staple-2").unwrap());
}

fn custom_auth(second_factor: bool) -> Value {
    let rounds = json!([{"parameters": {"question": "1+1"}, "answer": "2"},
        {"parameters": {"question": "2+2"}, "answer": "4"}]);
    json!({"custom_auth": {"rounds": rounds, "attempts": 3, "second_factor": second_factor}})
}

/// Answers custom challenges until the outcome is something else.
#[track_caller]
fn answer_all(pair: &Pair, mut outcome: SignInOutcome) -> SignInOutcome {
    loop {
        let challenge = match outcome {
            SignInOutcome::Challenge(Challenge::Custom(challenge)) => challenge,
            other => return other,
        };
        let answer = if challenge.parameters().get("question") == Some("1+1") { "2" } else { "4" };
        outcome = pair.run(challenge.answer(&pair.client, answer, seed())).unwrap();
    }
}

#[test]
fn custom_challenges_can_sign_in_without_a_password() {
    let pair = pair(&custom_auth(false), &json!({}));
    let first = pair.run(SignIn::custom(&pair.client, "alice@example.com", seed())).unwrap();
    let Challenge::Custom(challenge) = stored(first) else { panic!() };
    let again = pair.run(challenge.answer(&pair.client, "3", seed())).unwrap();
    assert_eq!(session(answer_all(&pair, again)).username(), "alice");
}

#[test]
fn custom_challenges_come_between_srp_and_second_factor() {
    let pair = pair(&custom_auth(true), &mfa(&["SMS_MFA"], None));
    let flow = |password: &str| SignIn::custom_with_srp(&pair.client, "alice@example.com", password, seed());
    assert_eq!(not_authorized(pair.run(flow("Wrong-horse-1"))), NotAuthorized::IncorrectUsernameOrPassword);
    let outcome = answer_all(&pair, pair.run(flow(PASSWORD)).unwrap());
    session(pair.run(code(outcome).answer(&pair.client, pair.last_code(), seed())).unwrap());
}

#[test]
fn too_many_wrong_answers_end_a_custom_sign_in() {
    let pair = pair(&custom_auth(false), &json!({}));
    let mut outcome = pair.run(SignIn::custom(&pair.client, "alice", seed()));
    for _ in 0..3 {
        let Challenge::Custom(challenge) = stored(outcome.unwrap()) else { panic!() };
        outcome = pair.run(challenge.answer(&pair.client, "3", seed()));
    }
    assert_eq!(not_authorized(outcome), NotAuthorized::IncorrectUsernameOrPassword);
}

#[test]
fn a_sign_in_by_plain_password_leads_to_a_second_factor() {
    let pair = pair(&json!({}), &mfa(&["SMS_MFA"], None));
    let flow = |password: &str| SignIn::password(&pair.client, "alice@example.com", password, seed());
    assert_eq!(not_authorized(pair.run(flow("Wrong-horse-1"))), NotAuthorized::IncorrectUsernameOrPassword);
    let challenge = code(pair.run(flow(PASSWORD)).unwrap());
    session(pair.run(challenge.answer(&pair.client, pair.last_code(), seed())).unwrap());
}

#[test]
fn every_way_to_sign_in_reports_why_a_user_cannot_sign_in() {
    for (status, kind) in
        [("UNCONFIRMED", RefusalKind::UserNotConfirmed), ("RESET_REQUIRED", RefusalKind::PasswordResetRequired)]
    {
        let pair = pair(&custom_auth(false), &json!({"status": status}));
        assert_eq!(refused(pair.start("alice", PASSWORD)), kind);
        assert_eq!(refused(pair.run(SignIn::password(&pair.client, "alice", PASSWORD, seed()))), kind);
        assert_eq!(refused(pair.run(SignIn::custom_with_srp(&pair.client, "alice", PASSWORD, seed()))), kind);
    }
}
