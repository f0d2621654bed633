//! Answers to challenges, from the command line, standard input, the environment or prompts.

use cognito_blocking::operation::{Attribute, ChallengeName};
use cognito_blocking::secret::Parameter;
use cognito_blocking::{
    AppClient, BeginSoftwareTokenSetup, Challenge, CodeChallenge, CustomChallenge, Devices, MfaSetupChallenge,
    NewPasswordChallenge, Seed, SelectMfaTypeChallenge, SignIn, SoftwareTokenSetup,
};

use crate::output::{AnswerNeeded, Failure};
use crate::program::{NEW_PASSWORD, Program, environment_variable, parse_pair, read_stdin_line};
use crate::terminal;

/// The answers to challenges that the user passed to the tool.
///
/// Each answer is used once, except that attributes are kept until the service accepts them.
#[derive(Debug)]
pub(crate) struct Answers {
    given: Vec<(String, Parameter)>,
    /// The new password from the environment.
    new_password: Option<Parameter>,
}

/// The next flow of a sign-in.
pub(crate) enum Answer {
    /// The flow that sends the answer to the challenge.
    SignIn(Box<SignIn>),
    /// The flow that requests the secret of an authenticator app. The user needs the secret for the answer.
    SetUp(Box<BeginSoftwareTokenSetup>),
}

/// The values that are needed to create a flow from the user's answers.
pub(crate) struct Answering<'a> {
    pub(crate) program: &'a Program,
    pub(crate) app_client: &'a AppClient,
    pub(crate) devices: &'a Devices,
    pub(crate) seed: Seed,
}

/// The prefix of an answer's key that marks the answer as a user attribute. The attributes are sent together
/// with a new password.
const ATTRIBUTE_PREFIX: &str = NewPasswordChallenge::ATTRIBUTE_PREFIX;

impl Answers {
    /// Reads the answers from the command line, and then from standard input if `from_stdin` is true.
    pub(crate) fn new(given: &[String], from_stdin: bool) -> Result<Self, Failure> {
        let parse = |text: &str| parse_pair(text).map(|(key, value)| (key, Parameter::from(value)));
        let mut answers = given.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
        if from_stdin {
            while let Some(line) = read_stdin_line()?.filter(|line| !line.is_empty()) {
                answers.push(parse(line.expose())?);
            }
        }
        Ok(Self { given: answers, new_password: environment_variable(NEW_PASSWORD) })
    }

    /// Removes and returns the first answer with this key.
    fn take(&mut self, key: &str) -> Option<Parameter> {
        let place = self.given.iter().position(|(name, _)| name == key)?;
        Some(self.given.remove(place).1)
    }

    fn take_or(&mut self, key: &str, ask: impl FnOnce() -> Result<Parameter, Failure>) -> Result<Parameter, Failure> {
        self.take(key).map_or_else(ask, Ok)
    }

    /// Records that the service accepted the answer to `challenge`. If the answer was a new password, forgets
    /// the attributes that were sent together with the password.
    pub(crate) fn mark_accepted(&mut self, challenge: &Challenge) {
        if matches!(challenge, Challenge::NewPassword(_)) {
            self.given.retain(|(key, _)| !key.starts_with(ATTRIBUTE_PREFIX));
        }
    }

    /// Creates the next flow from the answers, and prompts for missing answers.
    ///
    /// # Errors
    ///
    /// Returns [`Failure::AnswerNeeded`] with the name of the challenge if an answer is missing and there is
    /// no terminal.
    pub(crate) fn answer(&mut self, challenge: &Challenge, with: Answering<'_>) -> Result<Answer, Failure> {
        self.try_answer(challenge, with).map_err(|failure| match failure {
            Failure::AnswerNeeded(needed) => {
                let challenge = Some(challenge.name().as_str().to_owned());
                Failure::AnswerNeeded(AnswerNeeded { challenge, ..needed })
            }
            failure => failure,
        })
    }

    fn try_answer(&mut self, challenge: &Challenge, with: Answering<'_>) -> Result<Answer, Failure> {
        let Answering { program, app_client, devices, seed } = with;
        Ok(Answer::SignIn(Box::new(match challenge {
            Challenge::Code(code) => code.answer(app_client, self.code(code)?, seed),
            Challenge::SelectMfaType(select) => select.answer(app_client, &self.factor(select)?, seed),
            Challenge::MfaSetup(setup) => return self.set_up(setup, app_client, seed),
            Challenge::SoftwareTokenSetup(setup) => {
                let issuer = program.configuration.issuer();
                setup.verify(app_client, self.first_code(setup, &issuer, challenge.username())?, seed)
            }
            Challenge::NewPassword(challenge) => {
                let new_password = self.new_password(program)?;
                challenge.answer(app_client, new_password.expose(), self.attributes(challenge)?, seed)
            }
            Challenge::Custom(custom) => custom.answer(app_client, self.custom(custom)?, seed),
            Challenge::Device(device) => device.answer(app_client, devices.clone(), seed),
            other => other.answer_with(app_client, self.all_answers(other.name())?, seed),
        })))
    }

