use cognito_core::{Event, Request};

/// Sends a request and reports what came of it. Any HTTP client becomes one; so does a closure.
///
/// Report exactly one of [`Event::Response`], for a whole answer of any status; [`Event::NotSent`], only when resolving
/// or connecting failed; and [`Event::NoAnswer`] for everything else, among it an answer that is cut off or too large
/// to take. Send the request once, do not follow redirects, and give up after a time.
///
/// ```
/// use cognito_blocking::{AppClient, Client, Event, Headers, Request, Response, UserPoolId};
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let client = Client::with_transport(app_client, |request: &Request| {
///     // Send request.body() to request.url() with request.headers().
///     Event::Response(Response::new(200, Headers::new(), b"{}".to_vec()))
/// });
/// # Ok::<(), cognito_blocking::Error>(())
/// ```
pub trait Transport: Send + Sync {
    /// Sends the request and waits for what comes of it.
    fn send(&self, request: &Request) -> Event;
}

impl<F: Fn(&Request) -> Event + Send + Sync> Transport for F {
    fn send(&self, request: &Request) -> Event {
        self(request)
    }
}
