//! The flow that runs one operation.

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

/// A flow that sends the request of one operation, retries the request if necessary, and returns the typed
/// response.
///
/// A call makes at most [`MAX_ATTEMPTS`](crate::MAX_ATTEMPTS) attempts. A call is always retried if the
/// service throttled the request or the request was not sent. If the service failed (HTTP 5xx, or a login
/// provider that does not respond) or no complete response arrived, a call is retried only if its operation
/// [is repeatable](Operation::is_repeatable). If the response is lost, an [urgent](Operation::is_urgent)
/// operation is retried without a wait. A call is never retried after `LimitExceededException`, because that
/// limit lasts for hours.
///
/// ```
/// use cognito_core::operation::SignUp;
/// use cognito_core::{AppClient, Call, Event, Flow, Step, Timestamp, UserPoolId};
///
/// let user_pool_id = UserPoolId::new("us-east-1_QdbSdK39m")?;
/// let app_client = AppClient::new(user_pool_id, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let mut call = Call::new(&app_client, SignUp::new("alice", "Very$ecur3"));
/// let now = Timestamp::from_unix_seconds(1_700_000_000);
/// let Step::Send(request) = call.step(now, Event::Start)? else { unreachable!() };
/// assert_eq!(request.url(), "https://cognito-idp.us-east-1.amazonaws.com/");
/// # Ok::<(), cognito_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Call<O: Operation>(Guarded<Exchange<OperationAnswer<O>>>);

/// A reader of the response to an operation. The reader uses the protocol of the operation's service.
#[derive(Debug)]
struct OperationAnswer<O>(PhantomData<fn() -> O>);

impl<O: Operation> ReadAnswer for OperationAnswer<O> {
    type Output = O::Response;

    fn read(&self, response: &Response, metadata: &Metadata) -> Result<O::Response, Error> {
        O::SERVICE.protocol().read::<O>(response, metadata)
    }
}

impl<O: Public> Call<O> {
    /// Creates the call of an operation that needs no access token.
    #[must_use]
    pub fn new(app_client: &AppClient, operation: O) -> Self {
        Self::assemble(app_client, operation, None)
    }
}

impl<O: TokenAuthorized> Call<O> {
    /// Creates the call of an operation for a signed-in user. Pass the user's [`Session`](crate::Session)
    /// or [`AccessToken`].
    #[must_use]
    pub fn signed_in(app_client: &AppClient, access_token: &impl AsRef<AccessToken>, operation: O) -> Self {
        Self::assemble(app_client, operation, Some(access_token.as_ref()))
    }
}

impl<O: ForIdentityPool> Call<O> {
    /// Creates the call of an operation that belongs to identity pools or to the Security Token Service.
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

    /// Returns the metadata of the last response.
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
