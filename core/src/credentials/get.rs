//! The flow from logins to credentials.

use alloc::boxed::Box;
use alloc::string::String;
use core::mem;

use super::{AssumedRole, Credentials, Role};
use crate::configuration::{IdentityPool, identity_pool};
use crate::error::{Error, InvalidInput};
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Event, Flow, Step};
use crate::operation::Logins;
use crate::operation::{AssumeRoleWithWebIdentity, GetCredentialsForIdentity, GetId, GetOpenIdToken, Operation};
use crate::protocol::{Call, Metadata};
use crate::timestamp::Timestamp;

/// Gets temporary AWS credentials for a guest or for a signed-in user.
///
/// ```text
///              identity id is known
///          ┌───────────────────────────┐
///  Start ──┴─► GetId ─────────────────┬┴─► GetCredentialsForIdentity ───────────────────► Done
///                ▲                    │         │                  the enhanced flow
///                │                    │         │
///                │                    └───► GetOpenIdToken ──► AssumeRoleWithWebIdentity ► Done
///                │                              │                  the basic flow
///                └── the known one is gone ─────┴
/// ```
///
/// An identity id that is known from before saves a request, and keeps a guest who signs in the same identity if the
/// service will have it so. When the service does not know it, or not as that of these logins, it is given up and another
/// one asked for, once. The credentials say which identity they are of; it may be another than the one that was asked
/// for.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html>
///
/// ```
/// # use cognito_core::{Error, Event, Flow, GetCredentials, IdentityPool, Logins, Session, Step, Timestamp, UserPoolId};
/// # fn begin(pool: &IdentityPool, user_pool: &UserPoolId, session: &Session, now: Timestamp) -> Result<(), Error> {
/// let id_token = session.id_token().ok_or(Error::NotSignedIn)?;
/// let mut flow = GetCredentials::new(pool, Logins::for_user_pool(user_pool, id_token));
/// let Step::Send(request) = flow.step(now, Event::Start)? else { unreachable!() };
/// // Send it and go on as with any flow.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct GetCredentials(Guarded<GettingCredentials>);

#[derive(Debug)]
struct GettingCredentials {
    identity_pool: IdentityPool,
    logins: Logins,
    role: Role,
    /// One that was known before, until the service has said that it is not good.
    known_identity_id: Option<String>,
    /// One that GetId has given.
    new_identity_id: Option<String>,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    GetId(Box<Call<GetId>>),
    GetCredentials(String, Box<Call<GetCredentialsForIdentity>>),
    GetOpenIdToken(String, AssumedRole, Box<Call<GetOpenIdToken>>),
    AssumeRole(String, Box<Call<AssumeRoleWithWebIdentity>>),
}

impl GetCredentials {
    /// Credentials for the user of these logins, or for a guest if there are none.
    #[must_use]
    pub fn new(identity_pool: &IdentityPool, logins: Logins) -> Self {
        Self(Guarded::new(GettingCredentials {
            identity_pool: identity_pool.clone(),
            logins,
            role: Role::default(),
            known_identity_id: None,
            new_identity_id: None,
            state: State::Ready,
        }))
    }

    /// Asks with an identity id that is known from before.
    #[must_use]
    pub fn with_identity_id(mut self, identity_id: impl Into<String>) -> Self {
        self.0.inner_mut().known_identity_id = Some(identity_id.into());
        self
    }

    /// The identity that the service has named to this flow, once it has. It is worth keeping also where the credentials do
    /// not come: another GetId would make a guest another identity.
    #[must_use]
    pub fn new_identity_id(&self) -> Option<&str> {
        self.0.inner().new_identity_id.as_deref()
    }

    /// Asks for this role.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.0.inner_mut().role = role;
        self
    }
}

impl Flow for GetCredentials {
    type Output = Credentials;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<Credentials>, Error> {
        self.0.step(now, event)
    }
}

/// What has come of an event that was handed to the call under way.
enum Progress {
    Step(Step<Credentials>),
    /// The identity is known now.
    Identity(String),
    /// The next call is to begin.
    Next(State),
}

