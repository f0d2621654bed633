//! Every flow of the core, with every possible event at every step.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use cognito_core::operation::{Attribute, ChallengeName, GetUser};
use cognito_core::{
    AssumedRole, BeginSoftwareTokenSetup, Call, Challenge, DeviceRecord, DeviceRegistration, Devices, Event,
    FactorState, Flow, GetCredentials, Logins, Refresh, RegisterDevice, Role, Seed, Session, SetMfaPreference, SignIn,
    SignInOutcome, SignOut, SignOutScope, SignedIn, SoftwareTokenSetup, Step, Tokens,
};
use serde_json::json;

use crate::events::{NOW, answer, failures};
use crate::keepers::KEEPERS;
use crate::marks::{MARK, NAME, Texts, prefixes};
use crate::operations::{app_client, identity_pool};

pub(crate) fn seed() -> Seed {
    Seed::new(*b"m4rkm4rkm4rkm4rkm4rkm4rkm4rkm4rk")
}

/// A successful answer that contains tokens and a new device.
pub(crate) const TOKENS: &str = r#"{"AuthenticationResult":{"AccessToken":"m4rk","IdToken":"m4rk","RefreshToken":"m4rk",
    "NewDeviceMetadata":{"DeviceKey":"us-east-1_new","DeviceGroupKey":"-group"}}}"#;
const CONFIRMED: &str = r#"{"UserConfirmationNecessary":true}"#;
pub(crate) const IDENTITY: &str = r#"{"IdentityId":"us-east-1:22222222-2222-4222-8222-222222222222","Token":"m4rk"}"#;
pub(crate) const CREDENTIALS: &str = r#"{"IdentityId":"us-east-1:22222222-2222-4222-8222-222222222222","Credentials":{
    "AccessKeyId":"ASIA","SecretKey":"m4rk","SessionToken":"m4rk","Expiration":1700003600.0}}"#;
const ASSUMED: &str = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
    <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>m4rk</SecretAccessKey><SessionToken>m4rk</SessionToken>\
    <Expiration>2023-11-14T23:13:20Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
    </AssumeRoleWithWebIdentityResponse>";
const USER: &str = r#"{"Username":"n4me","UserAttributes":[{"Name":"email","Value":"m4rk"}]}"#;
const SECRET_CODE: &str = r#"{"SecretCode":"m4rk","Session":"m4rk"}"#;

/// Returns an answer with the challenge called `name`.
pub(crate) fn challenge_answer(name: &str) -> String {
    let srp = ["SALT", "SRP_B"].map(|name| (name, "22cb089ced3d3d89cbba8f0440f29226"));
    let mut parameters = json!({
        "SECRET_BLOCK": "bTRyaw==", "USERNAME": NAME, "USER_ID_FOR_SRP": NAME, "HINT": MARK,
        "userAttributes": r#"{"email":"m4rk"}"#, "requiredAttributes": "[]",
    });
    srp.into_iter().for_each(|(name, value)| parameters[name] = json!(value));
    json!({ "ChallengeName": name, "ChallengeParameters": parameters, "Session": MARK }).to_string()
}

pub(crate) fn devices() -> Devices {
    [DeviceRecord::new(NAME, "us-east-1_0d4f", "-group", MARK).unwrap()].into_iter().collect()
}

/// Returns a session whose tokens have expired.
pub(crate) fn session() -> Session {
    let mut tokens = Tokens::new(MARK);
    (tokens.id_token, tokens.refresh_token) = (Some(MARK.into()), Some(MARK.into()));
    Session::new(NAME, tokens, NOW, None).with_device_key("us-east-1_0d4f")
}

pub(crate) fn logins() -> Logins {
    Logins::new().with(Logins::GOOGLE, MARK)
}

/// Returns the challenge called `name` as the result of a sign-in.
fn challenge(name: &str) -> Challenge {
    let mut flow = SignIn::password(&app_client(), NAME, MARK, seed());
    flow.step(NOW, Event::Start).unwrap();
    match flow.step(NOW, answer(200, &challenge_answer(name))) {
        Ok(Step::Done(SignInOutcome::Challenge(challenge))) => challenge,
        other => panic!("{other:?}"),
    }
}

