//! Signing in, from the first request to the last challenge.

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

struct Attempt<'a> {
    program: &'a Program,
    client: &'a Client,
    sessions: &'a Sessions,
    devices: Devices,
    device_name: String,
    answers: Answers,
    /// What the user was called, unless the sign-in goes on from a file.
    typed: Option<String>,
    /// The challenge that is to be answered.
    asked: Option<Challenge>,
    /// Where it came from, and where it is kept when it cannot be.
    files: ChallengeFiles,
}

pub(crate) fn sign_in(program: &Program, arguments: SignInArguments) -> Result<Report, Failure> {
    let (client, sessions) = (program.client()?, program.sessions()?);
    let files = ChallengeFiles::new(arguments.resume, arguments.challenge_file)?;
    let asked = files.resumed()?;
    store_probe::must_be_writable(program)?;
    let typed = if asked.is_none() { Some(program.username_or_last()?) } else { None };
    let flow = typed.as_deref().map(|username| begin(program, client, username, arguments.flow)).transpose()?;
    let mut attempt = Attempt {
        program,
        client,
        sessions,
        devices: sessions.devices()?,
        device_name: arguments.device_name,
        typed,
        answers: Answers::new(&arguments.answers, arguments.answers_stdin)?,
        asked,
        files,
    };
    let signed_in = attempt.go(flow).map_err(|failure| attempt.left_off(failure))?;
    let saved = attempt.save(&signed_in);
    let removed = attempt.files.remove_resumed();
    saved?;
    attempt.remember_alias(signed_in.session.username())?;
    removed?;
    Ok(report(program, &signed_in))
}

fn begin(program: &Program, client: &Client, username: &str, flow: SignInFlow) -> Result<SignIn, Failure> {
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
    /// Runs this flow, if there is one, and then answers until the user is signed in.
    fn go(&mut self, first: Option<SignIn>) -> Result<SignedIn, Failure> {
        let mut next = first;
        loop {
            let flow = match next.take() {
                Some(flow) => flow,
                None => self.answer()?,
            };
            match self.client.run(flow.with_devices(self.devices.clone()).with_device_name(&self.device_name)) {
                Ok(SignInOutcome::SignedIn(signed_in)) => return Ok(signed_in),
                Ok(SignInOutcome::Challenge(challenge)) => self.go_on_with(challenge),
                Err(error) => self.refused(error)?,
            }
        }
    }

    /// The answer to the challenge.
    fn answer(&mut self) -> Result<SignIn, Failure> {
        loop {
            let challenge = self.asked.as_ref().ok_or(Error::NotSignedIn)?;
            let with = Answering {
                program: self.program,
                app_client: self.client.app_client(),
                devices: &self.devices,
                seed: self.client.seed()?,
            };
            match self.answers.answer(challenge, with) {
                Ok(Answer::Given(flow)) => return Ok(*flow),
                Ok(Answer::SetUp(_)) if !terminal::is_there() && self.files.path().is_none() => {
                    return Err(key_would_be_lost());
                }
                Ok(Answer::SetUp(flow)) => self.go_on_with(self.client.run(*flow)?.into()),
                Err(Failure::AnswerNeeded(needed)) => return Err(self.put_off(needed)),
                Err(failure) => return Err(failure),
            }
        }
    }

    fn go_on_with(&mut self, challenge: Challenge) {
        if let Some(answered) = self.asked.replace(challenge) {
            self.answers.accepted(&answered);
            self.files.answered();
        }
    }

    fn put_off(&self, needed: AnswerNeeded) -> Failure {
        let hint = match (self.files.path(), &self.asked) {
            (Some(path), Some(Challenge::SoftwareTokenSetup(_))) => {
                format!("the challenge is in {}, and the app's key is its member secret_code", path.display())
            }
            (Some(path), _) => format!("the challenge is in {}", path.display()),
            (None, _) => "give it by --answer, or name a --challenge-file".to_owned(),
        };
        Failure::AnswerNeeded(AnswerNeeded { message: format!("{}; {hint}", needed.message), ..needed })
    }

    /// Saves the session. One that cannot be saved is lost with this process, so its tokens are to be good for nothing.
    fn save(&self, signed_in: &SignedIn) -> Result<(), Failure> {
        let Err(error) = self.sessions.save(signed_in) else { return Ok(()) };
        let signed_out = self.sessions.user(signed_in.session.username()).sign_out(SignOutScope::Revoke);
        let told = match signed_out.remote {
            RemoteSignOut::Done => "are revoked".to_owned(),
            RemoteSignOut::Failed(error) => {
                format!("may still be good, since they could not be revoked: {}", error.with_causes())
            }
            _ => "cannot be revoked, and are good until they expire".to_owned(),
        };
        let cause = if let Error::Store(cause) = &error { WithCauses::new(cause) } else { error.with_causes() };
        Err(Error::store(format!("{cause}; the sign-in is undone: its tokens {told}")).into())
    }

    /// Keeps the challenge in its file, whatever the failure was, unless the service would take no answer to it any more.
    fn left_off(&self, failure: Failure) -> Failure {
        let kept = match &failure {
            Failure::Library(Error::StartAgain(_)) => self.files.remove_resumed(),
            _ => self.keep_challenge(),
        };
        match (kept, failure) {
            (Ok(()), failure) => failure,
            (Err(problem), Failure::AnswerNeeded(_)) => problem,
            (Err(problem), failure) => {
                self.program.output.warning(&problem.to_string());
                failure
            }
        }
    }

    fn keep_challenge(&self) -> Result<(), Failure> {
        let (Some(challenge), Some(_)) = (&self.asked, self.files.path()) else { return Ok(()) };
        self.files.keep(challenge)?;
        self.remember_alias(challenge.username())
    }

    fn remember_alias(&self, canonical: &str) -> Result<(), Failure> {
        self.typed.as_ref().map_or(Ok(()), |typed| aliases::remember(self.program, typed, canonical))
    }

    /// Goes on where the user can be asked again; else fails.
    fn refused(&self, error: Error) -> Result<(), Failure> {
        if let Error::StartAgain(start_again) = &error
            && let Some(device_key) = &start_again.gone_device_key
        {
            self.sessions.change_devices(|devices| devices.remove_device(device_key).is_some())?;
        }
        if self.asked.as_ref().is_some_and(asks_user) && error.may_answer_again() && terminal::is_there() {
            return terminal::say(&error.with_causes().to_string());
        }
        Err(error.into())
    }
}

