//! Faults on demand: what goes wrong between a client and the service, at the request that a test picks.

use core::time::Duration;

use cognito_core::{Headers, Response};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::protocol::Protocol;

/// Something that goes wrong.
///
/// In JSON: `"throttle"`, `"lose_before"`, `"lose_after"`, `"truncate"`, `{"fail":{"status":500}}`,
/// `{"delay":{"millis":250}}`, `{"page":{"status":403}}`, `{"redirect":{"location":"https://example.com/"}}`.
///
/// The errors go by the names that the user pools and identity pools have for them. AssumeRoleWithWebIdentity has its own:
/// Throttling, InternalFailure, ServiceUnavailable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// TooManyRequestsException; the request is not carried out.
    Throttle,
    /// An error of the service's own; the request is not carried out. 500 is InternalErrorException, any other status
    /// ServiceUnavailableException with status 503.
    Fail {
        /// 500 or 503.
        status: u16,
    },
    /// The connection breaks before the request is carried out.
    LoseBefore,
    /// The connection breaks after the request was carried out: only the answer is lost.
    LoseAfter,
    /// The answer comes late.
    Delay {
        /// How late, in milliseconds.
        millis: u64,
    },
    /// The connection breaks in the middle of the answer's body, or before the answer if that has none.
    Truncate,
    /// An HTML page in place of an answer, as from a firewall or a proxy; the request is not carried out.
    Page {
        /// 403 or 502, say.
        status: u16,
    },
    /// A redirection, as from a captive portal; the request is not carried out.
    Redirect {
        /// Where to.
        location: String,
    },
}

/// A fault, and which requests it befalls. In JSON: `{"fault":"throttle","operation":"InitiateAuth","times":2}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultPlan {
    /// What goes wrong.
    pub fault: Fault,
    /// AWS's name of the operation; without it, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// How many requests: 1.
    #[serde(default = "once")]
    pub times: u64,
}

fn once() -> u64 {
    1
}

impl FaultPlan {
    /// The fault at the next request, whatever it is.
    #[must_use]
    pub fn next(fault: Fault) -> Self {
        Self { fault, operation: None, times: 1 }
    }

    /// Only at requests of this operation.
    #[must_use]
    pub fn for_operation(self, operation: impl Into<String>) -> Self {
        Self { operation: Some(operation.into()), ..self }
    }

    /// At so many requests.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }
}

/// The faults that are to come, in the order in which they were planned. A request meets the first that is for it.
#[derive(Debug, Default)]
pub struct Faults(Vec<FaultPlan>);

impl Faults {
    /// Plans a fault.
    pub fn plan(&mut self, plan: FaultPlan) {
        if plan.times > 0 {
            self.0.push(plan);
        }
    }

    /// What is still to come.
    #[must_use]
    pub fn planned(&self) -> &[FaultPlan] {
        &self.0
    }

    /// Forgets all plans.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes the fault that befalls a request of this operation.
    pub(crate) fn take(&mut self, name: &str) -> Option<Fault> {
        let meets = |plan: &FaultPlan| plan.operation.as_ref().is_none_or(|operation| operation == name);
        let index = self.0.iter().position(meets)?;
        let plan = self.0.get_mut(index)?;
        plan.times = plan.times.saturating_sub(1);
        let fault = plan.fault.clone();
        if plan.times == 0 {
            self.0.remove(index);
        }
        Some(fault)
    }
}

/// What a caller sees of a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever drives a client has to deal with each")]
pub enum Outcome {
    /// An answer.
    Answer(Response),
    /// An answer that takes so long.
    Late(Duration, Response),
    /// An answer of which only the head and the first half of the body arrive.
    Cut(Response),
    /// No answer; the request was not carried out.
    LostBefore,
    /// No answer; the request was carried out.
    LostAfter,
}

impl Fault {
    /// The answer in place of the service's, of a fault that has one. `headers` are those of every answer.
    pub(crate) fn answer(&self, protocol: Protocol, mut headers: Headers) -> Option<Response> {
        let refuse = |[json, query]: [&'static str; 2], text, headers| {
            let name = if protocol == Protocol::Query { query } else { json };
            Some(protocol.refuse(Failure::new(name, text), headers))
        };
        match self {
            Self::Throttle => refuse(["TooManyRequestsException", "Throttling"], "Rate exceeded", headers),
            Self::Fail { status: 500 } => {
                refuse(["InternalErrorException", "InternalFailure"], "Internal error.", headers)
            }
            Self::Fail { .. } => {
                let names = ["ServiceUnavailableException", "ServiceUnavailable"];
                refuse(names, "The service is unavailable.", headers)
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
