use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use cognito_core::{Request, SendOutcome};

/// A future on the heap, which can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends a request and reports what came of it. Any asynchronous HTTP client becomes one: implement this
/// trait, or pass a closure that returns a future to [`transport_fn`].
///
/// Send [`Request::body`] to [`Request::url`] by [`Request::method`] with [`Request::headers`], once. Do not
/// follow redirects, and give up after a time. Report [`SendOutcome::Answered`] for a whole answer of any
/// status; [`SendOutcome::NotSent`] only when resolving or connecting failed; and [`SendOutcome::NoAnswer`]
/// for everything else, among it an answer that is cut off or too large to take.
pub trait Transport: Send + Sync {
    /// Sends the request and waits for what comes of it.
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

/// A closure that returns a future as a [`Transport`].
///
/// ```
/// use cognito_tokio::{AppClient, Client, Headers, Request, Response, SendOutcome, UserPoolId, transport_fn};
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let transport = transport_fn(|request: Request| async move {
///     // Send request.body() to request.url() by request.method() with request.headers().
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

/// What [`transport_fn`] makes of a closure.
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
