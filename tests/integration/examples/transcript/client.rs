//! The client: performs each step of a scenario with the core.

use std::error::Error;

use cognito_core::operation::*;
use cognito_core::{
    AppClient, Call, Challenge, DeviceRecord, Devices, Refresh, RefreshMethod, RemoteSignOut, Seed, Session, SignIn,
    SignInOutcome, SignOut, SignOutScope, Timestamp, Tokens, UserPoolId,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::script::{Answer, Script};

/// The initial state of the client, and the steps.
#[derive(Deserialize)]
pub(crate) struct Scenario {
    unix_millis: u64,
    user_pool_id: String,
    client_id: String,
    /// The name of each device that the client registers.
    device_name: String,
    session: Option<StoredSession>,
    device: Option<StoredDevice>,
    pub(crate) steps: Vec<Step>,
}

/// The tokens of a user who signed in before the scenario starts.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StoredSession {
    username: String,
    access_token: String,
    id_token: String,
    refresh_token: String,
}

/// A device that was registered before the scenario starts.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StoredDevice {
    username: String,
    device_key: String,
    device_group_key: String,
    password: String,
}

/// One step of a scenario. Its members have the names of the Cognito API.
#[derive(Deserialize)]
pub(crate) struct Step {
    #[serde(rename = "do")]
    pub(crate) name: String,
    seed: [u8; 32],
    /// The names of the clients for which the step must fail.
    #[serde(default)]
    fails: Vec<String>,
    answers: Vec<Answer>,
    #[serde(flatten)]
    members: Value,
}

impl Step {
    fn seed(&self) -> Seed {
        Seed::new(self.seed)
    }

    /// Reads one member of the step.
    fn member<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let member = self.members.get(name).ok_or_else(|| format!("the step has no {name}"))?;
        T::deserialize(member).map_err(|error| format!("{name}: {error}"))
    }

    fn text(&self, name: &str) -> Result<String, String> {
        self.member(name)
    }

    /// Reads all members of the step as an operation, or as a part of an operation.
    fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.members)
    }
}

pub(crate) struct Client {
    app_client: AppClient,
    device_name: String,
    script: Script,
    session: Option<Session>,
    devices: Devices,
    challenge: Option<Challenge>,
}

type StepResult = Result<(), Box<dyn Error>>;

impl Client {
    pub(crate) fn new(scenario: &Scenario) -> Result<Self, Box<dyn Error>> {
        let now = Timestamp::from_unix_millis(scenario.unix_millis);
        let app_client = AppClient::new(UserPoolId::new(&scenario.user_pool_id)?, &scenario.client_id)?;
        let record = |device: &StoredDevice| {
            let StoredDevice { username, device_key, device_group_key, password } = device;
            DeviceRecord::new(username, device_key, device_group_key, password.as_str())
        };
        let record = scenario.device.as_ref().map(record).transpose()?;
        let session = scenario.session.as_ref().map(|stored| {
            let mut tokens = Tokens::new(stored.access_token.as_str());
            tokens.id_token = Some(stored.id_token.as_str().into());
            tokens.refresh_token = Some(stored.refresh_token.as_str().into());
            let session = Session::new(&stored.username, tokens, now, None);
            match &record {
                Some(record) => session.with_device_key(record.device_key()),
                None => session,
            }
        });
        Ok(Self {
            // The other client supports only this method.
            app_client: app_client.with_refresh_method(RefreshMethod::RefreshTokenAuth),
            device_name: scenario.device_name.clone(),
            script: Script::new(now),
            session,
            devices: record.into_iter().collect(),
            challenge: None,
        })
    }

    /// Performs a step. It must succeed or fail as the scenario says, and use all of its answers.
    pub(crate) fn perform(&mut self, index: usize, step: &Step) -> StepResult {
        self.script.begin(index, &step.answers);
        let must_fail = step.fails.iter().any(|client| client == "rust");
        match self.act(step) {
            Err(error) if must_fail && error.is::<cognito_core::Error>() => {}
            Ok(()) if must_fail => return Err("succeeds, but must fail".into()),
            result => result?,
        }
        if self.script.is_finished() { Ok(()) } else { Err("does not use all of its answers".into()) }
    }

