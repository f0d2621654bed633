//! The command `sign-in`, which answers challenges until the user is signed in.

mod store_probe;

use cognito_blocking::error::WithCauses;
use cognito_blocking::operation::ChallengeName;
use cognito_blocking::{
    Challenge, Client, DeviceRegistration, DeviceReport, Devices, Error, RemoteSignOut, Sessions, SignIn,
    SignInOutcome, SignOutScope, SignedIn,
};
use serde_json::{Value, json};

use crate::aliases;
use crate::answers::{Answer, Answering, Answers};
use crate::arguments::{SignInArguments, SignInFlow};
use crate::challenge_file::ChallengeFiles;
use crate::output::{AnswerNeeded, Failure, Report};
use crate::program::{Program, iso_8601};
use crate::terminal;

/// One run of the command `sign-in`.
struct Attempt<'a> {
    program: &'a Program,
    client: &'a Client,
    sessions: &'a Sessions,
    devices: Devices,
    device_name: String,
    answers: Answers,
    /// The user name that the user typed, or `None` if the sign-in continues from a challenge file.
    typed_username: Option<String>,
    /// The challenge to answer next.
    challenge: Option<Challenge>,
    /// The names of the challenges that the tool has answered by itself. The tool clears the list when the
    /// user must answer a challenge.
    answered_alone: Vec<ChallengeName>,
    /// The challenge files that the command reads and writes.
    files: ChallengeFiles,
}

pub(crate) fn sign_in(program: &Program, arguments: SignInArguments) -> Result<Report, Failure> {
    let (client, sessions) = (program.client()?, program.sessions()?);
    let files = ChallengeFiles::new(arguments.resume, arguments.challenge_file)?;
    let challenge = files.read_resumed()?;
    store_probe::require_writable(program)?;
    let typed_username = if challenge.is_none() { Some(program.username_or_last()?) } else { None };
    let start = |username: &str| first_flow(program, client, username, arguments.flow);
    let flow = typed_username.as_deref().map(start).transpose()?;
    let mut attempt = Attempt {
        program,
        client,
        sessions,
        devices: sessions.devices()?,
        device_name: arguments.device_name,
        typed_username,
        answers: Answers::new(&arguments.answers, arguments.answers_stdin)?,
        challenge,
        answered_alone: Vec::new(),
        files,
    };
    let signed_in = attempt.run(flow).map_err(|failure| attempt.keep_or_remove_challenge(failure))?;
    let saved = attempt.save(&signed_in);
    let removed = attempt.files.remove_resumed();
    saved?;
    attempt.remember_alias(signed_in.session.username())?;
    removed?;
    Ok(report(program, &signed_in))
}

fn first_flow(program: &Program, client: &Client, username: &str, flow: SignInFlow) -> Result<SignIn, Failure> {
    let (app_client, seed) = (client.app_client(), client.seed()?);
    let password = || program.password().map(|password| password.expose().to_owned());
    Ok(match flow {
        SignInFlow::Srp => SignIn::srp(app_client, username, password()?, seed),
        SignInFlow::Password => SignIn::password(app_client, username, password()?, seed),
        SignInFlow::Custom => SignIn::custom(app_client, username, seed),
        SignInFlow::CustomSrp => SignIn::custom_with_srp(app_client, username, password()?, seed),
    })
}

