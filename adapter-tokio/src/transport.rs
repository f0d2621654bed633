use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use cognito_core::{Request, SendOutcome};

/// A future on the heap that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An HTTP client that sends requests to the service.
///
/// To use another HTTP client, implement this trait, or pass a closure to [`transport_fn`]. An implementation
/// must follow these rules:
///
/// - Send [`Request::body`] to [`Request::url`] once, with [`Request::method`] and [`Request::headers`]. Do
///   not retry: the core decides whether to retry.
/// - Do not follow redirects.
/// - Stop waiting for the response after a time limit.
/// - Return [`SendOutcome::Answered`] for every complete response, regardless of the HTTP status.
/// - Return [`SendOutcome::NotSent`] only if resolving the host name or connecting to the host failed.
/// - Return [`SendOutcome::NoAnswer`] in all other cases, for example if the response is incomplete or too
///   large.
pub trait Transport: Send + Sync {
    /// Sends the request, and returns the response or the reason why there is no response.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, SendOutcome>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, SendOutcome> {
        (**self).send(request)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, SendOutcome> {
        (**self).send(request)
    }
}

/// Creates a [`Transport`] from a closure. For each request, the closure returns a future that sends the
/// request.
///
/// ```
/// use cognito_tokio::{AppClient, Client, UserPoolId};
/// use cognito_tokio::{Headers, Request, Response, SendOutcome, transport_fn};
///
/// let user_pool_id = UserPoolId::new("us-east-1_QdbSdK39m")?;
/// let app_client = AppClient::new(user_pool_id, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let transport = transport_fn(|request: Request| async move {
///     // Send request.body() to request.url() with request.method() and request.headers().
///     SendOutcome::Answered(Response::new(200, Headers::new(), b"{}".to_vec()))
/// });
/// let client = Client::with_transport(app_client, transport);
/// # Ok::<(), cognito_tokio::Error>(())
/// ```
pub fn transport_fn<F, Sending>(send: F) -> TransportFn<F>
where
    F: Fn(Request) -> Sending + Send + Sync,
    Sending: Future<Output = SendOutcome> + Send + 'static,
{
    TransportFn(send)
}

/// A [`Transport`] that calls a closure for each request. [`transport_fn`] returns this type.
#[derive(Clone, Copy)]
pub struct TransportFn<F>(F);

impl<F, Sending> Transport for TransportFn<F>
where
    F: Fn(Request) -> Sending + Send + Sync,
    Sending: Future<Output = SendOutcome> + Send + 'static,
{
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, SendOutcome> {
        Box::pin((self.0)(request.clone()))
    }
}

impl<F> fmt::Debug for TransportFn<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TransportFn").finish_non_exhaustive()
    }
}