/// Returns the set-up of an authenticator app that waits for its first code.
fn setup() -> SoftwareTokenSetup {
    let Challenge::MfaSetup(challenge) = challenge("MFA_SETUP") else { panic!() };
    let mut flow = challenge.set_up_software_token(&app_client());
    flow.step(NOW, Event::Start).unwrap();
    let Ok(Step::Done(setup)) = flow.step(NOW, answer(200, SECRET_CODE)) else { panic!() };
    setup
}

/// Runs a flow with these answers and, at each step, with every failure. Checks that no text contains a mark.
fn test_every_path<F: Flow + Debug>(name: &str, new: impl Fn() -> F, answers: &[&str])
where
    F::Output: Debug,
{
    let mut texts = Texts::default();
    for successes in 0..=answers.len() {
        let mut events: Vec<Event> = failures(&[]);
        events.extend([
            Event::Start,
            Event::Woke,
            answer(200, MARK),
            answer(200, r#""m4rk""#),
            answer(200, r#"[1.5,"m4rk"]"#),
            answer(200, "{}"),
        ]);
        let next = answers.get(successes).copied().unwrap_or_default();
        events.extend(prefixes(next).step_by(17).map(|text| answer(200, text)));
        for way in events {
            let events = answers[..successes].iter().map(|text| answer(200, text)).chain([way]);
            run_and_record(&mut texts, new(), events);
        }
    }
    assert!(texts.errors() > 20, "{name} has too few errors");
    texts.assert_no_secret(name);
}

/// Runs a flow and adds all its output to `texts`.
///
/// Each request is answered with the next event. When no event is left, the last event is used again.
fn run_and_record<F: Flow + Debug>(texts: &mut Texts, mut flow: F, events: impl Iterator<Item = Event>)
where
    F::Output: Debug,
{
    texts.add_debug(&flow);
    let (mut events, mut last) = (events, Event::Woke);
    let mut next = Event::Start;
    loop {
        let step = flow.step(NOW, next);
        texts.add_result(&step);
        texts.add_debug(&flow);
        next = match step {
            Ok(Step::Send(_)) => {
                last = events.next().unwrap_or(last);
                last.clone()
            }
            Ok(Step::Wait(_)) => Event::Woke,
            Ok(Step::Done(_)) | Err(_) => break,
        };
    }
    texts.add_result(&flow.step(NOW, Event::Start));
}

/// A name, and a function that tests the flow or keeper called by this name.
///
/// A sign-in is named after its file and its constructor.
pub(crate) type Row = (&'static str, fn(&'static str));

/// Every function of the core that returns a sign-in.
const SIGN_INS: [Row; 13] = [
    ("sign_in srp", |name| sign_in(name, || SignIn::srp(&app_client(), NAME, MARK, seed()), &PROOF)),
    ("sign_in password", |name| sign_in(name, || SignIn::password(&app_client(), NAME, MARK, seed()), &[])),
    ("sign_in custom", |name| sign_in(name, || SignIn::custom(&app_client(), NAME, seed()), &[])),
    ("sign_in custom_with_srp", |name| {
        sign_in(name, || SignIn::custom_with_srp(&app_client(), NAME, MARK, seed()), &PROOF);
    }),
    ("challenge answer_with", |name| {
        for challenge_name in CHALLENGES {
            let challenge = challenge(challenge_name);
            sign_in(name, || challenge.answer_with(&app_client(), [("ANSWER", MARK)], seed()), &[]);
        }
    }),
    ("code answer", |name| {
        for challenge_name in ["SMS_MFA", "EMAIL_OTP", "SMS_OTP", "SOFTWARE_TOKEN_MFA"] {
            let Challenge::Code(challenge) = challenge(challenge_name) else { panic!() };
            sign_in(name, || challenge.answer(&app_client(), MARK, seed()), &[]);
        }
    }),
    ("custom answer", |name| {
        let Challenge::Custom(challenge) = challenge("CUSTOM_CHALLENGE") else { panic!() };
        sign_in(name, || challenge.answer(&app_client(), MARK, seed()), &[]);
    }),
    ("device answer", |name| {
        let Challenge::Device(challenge) = challenge("DEVICE_SRP_AUTH") else { panic!() };
        sign_in(name, || challenge.answer(&app_client(), devices(), seed()), &["DEVICE_PASSWORD_VERIFIER"]);
    }),
    ("mfa_setup set_up_email", |name| {
        let Challenge::MfaSetup(challenge) = challenge("MFA_SETUP") else { panic!() };
        sign_in(name, || challenge.set_up_email(&app_client(), MARK, seed()), &[]);
    }),
    ("software_token_setup verify", |name| {
        let verified = r#"{"Status":"SUCCESS","Session":"m4rk"}"#;
        test_every_path(name, || setup().verify(&app_client(), MARK, seed()), &[verified, TOKENS, CONFIRMED]);
    }),
    ("new_password answer", |name| {
        let Challenge::NewPassword(challenge) = challenge("NEW_PASSWORD_REQUIRED") else { panic!() };
        sign_in(name, || challenge.answer(&app_client(), MARK, [Attribute::new("nickname", MARK)], seed()), &[]);
    }),
    ("new_password answer_unchecked", |name| {
        let Challenge::NewPassword(challenge) = challenge("NEW_PASSWORD_REQUIRED") else { panic!() };
        sign_in(name, || challenge.answer_unchecked(&app_client(), MARK, [Attribute::new("email", MARK)], seed()), &[]);
    }),
    ("select_mfa_type answer", |name| {
        let Challenge::SelectMfaType(challenge) = challenge("SELECT_MFA_TYPE") else { panic!() };
        sign_in(name, || challenge.answer(&app_client(), &ChallengeName::SmsMfa, seed()), &[]);
    }),
];

const PROOF: [&str; 3] = ["PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"];

/// Challenges without a type in the core, and one that Cognito does not have.
const CHALLENGES: [&str; 4] = ["WEB_AUTHN", "PASSWORD_SRP", "SELECT_CHALLENGE", "TELEPATHY"];

/// Tests a sign-in that goes through these challenges and ends with tokens and a new device, or with another
/// challenge.
fn sign_in(name: &str, new: impl Fn() -> SignIn, challenges: &[&str]) {
    let challenges: Vec<_> = challenges.iter().map(|name| challenge_answer(name)).collect();
    let with =
        |last: &[&'static str]| challenges.iter().map(String::as_str).chain(last.iter().copied()).collect::<Vec<_>>();
    test_every_path(name, || new().with_devices(devices()).with_device_name("laptop"), &with(&[TOKENS, CONFIRMED]));
    let last = challenge_answer("SMS_MFA");
    let mut to_challenge: Vec<_> = challenges.iter().map(String::as_str).collect();
    to_challenge.push(&last);
    test_every_path(name, new, &to_challenge);
}

/// Every flow of the core.
const FLOWS: [Row; 8] = [
    ("Call", |name| {
        test_every_path(name, || Call::signed_in(&app_client(), &session(), GetUser::new()), &[USER]);
    }),
    ("SignIn", |_| SIGN_INS.iter().for_each(|(name, show)| show(name))),
    ("BeginSoftwareTokenSetup", |name| {
        let Challenge::MfaSetup(challenge) = challenge("MFA_SETUP") else { panic!() };
        let new = || -> BeginSoftwareTokenSetup { challenge.set_up_software_token(&app_client()) };
        test_every_path(name, new, &[SECRET_CODE]);
    }),
    ("Refresh", |name| {
        test_every_path(name, || Refresh::new(&app_client(), &session(), seed()), &[TOKENS, CONFIRMED]);
    }),
    ("RegisterDevice", |name| {
        let new = || RegisterDevice::new(&app_client(), &session(), new_device());
        test_every_path(name, new, &[CONFIRMED]);
    }),
    ("SetMfaPreference", |name| {
        let new = || SetMfaPreference::new(&app_client(), &session()).with_sms(FactorState::On);
        test_every_path(name, new, &[USER, "{}"]);
    }),
    ("SignOut", |name| {
        let mut texts = Texts::default();
        for scope in [SignOutScope::Local, SignOutScope::Revoke, SignOutScope::Global] {
            for event in failures(&[]).into_iter().chain([answer(200, MARK), answer(200, "{}")]) {
                run_and_record(&mut texts, SignOut::new(&app_client(), &session(), scope), [event].into_iter());
            }
        }
        texts.assert_no_secret(name);
    }),
    ("GetCredentials", |name| {
        test_every_path(name, || GetCredentials::new(&identity_pool(), logins()), &[IDENTITY, CREDENTIALS]);
        let role = || Role::Assumed(AssumedRole::new("arn:aws:iam::123456789012:role/user", "user"));
        let new = || GetCredentials::new(&identity_pool(), logins()).with_role(role());
        test_every_path(name, new, &[IDENTITY, IDENTITY, ASSUMED]);
    }),
];

/// Returns a new device whose registration has failed.
fn new_device() -> cognito_core::NewDevice {
    let mut flow = SignIn::password(&app_client(), NAME, MARK, seed());
    flow.step(NOW, Event::Start).unwrap();
    flow.step(NOW, answer(200, TOKENS)).unwrap();
    let step = flow.step(NOW, answer(400, r#"{"__type":"InvalidParameterException"}"#));
    let Ok(Step::Done(SignInOutcome::SignedIn(signed_in))) = step else { panic!("{step:?}") };
    let DeviceRegistration::Failed(failed) = signed_in.device.registration else { panic!() };
    failed.new_device.unwrap()
}

#[test]
fn no_flow_shows_a_secret_at_any_step() {
    FLOWS.iter().for_each(|(name, show)| show(name));
}

#[test]
fn every_flow_and_keeper_of_the_core_is_tested() {
    assert_eq!(names(&FLOWS), implementations("Flow"));
    assert_eq!(names(&KEEPERS), implementations("Keeper"));
}

#[test]
fn every_function_that_returns_a_sign_in_is_tested() {
    let mut makers = BTreeSet::new();
    for (file, text) in sources() {
        let in_sign_in = file.to_string_lossy().contains("sign_in/challenge") || file.ends_with("sign_in.rs");
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        for function in text.split("pub fn ").skip(1).filter(|_| in_sign_in) {
            let signature = function.split('{').next().unwrap();
            let returned = signature.rsplit("->").next().unwrap().trim();
            let name = signature.split(['(', '<']).next().unwrap();
            if returned == "SignIn" || (stem == "sign_in" && returned == "Self" && signature.contains("app_client")) {
                makers.insert(format!("{stem} {name}"));
            }
        }
    }
    assert_eq!(names(&SIGN_INS), makers);
}

fn names(table: &[Row]) -> BTreeSet<String> {
    table.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The password is generated from the seed and has no mark.
#[test]
fn the_generated_password_of_a_device_is_not_shown() {
    let new = || SignIn::password(&app_client(), NAME, MARK, seed());
    let mut flow = new();
    for event in [Event::Start, answer(200, TOKENS)] {
        flow.step(NOW, event).unwrap();
    }
    let step = flow.step(NOW, answer(200, CONFIRMED));
    let Ok(Step::Done(SignInOutcome::SignedIn(SignedIn { device, .. }))) = &step else { panic!("{step:?}") };
    let DeviceRegistration::Confirmed(confirmed) = &device.registration else { panic!("{device:?}") };
    let mut texts = Texts::default();
    texts.add_computed_secret(confirmed.record.password().expose());
    texts.add_result(&step);
    texts.add_debug(&new_device());
    run_and_record(&mut texts, new(), [TOKENS, CONFIRMED].map(|text| answer(200, text)).into_iter());
    texts.assert_no_secret("a new device");
}

/// Returns the types for which the core implements the trait called `of`.
fn implementations(of: &str) -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for (_, text) in sources() {
        for line in text.lines().filter(|line| line.starts_with("impl") && line.contains(&format!("{of} for "))) {
            let name = line.rsplit(" for ").next().unwrap();
            types.insert(name.split([' ', '<']).next().unwrap().to_owned());
        }
    }
    types
}

/// Returns the paths and contents of the core's source files, without tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.file_stem().unwrap().to_str() {
                Some("tests") => {}
                _ if path.is_dir() => folders.push(path),
                _ if path.extension().is_some_and(|extension| extension == "rs") => {
                    files.push((path.clone(), fs::read_to_string(path).unwrap()));
                }
                _ => {}
            }
        }
    }
    files
}
