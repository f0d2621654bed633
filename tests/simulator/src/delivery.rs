//! Codes on their way to users.

use cognito_core::Timestamp;
use serde_json::{Value, json};

use crate::attribute::is_phone_number;
use crate::codes::Code;
use crate::message::{Medium, Message, Purpose};
use crate::random::Random;
use crate::sign_in::later;
use crate::user::User;

/// An attribute that messages go to.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    pub(crate) attribute: &'static str,
    pub(crate) medium: Medium,
}

pub(crate) const EMAIL: Address = Address { attribute: "email", medium: Medium::Email };
pub(crate) const PHONE: Address = Address { attribute: "phone_number", medium: Medium::Sms };

/// Where to reach a user: by e-mail rather than by phone, and only at what `allowed` names.
pub(crate) fn address(user: &User, allowed: &[String]) -> Option<Address> {
    [EMAIL, PHONE].into_iter().find(|address| {
        allowed.iter().any(|name| name == address.attribute) && user.attributes.contains_key(address.attribute)
    })
}

/// Sends a new code, which replaces an older one for the same purpose, and says where it went.
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

/// What is answered for a user who does not exist, so that nobody learns of it.
pub(crate) fn pretended(typed: &str) -> Value {
    if is_phone_number(typed) {
        return details(PHONE, typed);
    }
    let destination = if typed.contains('@') { typed.to_owned() } else { format!("{typed}@example.com") };
    details(EMAIL, &destination)
}

/// `CodeDeliveryDetailsType` of the API.
fn details(address: Address, destination: &str) -> Value {
    json!({
        "AttributeName": address.attribute,
        "DeliveryMedium": address.medium.name(),
        "Destination": masked(address.medium, destination),
    })
}

/// `a***@e***` and `+*******1234`
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