    fn code(&mut self, challenge: &CodeChallenge) -> Result<Parameter, Failure> {
        let key = challenge.response_name();
        let from = match (challenge.destination(), challenge.friendly_device_name()) {
            (Some(destination), _) => format!("sent to {destination}"),
            (None, Some(name)) => format!("from your authenticator app {name}"),
            (None, None) => "from your authenticator app".to_owned(),
        };
        self.take_or(key, || terminal::ask_hidden(key, &format!("Code {from}")))
    }

    fn factor(&mut self, challenge: &SelectMfaTypeChallenge) -> Result<ChallengeName, Failure> {
        self.choose("ANSWER", "Second factor", &challenge.choices())
    }

    /// Returns the choice that the answer with this key names, or prompts for a choice if that answer is
    /// missing.
    fn choose(&mut self, key: &str, question: &str, choices: &[ChallengeName]) -> Result<ChallengeName, Failure> {
        let names: Vec<&str> = choices.iter().map(ChallengeName::as_str).collect();
        let name = match self.take(key) {
            Some(name) => name.expose().to_owned(),
            None => terminal::choose(key, &format!("{question}: {}", names.join(" or ")), &names)?.to_owned(),
        };
        let unknown = || Failure::Usage(format!("{key}: must be one of {}", names.join(", ")));
        choices.iter().find(|choice| choice.as_str() == name).cloned().ok_or_else(unknown)
    }

    fn set_up(&mut self, setup: &MfaSetupChallenge, app_client: &AppClient, seed: Seed) -> Result<Answer, Failure> {
        let choice = self.choose("MFA_SETUP", "Second factor to set up", &setup.factors())?;
        if choice == ChallengeName::EmailOtp {
            let ask = || terminal::ask("EMAIL", "E-mail address").map(Parameter::from);
            let email = self.take_or("EMAIL", ask)?;
            return Ok(Answer::SignIn(Box::new(setup.set_up_email(app_client, email, seed))));
        }
        Ok(Answer::SetUp(Box::new(setup.set_up_software_token(app_client))))
    }

    fn first_code(&mut self, setup: &SoftwareTokenSetup, issuer: &str, username: &str) -> Result<Parameter, Failure> {
        const KEY: &str = "SOFTWARE_TOKEN_MFA_CODE";
        self.take_or(KEY, || {
            if terminal::is_interactive() {
                terminal::show_secret(setup.secret_code(), issuer, username)?;
            }
            terminal::ask_hidden(KEY, "Code that the app shows")
        })
    }

    /// Returns the new password from the first available source: the answers, standard input, the
    /// environment, or a prompt.
    ///
    /// The password from the environment is used only once, so that a rejected password does not cause an
    /// endless loop.
    fn new_password(&mut self, program: &Program) -> Result<Parameter, Failure> {
        if let Some(given) = self.take("NEW_PASSWORD") {
            return Ok(given);
        }
        match program.password_line()?.or_else(|| self.new_password.take()) {
            Some(new_password) => Ok(new_password),
            None => terminal::ask_new_password("NEW_PASSWORD"),
        }
    }

    /// Returns the user attributes that the answers contain, and prompts for required attributes that are
    /// missing.
    ///
    /// The attributes are not removed from the answers. If the service rejects the new password, the
    /// attributes must be sent again with the next password.
    fn attributes(&mut self, challenge: &NewPasswordChallenge) -> Result<Vec<Attribute>, Failure> {
        for name in challenge.required_attributes() {
            let key = format!("{ATTRIBUTE_PREFIX}{name}");
            if !self.given.iter().any(|(given, _)| *given == key) {
                let value = terminal::ask(&key, &name)?;
                self.given.push((key, value.into()));
            }
        }
        let attribute = |key: &str, value: &Parameter| {
            key.strip_prefix(ATTRIBUTE_PREFIX).map(|name| Attribute::new(name, value.expose()))
        };
        Ok(self.given.iter().filter_map(|(key, value)| attribute(key, value)).collect())
    }

    fn custom(&mut self, challenge: &CustomChallenge) -> Result<Parameter, Failure> {
        self.take_or("ANSWER", || {
            if terminal::is_interactive() {
                for (name, value) in challenge.parameters().iter().filter(|(name, _)| *name != "USERNAME") {
                    terminal::print_line(&format!("{name}: {value}"))?;
                }
            }
            terminal::ask_hidden("ANSWER", "Answer")
        })
    }

    /// Removes and returns all answers, for a challenge that this tool does not know.
    fn all_answers(&mut self, name: &ChallengeName) -> Result<Vec<(String, Parameter)>, Failure> {
        if self.given.is_empty() {
            let message =
                format!("this tool does not know the challenge {}: pass all its answers with --answer", name.as_str());
            return Err(Failure::AnswerNeeded(AnswerNeeded { challenge: None, answers: Vec::new(), message }));
        }
        Ok(std::mem::take(&mut self.given))
    }
}
