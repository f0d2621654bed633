//! The HTTP server around the simulator, which breaks connections at planned faults.

use alloc::sync::Arc;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use cognito_core::{Headers, Request, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use super::{Shared, control};
use crate::faults::Outcome;

/// The maximum length of a request body, in bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Accepts connections and serves each in its own task, until the runtime ends.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&shared)));
            }
            // The caller closed the connection, or too many connections are open at the moment.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    // An error means that the caller closed the connection, or that a planned fault broke the connection.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The error with which a planned fault breaks a connection.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a planned fault breaks the connection")
    }
}

impl core::error::Error for Broken {}

type HttpResponse = hyper::Response<Content>;

async fn answer(shared: &Shared, request: hyper::Request<Incoming>) -> Result<HttpResponse, Broken> {
    let (head, body) = request.into_parts();
    if head.method == Method::OPTIONS {
        return Ok(complete(&Response::new(200, Headers::new(), Vec::new())));
    }
    let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
        return Ok(complete(&text_page(413, "The request body is longer than 1 MiB.")));
    };
    let body = body.to_bytes().to_vec();
    let path = head.uri.path();
    if head.method != Method::POST || path.starts_with("/_sim/") {
        return Ok(complete(&control::answer(&mut shared.lock(), &head.method, path, &body)));
    }
    let request = Request::post(head.uri.to_string(), to_headers(&head.headers), body);
    let outcome = shared.lock().exchange(&request);
    match outcome {
        Outcome::Answer(response) => Ok(complete(&response)),
        Outcome::Late(by, response) => {
            sleep(by).await;
            Ok(complete(&response))
        }
        // An empty body cannot be cut in half, so the connection breaks before the response.
        Outcome::Cut(response) if !response.body().is_empty() => Ok(truncated(&response)),
        Outcome::Cut(_) | Outcome::LostBefore | Outcome::LostAfter => Err(Broken),
    }
}

fn to_headers(headers: &HeaderMap) -> Headers {
    headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect()
}

pub(super) fn text_page(status: u16, text: &str) -> Response {
    let headers = [("content-type", "text/plain")].into_iter().collect();
    Response::new(status, headers, text.as_bytes().to_vec())
}

fn complete(response: &Response) -> HttpResponse {
    into_http(response, Content { rest: Some(Bytes::copy_from_slice(response.body())), cut: false, paused: false })
}

/// Returns a response with half of the body. The header `content-length` states the length of the whole body.
fn truncated(response: &Response) -> HttpResponse {
    let half = response.body().iter().take(response.body().len() / 2).copied().collect();
    into_http(response, Content { rest: Some(half), cut: true, paused: false })
}

/// Returns the HTTP response, with the headers that let a web page of any origin read the response.
fn into_http(response: &Response, content: Content) -> HttpResponse {
    let mut builder = hyper::Response::builder().status(response.status());
    for (name, value) in response.headers().iter() {
        builder = builder.header(name, value);
    }
    builder
        .header("content-length", response.body().len())
        .header("access-control-allow-origin", "*")
        .header("access-control-allow-headers", "*")
        .header("access-control-allow-methods", "POST, GET, DELETE, OPTIONS")
        .header("access-control-expose-headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date")
        .body(content)
        .unwrap_or_else(|_| server_error())
}

/// Returns the response for a planned fault whose status or header is invalid in HTTP.
fn server_error() -> HttpResponse {
    let mut response = HttpResponse::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// The body of a response, which can end with a broken connection.
#[derive(Default)]
struct Content {
    rest: Option<Bytes>,
    /// Whether the connection breaks after the last byte.
    cut: bool,
    /// Whether the body has already paused before the connection breaks. The connection sends all earlier
    /// bytes during the pause.
    paused: bool,
}

impl Body for Content {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.rest.take() {
            Some(bytes) if !bytes.is_empty() => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            _ if !self.cut => Poll::Ready(None),
            _ if self.paused => Poll::Ready(Some(Err(Broken))),
            _ => {
                self.paused = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
