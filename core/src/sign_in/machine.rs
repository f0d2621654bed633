//! The machine behind every sign-in and every answer to a challenge.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;

use super::SignInOutcome;
use super::challenge::{Challenge, Pending};
use super::opening::{Credentials, Opening};
use super::proof::{ProofChallenge, ephemeral_key};
use super::user_names::UserNames;
use crate::configuration::AppClient;
use crate::device::{self, DeviceRecord, DeviceReport, Devices};
use crate::error::{Error, InvalidInput, Misuse};
use crate::flow::guarded;
use crate::flow::{Event, Flow, Step};
use crate::operation::{
    ChallengeName, Context, InitiateAuth, InitiateAuthResponse, NewDeviceMetadata, Parameters, RespondToAuthChallenge,
    SoftwareTokenStatus, VerifySoftwareToken, VerifySoftwareTokenResponse,
};
use crate::protocol::{Call, Metadata};
use crate::secret::ChallengeSession;
use crate::seed::Seed;
use crate::session::Tokens;
use crate::session::completion::{Completion, Renewed};
use crate::session::{Session, SignedIn};
use crate::srp::EphemeralKey;
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(super) struct Machine {
    app_client: AppClient,
    pub(super) context: Context,
    pub(super) devices: Devices,
    pub(super) device_name: Option<String>,
    seed: Seed,
    names: UserNames,
    opening: Opening,
    /// The device that the sign-in goes on without.
    gone_device_key: Option<String>,
    has_begun_again: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    Asking(Box<Asking>),
    Verifying(Box<Call<VerifySoftwareToken>>),
    Completing(Box<Completion>),
}

/// A request whose answer is tokens or a challenge.
#[derive(Debug)]
struct Asking {
    call: AskingCall,
    expects: Expects,
    /// The device that the request names.
    device_key: Option<String>,
}

#[derive(Debug)]
enum AskingCall {
    Initiate(Call<InitiateAuth>),
    /// With what was sent, to be sent again without the device.
    Respond(Call<RespondToAuthChallenge>, Box<RespondToAuthChallenge>),
}

/// What the next challenge may be, beside one for the user.
#[derive(Debug)]
enum Expects {
    /// DEVICE_SRP_AUTH; and with a key, PASSWORD_VERIFIER.
    AnyProof(Option<EphemeralKey>),
    /// DEVICE_PASSWORD_VERIFIER.
    DeviceVerifier(EphemeralKey, DeviceRecord),
    /// None: the device has been proven.
    Nothing,
}

impl Machine {
    /// `gone_device_key` is of a device to go on without.
    pub(super) fn new(
        app_client: &AppClient,
        names: UserNames,
        opening: Opening,
        seed: Seed,
        gone_device_key: Option<String>,
    ) -> Self {
        Self {
            app_client: app_client.clone(),
            context: Context::default(),
            devices: Devices::default(),
            device_name: None,
            seed,
            names,
            opening,
            gone_device_key,
            has_begun_again: false,
            state: State::Ready,
        }
    }
}

impl guarded::Machine for Machine {
    type Output = SignInOutcome;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<SignInOutcome>, Error> {
        match &mut self.state {
            State::Ready => {
                self.state = self.begin()?;
                self.advance(now, Event::Start)
            }
            State::Asking(asking) => match asking.call.step(now, event).map(Step::finished) {
                Ok(Ok(response)) => self.received(now, response),
                Ok(Err(step)) => Ok(step),
                Err(Error::Misuse(misuse)) => Err(misuse.into()),
                Err(error) => self.refused(now, error),
            },
            State::Verifying(call) => {
                let step = call.step(now, event).map_err(|error| error.or_start_again(self.gone_device_key.clone()))?;
                let metadata = call.metadata().clone();
                match step.finished() {
                    Ok(response) => self.verified(now, response, &metadata),
                    Err(step) => Ok(step),
                }
            }
            State::Completing(completion) => match completion.advance(now, event)?.finished() {
                Ok(signed_in) => Ok(Step::Done(SignInOutcome::SignedIn(signed_in))),
                Err(step) => Ok(step),
            },
        }
    }
}

impl Machine {
    fn begin(&mut self) -> Result<State, Error> {
        match &self.opening {
            Opening::Initiate { typed, credentials } => self.initiate(typed, credentials),
            Opening::Answer(answer) => {
                let answer = answer.clone()?;
                Ok(self.respond(*answer, Expects::AnyProof(None)))
            }
            Opening::Device(session) => {
                let device = self.device().ok_or(InvalidInput::new("devices", "have no record of this user"))?;
                self.begin_device(device.clone(), session.clone())
            }
            Opening::Verify { operation, .. } => {
                Ok(State::Verifying(Box::new(Call::new(&self.app_client, operation.clone()?))))
            }
        }
    }

