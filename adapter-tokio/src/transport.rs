use std::pin::Pin;

use cognito_core::{Event, Request};

/// A future on the heap, which can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends a request and reports what came of it. Any asynchronous HTTP client becomes one; so does a closure that gives a
/// future.
///
/// Report exactly one of [`Event::Response`], for a whole answer of any status; [`Event::NotSent`], only when resolving
/// or connecting failed; and [`Event::NoAnswer`] for everything else, among it an answer that is cut off or too large
/// to take. Send the request once, do not follow redirects, and give up after a time.
///
/// ```
/// use cognito_tokio::{AppClient, Client, Event, Headers, Request, Response, UserPoolId};
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let client = Client::with_transport(app_client, |request: Request| async move {
///     // Send request.body() to request.url() with request.headers().
///     Event::Response(Response::new(200, Headers::new(), b"{}".to_vec()))
/// });
/// # Ok::<(), cognito_tokio::Error>(())
/// ```
pub trait Transport: Send + Sync {
    /// Sends the request and waits for what comes of it.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Event>;
}

impl<F, Sending> Transport for F
where
    F: Fn(Request) -> Sending + Send + Sync,
    Sending: Future<Output = Event> + Send + 'static,
{
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Event> {
        Box::pin(self(request.clone()))
    }
}
