//! The client and the simulated service, which perform the actions.

use std::collections::BTreeMap;
use std::time::Duration;

use cognito_core::operation::{
    AssociateSoftwareToken, Attribute, ChangePassword, ConfirmForgotPassword, ConfirmSignUp, DeleteUser,
    DeleteUserAttributes, DeviceRememberedStatus, ForgetDevice, ForgotPassword, GetUser,
    GetUserAttributeVerificationCode, GlobalSignOut, ListDevices, ResendConfirmationCode, RevokeToken, SignUp,
    UpdateDeviceStatus, UpdateUserAttributes, VerifySoftwareToken, VerifyUserAttribute,
};
use cognito_core::session::Plan;
use cognito_core::{
    Challenge, Devices, Error, GetCredentials, IdentityPool, IdentityPoolId, Logins, Refresh, Seed, Session,
    SetMfaPreference, SignInOutcome, Timestamp,
};
use cognito_testkit::{Config, Purpose};
use serde_json::json;

use crate::action::{Action, Factor, Mailbox, Person, SessionAction, SignIn, TypedName};
use crate::reference::Model;
use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::pair::Pair;

pub(crate) struct Stage {
    pair: Pair,
    identity_pool: IdentityPool,
    /// The device records of the machine at home.
    devices: Devices,
    pub(crate) sessions: Vec<Session>,
    /// The secrets of the authenticator apps, by user name.
    apps: BTreeMap<String, String>,
    /// The identity id of the guest.
    guest: Option<String>,
    /// The identity ids, by the user's `sub`.
    identities: BTreeMap<String, String>,
    random: u8,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let pool = json!({
            "name": "pool",
            "alias_attributes": ["email"],
            "auto_verified_attributes": ["email"],
            "mfa_configuration": "OPTIONAL",
            "mfa_factors": ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
            "device_configuration": {"challenge_required_on_new_device": true},
            "password_lockout": false,
            "code_sends_per_hour": null,
            "code_failures_per_hour": null,
            "clients": [{"name": "app", "generate_secret": true, "prevent_user_existence_errors": "ENABLED",
                "refresh_token_validity": {"amount": 1, "unit": "days"},
                "explicit_auth_flows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}],
        });
        let identities = json!({"user_pools": ["pool"], "allow_unauthenticated_identities": true,
            "roles": {"authenticated": "arn:aws:iam::123456789012:role/user",
                "unauthenticated": "arn:aws:iam::123456789012:role/guest"}});
        let config = json!({"pools": [pool], "identity_pools": [identities]}).to_string();
        let pair = Pair::new(Config::from_json(&config).unwrap(), "app");
        let id = pair.simulator.borrow().identity_pools().remove(0).id;
        let identity_pool = IdentityPool::new(IdentityPoolId::new(id).unwrap()).unwrap();
        Self {
            pair,
            identity_pool,
            devices: Devices::new(),
            sessions: Vec::new(),
            apps: BTreeMap::new(),
            guest: None,
            identities: BTreeMap::new(),
            random: 0,
        }
    }

    pub(crate) fn now(&self) -> u64 {
        self.pair.now.as_unix_seconds()
    }

    /// Performs an action. `before` is the model before the action, which contains the current passwords.
    pub(crate) fn perform(&mut self, action: &Action, before: &Model) -> Result<(), Error> {
        let pair = &self.pair;
        let password = |person| password(before.users.get(&person).map_or(0, |user| user.password));
        match action {
            Action::SignUp(person) => {
                let mut sign_up = SignUp::new(person.name(), password(*person));
                sign_up.user_attributes = vec![
                    Attribute::new("email", person.email(Mailbox::Own)),
                    Attribute::new("phone_number", "+15550001234"),
                ];
                pair.call(sign_up).map(drop)
            }
            Action::ConfirmSignUp(person, right) => {
                let code = self.code(*person, Purpose::ConfirmSignUp, *right);
                pair.call(ConfirmSignUp::new(person.name(), code)).map(drop)
            }
            Action::ResendCode(person) => pair.call(ResendConfirmationCode::new(person.name())).map(drop),
            Action::SignIn(sign_in) => {
                let signer = before.resolve(sign_in.typed, sign_in.person).unwrap_or(sign_in.person);
                let right = password(signer);
                self.sign_in(sign_in, if sign_in.right_password { &right } else { "Wrong-horse-1" })
            }
            Action::ForgotPassword(person) => pair.call(ForgotPassword::new(person.name())).map(drop),
            Action::ConfirmForgotPassword(person, right) => {
                let code = self.code(*person, Purpose::ForgotPassword, *right);
                let next = next_password(before, *person);
                pair.call(ConfirmForgotPassword::new(person.name(), code, next)).map(drop)
            }
            Action::AdvanceMinutes(minutes) => {
                self.advance(60 * minutes);
                Ok(())
            }
            Action::GuestCredentials => {
                let flow = GetCredentials::new(&self.identity_pool, Logins::new());
                let flow = self.guest.iter().fold(flow, |flow, id| flow.with_identity_id(id));
                let identity_id = pair.run(flow)?.identity_id;
                assert_eq!(
                    self.guest.get_or_insert_with(|| identity_id.clone()),
                    &identity_id,
                    "the identity of the guest must not change"
                );
                Ok(())
            }
            Action::InSession(_, _) if self.sessions.is_empty() => Ok(()),
            Action::InSession(number, action) => {
                let count = self.sessions.len();
                self.session_action(count - 1 - number % count, action, before)
            }
        }
    }

    fn advance(&mut self, seconds: u64) {
        self.pair.now = Timestamp::from_unix_seconds(self.now() + seconds);
    }

    fn seed(&mut self) -> Seed {
        self.random = self.random.wrapping_add(1);
        Seed::new([self.random; 32])
    }

    /// Returns the last code that was sent to the user for this purpose, or a wrong code.
    fn code(&self, person: Person, purpose: Purpose, right: bool) -> String {
        let simulator = self.pair.simulator.borrow();
        let messages = simulator.messages().iter().rev();
        let mut sent = messages.filter(|message| message.username == person.name() && message.purpose == purpose);
        let code = sent.next().map_or("555555", |message| &message.code);
        if right { code.to_owned() } else { other_than(code) }
    }

    fn sign_in(&mut self, sign_in: &SignIn, password: &str) -> Result<(), Error> {
        self.advance(60);
        let typed = match sign_in.typed {
            TypedName::Name => sign_in.person.name().to_owned(),
            TypedName::Email(mailbox) => sign_in.person.email(mailbox),
        };
        let devices = if sign_in.at_home { self.devices.clone() } else { Devices::new() };
        let seed = self.seed();
        let mut flow = cognito_core::SignIn::srp(&self.pair.client, typed, password, seed);
        loop {
            let challenge = match self.pair.run(flow.with_devices(devices.clone()))? {
                SignInOutcome::SignedIn(signed_in) => {
                    if sign_in.at_home {
                        self.devices.update(signed_in.session.username(), &signed_in.device);
                    }
                    self.sessions.push(signed_in.session);
                    return Ok(());
                }
                // An application stores the challenge until the user answers.
                SignInOutcome::Challenge(challenge) => serde_json::to_string(&challenge).unwrap(),
            };
            let seed = self.seed();
            let client = &self.pair.client;
            let challenge: Challenge = serde_json::from_str(&challenge).unwrap();
            flow = match &challenge {
                Challenge::SelectMfaType(select) => {
                    let choices = select.choices();
                    select.answer(client, &choices[sign_in.choice % choices.len()], seed)
                }
                Challenge::Code(code) => {
                    let right = if code.name().as_str() == Factor::App.name() {
                        app(&self.apps[challenge.username()], self.now())
                    } else {
                        self.pair.last_code()
                    };
                    code.answer(client, if sign_in.right_code { right } else { other_than(&right) }, seed)
                }
                other => panic!("{other:?}"),
            };
        }
    }

    fn session_action(&mut self, number: usize, action: &SessionAction, before: &Model) -> Result<(), Error> {
        let session = self.sessions[number].clone();
        let (person, device) = (before.sessions[number].person, session.device_key().unwrap_or_default());
        if let SessionAction::SetUpApp(right) = action {
            return self.set_up_app(&session, *right);
        }
        let seed = self.seed();
        let pair = &self.pair;
        match action {
            SessionAction::SetUpApp(_) => Ok(()),
            SessionAction::Refresh => {
                self.sessions[number] = pair.run(Refresh::new(&pair.client, &session, seed))?.session;
                Ok(())
            }
            SessionAction::Revoke => pair.call(RevokeToken::new(session.refresh_token().unwrap().clone())).map(drop),
            SessionAction::GlobalSignOut => pair.call_signed_in(&session, GlobalSignOut::new()).map(drop),
            SessionAction::ChangePassword(right) => {
                let known = before.users.get(&person).map_or(0, |user| user.password);
                let previous = if *right { password(known) } else { "Wrong-horse-1".to_owned() };
                pair.call_signed_in(&session, ChangePassword::new(previous, next_password(before, person))).map(drop)
            }
            SessionAction::SetFactor(factor, state) => {
                let change = SetMfaPreference::new(&pair.client, &session);
                pair.run(match factor {
                    Factor::Sms => change.with_sms(*state),
                    Factor::App => change.with_software_token(*state),
                    Factor::Email => change.with_email(*state),
                })
            }
            SessionAction::ForgetDevice => pair.call_signed_in(&session, ForgetDevice::new(device)).map(drop),
            SessionAction::RememberDevice(remember) => {
                use DeviceRememberedStatus::{NotRemembered, Remembered};
                let status = if *remember { Remembered } else { NotRemembered };
                pair.call_signed_in(&session, UpdateDeviceStatus::new(device, status)).map(drop)
            }
            SessionAction::UpdateEmail(mailbox) => {
                let attributes = [Attribute::new("email", person.email(*mailbox))];
                pair.call_signed_in(&session, UpdateUserAttributes::new(attributes)).map(drop)
            }
            SessionAction::DeleteEmail => pair.call_signed_in(&session, DeleteUserAttributes::new(["email"])).map(drop),
            SessionAction::SendCode => {
                pair.call_signed_in(&session, GetUserAttributeVerificationCode::new("email")).map(drop)
            }
            SessionAction::VerifyEmail(right) => {
                let code = self.code(person, Purpose::VerifyAttribute, *right);
                pair.call_signed_in(&session, VerifyUserAttribute::new("email", code)).map(drop)
            }
            SessionAction::DeleteUser => pair.call_signed_in(&session, DeleteUser::new()).map(drop),
            SessionAction::Credentials => {
                let logins = Logins::for_session(&pair.client, &session).unwrap();
                let identity_id = pair.run(GetCredentials::new(&self.identity_pool, logins))?.identity_id;
                let sub = session.sub().unwrap().to_owned();
                let others = self.identities.iter().filter(|(other, _)| **other != sub).map(|(_, id)| id);
                assert!(
                    others.chain(&self.guest).all(|other| *other != identity_id),
                    "two users have the same identity"
                );
                let known = self.identities.entry(sub).or_insert_with(|| identity_id.clone());
                assert_eq!(*known, identity_id, "the identity of the user must not change");
                Ok(())
            }
        }
    }

    fn set_up_app(&mut self, session: &Session, right: bool) -> Result<(), Error> {
        self.advance(60);
        let pair = &self.pair;
        let secret = pair.call_signed_in(session, AssociateSoftwareToken::new())?.secret_code.unwrap();
        let code = app(secret.expose(), self.now());
        let code = if right { code } else { other_than(&code) };
        pair.call_signed_in(session, VerifySoftwareToken::new(code))?;
        self.apps.insert(session.username().to_owned(), secret.expose().to_owned());
        Ok(())
    }

    /// Returns the profile that GetUser and ListDevices report to a session.
    pub(crate) fn profile(&self, session: &Session) -> Result<Profile, Error> {
        let user = self.pair.call_signed_in(session, GetUser::new())?;
        assert_eq!(user.username, session.username());
        let listed = self.pair.call_signed_in(session, ListDevices::new())?.devices;
        let status = |attribute: &&Attribute| attribute.name == "dev:device_remembered_status";
        let remembered = listed
            .iter()
            .map(|device| device.device_attributes.iter().find(status).unwrap().value.as_deref() == Some("remembered"));
        let mut remembered: Vec<_> = remembered.collect();
        remembered.sort_unstable();
        let verified = user.attribute("email_verified") == Some("true");
        Ok(Profile {
            email: user.attribute("email").map(|email| (email.to_owned(), verified)),
            factors: user.user_mfa_setting_list.clone(),
            preferred: user.preferred_mfa_setting.clone(),
            remembered,
        })
    }

    pub(crate) fn is_fresh(&self, session: &Session) -> bool {
        session.plan(self.pair.now, Duration::ZERO) == Plan::Use
    }
}

#[derive(Debug, PartialEq)]
pub(crate) struct Profile {
    /// The e-mail address, and whether the address is verified.
    pub(crate) email: Option<(String, bool)>,
    pub(crate) factors: Vec<String>,
    pub(crate) preferred: Option<String>,
    /// Whether each device is remembered, sorted.
    pub(crate) remembered: Vec<bool>,
}

fn password(number: u32) -> String {
    format!("Correct-horse-{number}")
}

fn next_password(model: &Model, person: Person) -> String {
    password(model.users.get(&person).map_or(0, |user| user.password + 1))
}

fn other_than(code: &str) -> String {
    if code == "123456" { "654321" } else { "123456" }.to_owned()
}