    fn act(&mut self, step: &Step) -> StepResult {
        match step.name.as_str() {
            "SignUp" => self.call::<SignUp>(step),
            "ConfirmSignUp" => self.call::<ConfirmSignUp>(step),
            "ResendConfirmationCode" => self.call::<ResendConfirmationCode>(step),
            "ForgotPassword" => self.call::<ForgotPassword>(step),
            "ConfirmForgotPassword" => self.call::<ConfirmForgotPassword>(step),
            "GetUser" => self.call_signed_in::<GetUser>(step),
            "UpdateUserAttributes" => self.call_signed_in::<UpdateUserAttributes>(step),
            "DeleteUserAttributes" => self.call_signed_in::<DeleteUserAttributes>(step),
            "GetUserAttributeVerificationCode" => self.call_signed_in::<GetUserAttributeVerificationCode>(step),
            "VerifyUserAttribute" => self.call_signed_in::<VerifyUserAttribute>(step),
            "ChangePassword" => self.call_signed_in::<ChangePassword>(step),
            "SetUserMFAPreference" => self.call_signed_in::<SetUserMfaPreference>(step),
            "SetUserSettings" => self.call_signed_in::<SetUserSettings>(step),
            "AssociateSoftwareToken" => self.call_signed_in::<AssociateSoftwareToken>(step),
            "VerifySoftwareToken" => self.call_signed_in::<VerifySoftwareToken>(step),
            "ListDevices" => self.call_signed_in::<ListDevices>(step),
            "GetDevice" => self.call_signed_in::<GetDevice>(step),
            "ForgetDevice" => self.call_signed_in::<ForgetDevice>(step),
            "UpdateDeviceStatus" => self.call_signed_in::<UpdateDeviceStatus>(step),
            "DeleteUser" => self.call_signed_in::<DeleteUser>(step),
            "RevokeToken" => self.sign_out(SignOutScope::Revoke),
            "GlobalSignOut" => self.sign_out(SignOutScope::Global),
            "refresh" => self.refresh(step),
            "begin software token" => self.begin_software_token(),
            _ => self.sign_in(step),
        }
    }

    fn call<O: Public + DeserializeOwned>(&mut self, step: &Step) -> StepResult {
        self.script.run(Call::new(&self.app_client, step.read::<O>()?)).map(drop)
    }

    fn call_signed_in<O: TokenAuthorized + DeserializeOwned>(&mut self, step: &Step) -> StepResult {
        let call = Call::signed_in(&self.app_client, self.session()?, step.read::<O>()?);
        self.script.run(call).map(drop)
    }

    fn session(&self) -> Result<&Session, &'static str> {
        self.session.as_ref().ok_or("no user is signed in")
    }

    fn sign_out(&mut self, scope: SignOutScope) -> StepResult {
        match self.script.run(SignOut::new(&self.app_client, self.session()?, scope))? {
            RemoteSignOut::Done => Ok(()),
            RemoteSignOut::Failed(error) => Err(error.into()),
            other => Err(format!("{other:?}").into()),
        }
    }

    fn refresh(&mut self, step: &Step) -> StepResult {
        let refresh = Refresh::new(&self.app_client, self.session()?, step.seed());
        let refresh = refresh.with_context(step.read()?).with_device_name(&self.device_name);
        self.session = Some(self.script.run(refresh)?.session);
        Ok(())
    }

    fn begin_software_token(&mut self) -> StepResult {
        let Some(Challenge::MfaSetup(challenge)) = &self.challenge else {
            return Err("the current challenge is not MFA_SETUP".into());
        };
        let setup = self.script.run(challenge.set_up_software_token(&self.app_client))?;
        self.challenge = Some(setup.into());
        Ok(())
    }

    /// Starts a sign-in, or answers its current challenge.
    fn sign_in(&mut self, step: &Step) -> StepResult {
        let flow = self.start_flow(step)?.map_or_else(|| self.answer(step), Ok)?;
        let flow = flow.with_context(step.read()?).with_devices(self.devices.clone());
        match self.script.run(flow.with_device_name(&self.device_name))? {
            SignInOutcome::SignedIn(signed_in) => {
                self.devices.update(signed_in.session.username(), &signed_in.device);
                self.session = Some(signed_in.session);
                self.challenge = None;
            }
            SignInOutcome::Challenge(challenge) => self.challenge = Some(challenge),
        }
        Ok(())
    }

    fn start_flow(&self, step: &Step) -> Result<Option<SignIn>, Box<dyn Error>> {
        let (client, seed) = (&self.app_client, step.seed());
        let username = || step.text("USERNAME");
        let password = || step.text("PASSWORD");
        Ok(Some(match step.name.as_str() {
            "srp" => SignIn::srp(client, username()?, password()?, seed),
            "password" => SignIn::password(client, username()?, password()?, seed),
            "custom" => SignIn::custom(client, username()?, seed),
            "custom with srp" => SignIn::custom_with_srp(client, username()?, password()?, seed),
            _ => return Ok(None),
        }))
    }

    fn answer(&self, step: &Step) -> Result<SignIn, Box<dyn Error>> {
        let (client, seed) = (&self.app_client, step.seed());
        let challenge = self.challenge.as_ref().ok_or("there is no challenge to answer")?;
        Ok(match (step.name.as_str(), challenge) {
            ("code", Challenge::Code(challenge)) => challenge.answer(client, step.text("CODE")?, seed),
            ("choice", Challenge::SelectMfaType(challenge)) => challenge.answer(client, &step.member("ANSWER")?, seed),
            ("new password", Challenge::NewPassword(challenge)) => {
                let attributes: Vec<Attribute> = step.member("UserAttributes")?;
                challenge.answer(client, step.text("NEW_PASSWORD")?, attributes, seed)
            }
            ("custom answer", Challenge::Custom(challenge)) => challenge.answer(client, step.text("ANSWER")?, seed),
            ("software token code", Challenge::SoftwareTokenSetup(setup)) => {
                let setup = setup.clone().with_friendly_device_name(step.text("FriendlyDeviceName")?);
                setup.verify(client, step.text("UserCode")?, seed)
            }
            (name, challenge) => return Err(format!("{name} does not answer {:?}", challenge.name()).into()),
        })
    }
}
