//! The client and the simulated service, on which the actions really happen.

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

use crate::action::{Action, Errand, Factor, Mailbox, SignIn, Typed, Who};
use crate::reference::Model;
use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::pair::Pair;

pub(crate) struct Stage {
    pair: Pair,
    identity_pool: IdentityPool,
    /// The devices of the machine at home.
    devices: Devices,
    pub(crate) sessions: Vec<Session>,
    /// The secrets of the authenticator apps, by user name.
    apps: BTreeMap<String, String>,
    guest: Option<String>,
    /// The identities, by `sub`.
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

    /// `before` is the model before the action: it knows the passwords.
    pub(crate) fn perform(&mut self, action: &Action, before: &Model) -> Result<(), Error> {
        let pair = &self.pair;
        let password = |who| password(before.users.get(&who).map_or(0, |user| user.password));
        match action {
            Action::SignUp(who) => {
                let mut sign_up = SignUp::new(who.name(), password(*who));
                sign_up.user_attributes = vec![
                    Attribute::new("email", who.email(Mailbox::Own)),
                    Attribute::new("phone_number", "+15550001234"),
                ];
                pair.call(sign_up).map(drop)
            }
            Action::ConfirmSignUp(who, right) => {
                let code = self.code(*who, Purpose::ConfirmSignUp, *right);
                pair.call(ConfirmSignUp::new(who.name(), code)).map(drop)
            }
            Action::ResendCode(who) => pair.call(ResendConfirmationCode::new(who.name())).map(drop),
            Action::SignIn(sign_in) => {
                let whom = before.resolve(sign_in.typed, sign_in.who).unwrap_or(sign_in.who);
                let right = password(whom);
                self.sign_in(sign_in, if sign_in.right_password { &right } else { "Wrong-horse-1" })
            }
            Action::ForgotPassword(who) => pair.call(ForgotPassword::new(who.name())).map(drop),
            Action::ConfirmForgotPassword(who, right) => {
                let code = self.code(*who, Purpose::ForgotPassword, *right);
                let next = next_password(before, *who);
                pair.call(ConfirmForgotPassword::new(who.name(), code, next)).map(drop)
            }
            Action::Pass(minutes) => {
                self.pass(60 * minutes);
                Ok(())
            }
            Action::GuestCredentials => {
                let flow = GetCredentials::new(&self.identity_pool, Logins::new());
                let flow = self.guest.iter().fold(flow, |flow, id| flow.with_identity_id(id));
                let identity_id = pair.run(flow)?.identity_id;
                assert_eq!(self.guest.get_or_insert_with(|| identity_id.clone()), &identity_id, "the guest's identity");
                Ok(())
            }
            Action::Signed(_, _) if self.sessions.is_empty() => Ok(()),
            Action::Signed(number, errand) => {
                let count = self.sessions.len();
                self.errand(count - 1 - number % count, errand, before)
            }
        }
    }

    fn pass(&mut self, seconds: u64) {
        self.pair.now = Timestamp::from_unix_seconds(self.now() + seconds);
    }

    fn seed(&mut self) -> Seed {
        self.random = self.random.wrapping_add(1);
        Seed::new([self.random; 32])
    }

    /// The last code that the user was sent for this, or another.
    fn code(&self, who: Who, purpose: Purpose, right: bool) -> String {
        let simulator = self.pair.simulator.borrow();
        let messages = simulator.messages().iter().rev();
        let mut sent = messages.filter(|message| message.username == who.name() && message.purpose == purpose);
        let code = sent.next().map_or("555555", |message| &message.code);
        if right { code.to_owned() } else { other_than(code) }
    }

