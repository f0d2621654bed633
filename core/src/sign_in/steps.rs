//! The steps of every sign-in and of every answer to a challenge. Each response of the service is read here.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use core::ops::ControlFlow;

use super::device::DeviceProof;
use super::initiate::Initiation;
use super::names::UserNames;
use super::pending::Pending;
use super::request::{AuthCall, AuthRequest, FirstRequest};
use super::srp::{PasswordProof, VerifierChallenge};
use crate::configuration::AppClient;
use crate::device::{self, DeviceRecord, DeviceReport, Devices, NamesDevice};
use crate::error::{Error, InvalidInput};
use crate::flow::guarded::Steps;
use crate::flow::{Event, Flow, Step};
use crate::operation::{
    ChallengeName, Context, InitiateAuthResponse, NewDeviceMetadata, Parameters, RespondToAuthChallenge,
    SoftwareTokenStatus, VerifySoftwareToken, VerifySoftwareTokenResponse,
};
use crate::protocol::Call;
use crate::secret::ChallengeSession;
use crate::seed::Seed;
use crate::session::completion::{Completion, Renewed};
use crate::session::{Session, SignedIn, Tokens};
use crate::timestamp::Timestamp;

/// A sign-in under way.
#[derive(Debug)]
pub(super) struct SigningIn {
    pub(super) attempt: Attempt,
    state: State,
}

/// What a sign-in knows, whatever its state.
#[derive(Debug)]
pub(super) struct Attempt {
    app_client: AppClient,
    pub(super) context: Context,
    pub(super) devices: Devices,
    pub(super) device_name: Option<String>,
    seed: Seed,
    names: UserNames,
    /// The device that the sign-in goes on without.
    gone_device_key: Option<String>,
    /// Whether the device was refused in this flow, so that no request names one any more.
    goes_without_device: bool,
    /// What to begin again with. An answer to a challenge cannot begin again.
    restart: Option<Initiation>,
}

/// With what a flow begins.
#[derive(Debug)]
pub(super) enum Opening {
    /// A sign-in.
    Initiate(Initiation),
    /// An answer to a challenge.
    Answer(FirstRequest),
    /// The device's proof, which answers DEVICE_SRP_AUTH of this challenge session.
    DeviceProof(Option<ChallengeSession>),
    /// The first code of an authenticator app, and the challenge that it was asked in.
    FirstCode(VerifySoftwareToken, Pending),
}

/// What a flow ends with.
pub(super) enum Ended {
    SignedIn(SignedIn),
    Challenge(Pending),
}

#[derive(Debug)]
enum State {
    Ready(Result<Box<Opening>, InvalidInput>),
    Asking(Box<Asking>),
    Verifying(Box<Verifying>),
    Completing(Box<Completion>),
}

/// A request whose response is tokens or a challenge.
#[derive(Debug)]
struct Asking {
    call: AuthCall,
    /// The device that the request names.
    device_key: Option<String>,
    /// The request, if it can be sent again without the device.
    resend: Option<Box<AuthRequest>>,
    expects: Expects,
}

/// Which challenge the flow itself answers if it comes next. Any other is one for the user.
#[derive(Debug)]
enum Expects {
    /// DEVICE_SRP_AUTH; and PASSWORD_VERIFIER, if a password's proof has begun.
    AnyProof(Option<PasswordProof>),
    /// DEVICE_PASSWORD_VERIFIER.
    DeviceVerifier(DeviceProof),
    /// None: the device has been proven.
    Nothing,
}

impl Expects {
    /// Whether the request under way is part of the device's proof.
    fn is_device_proof(&self) -> bool {
        !matches!(self, Self::AnyProof(_))
    }
}

/// VerifySoftwareToken under way.
#[derive(Debug)]
struct Verifying {
    call: Call<VerifySoftwareToken>,
    challenge: Pending,
}

/// The next state, or the end.
type Next = ControlFlow<Ended, State>;

impl SigningIn {
    /// `gone_device_key` is of a device to go on without.
    pub(super) fn new(
        app_client: &AppClient,
        names: UserNames,
        opening: Result<Opening, InvalidInput>,
        seed: Seed,
        gone_device_key: Option<String>,
    ) -> Self {
        let attempt = Attempt {
            app_client: app_client.clone(),
            context: Context::default(),
            devices: Devices::default(),
            device_name: None,
            seed,
            names,
            gone_device_key,
            goes_without_device: false,
            restart: None,
        };
        Self { attempt, state: State::Ready(opening.map(Box::new)) }
    }
}

