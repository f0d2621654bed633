//! The state machine of a sign-in and of an answer to a challenge. The state machine reads all responses of
//! the service.

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

/// A running sign-in, or a running answer to a challenge.
#[derive(Debug)]
pub(super) struct SigningIn {
    pub(super) attempt: Attempt,
    state: State,
}

/// The data that every state of a sign-in needs.
#[derive(Debug)]
pub(super) struct Attempt {
    app_client: AppClient,
    pub(super) context: Context,
    pub(super) devices: Devices,
    pub(super) device_name: Option<String>,
    seed: Seed,
    names: UserNames,
    /// The key of a device that the service no longer knows. The sign-in continues without this device.
    gone_device_key: Option<String>,
    /// Whether the service has rejected a device in this flow. After a rejection, the requests of the flow
    /// contain no device key.
    is_device_rejected: bool,
    /// The data with which the flow can start the sign-in again. The field is `None` in a flow that answers a
    /// challenge, because such a flow cannot start the sign-in again.
    restart: Option<Initiation>,
}

/// The first action of a flow.
#[derive(Debug)]
pub(super) enum Opening {
    /// Starts a sign-in.
    Initiate(Initiation),
    /// Answers a challenge.
    Answer(FirstRequest),
    /// Starts the device's proof, in answer to a DEVICE_SRP_AUTH challenge with this challenge session.
    DeviceProof(Option<ChallengeSession>),
    /// Verifies the first code of an authenticator app, in answer to this MFA_SETUP challenge.
    FirstCode(VerifySoftwareToken, Pending),
}

/// The result of a flow.
pub(super) enum Ended {
    SignedIn(SignedIn),
    Challenge(Pending),
}

#[derive(Debug)]
enum State {
    Ready(Result<Box<Opening>, Error>),
    Sending(Box<Sending>),
    Verifying(Box<Verifying>),
    Completing(Box<Completion>),
}

/// A running request whose response contains tokens or a challenge.
#[derive(Debug)]
struct Sending {
    call: AuthCall,
    /// The device key that the request contains.
    device_key: Option<String>,
    /// A copy of the request, if the request may be retried without the device.
    resend: Option<Box<AuthRequest>>,
    expects: Expects,
}

/// The kind of challenge that the flow itself answers. The flow returns any other challenge to the caller.
#[derive(Debug)]
enum Expects {
    /// The flow answers DEVICE_SRP_AUTH, and PASSWORD_VERIFIER if the proof of a password has started.
    AnyProof(Option<PasswordProof>),
    /// The flow answers DEVICE_PASSWORD_VERIFIER.
    DeviceVerifier(DeviceProof),
    /// The flow answers no challenge, because the flow has already sent the device's proof.
    Nothing,
}

impl Expects {
    /// Returns whether the running request is part of the device's proof.
    fn is_device_proof(&self) -> bool {
        !matches!(self, Self::AnyProof(_))
    }
}

/// A running VerifySoftwareToken request.
#[derive(Debug)]
struct Verifying {
    call: Call<VerifySoftwareToken>,
    challenge: Pending,
}

/// The next state of a flow, or its result.
type Next = ControlFlow<Ended, State>;