    fn sign_in(&mut self, sign_in: &SignIn, password: &str) -> Result<(), Error> {
        self.pass(60);
        let typed = match sign_in.typed {
            Typed::Name => sign_in.who.name().to_owned(),
            Typed::Email(mailbox) => sign_in.who.email(mailbox),
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
                // It waits in a store until the user has answered.
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

    fn errand(&mut self, number: usize, errand: &Errand, before: &Model) -> Result<(), Error> {
        let session = self.sessions[number].clone();
        let (who, device) = (before.sessions[number].who, session.device_key().unwrap_or_default());
        if let Errand::SetUpApp(right) = errand {
            return self.set_up_app(&session, *right);
        }
        let seed = self.seed();
        let pair = &self.pair;
        match errand {
            Errand::SetUpApp(_) => Ok(()),
            Errand::Refresh => {
                self.sessions[number] = pair.run(Refresh::new(&pair.client, &session, seed))?.session;
                Ok(())
            }
            Errand::Revoke => pair.call(RevokeToken::new(session.refresh_token().unwrap().clone())).map(drop),
            Errand::GlobalSignOut => pair.call_signed_in(&session, GlobalSignOut::new()).map(drop),
            Errand::ChangePassword(right) => {
                let known = before.users.get(&who).map_or(0, |user| user.password);
                let previous = if *right { password(known) } else { "Wrong-horse-1".to_owned() };
                pair.call_signed_in(&session, ChangePassword::new(previous, next_password(before, who))).map(drop)
            }
            Errand::SetFactor(factor, state) => {
                let change = SetMfaPreference::new(&pair.client, &session);
                pair.run(match factor {
                    Factor::Sms => change.sms(*state),
                    Factor::App => change.software_token(*state),
                    Factor::Email => change.email(*state),
                })
            }
            Errand::ForgetDevice => pair.call_signed_in(&session, ForgetDevice::new(device)).map(drop),
            Errand::RememberDevice(remember) => {
                use DeviceRememberedStatus::{NotRemembered, Remembered};
                let status = if *remember { Remembered } else { NotRemembered };
                pair.call_signed_in(&session, UpdateDeviceStatus::new(device, status)).map(drop)
            }
            Errand::UpdateEmail(mailbox) => {
                let attributes = [Attribute::new("email", who.email(*mailbox))];
                pair.call_signed_in(&session, UpdateUserAttributes::new(attributes)).map(drop)
            }
            Errand::DeleteEmail => pair.call_signed_in(&session, DeleteUserAttributes::new(["email"])).map(drop),
            Errand::SendCode => pair.call_signed_in(&session, GetUserAttributeVerificationCode::new("email")).map(drop),
            Errand::VerifyEmail(right) => {
                let code = self.code(who, Purpose::VerifyAttribute, *right);
                pair.call_signed_in(&session, VerifyUserAttribute::new("email", code)).map(drop)
            }
            Errand::DeleteUser => pair.call_signed_in(&session, DeleteUser::new()).map(drop),
            Errand::Credentials => {
                let logins = Logins::for_session(&pair.client, &session).unwrap();
                let identity_id = pair.run(GetCredentials::new(&self.identity_pool, logins))?.identity_id;
                let sub = session.sub().unwrap().to_owned();
                let others = self.identities.iter().filter(|(other, _)| **other != sub).map(|(_, id)| id);
                assert!(others.chain(&self.guest).all(|other| *other != identity_id), "another's identity");
                let known = self.identities.entry(sub).or_insert_with(|| identity_id.clone());
                assert_eq!(*known, identity_id, "the user's identity");
                Ok(())
            }
        }
    }

    fn set_up_app(&mut self, session: &Session, right: bool) -> Result<(), Error> {
        self.pass(60);
        let pair = &self.pair;
        let secret = pair.call_signed_in(session, AssociateSoftwareToken::new())?.secret_code.unwrap();
        let code = app(secret.expose(), self.now());
        let code = if right { code } else { other_than(&code) };
        pair.call_signed_in(session, VerifySoftwareToken::new(code))?;
        self.apps.insert(session.username().to_owned(), secret.expose().to_owned());
        Ok(())
    }

    /// What GetUser and ListDevices say to a session: the e-mail address, whether it is verified, the factors, which of
    /// them is preferred, and of each device whether it is remembered, in no order.
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
    pub(crate) email: Option<(String, bool)>,
    pub(crate) factors: Vec<String>,
    pub(crate) preferred: Option<String>,
    pub(crate) remembered: Vec<bool>,
}

fn password(number: u32) -> String {
    format!("Correct-horse-{number}")
}

fn next_password(model: &Model, who: Who) -> String {
    password(model.users.get(&who).map_or(0, |user| user.password + 1))
}

fn other_than(code: &str) -> String {
    if code == "123456" { "654321" } else { "123456" }.to_owned()
}