impl Steps for SigningIn {
    type Output = Ended;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<Ended>, Error> {
        let attempt = &mut self.attempt;
        let next = match &mut self.state {
            State::Ready(opening) => Next::Continue(attempt.begin(opening.as_deref().map_err(Clone::clone)?)?),
            State::Asking(asking) => match asking.call.step(now, event).map(Step::finished) {
                Ok(Ok(response)) => attempt.received(now, asking, response)?,
                Ok(Err(step)) => return Ok(step),
                Err(Error::Misuse(misuse)) => return Err(misuse.into()),
                Err(error) => Next::Continue(attempt.refused(asking, error)?),
            },
            State::Verifying(verifying) => {
                let step = verifying.call.step(now, event);
                match step.map_err(|error| error.or_start_again(attempt.gone_device_key.clone()))?.finished() {
                    Ok(response) => attempt.verified(verifying, response)?,
                    Err(step) => return Ok(step),
                }
            }
            State::Completing(completion) => match completion.advance(now, event)?.finished() {
                Ok(signed_in) => Next::Break(Ended::SignedIn(signed_in)),
                Err(step) => return Ok(step),
            },
        };
        match next {
            Next::Continue(state) => {
                self.state = state;
                self.advance(now, Event::Start)
            }
            Next::Break(ended) => Ok(Step::Done(ended)),
        }
    }
}

impl Attempt {
    fn begin(&mut self, opening: &Opening) -> Result<State, Error> {
        match opening {
            Opening::Initiate(initiation) => {
                self.restart = Some(initiation.clone());
                self.send_first(initiation.request()?)
            }
            Opening::Answer(first) => self.send_first(first.clone()),
            Opening::DeviceProof(session) => {
                let device = self.device().ok_or(InvalidInput::new("devices", "have no record of this user"))?;
                self.begin_device_proof(device.clone(), session.clone())
            }
            Opening::FirstCode(operation, challenge) => {
                let call = Call::new(&self.app_client, operation.clone());
                Ok(State::Verifying(Box::new(Verifying { call, challenge: challenge.clone() })))
            }
        }
    }

    /// Sends a flow's first request; where it proves a password, with SRP_A.
    fn send_first(&self, first: FirstRequest) -> Result<State, Error> {
        let FirstRequest { mut request, password } = first;
        let label = if self.goes_without_device { "SRP a, again" } else { "SRP a" };
        let begin = |password| PasswordProof::begin(password, &self.seed, label);
        let proof = password.map(begin).transpose()?;
        if let Some(proof) = &proof {
            request.parameters_mut().insert("SRP_A", proof.srp_a());
        }
        // The device is named when it is known who the user is: after InitiateAuth with SRP_A, beside the
        // proof.
        let names_device = proof.is_none() || matches!(request, AuthRequest::Respond(_));
        let device_key = self.device().filter(|_| names_device).map(DeviceRecord::device_key);
        Ok(self.ask(request, device_key, Expects::AnyProof(proof)))
    }

    /// Sends a request that names this device, unless it names one already.
    fn ask(&self, mut request: AuthRequest, device_key: Option<&str>, expects: Expects) -> State {
        request.set_context(self.context.clone());
        let parameters = request.parameters_mut();
        if device_key.is_some() && parameters.device_key().is_none() {
            parameters.set_device_key(device_key);
        }
        let device_key = parameters.device_key().map(ToOwned::to_owned);
        // A sign-in begins again instead, and after a step of the device's proof the challenge session is
        // spent.
        let can_resend = device_key.is_some() && self.restart.is_none() && !expects.is_device_proof();
        let resend = can_resend.then(|| Box::new(request.clone()));
        State::Asking(Box::new(Asking { call: request.call(&self.app_client), device_key, resend, expects }))
    }

    /// Answers a challenge, and names the device where one is known.
    fn respond(&self, operation: RespondToAuthChallenge, expects: Expects) -> State {
        self.ask(AuthRequest::Respond(operation), self.device().map(DeviceRecord::device_key), expects)
    }

    /// This machine's device of the user, unless it is gone. A flow whose device was refused goes on without
    /// any.
    fn device(&self) -> Option<&DeviceRecord> {
        let found = self.names.iter().find_map(|name| self.devices.get(name));
        let is_gone = |device: &&DeviceRecord| self.gone_device_key.as_deref() == Some(device.device_key());
        found.filter(|device| !self.goes_without_device && !is_gone(device))
    }

