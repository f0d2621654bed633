//! AWS's query protocol: the request is a form, and the response is XML.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use roxmltree::{Document, Node, ParsingOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::configuration::endpoint::Endpoint;
use crate::encoding::json::Tree;
use crate::encoding::percent;
use crate::error::{Error, InvalidInput};
use crate::http::{Headers, Request, Response};
use crate::protocol::answer::{Metadata, is_name};
use crate::protocol::aws_json;

#[derive(Debug, Clone, Copy)]
pub(super) struct AwsQuery {
    /// The version of the service's API.
    pub(super) version: &'static str,
}

impl AwsQuery {
    /// Writes the request of an operation. The parameter `Action` of the form names the operation.
    pub(super) fn request(
        self,
        endpoint: &Endpoint,
        operation: &'static str,
        members: &impl Serialize,
    ) -> Result<Request, InvalidInput> {
        let form = to_form(operation, self.version, members);
        let body = form.ok_or(InvalidInput::new("request", "cannot be written as a form"))?;
        let mut headers = Headers::new();
        headers.push("content-type", "application/x-www-form-urlencoded");
        Ok(Request::post(endpoint.url(), headers, body).for_operation(operation))
    }

    pub(super) fn read<T: DeserializeOwned>(
        self,
        operation: &str,
        response: &Response,
        metadata: &Metadata,
    ) -> Result<T, Error> {
        metadata.require_success(response, || refusal(response, metadata))?;
        let result = result(operation, response.body()).map_err(|reason| metadata.malformed(reason))?;
        serde_json::from_value(result).map_err(|_| metadata.malformed("a member is missing or has the wrong type"))
    }
}

/// Reads the error from an error response. The response is XML or follows AWS's JSON protocol.
fn refusal(response: &Response, metadata: &Metadata) -> Error {
    match error(response.body()).filter(|(code, _)| is_name(code)) {
        Some((code, message)) => metadata.refused(&code, &message),
        None => aws_json::refusal(response, metadata, "the error is neither XML nor JSON"),
    }
}

/// Returns the request of an operation as a form, or `None` if a form cannot represent the request.
fn to_form(action: &str, version: &str, operation: &impl Serialize) -> Option<Vec<u8>> {
    let tree = Tree::from_value(operation)?;
    let mut pairs = Vec::new();
    flatten(String::new(), &tree.0, &mut pairs)?;
    // The buffer is large enough from the start, because a growing buffer leaves copies of secrets in memory.
    // Percent-encoding turns each byte into at most three characters.
    let length: usize = pairs.iter().map(|(name, value)| 2 + 3 * (name.len() + value.len())).sum();
    let mut form = String::with_capacity(length + action.len() + version.len() + 32);
    form.push_str(&format!("Action={action}&Version={version}"));
    for (name, value) in &pairs {
        form.push('&');
        // Names need no encoding, because they consist of letters, digits and full stops.
        form.push_str(name);
        form.push('=');
        percent::encode_into(&mut form, value, percent::FORM);
    }
    Some(form.into_bytes())
}

/// Appends a name-value pair to `pairs` for each string and each number in a JSON value. The name is the path
/// to the string or number, such as `PolicyArns.member.1.arn`.
fn flatten(name: String, value: &Value, pairs: &mut Vec<(String, Zeroizing<String>)>) -> Option<()> {
    match value {
        Value::Object(members) => members.iter().try_for_each(|(member, value)| {
            let name = if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
            flatten(name, value, pairs)
        }),
        Value::Array(items) => items
            .iter()
            .zip(1..)
            .try_for_each(|(item, number): (_, u32)| flatten(format!("{name}.member.{number}"), item, pairs)),
        Value::String(text) => {
            pairs.push((name, Zeroizing::new(text.clone())));
            Some(())
        }
        Value::Number(number) => {
            pairs.push((name, Zeroizing::new(format!("{number}"))));
            Some(())
        }
        Value::Null | Value::Bool(_) => None,
    }
}

/// The maximum number of XML nodes in a response. Responses of the service have fewer nodes. XML entities
/// cannot add nodes, because the parser rejects a document type declaration.
const MAX_NODES: u32 = 1000;

/// The maximum depth of nested XML elements in a response. Responses of the service have less depth.
const MAX_DEPTH: u32 = 16;

/// The maximum length of a body in bytes. Responses of the service are shorter. The maximum limits the
/// parsing time: the XML parser compares each attribute of an element with every other attribute of that
/// element.
const MAX_BYTES: usize = 32 * 1024;

/// Converts the result of an operation to JSON: an XML element with child elements becomes an object, and any
/// other XML element becomes a string.
fn result(action: &str, body: &[u8]) -> Result<Value, &'static str> {
    let text = core::str::from_utf8(body).map_err(|_| "the body is not UTF-8")?;
    let document = parse(text)?;
    let is_named = |node: &Node<'_, '_>, end: &str| node.tag_name().name().strip_suffix(end) == Some(action);
    let response = document.root_element();
    if !is_named(&response, "Response") {
        return Err("the XML is not a response of this operation");
    }
    let result = response.children().find(|child| is_named(child, "Result"));
    value(result.ok_or("the XML has no result")?, 0)
}

/// Returns the name and the message of the error if the body is an error response.
fn error(body: &[u8]) -> Option<(String, String)> {
    let document = parse(core::str::from_utf8(body).ok()?).ok()?;
    let response = document.root_element();
    let error = child(response, "Error")?;
    let text = |name| child(error, name).map(text_of);
    (response.tag_name().name() == "ErrorResponse").then_some((text("Code")?, text("Message").unwrap_or_default()))
}

