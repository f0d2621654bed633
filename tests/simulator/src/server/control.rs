//! Requests to the server itself: the keys of a pool, and messages, the clock and faults under `/_sim/`.

use core::time::Duration;

use cognito_core::Response;
use hyper::Method;
use serde::Deserialize;
use serde_json::json;

use super::Inner;
use super::http::text_page;
use crate::faults::FaultPlan;

/// The body of `POST /_sim/advance`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

pub(super) fn answer(inner: &mut Inner, method: &Method, path: &str, body: &[u8]) -> Response {
    match (method, path) {
        (&Method::GET, "/_sim/messages") => page(serde_json::to_string(inner.simulator.messages()).ok()),
        (&Method::GET, "/_sim/faults") => page(serde_json::to_string(inner.simulator.faults().planned()).ok()),
        (&Method::POST, "/_sim/faults") => match serde_json::from_slice::<FaultPlan>(body) {
            Ok(plan) => {
                inner.simulator.faults().plan(plan);
                page(Some("{}".to_owned()))
            }
            Err(error) => text_page(400, &error.to_string()),
        },
        (&Method::DELETE, "/_sim/faults") => {
            inner.simulator.faults().clear();
            page(Some("{}".to_owned()))
        }
        (&Method::POST, "/_sim/advance") => match serde_json::from_slice::<Advance>(body) {
            Ok(advance) => {
                inner.advance(Duration::from_secs(advance.seconds));
                page(Some(json!({ "unix_seconds": inner.now().as_unix_seconds() }).to_string()))
            }
            Err(error) => text_page(400, &error.to_string()),
        },
        (&Method::GET | &Method::POST | &Method::DELETE, _) if path.starts_with("/_sim/") => page(None),
        (&Method::GET, _) => page(key_set(inner, path)),
        _ => text_page(405, "The API accepts POST requests only."),
    }
}

fn key_set(inner: &Inner, path: &str) -> Option<String> {
    let pool_id = path.strip_prefix('/')?.strip_suffix("/.well-known/jwks.json")?;
    inner.simulator.jwks(pool_id)
}

fn page(found: Option<String>) -> Response {
    let Some(body) = found else { return text_page(404, "There is no page at this path.") };
    let headers = [("content-type", "application/json")].into_iter().collect();
    Response::new(200, headers, body.into_bytes())
}