    fn initiate(&self, typed: &str, credentials: &Credentials) -> Result<State, Error> {
        let label = if self.has_begun_again { "SRP a, again" } else { "SRP a" };
        let key = credentials.has_srp().then(|| ephemeral_key(&self.seed, label)).transpose()?;
        // With SRP the device is named beside the proof, when the service has said who the user is.
        let device_key = self.device().map(DeviceRecord::device_key).filter(|_| key.is_none());
        let mut operation = credentials.operation(typed, key.as_ref(), device_key)?;
        operation.context = self.context.clone();
        let device_key = device_key.map(ToOwned::to_owned);
        let call = AskingCall::Initiate(Call::new(&self.app_client, operation));
        Ok(State::Asking(Box::new(Asking { call, expects: Expects::AnyProof(key), device_key })))
    }

    /// Answers a challenge, and names the device where one is known.
    fn respond(&self, mut operation: RespondToAuthChallenge, expects: Expects) -> State {
        let responses = &mut operation.challenge_responses;
        if let Some(device) = self.device()
            && responses.get("DEVICE_KEY").is_none()
        {
            responses.insert("DEVICE_KEY", device.device_key());
        }
        let device_key = responses.get("DEVICE_KEY").map(ToOwned::to_owned);
        operation.context = self.context.clone();
        let call = Call::new(&self.app_client, operation.clone());
        let call = AskingCall::Respond(call, Box::new(operation));
        State::Asking(Box::new(Asking { call, expects, device_key }))
    }

    /// This machine's device of the user, unless it is gone. A flow that has begun again goes on without any.
    fn device(&self) -> Option<&DeviceRecord> {
        let found = self.names.iter().find_map(|name| self.devices.get(name));
        let is_gone = |device: &&DeviceRecord| self.gone_device_key.as_deref() == Some(device.device_key());
        found.filter(|device| !self.has_begun_again && !is_gone(device))
    }

    /// An answer of the service: the one place where it is read.
    fn received(&mut self, now: Timestamp, mut response: InitiateAuthResponse) -> Result<Step<SignInOutcome>, Error> {
        let Asking { call, expects, device_key } = self.take_asking()?;
        let metadata = call.metadata();
        self.names.learn(&response.challenge_parameters);
        // Tokens that have arrived are never given up for anything else in the answer.
        if let Some(mut result) = response.authentication_result.take() {
            let new_device = result.new_device_metadata.take();
            if let Some(tokens) = Tokens::from_result(result) {
                let session = Session::of_claimed_user(self.names.username.clone(), tokens, now, metadata.date);
                return self.complete(now, session, device_key, new_device.as_ref());
            }
        }
        let name = response.challenge_name.clone().filter(|name| *name != ChallengeName::Unknown(String::new()));
        let name = name.ok_or_else(|| metadata.malformed("neither tokens nor a challenge"))?;
        let device = self.device().cloned();
        self.state = match (expects, &name, device) {
            (Expects::AnyProof(Some(key)), ChallengeName::PasswordVerifier, _) => {
                self.prove_password(&key, now, response, metadata)?
            }
            (Expects::AnyProof(_), ChallengeName::DeviceSrpAuth, Some(device)) => {
                self.begin_device(device, response.session)?
            }
            (Expects::DeviceVerifier(key, device), ChallengeName::DevicePasswordVerifier, _) => {
                let username = &self.names.username;
                let challenge = ProofChallenge { username, challenge: response, metadata, now };
                self.respond(challenge.prove_device(&device, &key)?, Expects::Nothing)
            }
            _ => return Ok(Step::Done(SignInOutcome::Challenge(self.challenge(name, response)))),
        };
        self.go_on(now)
    }

    /// A request that has failed. Where that is for the device's sake, it goes on once without it.
    fn refused(&mut self, now: Timestamp, error: Error) -> Result<Step<SignInOutcome>, Error> {
        let Asking { call, expects, device_key } = self.take_asking()?;
        let is_proof = !matches!(expects, Expects::AnyProof(_));
        let Some(device_key) = device_key.filter(|_| device::is_gone(&error, is_proof)) else {
            return Err(error.or_start_again(self.gone_device_key.clone()));
        };
        self.gone_device_key = Some(device_key.clone());
        let has_begun_again = mem::replace(&mut self.has_begun_again, true);
        self.state = match (&self.opening, call) {
            (Opening::Initiate { typed, credentials }, _) if !has_begun_again => self.initiate(typed, credentials)?,
            (_, AskingCall::Respond(_, mut answer)) if !has_begun_again && !is_proof => {
                answer.challenge_responses.remove("DEVICE_KEY");
                self.respond(*answer, Expects::AnyProof(None))
            }
            // The challenge session is spent.
            _ => return Err(error.start_again(Some(device_key))),
        };
        self.go_on(now)
    }