impl SigningIn {
    /// Creates a flow whose requests do not contain the device key `gone_device_key`.
    pub(super) fn new(
        app_client: &AppClient,
        names: UserNames,
        opening: Result<Opening, Error>,
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
            is_device_rejected: false,
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
            State::Sending(sending) => match sending.call.step(now, event).map(Step::finished) {
                Ok(Ok(response)) => attempt.received(now, sending, response)?,
                Ok(Err(step)) => return Ok(step),
                Err(Error::Misuse(misuse)) => return Err(misuse.into()),
                Err(error) => Next::Continue(attempt.failed(sending, error)?),
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
                let device = self.device().ok_or(InvalidInput::new("devices", "must contain the user's device"))?;
                self.begin_device_proof(device.clone(), session.clone())
            }
            Opening::FirstCode(operation, challenge) => {
                let call = Call::new(&self.app_client, operation.clone());
                Ok(State::Verifying(Box::new(Verifying { call, challenge: challenge.clone() })))
            }
        }
    }

    /// Sends the first request of a flow, with `SRP_A` if the request proves a password.
    fn send_first(&self, first: FirstRequest) -> Result<State, Error> {
        let FirstRequest { mut request, password } = first;
        let label = if self.is_device_rejected { "SRP a, again" } else { "SRP a" };
        let begin = |password| PasswordProof::begin(password, &self.seed, label);
        let proof = password.map(begin).transpose()?;
        if let Some(proof) = &proof {
            request.parameters_mut().insert("SRP_A", proof.srp_a());
        }
        // InitiateAuth with SRP_A contains no device key, because only the response identifies the user. The
        // next request contains the proof and the device key.
        let names_device = proof.is_none() || matches!(request, AuthRequest::Respond(_));
        let device_key = self.device().filter(|_| names_device).map(DeviceRecord::device_key);
        Ok(self.send(request, device_key, Expects::AnyProof(proof)))
    }

    /// Sends a request. If the request contains no device key, adds this device key first.
    fn send(&self, mut request: AuthRequest, device_key: Option<&str>, expects: Expects) -> State {
        request.set_context(self.context.clone());
        let parameters = request.parameters_mut();
        if device_key.is_some() && parameters.device_key().is_none() {
            parameters.set_device_key(device_key);
        }
        let device_key = parameters.device_key().map(ToOwned::to_owned);
        // If the service rejects the device, a flow that can start the sign-in again does not retry this
        // request. A request with the device's proof cannot be retried, because the request uses up the
        // challenge session.
        let can_resend = device_key.is_some() && self.restart.is_none() && !expects.is_device_proof();
        let resend = can_resend.then(|| Box::new(request.clone()));
        State::Sending(Box::new(Sending { call: request.call(&self.app_client), device_key, resend, expects }))
    }

    /// Answers a challenge, and adds the device key if the flow has a record of the user's device.
    fn respond(&self, operation: RespondToAuthChallenge, expects: Expects) -> State {
        self.send(AuthRequest::Respond(operation), self.device().map(DeviceRecord::device_key), expects)
    }

    /// Returns the record of the user's device. Returns `None` if the service no longer knows this device, or
    /// has rejected a device in this flow.
    fn device(&self) -> Option<&DeviceRecord> {
        let found = self.names.iter().find_map(|name| self.devices.get(name));
        let is_gone = |device: &&DeviceRecord| self.gone_device_key.as_deref() == Some(device.device_key());
        found.filter(|device| !self.is_device_rejected && !is_gone(device))
    }

    /// Reads every response that contains tokens or a challenge. No other function reads these responses.
    fn received(
        &mut self,
        now: Timestamp,
        sending: &Sending,
        mut response: InitiateAuthResponse,
    ) -> Result<Next, Error> {
        let metadata = sending.call.metadata();
        self.names.learn(&response.challenge_parameters);
        // If the response contains tokens and a challenge, the flow keeps the tokens and ignores the
        // challenge.
        if let Some(mut result) = response.authentication_result.take() {
            let new_device = result.new_device_metadata.take();
            if let Some(tokens) = Tokens::from_result(result) {
                let username = self.names.username.clone();
                let session = Session::for_claimed_user(&self.app_client, username, tokens, now, metadata.date)?;
                let session = session.signed_in_at(&self.app_client);
                return Ok(Next::Continue(self.complete(session, sending.device_key.as_deref(), new_device.as_ref())));
            }
        }
        let name = response.challenge_name.clone().filter(|name| *name != ChallengeName::Unknown(String::new()));
        let name = name.ok_or_else(|| metadata.malformed("the response has neither tokens nor a challenge"))?;
        let verifier = VerifierChallenge { username: &self.names.username, response: &response, metadata, now };
        Ok(Next::Continue(match (&sending.expects, &name, self.device()) {
            (Expects::AnyProof(Some(proof)), ChallengeName::PasswordVerifier, _) => {
                let operation = proof.answer(self.app_client.user_pool_id().name(), &verifier)?;
                self.respond(operation, Expects::AnyProof(None))
            }
            (Expects::AnyProof(_), ChallengeName::DeviceSrpAuth, Some(device)) => {
                self.begin_device_proof(device.clone(), response.session)?
            }
            (Expects::DeviceVerifier(proof), ChallengeName::DevicePasswordVerifier, _) => {
                let request = AuthRequest::Respond(proof.answer(&verifier)?);
                self.send(request, Some(proof.device_key()), Expects::Nothing)
            }
            _ => return Ok(Next::Break(Ended::Challenge(self.challenge(name, response)))),
        }))
    }

    /// Handles a failed request. If the service rejected the device, the flow continues without the device,
    /// at most once.
    fn failed(&mut self, sending: &mut Sending, error: Error) -> Result<State, Error> {
        let is_gone = device::is_gone(&error, sending.expects.is_device_proof());
        let Some(device_key) = sending.device_key.take().filter(|_| is_gone) else {
            return Err(error.or_start_again(self.gone_device_key.clone()));
        };
        self.gone_device_key = Some(device_key.clone());
        let is_second = mem::replace(&mut self.is_device_rejected, true);
        match (self.restart.take(), sending.resend.take()) {
            (Some(initiation), _) if !is_second => self.send_first(initiation.request()?),
            (None, Some(mut request)) if !is_second => {
                request.parameters_mut().set_device_key(None);
                Ok(self.send(*request, None, mem::replace(&mut sending.expects, Expects::Nothing)))
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
            endpoint: Some(self.app_client.endpoint().url().into()),
            software_token: None,
        }
    }

    /// Starts the device's proof in answer to DEVICE_SRP_AUTH.
    fn begin_device_proof(&self, device: DeviceRecord, session: Option<ChallengeSession>) -> Result<State, Error> {
        let proof = DeviceProof::begin(device, &self.seed)?;
        let operation = proof.answer_first(&self.names.username, session);
        Ok(self.respond(operation, Expects::DeviceVerifier(proof)))
    }

    /// Continues the sign-in after VerifySoftwareToken. The next request contains the newest challenge
    /// session.
    fn verified(&self, verifying: &Verifying, response: VerifySoftwareTokenResponse) -> Result<Next, Error> {
        let malformed = || verifying.call.metadata().malformed("the response has no Status");
        let status = response.status.ok_or_else(malformed)?;
        let challenge = verifying.challenge.clone().renewed(response.session);
        if status != SoftwareTokenStatus::Success {
            return Ok(Next::Break(Ended::Challenge(challenge)));
        }
        Ok(Next::Continue(self.respond(challenge.response(Parameters::new()), Expects::AnyProof(None))))
    }

    /// Registers the device if the device is new, and then completes the sign-in with this session.
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
