//! AWS's protocols: the JSON protocol, and the query protocol, in which a request is a form and a response is
//! XML.

use cognito_core::{Headers, Request, Response};
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::operation::Service;

/// The only version of the query API.
const VERSION: &str = "2011-06-15";
/// The name of the member that contains the credentials with which the request was signed.
const SIGNER: &str = "Signer";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The protocol of a request and its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Json,
    Query,
}

/// A request, split into the protocol, the operation and the body.
pub(crate) struct ParsedRequest<'request> {
    pub(crate) protocol: Protocol,
    /// The service, if it is simulated.
    pub(crate) service: Option<Service>,
    /// AWS's name of the operation.
    pub(crate) name: String,
    /// The complete `x-amz-target` header.
    target: &'request str,
    body: &'request [u8],
    signer: Option<Signer>,
}

/// The AWS credentials that a request is signed with. The signature is not verified.
struct Signer {
    access_key_id: String,
    session_token: String,
}

impl Signer {
    /// Reads the `Authorization` and `X-Amz-Security-Token` headers of AWS Signature Version 4.
    fn from_headers(headers: &Headers) -> Option<Self> {
        let (_, credential) = headers.get("authorization")?.split_once("Credential=")?;
        let access_key_id = credential.split('/').next()?.to_owned();
        let session_token = headers.get("x-amz-security-token").unwrap_or_default().to_owned();
        Some(Self { access_key_id, session_token })
    }
}

impl<'request> ParsedRequest<'request> {
    pub(crate) fn new(request: &'request Request) -> Self {
        let headers = request.headers();
        let body = request.body();
        if let Some(target) = headers.get("x-amz-target") {
            let (prefix, name) = target.rsplit_once('.').unwrap_or(("", target));
            let service = Service::from_target_prefix(prefix);
            return Self { protocol: Protocol::Json, service, name: name.to_owned(), target, body, signer: None };
        }
        let content_type = headers.get("content-type").unwrap_or_default();
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let name = parameter(body, "Action").unwrap_or_default();
            let (service, signer) = (Some(Service::Tokens), Signer::from_headers(headers));
            return Self { protocol: Protocol::Query, service, name, target: "", body, signer };
        }
        Self { protocol: Protocol::Json, service: None, name: String::new(), target: "", body, signer: None }
    }

    /// Returns the members of a JSON request, or the parameters and the signer of a form.
    pub(crate) fn members(&self) -> Result<Map<String, Value>, Failure> {
        match self.protocol {
            Protocol::Json => serde_json::from_slice(self.body)
                .map_err(|_| Failure::new("SerializationException", "The request body is not a JSON object.")),
            Protocol::Query => {
                let parameters = parameters(self.body).map(|(name, value)| (name, Value::String(value)));
                let mut members: Map<_, _> = parameters.filter(|(name, _)| name != SIGNER).collect();
                if let Some(Signer { access_key_id, session_token }) = &self.signer {
                    let signer = json!({ "AccessKeyId": access_key_id, "SessionToken": session_token });
                    members.insert(SIGNER.to_owned(), signer);
                }
                Ok(members)
            }
        }
    }

    /// Rejects an unknown version of the query API.
    pub(crate) fn check_version(&self) -> Result<(), Failure> {
        let version = || parameter(self.body, "Version");
        if self.protocol == Protocol::Query && version().as_deref() != Some(VERSION) {
            return Err(self.unknown());
        }
        Ok(())
    }

    pub(crate) fn unknown(&self) -> Failure {
        match self.protocol {
            Protocol::Json => {
                let text = format!("The simulated Cognito has no operation {:?}.", self.target);
                Failure::new("UnknownOperationException", text)
            }
            Protocol::Query if self.name.is_empty() => Failure::new("MissingAction", "The request names no Action."),
            Protocol::Query => {
                let version = parameter(self.body, "Version").unwrap_or_else(|| "NO_VERSION_SPECIFIED".to_owned());
                let text = format!("Could not find operation {} for version {version}", self.name);
                Failure::new("InvalidAction", text)
            }
        }
    }

    pub(crate) fn answer(&self, result: Result<Value, Failure>, headers: Headers) -> Response {
        match (result, self.protocol) {
            (Err(failure), protocol) => protocol.error(failure, headers),
            (Ok(Value::Null), _) => Response::new(200, headers, Vec::new()),
            (Ok(body), Protocol::Json) => Response::new(200, headers, body.to_string().into_bytes()),
            (Ok(body), Protocol::Query) => {
                let metadata = json!({ "RequestId": request_id(&headers) });
                let (result, metadata) =
                    (xml(&format!("{}Result", self.name), &body), xml("ResponseMetadata", &metadata));
                let answer = format!("{}Response", self.name);
                let text = format!("<{answer} xmlns=\"{NAMESPACE}\">{result}{metadata}</{answer}>");
                Response::new(200, headers, text.into_bytes())
            }
        }
    }
}

impl Protocol {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/x-amz-json-1.1",
            Self::Query => "text/xml",
        }
    }

    pub(crate) fn error(self, failure: Failure, mut headers: Headers) -> Response {
        let (status, name) = (failure.status(), failure.name());
        let message = failure.into_message();
        let body = match self {
            Self::Json => {
                headers.push("x-amzn-errortype", format_args!("{name}:"));
                headers.push("x-amzn-errormessage", header_text(&message));
                json!({ "__type": name, "message": message }).to_string()
            }
            Self::Query => {
                let blame = if status < 500 { "Sender" } else { "Receiver" };
                let error = xml("Error", &json!({ "Type": blame, "Code": name, "Message": message }));
                let id = xml("RequestId", &json!(request_id(&headers)));
                format!("<ErrorResponse xmlns=\"{NAMESPACE}\">{error}{id}</ErrorResponse>")
            }
        };
        Response::new(status, headers, body.into_bytes())
    }
}

fn parameters(body: &[u8]) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

fn parameter(body: &[u8], name: &str) -> Option<String> {
    parameters(body).filter(|(known, _)| known == name).map(|(_, value)| value).last()
}

fn request_id(headers: &Headers) -> &str {
    headers.get("x-amzn-requestid").unwrap_or_default()
}

/// Replaces the characters of a message that are not allowed in a header.
///
/// A header can contain only printable ASCII, but a message may quote any text from the caller.
fn header_text(message: &str) -> String {
    message.chars().map(|letter| if matches!(letter, ' '..='~') { letter } else { '?' }).collect()
}

/// Returns an XML element with this name.
///
/// The members of a JSON object become child elements. Any other value becomes text.
fn xml(name: &str, value: &Value) -> String {
    let content = match value {
        Value::Object(members) => members.iter().map(|(name, value)| xml(name, value)).collect(),
        Value::String(text) => escape(text),
        other => escape(&other.to_string()),
    };
    format!("<{name}>{content}</{name}>")
}

/// Escapes text for XML, and replaces the characters that XML does not allow.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#xD;"),
            '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => escaped.push(letter),
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped
}
