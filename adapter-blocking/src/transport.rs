use std::fmt;
use std::sync::Arc;

use cognito_core::{Request, SendOutcome};

/// Sends a request and reports what came of it. Any HTTP client becomes one: implement this trait, or pass a
/// closure to [`transport_fn`].
///
/// Send [`Request::body`] to [`Request::url`] by [`Request::method`] with [`Request::headers`], once. Do not
/// follow redirects, and give up after a time. Report [`SendOutcome::Answered`] for a whole answer of any
/// status; [`SendOutcome::NotSent`] only when resolving or connecting failed; and [`SendOutcome::NoAnswer`]
/// for everything else, among it an answer that is cut off or too large to take.
pub trait Transport: Send + Sync {
    /// Sends the request and waits for what comes of it.
    fn send(&self, request: &Request) -> SendOutcome;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: &Request) -> SendOutcome {
        (**self).send(request)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(&self, request: &Request) -> SendOutcome {
        (**self).send(request)
    }
}

/// A closure as a [`Transport`].
///
/// ```
/// use cognito_blocking::{AppClient, Client, Headers, Request, Response, SendOutcome, UserPoolId};
/// use cognito_blocking::transport_fn;
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let transport = transport_fn(|request: &Request| {
///     // Send request.body() to request.url() by request.method() with request.headers().
///     SendOutcome::Answered(Response::new(200, Headers::new(), b"{}".to_vec()))
/// });
/// let client = Client::with_transport(app_client, transport);
/// # Ok::<(), cognito_blocking::Error>(())
/// ```
pub fn transport_fn<F: Fn(&Request) -> SendOutcome + Send + Sync>(send: F) -> TransportFn<F> {
    TransportFn(send)
}

/// What [`transport_fn`] makes of a closure.
#[derive(Clone, Copy)]
pub struct TransportFn<F>(F);

impl<F: Fn(&Request) -> SendOutcome + Send + Sync> Transport for TransportFn<F> {
    fn send(&self, request: &Request) -> SendOutcome {
        (self.0)(request)
    }
}

impl<F> fmt::Debug for TransportFn<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TransportFn").finish_non_exhaustive()
    }
}
