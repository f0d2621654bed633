//! The flow that exchanges logins for AWS credentials.

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
///          identity id is known
///         ┌─────────────────────┐
/// Start ──┴─► GetId ─────────┬──┴─► GetCredentialsForIdentity ─────────────► Done
///               ▲            │           │                  the enhanced flow
///               │            │           │
///               │            └───► GetOpenIdToken ─► AssumeRoleWithWebIdentity ─► Done
///               │                        │                  the basic flow
///               └── the service rejects the known identity
/// ```
///
/// If the caller passes an identity id, the flow does not need to send GetId. When a guest signs in, the
/// caller can pass the guest's identity id together with the user's logins. If the service accepts this id,
/// the user keeps the guest's identity. If the service rejects the identity id, the flow requests a new
/// identity id, at most once. The returned credentials contain an identity id, which may differ from the id
/// that the caller passed.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html>
///
/// ```
/// # use cognito_core::{Error, Event, Flow, GetCredentials, IdentityPool, Logins};
/// # use cognito_core::{Session, Step, Timestamp, UserPoolId};
/// # fn begin(
/// #     pool: &IdentityPool,
/// #     user_pool: &UserPoolId,
/// #     session: &Session,
/// #     now: Timestamp,
/// # ) -> Result<(), Error> {
/// let id_token = session.id_token().ok_or(Error::NotSignedIn)?;
/// let mut flow = GetCredentials::new(pool, Logins::for_user_pool(user_pool, id_token));
/// let Step::Send(request) = flow.step(now, Event::Start)? else { unreachable!() };
/// // Send the request, and continue as with any flow.
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
    /// The identity id from the caller. The value is `None` if the caller passed no id, or after the service
    /// has rejected the id.
    known_identity_id: Option<String>,
    /// The identity id that GetId has returned.
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
    /// Creates a flow that gets credentials for the user with these logins, or for a guest if the logins are
    /// empty.
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

    /// Sets the id of the identity for which the flow requests credentials.
    #[must_use]
    pub fn with_identity_id(mut self, identity_id: impl Into<String>) -> Self {
        self.0.inner_mut().known_identity_id = Some(identity_id.into());
        self
    }

    /// Returns the identity id that GetId returned in this flow, or `None` if GetId has returned no id. Store
    /// the identity id even if the flow fails later, because another call of GetId would give a guest a
    /// different identity.
    #[must_use]
    pub fn new_identity_id(&self) -> Option<&str> {
        self.0.inner().new_identity_id.as_deref()
    }

    /// Sets the role for which the flow requests credentials.
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

/// The effect of an event on the flow.
enum Progress {
    Step(Step<Credentials>),
    /// The flow has an identity id, and requests credentials for this identity next.
    Identity(String),
    /// The flow continues with the call in this state.
    Next(State),
}

impl Steps for GettingCredentials {
    type Output = Credentials;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<Credentials>, Error> {
        let progress = match &mut self.state {
            State::Ready => Ok(self.begin()?),
            State::GetId(call) => progress(call, now, event, |response, _, metadata| {
                valid_identity_id(response.identity_id, metadata).map(Progress::Identity)
            }),
            State::GetCredentials(requested_id, call) => progress(call, now, event, |response, now, metadata| {
                let identity_id =
                    valid_identity_id(response.identity_id.or_else(|| Some(mem::take(requested_id))), metadata)?;
                let credentials = Credentials::from_response(identity_id, response.credentials, now, metadata)?;
                Ok(Progress::Step(Step::Done(credentials)))
            }),
            State::GetOpenIdToken(requested_id, role, call) => progress(call, now, event, |response, _, metadata| {
                let identity_id =
                    valid_identity_id(response.identity_id.or_else(|| Some(mem::take(requested_id))), metadata)?;
                let token = response.token.ok_or_else(|| metadata.malformed("the OpenID token is missing"))?;
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
                self.state = self.request_credentials(identity_id);
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

    fn request_credentials(&self, identity_id: String) -> State {
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

/// Passes an event to a call. When the call is done, passes the call's response to `on_response`.
fn progress<O: Operation>(
    call: &mut Call<O>,
    now: Timestamp,
    event: Event,
    on_response: impl FnOnce(O::Response, Timestamp, &Metadata) -> Result<Progress, Error>,
) -> Result<Progress, Error> {
    match call.step(now, event)?.finished() {
        Ok(response) => on_response(response, now, call.metadata()),
        Err(step) => Ok(Progress::Step(step)),
    }
}

fn valid_identity_id(identity_id: Option<String>, metadata: &Metadata) -> Result<String, Error> {
    let valid = identity_id.filter(|id| identity_pool::is_id(id));
    valid.ok_or_else(|| metadata.malformed("the identity id is missing or invalid"))
}