    /// A response of the service: the one place where it is read.
    fn received(&mut self, now: Timestamp, asking: &Asking, mut response: InitiateAuthResponse) -> Result<Next, Error> {
        let metadata = asking.call.metadata();
        self.names.learn(&response.challenge_parameters);
        // Tokens that have arrived are never given up for anything else in the answer.
        if let Some(mut result) = response.authentication_result.take() {
            let new_device = result.new_device_metadata.take();
            if let Some(tokens) = Tokens::from_result(result) {
                let session = Session::for_claimed_user(self.names.username.clone(), tokens, now, metadata.date);
                return Ok(Next::Continue(self.complete(session, asking.device_key.as_deref(), new_device.as_ref())));
            }
        }
        let name = response.challenge_name.clone().filter(|name| *name != ChallengeName::Unknown(String::new()));
        let name = name.ok_or_else(|| metadata.malformed("neither tokens nor a challenge"))?;
        let verifier = VerifierChallenge { username: &self.names.username, response: &response, metadata, now };
        Ok(Next::Continue(match (&asking.expects, &name, self.device()) {
            (Expects::AnyProof(Some(proof)), ChallengeName::PasswordVerifier, _) => {
                let operation = proof.answer(self.app_client.user_pool_id().name(), &verifier)?;
                self.respond(operation, Expects::AnyProof(None))
            }
            (Expects::AnyProof(_), ChallengeName::DeviceSrpAuth, Some(device)) => {
                self.begin_device_proof(device.clone(), response.session)?
            }
            (Expects::DeviceVerifier(proof), ChallengeName::DevicePasswordVerifier, _) => {
                let request = AuthRequest::Respond(proof.answer(&verifier)?);
                self.ask(request, Some(proof.device_key()), Expects::Nothing)
            }
            _ => return Ok(Next::Break(Ended::Challenge(self.challenge(name, response)))),
        }))
    }

    /// A request that has failed. If the device was the reason, the flow goes on once without it.
    fn refused(&mut self, asking: &mut Asking, error: Error) -> Result<State, Error> {
        let is_gone = device::is_gone(&error, asking.expects.is_device_proof());
        let Some(device_key) = asking.device_key.take().filter(|_| is_gone) else {
            return Err(error.or_start_again(self.gone_device_key.clone()));
        };
        self.gone_device_key = Some(device_key.clone());
        let is_second = mem::replace(&mut self.goes_without_device, true);
        match (self.restart.take(), asking.resend.take()) {
            (Some(initiation), _) if !is_second => self.send_first(initiation.request()?),
            (None, Some(mut request)) if !is_second => {
                request.parameters_mut().set_device_key(None);
                Ok(self.ask(*request, None, mem::replace(&mut asking.expects, Expects::Nothing)))
            }
            _ => Err(error.start_again(Some(device_key))),
        }
    }

    fn challenge(&self, name: ChallengeName, response: InitiateAuthResponse) -> Pending {
        Pending {
            name,
            names: self.names.clone(),
            session: response.session,
            parameters: response.challenge_parameters,
            available_challenges: response.available_challenges,
            gone_device_key: self.gone_device_key.clone(),
            software_token: None,
        }
    }

    /// Answers DEVICE_SRP_AUTH.
    fn begin_device_proof(&self, device: DeviceRecord, session: Option<ChallengeSession>) -> Result<State, Error> {
        let proof = DeviceProof::begin(device, &self.seed)?;
        let operation = proof.answer_first(&self.names.username, session);
        Ok(self.respond(operation, Expects::DeviceVerifier(proof)))
    }

    /// Goes on after VerifySoftwareToken, each time with the newest challenge session.
    fn verified(&self, verifying: &Verifying, response: VerifySoftwareTokenResponse) -> Result<Next, Error> {
        let malformed = || verifying.call.metadata().malformed("VerifySoftwareToken without Status");
        let status = response.status.ok_or_else(malformed)?;
        let challenge = verifying.challenge.clone().renewed(response.session);
        if status != SoftwareTokenStatus::Success {
            return Ok(Next::Break(Ended::Challenge(challenge)));
        }
        Ok(Next::Continue(self.respond(challenge.response(Parameters::new()), Expects::AnyProof(None))))
    }

    /// The one way to be signed in.
    fn complete(
        &self,
        mut session: Session,
        device_key: Option<&str>,
        new_device: Option<&NewDeviceMetadata>,
    ) -> State {
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
        State::Completing(Box::new(completion))
    }
}