impl Attempt<'_> {
    /// Runs the first flow, if there is one, and then answers challenges until the user is signed in.
    fn run(&mut self, first: Option<SignIn>) -> Result<SignedIn, Failure> {
        let mut next = first;
        loop {
            let flow = match next.take() {
                Some(flow) => flow,
                None => self.answer_flow()?,
            };
            match self.client.run(flow.with_devices(self.devices.clone()).with_device_name(&self.device_name)) {
                Ok(SignInOutcome::SignedIn(signed_in)) => return Ok(signed_in),
                Ok(SignInOutcome::Challenge(challenge)) => self.continue_with(challenge),
                Err(error) => self.check_whether_to_ask_again(error)?,
            }
        }
    }

    /// Creates the flow that answers the current challenge.
    fn answer_flow(&mut self) -> Result<SignIn, Failure> {
        loop {
            let challenge = self.challenge.as_ref().ok_or(Error::NotSignedIn)?;
            if asks_user(challenge) {
                self.answered_alone.clear();
            } else if self.answered_alone.contains(challenge.name()) {
                // Without this error, the tool would send the same answer forever.
                return Err(Failure::Malformed("the service repeats a question that the tool has already answered"));
            } else {
                self.answered_alone.push(challenge.name().clone());
            }
            let answering = Answering {
                program: self.program,
                app_client: self.client.app_client(),
                devices: &self.devices,
                seed: self.client.seed()?,
            };
            match self.answers.answer(challenge, answering) {
                Ok(Answer::SignIn(flow)) => return Ok(*flow),
                Ok(Answer::SetUp(_)) if !terminal::is_interactive() && self.files.path().is_none() => {
                    return Err(app_key_needs_file());
                }
                Ok(Answer::SetUp(flow)) => self.continue_with(self.client.run(*flow)?.into()),
                Err(Failure::AnswerNeeded(needed)) => return Err(self.with_hint(needed)),
                Err(failure) => return Err(failure),
            }
        }
    }

    fn continue_with(&mut self, challenge: Challenge) {
        if let Some(answered) = self.challenge.replace(challenge) {
            self.answers.mark_accepted(&answered);
            self.files.mark_answered();
        }
    }

    /// Adds a hint to the error message. The hint contains the path of the challenge file, or the option that
    /// passes the answer.
    fn with_hint(&self, needed: AnswerNeeded) -> Failure {
        let hint = match (self.files.path(), &self.challenge) {
            (Some(path), Some(Challenge::SoftwareTokenSetup(_))) => {
                format!("the challenge is saved in {}; the app's key is its member secret_code", path.display())
            }
            (Some(path), _) => format!("the challenge is saved in {}", path.display()),
            (None, _) => "pass it with --answer, or pass --challenge-file to answer later".to_owned(),
        };
        Failure::AnswerNeeded(AnswerNeeded { message: format!("{}; {hint}", needed.message), ..needed })
    }

    /// Saves the session. If saving fails, revokes the tokens, because the session would be lost at the end
    /// of this process.
    fn save(&self, signed_in: &SignedIn) -> Result<(), Failure> {
        let Err(error) = self.sessions.save(signed_in) else { return Ok(()) };
        let signed_out = self.sessions.user(signed_in.session.username()).sign_out(SignOutScope::Revoke);
        let tokens = match signed_out.remote {
            RemoteSignOut::Done => "are revoked".to_owned(),
            RemoteSignOut::Failed(error) => {
                format!("may still be valid, because they could not be revoked: {}", error.with_causes())
            }
            _ => "cannot be revoked and stay valid until they expire".to_owned(),
        };
        let cause = if let Error::Store(cause) = &error { WithCauses::new(cause) } else { error.with_causes() };
        Err(Error::store(format!("{cause}; the sign-in is undone: its tokens {tokens}")).into())
    }

    /// Saves the challenge after a failure, so that the sign-in can continue later. Removes the challenge
    /// file if the challenge can no longer be answered.
    fn keep_or_remove_challenge(&self, failure: Failure) -> Failure {
        let result = match &failure {
            Failure::Library(Error::StartAgain(_)) => self.files.remove_resumed(),
            _ => self.save_challenge(),
        };
        match (result, failure) {
            (Ok(()), failure) => failure,
            (Err(file_failure), Failure::AnswerNeeded(_)) => file_failure,
            (Err(file_failure), failure) => {
                self.program.output.warning(&file_failure.to_string());
                failure
            }
        }
    }

    fn save_challenge(&self) -> Result<(), Failure> {
        let (Some(challenge), Some(_)) = (&self.challenge, self.files.path()) else { return Ok(()) };
        self.files.save(challenge)?;
        self.remember_alias(challenge.username())
    }

    fn remember_alias(&self, canonical: &str) -> Result<(), Failure> {
        self.typed_username.as_ref().map_or(Ok(()), |typed| aliases::remember(self.program, typed, canonical))
    }

    /// Returns `Ok` if the user can answer the same challenge again at the terminal, and returns the error
    /// otherwise.
    fn check_whether_to_ask_again(&self, error: Error) -> Result<(), Failure> {
        if let Error::StartAgain(start_again) = &error
            && let Some(device_key) = &start_again.gone_device_key
        {
            self.sessions.change_devices(|devices| devices.remove_device(device_key).is_some())?;
        }
        if self.challenge.as_ref().is_some_and(asks_user) && error.may_answer_again() && terminal::is_interactive() {
            return terminal::print_line(&error.with_causes().to_string());
        }
        Err(error.into())
    }
}

/// Creates the failure for the setup of an authenticator app. Without a terminal and a challenge file, the
/// tool can neither show nor save the app's key.
fn app_key_needs_file() -> Failure {
    let message = "an authenticator app must be set up: pass --challenge-file, and read the app's key from that file";
    Failure::AnswerNeeded(AnswerNeeded {
        challenge: Some(ChallengeName::MfaSetup.as_str().to_owned()),
        answers: vec!["--challenge-file".to_owned()],
        message: message.to_owned(),
    })
}

/// Returns whether the user must answer this challenge.
///
/// The tool answers all other challenges by itself. If the tool answered such a challenge twice, it would
/// send the same answer again.
fn asks_user(challenge: &Challenge) -> bool {
    match challenge {
        Challenge::Device(_) => false,
        Challenge::SelectMfaType(select) => select.options().len() > 1,
        _ => true,
    }
}

fn report(program: &Program, signed_in: &SignedIn) -> Report {
    let session = &signed_in.session;
    let (line, device) = describe_device(&signed_in.device);
    if let DeviceRegistration::Failed(failed) = &signed_in.device.registration {
        let warning = format!("the device is not registered, so refreshing the session may fail: {}", failed.error);
        program.output.warning(&warning);
    }
    Report::lines(
        [format!("Signed in as {}.", session.username())].into_iter().chain(line).collect(),
        json!({
            "username": session.username(),
            "sub": session.sub(),
            "expires_at": session.expires_at_local().map(iso_8601),
            "device": device,
        }),
    )
}

fn describe_device(report: &DeviceReport) -> (Option<String>, Value) {
    let DeviceRegistration::Confirmed(device) = &report.registration else { return (None, Value::Null) };
    let key = device.record.device_key();
    let needs_confirmation = device.user_confirmation_necessary;
    let hint = if needs_confirmation { " To have the device remembered, run `cognito devices remember`." } else { "" };
    let json = json!({ "device_key": key, "user_confirmation_necessary": needs_confirmation });
    (Some(format!("This machine is registered as the device {key}.{hint}")), json)
}