impl Steps for GettingCredentials {
    type Output = Credentials;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<Credentials>, Error> {
        let progress = match &mut self.state {
            State::Ready => Ok(self.begin()?),
            State::GetId(call) => progress(call, now, event, |response, _, metadata| {
                identity_of(response.identity_id, metadata).map(Progress::Identity)
            }),
            State::GetCredentials(asked, call) => progress(call, now, event, |response, now, metadata| {
                let identity_id = identity_of(response.identity_id.or_else(|| Some(mem::take(asked))), metadata)?;
                let credentials = Credentials::from_response(identity_id, response.credentials, now, metadata)?;
                Ok(Progress::Step(Step::Done(credentials)))
            }),
            State::GetOpenIdToken(asked, role, call) => progress(call, now, event, |response, _, metadata| {
                let identity_id = identity_of(response.identity_id.or_else(|| Some(mem::take(asked))), metadata)?;
                let token = response.token.ok_or_else(|| metadata.malformed("an answer without the token"))?;
                let call = Call::for_identity_pool(&self.identity_pool, role.request(token));
                Ok(Progress::Next(State::AssumeRole(identity_id, Box::new(call))))
            }),
            State::AssumeRole(identity_id, call) => progress(call, now, event, |response, now, metadata| {
                let identity_id = mem::take(identity_id);
                let credentials = Credentials::from_response(identity_id, response.credentials, now, metadata)?;
                Ok(Progress::Step(Step::Done(credentials)))
            }),
        };
        match progress {
            Ok(Progress::Step(step)) => Ok(step),
            Ok(Progress::Identity(identity_id)) => {
                if matches!(self.state, State::GetId(_)) {
                    self.new_identity_id = Some(identity_id.clone());
                }
                self.state = self.ask_for(identity_id);
                self.advance(now, Event::Start)
            }
            Ok(Progress::Next(state)) => {
                self.state = state;
                self.advance(now, Event::Start)
            }
            Err(error) if error.refuses_identity() && self.known_identity_id.take().is_some() => {
                self.state = self.get_id();
                self.advance(now, Event::Start)
            }
            Err(error) => Err(error),
        }
    }
}

impl GettingCredentials {
    fn begin(&self) -> Result<Progress, InvalidInput> {
        Ok(match &self.known_identity_id {
            Some(identity_id) if !identity_pool::is_id(identity_id) => {
                return Err(InvalidInput::new("identity id", "must be a region, a colon and a GUID"));
            }
            Some(identity_id) => Progress::Identity(identity_id.clone()),
            None => Progress::Next(self.get_id()),
        })
    }

    fn get_id(&self) -> State {
        let operation = GetId::new(self.identity_pool.id().as_str(), self.logins.clone());
        State::GetId(Box::new(Call::for_identity_pool(&self.identity_pool, operation)))
    }

    fn ask_for(&self, identity_id: String) -> State {
        let logins = self.logins.clone();
        if let Role::Assumed(role) = &self.role {
            let call = Call::for_identity_pool(&self.identity_pool, GetOpenIdToken::new(&*identity_id, logins));
            return State::GetOpenIdToken(identity_id, role.clone(), Box::new(call));
        }
        let mut operation = GetCredentialsForIdentity::new(&*identity_id, logins);
        if let Role::Custom(role_arn) = &self.role {
            operation.custom_role_arn = Some(role_arn.clone());
        }
        State::GetCredentials(identity_id, Box::new(Call::for_identity_pool(&self.identity_pool, operation)))
    }
}

/// Hands an event to a call, and the response, when there is one, on.
fn progress<O: Operation>(
    call: &mut Call<O>,
    now: Timestamp,
    event: Event,
    then: impl FnOnce(O::Response, Timestamp, &Metadata) -> Result<Progress, Error>,
) -> Result<Progress, Error> {
    match call.step(now, event)?.finished() {
        Ok(response) => then(response, now, call.metadata()),
        Err(step) => Ok(Progress::Step(step)),
    }
}

fn identity_of(identity_id: Option<String>, metadata: &Metadata) -> Result<String, Error> {
    let whole = identity_id.filter(|id| identity_pool::is_id(id));
    whole.ok_or_else(|| metadata.malformed("an answer without an identity id"))
}
