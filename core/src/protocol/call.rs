//! One operation as a flow.

mod assembly;
#[cfg(test)]
mod tests;

use core::marker::PhantomData;

use crate::configuration::AppClient;
use crate::configuration::IdentityPool;
use crate::error::{Error, InvalidInput};
use crate::flow::guarded::Guarded;
use crate::flow::{Event, Flow, Step};
use crate::http::{Request, Response};
use crate::operation::{ForIdentityPool, Operation, Public, TokenAuthorized};
use crate::protocol::answer::Metadata;
use crate::protocol::exchange::{Exchange, ReadAnswer};
use crate::protocol::retry::RetryPolicy;
use crate::secret::AccessToken;
use crate::timestamp::Timestamp;

/// One operation: send the request, perhaps wait and retry it, and be done with the typed response.
///
/// It is retried, up to [`MAX_ATTEMPTS`](crate::MAX_ATTEMPTS) attempts in all, when the service throttles it
/// and when it was not sent. When the service failed (HTTP 5xx, or a login provider that does not answer) or no
/// whole answer came, it is retried only if the operation [is repeatable](Operation::is_repeatable); after a
/// lost answer without a wait if it [is urgent](Operation::is_urgent). `LimitExceededException` is a limit of
/// hours, and is final.
///
/// ```
/// use cognito_core::operation::SignUp;
/// use cognito_core::{AppClient, Call, Event, Flow, Step, Timestamp, UserPoolId};
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let mut call = Call::new(&app_client, SignUp::new("alice", "Very$ecur3"));
/// let Step::Send(request) = call.step(Timestamp::from_unix_seconds(0), Event::Start)? else { unreachable!() };
/// assert_eq!(request.url(), "https://cognito-idp.us-east-1.amazonaws.com/");
/// # Ok::<(), cognito_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Call<O: Operation>(Guarded<Exchange<OperationAnswer<O>>>);

/// Reads the answer to an operation by the protocol of its service.
#[derive(Debug)]
struct OperationAnswer<O>(PhantomData<fn() -> O>);

impl<O: Operation> ReadAnswer for OperationAnswer<O> {
    type Output = O::Response;

    fn read(&self, response: &Response, metadata: &Metadata) -> Result<O::Response, Error> {
        O::SERVICE.protocol().read(O::NAME, response, metadata)
    }
}

impl<O: Public> Call<O> {
    /// An operation that needs no access token.
    #[must_use]
    pub fn new(app_client: &AppClient, operation: O) -> Self {
        Self::assemble(app_client, operation, None)
    }
}

impl<O: TokenAuthorized> Call<O> {
    /// An operation that acts for a signed-in user: a [`Session`](crate::Session) or an [`AccessToken`] says for whom.
    #[must_use]
    pub fn signed_in(app_client: &AppClient, access_token: &impl AsRef<AccessToken>, operation: O) -> Self {
        Self::assemble(app_client, operation, Some(access_token.as_ref()))
    }
}

impl<O: ForIdentityPool> Call<O> {
    /// An operation of an identity pool, or of the Security Token Service for one.
    #[must_use]
    pub fn for_identity_pool(identity_pool: &IdentityPool, operation: O) -> Self {
        let request = assembly::assemble_for_identity_pool(identity_pool, &operation);
        Self::send(request, policy(&operation))
    }
}

impl<O: Operation> Call<O> {
    fn assemble(app_client: &AppClient, operation: O, access_token: Option<&AccessToken>) -> Self {
        let policy = policy(&operation);
        Self::send(assembly::assemble(app_client, operation, access_token), policy)
    }

    fn send(request: Result<Request, InvalidInput>, policy: RetryPolicy) -> Self {
        Self(Guarded::new(Exchange::new(request, OperationAnswer(PhantomData), policy)))
    }

    /// What the last answer said beside its body.
    pub(crate) fn metadata(&self) -> &Metadata {
        self.0.inner().metadata()
    }
}

impl<O: Operation> Flow for Call<O> {
    type Output = O::Response;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<O::Response>, Error> {
        self.0.step(now, event)
    }
}

fn policy(operation: &impl Operation) -> RetryPolicy {
    RetryPolicy { is_repeatable: operation.is_repeatable(), is_urgent: operation.is_urgent() }
}
