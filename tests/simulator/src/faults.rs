//! Faults on demand: network and server errors at the requests that a test selects.

use core::time::Duration;

use cognito_core::{Headers, Response};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::protocol::Protocol;

/// A fault at a request, such as a lost answer or a server error.
///
/// The JSON forms are `"throttle"`, `"lose_before"`, `"lose_after"`, `"truncate"`, `{"fail":{"status":500}}`,
/// `{"delay":{"millis":250}}`, `{"page":{"status":403}}` and `{"redirect":{"location":"https://example.com/"}}`.
///
/// The variants name the errors as user pools and identity pools do. The Security Token Service has other
/// names: Throttling, InternalFailure and ServiceUnavailable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The service answers TooManyRequestsException, without running the request.
    Throttle,
    /// The service answers with a server error, without running the request.
    ///
    /// Status 500 means InternalErrorException. Any other status means ServiceUnavailableException with
    /// status 503.
    Fail {
        /// The HTTP status: 500 or 503.
        status: u16,
    },
    /// The connection breaks before the service runs the request.
    LoseBefore,
    /// The connection breaks after the service has run the request, so that only the answer is lost.
    LoseAfter,
    /// The answer arrives late.
    Delay {
        /// The delay of the answer, in milliseconds.
        millis: u64,
    },
    /// The connection breaks in the middle of the answer's body, or before an answer without a body.
    Truncate,
    /// An HTML page replaces the answer, as from a firewall or a proxy. The service does not run the request.
    Page {
        /// The HTTP status of the page, such as 403 or 502.
        status: u16,
    },
    /// A redirect replaces the answer, as from a captive portal. The service does not run the request.
    Redirect {
        /// The URL that the redirect points to.
        location: String,
    },
}

/// A fault, and the requests at which it happens.
///
/// An example in JSON is `{"fault":"throttle","operation":"InitiateAuth","times":2}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultPlan {
    /// The fault that happens.
    pub fault: Fault,
    /// AWS's name of the operation whose requests get the fault. `None` means all operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The number of requests that get the fault. The default is one request.
    #[serde(default = "once")]
    pub times: u64,
}

fn once() -> u64 {
    1
}

impl FaultPlan {
    /// Returns a plan for the fault at the next request of any operation.
    #[must_use]
    pub fn next(fault: Fault) -> Self {
        Self { fault, operation: None, times: 1 }
    }

    /// Limits the plan to requests of this operation.
    #[must_use]
    pub fn for_operation(self, operation: impl Into<String>) -> Self {
        Self { operation: Some(operation.into()), ..self }
    }

    /// Sets the number of requests that get the fault.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }
}

/// The planned faults, in the order in which they were added.
///
/// A request gets the first planned fault that is for its operation.
#[derive(Debug, Default)]
pub struct Faults(Vec<FaultPlan>);

impl Faults {
    /// Adds a planned fault.
    pub fn plan(&mut self, plan: FaultPlan) {
        if plan.times > 0 {
            self.0.push(plan);
        }
    }

    /// Returns the planned faults that have not happened yet.
    #[must_use]
    pub fn planned(&self) -> &[FaultPlan] {
        &self.0
    }

    /// Removes all planned faults.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the fault for a request of this operation, and counts the request.
    pub(crate) fn take(&mut self, name: &str) -> Option<Fault> {
        let matches = |plan: &FaultPlan| plan.operation.as_ref().is_none_or(|operation| operation == name);
        let index = self.0.iter().position(matches)?;
        let plan = self.0.get_mut(index)?;
        plan.times = plan.times.saturating_sub(1);
        let fault = plan.fault.clone();
        if plan.times == 0 {
            self.0.remove(index);
        }
        Some(fault)
    }
}

/// The result of a request, as its caller sees it.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle every outcome")]
pub enum Outcome {
    /// The complete answer arrives immediately.
    Answer(Response),
    /// The complete answer arrives after this delay.
    Late(Duration, Response),
    /// Only the head and the first half of the body of this answer arrive.
    Cut(Response),
    /// No answer arrives, and the service has not run the request.
    LostBefore,
    /// No answer arrives, although the service has run the request.
    LostAfter,
}

impl Fault {
    /// Returns the answer that replaces the service's answer, if this fault has one.
    ///
    /// `headers` are the headers that every answer has.
    pub(crate) fn answer(&self, protocol: Protocol, mut headers: Headers) -> Option<Response> {
        let error = |[json, query]: [&'static str; 2], text, headers| {
            let name = if protocol == Protocol::Query { query } else { json };
            Some(protocol.error(Failure::new(name, text), headers))
        };
        match self {
            Self::Throttle => error(["TooManyRequestsException", "Throttling"], "Rate exceeded", headers),
            Self::Fail { status: 500 } => {
                error(["InternalErrorException", "InternalFailure"], "Internal error.", headers)
            }
            Self::Fail { .. } => {
                let names = ["ServiceUnavailableException", "ServiceUnavailable"];
                error(names, "The service is unavailable.", headers)
            }
            Self::Page { status } => Some(page(*status)),
            Self::Redirect { location } => {
                headers.push("location", location);
                Some(Response::new(302, headers, Vec::new()))
            }
            _ => None,
        }
    }
}

fn page(status: u16) -> Response {
    let headers = [("content-type", "text/html")].into_iter().collect();
    let text = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    Response::new(status, headers, text.into_bytes())
}