/// An authenticator app would be set up whose key nobody could learn.
fn key_would_be_lost() -> Failure {
    let message = "an authenticator app is to be set up: name a --challenge-file, where its key can be read";
    Failure::AnswerNeeded(AnswerNeeded {
        challenge: Some(ChallengeName::MfaSetup.as_str().to_owned()),
        answers: vec!["--challenge-file".to_owned()],
        message: message.to_owned(),
    })
}

/// Whether the user is asked for the answer to this challenge. Any other answer would be the same again.
fn asks_user(challenge: &Challenge) -> bool {
    match challenge {
        Challenge::Device(_) => false,
        Challenge::SelectMfaType(select) => select.choices().len() > 1,
        _ => true,
    }
}

fn report(program: &Program, signed_in: &SignedIn) -> Report {
    let session = &signed_in.session;
    let (text, device) = describe_device(&signed_in.device);
    if let DeviceRegistration::Failed(failed) = &signed_in.device.registration {
        let problem = format!("the device is not registered, and the session may not be renewable: {}", failed.error);
        program.output.warning(&problem);
    }
    Report::new(
        format!("Signed in as {}.{text}", session.username()),
        json!({
            "username": session.username(),
            "sub": session.sub(),
            "expires_at": session.expires_at().map(iso_8601),
            "device": device,
        }),
    )
}

fn describe_device(report: &DeviceReport) -> (String, Value) {
    let DeviceRegistration::Confirmed(device) = &report.registration else { return (String::new(), Value::Null) };
    let key = device.record.device_key();
    let to_be_asked = device.user_confirmation_necessary;
    let hint = if to_be_asked { " Have it remembered by `cognito devices remember`." } else { "" };
    let json = json!({ "device_key": key, "user_confirmation_necessary": to_be_asked });
    (format!("\nThis machine is registered as the device {key}.{hint}"), json)
}