fn parse(text: &str) -> Result<Document<'_>, &'static str> {
    if text.len() > MAX_BYTES {
        return Err("the XML is too long");
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    // The parser's own message is not used, because the message may quote the invalid value.
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => "the XML has a document type declaration",
        roxmltree::Error::NodesLimitReached => "the XML has too many elements",
        _ => "the body is not valid XML",
    })
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn value(node: Node<'_, '_>, depth: u32) -> Result<Value, &'static str> {
    if depth > MAX_DEPTH {
        return Err("the XML is nested too deeply");
    }
    let mut members = Map::new();
    for element in node.children().filter(Node::is_element) {
        if members.insert(element.tag_name().name().into(), value(element, depth + 1)?).is_some() {
            return Err("an element occurs twice in the XML");
        }
    }
    Ok(if members.is_empty() { Value::String(text_of(node)) } else { Value::Object(members) })
}

/// Returns the whole text of an XML element, which XML comments may split into several parts.
fn text_of(node: Node<'_, '_>) -> String {
    let texts = node.children().filter_map(|child| child.text().filter(|_| child.is_text()));
    texts.collect::<String>().trim().into()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_names_the_operation_and_each_value_by_its_path() {
        let operation = json!({ "RoleArn": "arn:aws:iam::1:role/a b", "PolicyArns": [{ "arn": "x" }, { "arn": "y&=" }], "DurationSeconds": 900 });
        let form = to_form("AssumeRoleWithWebIdentity", "2011-06-15", &operation).unwrap();
        assert_eq!(
            String::from_utf8(form).unwrap(),
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&DurationSeconds=900&PolicyArns.member.1.arn=x\
             &PolicyArns.member.2.arn=y%26%3D&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b"
        );
    }

    fn wrapped(result: &str) -> String {
        format!(
            r#"<XResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><XResult>{result}</XResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></XResponse>"#
        )
    }

    #[test]
    fn an_xml_response_converts_to_json() {
        let xml = wrapped("<A> 1 </A>\n <B><C>&lt;&#65;&amp;</C><D/><!-- no --></B><E>a<!-- b -->c<![CDATA[<&]]></E>");
        assert_eq!(result("X", xml.as_bytes()), Ok(json!({ "A": "1", "B": { "C": "<A&", "D": "" }, "E": "ac<&" })));
    }

    #[test]
    fn an_invalid_response_says_what_is_wrong() {
        let expanding = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><XResponse><XResult>&b;</XResult></XResponse>"#;
        let external = r#"<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><XResponse><XResult><A>&f;</A></XResult></XResponse>"#;
        let wide = wrapped(&"<A/>".repeat(2000));
        let long = wrapped(&"<A></A>".repeat(5000));
        let attributes: String = (0..9000).map(|number| format!(" a{number}=\"\"")).collect();
        let attributes = wrapped(&format!("<A{attributes}/>"));
        let deep = "<XResponse>".to_string()
            + "<XResult>"
            + &"<a>".repeat(100)
            + &"</a>".repeat(100)
            + "</XResult></XResponse>";
        let complete = wrapped("<A>1</A>");
        for (body, problem) in [
            ("", "the body is not valid XML"),
            ("{}", "the body is not valid XML"),
            ("<html><body>gateway time-out</body></html>", "the XML is not a response of this operation"),
            ("<YResponse><YResult/></YResponse>", "the XML is not a response of this operation"),
            ("<XResponse/>", "the XML has no result"),
            ("<XResponse><XResult>&nope;</XResult></XResponse>", "the body is not valid XML"),
            (expanding, "the XML has a document type declaration"),
            (external, "the XML has a document type declaration"),
            (&wide, "the XML has too many elements"),
            (&long, "the XML is too long"),
            (&attributes, "the XML is too long"),
            (&wrapped("<A>1</A><A>2</A>"), "an element occurs twice in the XML"),
            (&deep, "the XML is nested too deeply"),
            (&complete[..complete.len() - 20], "the body is not valid XML"),
        ] {
            assert_eq!(result("X", body.as_bytes()), Err(problem), "{body}");
        }
        assert_eq!(result("X", b"<X\xff/>"), Err("the body is not UTF-8"));
    }

    #[test]
    fn too_many_nested_elements_are_rejected_without_recursion() {
        let nest = "<a>".repeat(1_000_000);
        assert!(result("X", nest.as_bytes()).is_err() && error(nest.as_bytes()).is_none());
    }

    #[test]
    fn an_error_has_a_name_and_a_message() {
        let xml = "<ErrorResponse xmlns='x'><Error><Type>Sender</Type><Code>ExpiredTokenException</Code>\
                   <Message>It &amp; you</Message></Error><RequestId>1</RequestId></ErrorResponse>";
        assert_eq!(error(xml.as_bytes()), Some(("ExpiredTokenException".into(), "It & you".into())));
        for other in
            ["", "<Error><Code>x</Code></Error>", "<ErrorResponse><Error/></ErrorResponse>", "<ErrorResponse/>"]
        {
            assert_eq!(error(other.as_bytes()), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn reading_any_text_as_xml_does_not_panic(text in "[<>/a-cXResponult&;! ]{0,200}") {
            let _ = (result("X", text.as_bytes()), error(text.as_bytes()));
        }
    }
}
