use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{SignInOutcome, outcome};
use crate::app_client::AppClient;
use crate::call::Call;
use crate::error::{Error, Misuse};
use crate::flow::{Event, Flow, Step, Timestamp};
use crate::guarded::{self, Guarded};
use crate::operation::{ChallengeName, Context, Parameters, RespondToAuthChallenge};
use crate::secret::{ChallengeSession, Parameter};

/// The next question of the service to the user.
///
/// It is a plain value: store it, show a form, and go on in another request or another process. As JSON it holds the
/// challenge session and the challenge's parameters in the clear; whoever has them and the right answer is signed in.
/// It holds no password and no client secret. The service forgets a challenge session after 3 to 15 minutes, as the
/// app client is configured.
///
/// An answer borrows the challenge: after a wrong code it can be answered again.
///
/// ```
/// # use cognito_core::{AppClient, Challenge, UserPoolId};
/// # let stored = r#"{"version":1,"name":"SMS_MFA","username":"0d4f1c2e","session":"AYABe…","parameters":{}}"#;
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let challenge: Challenge = serde_json::from_str(stored).expect("what was stored before");
/// let flow = challenge.answer(&app_client, [("SMS_MFA_CODE", "123456")]);
/// # Ok::<(), cognito_core::error::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Challenge {
    name: ChallengeName,
    username: String,
    session: Option<ChallengeSession>,
    parameters: Parameters,
    available_challenges: Vec<ChallengeName>,
}

impl Challenge {
    pub(super) fn new(
        name: ChallengeName,
        username: String,
        session: Option<ChallengeSession>,
        parameters: Parameters,
        available_challenges: Vec<ChallengeName>,
    ) -> Self {
        Self { name, username, session, parameters, available_challenges }
    }

    /// Which challenge it is.
    #[must_use]
    pub fn name(&self) -> &ChallengeName {
        &self.name
    }

    /// What the service calls the user.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// `ChallengeParameters`, as the service gave them.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// `AvailableChallenges`: the factors to choose from, where the challenge is that choice.
    #[must_use]
    pub fn available_challenges(&self) -> &[ChallengeName] {
        &self.available_challenges
    }

    /// Answers with these ChallengeResponses. `USERNAME` and `SECRET_HASH` are added; a `USERNAME` that is given is kept.
    ///
    /// The responses that each challenge takes are listed at
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html>.
    #[must_use]
    pub fn answer<Name: Into<String>, Value: Into<Parameter>>(
        &self,
        app_client: &AppClient,
        responses: impl IntoIterator<Item = (Name, Value)>,
    ) -> AnswerChallenge {
        let mut parameters = Parameters::from_iter([("USERNAME", self.username.as_str())]);
        for (name, value) in responses {
            parameters.insert(name, value);
        }
        let mut operation = RespondToAuthChallenge::new(self.name.clone(), parameters);
        operation.session.clone_from(&self.session);
        AnswerChallenge(Guarded::new(Machine {
            app_client: app_client.clone(),
            username: self.username.clone(),
            state: State::Ready(Some(Box::new(operation))),
        }))
    }
}

/// The stored form. The version goes up when an older reader would go wrong.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    name: ChallengeName,
    username: String,
    #[serde(default)]
    session: Option<ChallengeSession>,
    #[serde(default)]
    parameters: Parameters,
    #[serde(default)]
    available_challenges: Vec<ChallengeName>,
}

const VERSION: u32 = 1;

impl From<Challenge> for Stored {
    fn from(challenge: Challenge) -> Self {
        let Challenge { name, username, session, parameters, available_challenges } = challenge;
        Self { version: VERSION, name, username, session, parameters, available_challenges }
    }
}

impl TryFrom<Stored> for Challenge {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { version, name, username, session, parameters, available_challenges } = stored;
        if version == VERSION {
            Ok(Self { name, username, session, parameters, available_challenges })
        } else {
            Err("the challenge was stored by another version")
        }
    }
}

/// The answer to a challenge, from [`Challenge::answer`]: ends in tokens or the next challenge.
#[derive(Debug)]
pub struct AnswerChallenge(Guarded<Machine>);

#[derive(Debug)]
struct Machine {
    app_client: AppClient,
    username: String,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready(Option<Box<RespondToAuthChallenge>>),
    Answering(Box<Call<RespondToAuthChallenge>>),
}

impl AnswerChallenge {
    /// Sends this along with the request.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        if let State::Ready(Some(operation)) = &mut self.0.machine_mut().state {
            operation.context = context;
        }
        self
    }
}

impl Flow for AnswerChallenge {
    type Output = SignInOutcome;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<SignInOutcome>, Error> {
        self.0.step(now, event)
    }
}

impl guarded::Machine for Machine {
    type Output = SignInOutcome;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<SignInOutcome>, Error> {
        match &mut self.state {
            State::Ready(operation) => {
                let operation = operation.take().ok_or(Misuse::Finished)?;
                self.state = State::Answering(Box::new(Call::new(&self.app_client, *operation)));
                self.advance(now, Event::Start)
            }
            State::Answering(call) => match call.step(now, event)?.finished() {
                Ok(response) => outcome(response, now, call.metadata(), &self.username).map(Step::Done),
                Err(step) => Ok(step),
            },
        }
    }
}
