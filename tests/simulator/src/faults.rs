//! Planned faults: network and server errors for the requests that a test selects.

use core::time::Duration;

use cognito_core::{Headers, Response};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::protocol::Protocol;

/// A fault of a request, such as a lost response or a server error.
///
/// The JSON forms are `"throttle"`, `"lose_before"`, `"lose_after"`, `"truncate"`, `{"fail":{"status":500}}`,
/// `{"delay":{"millis":250}}`, `{"page":{"status":403}}` and `{"redirect":{"location":"https://example.com/"}}`.
///
/// The variants use the error names of user pools and identity pools. The Security Token Service has other
/// names: Throttling, InternalFailure and ServiceUnavailable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The service responds with TooManyRequestsException, without running the request.
    Throttle,
    /// The service responds with a server error, without running the request.
    ///
    /// Status 500 means InternalErrorException. Any other status means ServiceUnavailableException with
    /// status 503.
    Fail {
        /// The HTTP status: 500 or 503.
        status: u16,
    },
    /// The connection breaks before the service runs the request.
    LoseBefore,
    /// The connection breaks after the service has run the request, so that only the response is lost.
    LoseAfter,
    /// The response arrives late.
    Delay {
        /// The delay of the response, in milliseconds.
        millis: u64,
    },
    /// The connection breaks in the middle of the response's body, or before a response without a body.
    Truncate,
    /// An HTML page, as from a firewall or a proxy, replaces the response. The service does not run the
    /// request.
    Page {
        /// The HTTP status of the page, such as 403 or 502.
        status: u16,
    },
    /// A redirect, as from a captive portal, replaces the response. The service does not run the request.
    Redirect {
        /// The URL that the redirect points to.
        location: String,
    },
}

/// A fault, and the requests that get the fault.
///
/// An example in JSON is `{"fault":"throttle","operation":"InitiateAuth","times":2}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultPlan {
    /// The fault that these requests get.
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
    /// Returns a plan in which the next request of any operation gets the fault.
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
/// A request gets the first planned fault that applies to the request's operation.
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

    /// Returns the fault for a request of this operation, and counts the request as one that got the fault.
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

/// The result of a request from the view of the caller.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle every outcome")]
pub enum Outcome {
    /// The complete response arrives immediately.
    Answer(Response),
    /// The complete response arrives after this delay.
    Late(Duration, Response),
    /// Only the head and the first half of the body of this response arrive.
    Cut(Response),
    /// No response arrives, and the service has not run the request.
    LostBefore,
    /// No response arrives, although the service has run the request.
    LostAfter,
}

impl Fault {
    /// Returns the response with which this fault replaces the service's response, or `None` if the fault has
    /// no such response.
    ///
    /// `headers` are the headers that every response has.
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
