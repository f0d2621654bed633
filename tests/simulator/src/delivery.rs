//! The delivery of codes to users by e-mail or text message.

use cognito_core::Timestamp;
use serde_json::{Value, json};

use crate::attribute::is_phone_number;
use crate::codes::Code;
use crate::message::{Medium, Message, Purpose};
use crate::random::Random;
use crate::sign_in::later;
use crate::user::User;

/// A user attribute that holds an address, and the medium that reaches the address.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    pub(crate) attribute: &'static str,
    pub(crate) medium: Medium,
}

pub(crate) const EMAIL: Address = Address { attribute: "email", medium: Medium::Email };
pub(crate) const PHONE: Address = Address { attribute: "phone_number", medium: Medium::Sms };

/// Returns the address to which codes for a user are sent: the e-mail address, or else the phone number.
///
/// Only the attributes in `allowed` are considered.
pub(crate) fn address(user: &User, allowed: &[String]) -> Option<Address> {
    [EMAIL, PHONE].into_iter().find(|address| {
        allowed.iter().any(|name| name == address.attribute) && user.attributes.contains_key(address.attribute)
    })
}

/// Sends a new code, which replaces an older code for the same purpose.
///
/// Returns the API's `CodeDeliveryDetailsType`.
pub(crate) fn send_code(
    user: &mut User,
    address: Address,
    purpose: Purpose,
    now: Timestamp,
    random: &mut Random,
    messages: &mut Vec<Message>,
) -> Value {
    let code = random.code();
    let expires = later(now, purpose.code_seconds());
    user.codes.put(purpose, Code { code: code.clone(), attribute: address.attribute, expires });
    send(user, address, purpose, code, now, messages)
}

pub(crate) fn send(
    user: &User,
    address: Address,
    purpose: Purpose,
    code: String,
    now: Timestamp,
    messages: &mut Vec<Message>,
) -> Value {
    let destination = user.attributes.get(address.attribute).cloned().unwrap_or_default();
    let details = details(address, &destination);
    messages.push(Message {
        username: user.username.clone(),
        destination,
        medium: address.medium,
        purpose,
        code,
        unix_seconds: now.as_unix_seconds(),
    });
    details
}

/// Returns made-up delivery details for an unknown user, so that the response does not reveal that the user
/// is unknown.
pub(crate) fn made_up_details(typed: &str) -> Value {
    if is_phone_number(typed) {
        return details(PHONE, typed);
    }
    let destination = if typed.contains('@') { typed.to_owned() } else { format!("{typed}@example.com") };
    details(EMAIL, &destination)
}

/// Returns the API's `CodeDeliveryDetailsType`.
fn details(address: Address, destination: &str) -> Value {
    json!({
        "AttributeName": address.attribute,
        "DeliveryMedium": address.medium.name(),
        "Destination": masked(address.medium, destination),
    })
}

/// Masks an address as Cognito does, as in `a***@e***` and `+*******1234`.
fn masked(medium: Medium, destination: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    match medium {
        Medium::Email => {
            let (local, domain) = destination.split_once('@').unwrap_or((destination, ""));
            format!("{}***@{}***", first(local), first(domain))
        }
        Medium::Sms => {
            let shown = destination.char_indices().rev().nth(3).and_then(|(start, _)| destination.get(start..));
            format!("+*******{}", shown.unwrap_or_default())
        }
    }
}
