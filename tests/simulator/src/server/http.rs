//! HTTP around the simulator, with connections that can be made to break.

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

/// The longest request body that is read.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Serves one connection after another's opening, until the runtime ends.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&shared)));
            }
            // The caller went away, or there are too many connections for now.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    // An error is a caller who went away, or a connection that was meant to break.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Why a connection breaks: a fault has it so.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a fault that was planned")
    }
}

impl core::error::Error for Broken {}

type HttpResponse = hyper::Response<Content>;

async fn answer(shared: &Shared, request: hyper::Request<Incoming>) -> Result<HttpResponse, Broken> {
    let (head, body) = request.into_parts();
    if head.method == Method::OPTIONS {
        return Ok(whole(&Response::new(200, Headers::new(), Vec::new())));
    }
    let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
        return Ok(whole(&plain(413, "The request body is too long.")));
    };
    let body = body.to_bytes().to_vec();
    let path = head.uri.path();
    if head.method != Method::POST || path.starts_with("/_sim/") {
        return Ok(whole(&control::answer(&mut shared.lock(), &head.method, path, &body)));
    }
    let request = Request::post(head.uri.to_string(), text(&head.headers), body);
    let outcome = shared.lock().exchange(&request);
    match outcome {
        Outcome::Answer(response) => Ok(whole(&response)),
        Outcome::Late(by, response) => {
            sleep(by).await;
            Ok(whole(&response))
        }
        // There is no middle of an empty body.
        Outcome::Cut(response) if !response.body().is_empty() => Ok(cut(&response)),
        Outcome::Cut(_) | Outcome::LostBefore | Outcome::LostAfter => Err(Broken),
    }
}

fn text(headers: &HeaderMap) -> Headers {
    headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect()
}

pub(super) fn plain(status: u16, text: &str) -> Response {
    let headers = [("content-type", "text/plain")].into_iter().collect();
    Response::new(status, headers, text.as_bytes().to_vec())
}

fn whole(response: &Response) -> HttpResponse {
    into_http(response, Content { rest: Some(Bytes::copy_from_slice(response.body())), cut: false, rested: false })
}

/// The length is that of the whole body; what comes is half of it.
fn cut(response: &Response) -> HttpResponse {
    let half = response.body().iter().take(response.body().len() / 2).copied().collect();
    into_http(response, Content { rest: Some(half), cut: true, rested: false })
}

/// Adds what lets a browser's page from another origin read the answer.
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
        .unwrap_or_else(|_| unspeakable())
}

/// In place of an answer that HTTP has no room for: a planned fault may have any status and any text in its headers.
fn unspeakable() -> HttpResponse {
    let mut response = HttpResponse::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// A body that may break off.
#[derive(Default)]
struct Content {
    rest: Option<Bytes>,
    /// Whether the connection breaks where the bytes end.
    cut: bool,
    /// Whether there was a pause before that, in which what was said goes out.
    rested: bool,
}

impl Body for Content {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.rest.take() {
            Some(bytes) if !bytes.is_empty() => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            _ if !self.cut => Poll::Ready(None),
            _ if self.rested => Poll::Ready(Some(Err(Broken))),
            _ => {
                self.rested = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
