//! Answers to challenges, from the command line, standard input, the environment or prompts.

use cognito_blocking::error::InvalidInput;
use cognito_blocking::operation::{Attribute, ChallengeName};
use cognito_blocking::secret::Parameter;
use cognito_blocking::{
    AppClient, BeginSoftwareTokenSetup, Challenge, CodeChallenge, CustomChallenge, Devices, FactorSetup,
    MfaSetupChallenge, NewPasswordChallenge, Seed, SelectMfaTypeChallenge, SignIn, SoftwareTokenSetup,
};

use crate::output::{AnswerNeeded, Failure};
use crate::program::{NEW_PASSWORD, Program, environment_variable, parse_pair, read_stdin_line};
use crate::terminal;

/// The user's answers to the challenges of a sign-in.
///
/// The tool uses each answer once, but keeps user attributes until the service accepts the attributes.
#[derive(Debug)]
pub(crate) struct Answers {
    given: Vec<(String, Parameter)>,
    /// The new password from the environment.
    new_password: Option<Parameter>,
}

/// The next flow of a sign-in.
pub(crate) enum Answer {
    /// The flow that sends the user's answer to the service.
    SignIn(Box<SignIn>),
    /// The flow that requests the secret for an authenticator app. Without the secret, the app cannot show
    /// the code that answers the challenge.
    SetUp(Box<BeginSoftwareTokenSetup>),
}

/// The values that [`Answers::answer`] needs to create a flow.
pub(crate) struct Answering<'a> {
    pub(crate) program: &'a Program,
    pub(crate) app_client: &'a AppClient,
    pub(crate) devices: &'a Devices,
    pub(crate) seed: Seed,
}

/// An answer sets a user attribute if the answer's key starts with this prefix. The tool sends user
/// attributes together with a new password.
const ATTRIBUTE_PREFIX: &str = NewPasswordChallenge::ATTRIBUTE_PREFIX;

impl Answers {
    /// Parses the answers from the command line, and then reads more answers from standard input if
    /// `from_stdin` is true.
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

    /// Records that the service accepted the answer to `challenge`. If the answer was a new password, removes
    /// the user attributes that the tool sent together with the password.
    pub(crate) fn mark_accepted(&mut self, challenge: &Challenge) {
        if matches!(challenge, Challenge::NewPassword(_)) {
            self.given.retain(|(key, _)| !key.starts_with(ATTRIBUTE_PREFIX));
        }
    }

    /// Creates the next flow from the answers, and prompts the user for each missing answer.
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
        let from = match (challenge.name(), challenge.destination(), challenge.friendly_device_name()) {
            (ChallengeName::SoftwareTokenMfa, _, Some(name)) => format!("from your authenticator app {name}"),
            (ChallengeName::SoftwareTokenMfa, _, None) => "from your authenticator app".to_owned(),
            (_, Some(destination), _) => format!("sent to {destination}"),
            (ChallengeName::EmailOtp, None, _) => "from the e-mail".to_owned(),
            (_, None, _) => "from the text message (SMS)".to_owned(),
        };
        let code = self.take_or(key, || terminal::ask_hidden(key, &format!("Code {from}")))?;
        Ok(terminal::without_spaces(&code))
    }

    fn factor(&mut self, challenge: &SelectMfaTypeChallenge) -> Result<ChallengeName, Failure> {
        self.choose("ANSWER", "Second factor", &challenge.choices(), &challenge.options())
    }

    /// Returns the user's answer with this key. If there is no such answer, prompts the user to choose one of
    /// `options`.
    ///
    /// If `listed` is not empty, the user must choose a factor in `listed`. The service sent these factors.
    fn choose(
        &mut self,
        key: &str,
        question: &str,
        listed: &[ChallengeName],
        options: &[ChallengeName],
    ) -> Result<ChallengeName, Failure> {
        let names: Vec<&str> = options.iter().map(ChallengeName::as_str).collect();
        let choice = match self.take(key) {
            Some(name) => ChallengeName::from(name.expose().trim()),
            None => terminal::choose(key, &format!("{question}: {}", names.join(" or ")), &names)?.into(),
        };
        if listed.is_empty() || listed.contains(&choice) {
            return Ok(choice);
        }
        Err(Failure::Usage(format!("{key}: must be one of {}", names.join(", "))))
    }

    fn set_up(&mut self, setup: &MfaSetupChallenge, app_client: &AppClient, seed: Seed) -> Result<Answer, Failure> {
        let choice = self.choose("MFA_SETUP", "Second factor to set up", &setup.factors(), &setup.options())?;
        let refused = |error: InvalidInput| Failure::Usage(format!("{error} ({})", choice.as_str()));
        match setup.setup_of(&choice).map_err(refused)? {
            FactorSetup::SoftwareToken => Ok(Answer::SetUp(Box::new(setup.set_up_software_token(app_client)))),
            FactorSetup::Email => {
                let ask = || terminal::ask("EMAIL", "E-mail address").map(Parameter::from);
                let email = self.take_or("EMAIL", ask)?;
                Ok(Answer::SignIn(Box::new(setup.set_up_email(app_client, email, seed))))
            }
            _ => Err(Failure::Usage(format!("MFA_SETUP: this tool cannot set up {}", choice.as_str()))),
        }
    }

    fn first_code(&mut self, setup: &SoftwareTokenSetup, issuer: &str, username: &str) -> Result<Parameter, Failure> {
        const KEY: &str = "SOFTWARE_TOKEN_MFA_CODE";
        let code = self.take_or(KEY, || {
            if terminal::is_interactive() {
                terminal::show_secret(setup.secret_code(), issuer, username)?;
            }
            terminal::ask_hidden(KEY, "Code that the app shows")
        })?;
        Ok(terminal::without_spaces(&code))
    }

    /// Returns the new password from the first available source: the answers, standard input, the
    /// environment, or a prompt.
    ///
    /// The tool uses the password from the environment only once. Otherwise, a password that the service
    /// rejects would cause an endless loop.
    fn new_password(&mut self, program: &Program) -> Result<Parameter, Failure> {
        if let Some(given) = self.take("NEW_PASSWORD") {
            return Ok(given);
        }
        match program.password_line()?.or_else(|| self.new_password.take()) {
            Some(new_password) => Ok(new_password),
            None => terminal::ask_new_password("NEW_PASSWORD"),
        }
    }

    /// Returns the user attributes that the answers contain, and prompts the user for each required attribute
    /// that is missing.
    ///
    /// The attributes stay in the answers. If the service rejects the new password, the tool must send the
    /// attributes again with the next password.
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

    /// Removes and returns all answers. The tool does not know the challenge, so it cannot select the answers
    /// that the challenge needs.
    fn all_answers(&mut self, name: &ChallengeName) -> Result<Vec<(String, Parameter)>, Failure> {
        if self.given.is_empty() {
            let message =
                format!("this tool does not know the challenge {}: pass all its answers with --answer", name.as_str());
            return Err(Failure::AnswerNeeded(AnswerNeeded { challenge: None, answers: Vec::new(), message }));
        }
        Ok(std::mem::take(&mut self.given))
    }
}