    fn take_asking(&mut self) -> Result<Asking, Error> {
        match mem::replace(&mut self.state, State::Ready) {
            State::Asking(asking) => Ok(*asking),
            _ => Err(Misuse::Finished.into()),
        }
    }

    fn go_on(&mut self, now: Timestamp) -> Result<Step<SignInOutcome>, Error> {
        guarded::Machine::advance(self, now, Event::Start)
    }

    fn challenge(&self, name: ChallengeName, response: InitiateAuthResponse) -> Challenge {
        Challenge::from(Pending {
            name,
            names: self.names.clone(),
            session: response.session,
            parameters: response.challenge_parameters,
            available_challenges: response.available_challenges,
            gone_device_key: self.gone_device_key.clone(),
        })
    }

    fn prove_password(
        &self,
        key: &EphemeralKey,
        now: Timestamp,
        challenge: InitiateAuthResponse,
        metadata: &Metadata,
    ) -> Result<State, Error> {
        let Opening::Initiate { credentials, .. } = &self.opening else { return Err(Misuse::Finished.into()) };
        let password = credentials.password().ok_or(Misuse::Finished)?;
        let challenge = ProofChallenge { username: &self.names.username, challenge, metadata, now };
        let operation = challenge.prove_password(&self.app_client, password, key)?;
        Ok(self.respond(operation, Expects::AnyProof(None)))
    }

    /// Answers DEVICE_SRP_AUTH.
    fn begin_device(&self, device: DeviceRecord, session: Option<ChallengeSession>) -> Result<State, Error> {
        let key = ephemeral_key(&self.seed, "device SRP a")?;
        let responses = Parameters::from_iter([
            ("USERNAME", &*self.names.username),
            ("DEVICE_KEY", device.device_key()),
            ("SRP_A", &key.srp_a()),
        ]);
        let mut operation = RespondToAuthChallenge::new(ChallengeName::DeviceSrpAuth, responses);
        operation.session = session;
        Ok(self.respond(operation, Expects::DeviceVerifier(key, device)))
    }

    /// Goes on after VerifySoftwareToken, each time with the newest challenge session.
    fn verified(
        &mut self,
        now: Timestamp,
        response: VerifySoftwareTokenResponse,
        metadata: &Metadata,
    ) -> Result<Step<SignInOutcome>, Error> {
        let Opening::Verify { setup, .. } = &self.opening else { return Err(Misuse::Finished.into()) };
        let status = response.status.ok_or_else(|| metadata.malformed("VerifySoftwareToken without Status"))?;
        let setup = setup.renewed(response.session);
        if status != SoftwareTokenStatus::Success {
            return Ok(Step::Done(SignInOutcome::Challenge(setup.into())));
        }
        let responses = Parameters::from_iter([("USERNAME", self.names.username.as_str())]);
        let mut operation = RespondToAuthChallenge::new(ChallengeName::MfaSetup, responses);
        operation.session = setup.into_session();
        self.state = self.respond(operation, Expects::AnyProof(None));
        self.go_on(now)
    }

    /// The one way to be signed in.
    fn complete(
        &mut self,
        now: Timestamp,
        mut session: Session,
        device_key: Option<String>,
        new_device: Option<&NewDeviceMetadata>,
    ) -> Result<Step<SignInOutcome>, Error> {
        if let Some(device_key) = device_key.filter(|_| session.device_key().is_none()) {
            session = session.with_device_key(device_key);
        }
        let device = DeviceReport {
            gone_device_key: self.gone_device_key.clone(),
            aliases: device::aliases(self.names.iter().chain(session.sub()), session.username()),
            ..DeviceReport::default()
        };
        let signed_in = SignedIn { session, device };
        let device_name = self.device_name.clone();
        let completion = Renewed::new(&self.app_client, signed_in, new_device, device_name, &self.seed).complete();
        self.state = State::Completing(Box::new(completion));
        self.go_on(now)
    }
}

impl AskingCall {
    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<InitiateAuthResponse>, Error> {
        match self {
            Self::Initiate(call) => call.step(now, event),
            Self::Respond(call, _) => call.step(now, event),
        }
    }

    fn metadata(&self) -> &Metadata {
        match self {
            Self::Initiate(call) => call.metadata(),
            Self::Respond(call, _) => call.metadata(),
        }
    }
}
