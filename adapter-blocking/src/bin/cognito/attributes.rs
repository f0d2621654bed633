//! The commands that show, set, delete and verify the user's attributes.

use cognito_blocking::SessionHandle;
use cognito_blocking::operation::{
    DeleteUserAttributes, GetUser, GetUserAttributeVerificationCode, UpdateUserAttributes, VerifyUserAttribute,
};
use cognito_blocking::secret::Parameter;
use serde_json::{Map, Value, json};

use crate::account::{code_or_prompt, delivery_text, describe_delivery, parse_attributes};
use crate::arguments::Attributes;
use crate::output::{Failure, Report};
use crate::program::Program;
use crate::terminal;

pub(crate) fn run(program: &Program, command: Attributes) -> Result<Report, Failure> {
    let session = program.session()?;
    match command {
        Attributes::Get { names } => get(&session, &names),
        Attributes::Set { attributes } => {
            let response = session.call(UpdateUserAttributes::new(parse_attributes(&attributes)?))?;
            let described = response.code_delivery_details_list.iter().map(|details| describe_delivery(Some(details)));
            let (texts, deliveries): (Vec<String>, Vec<Value>) = described.filter(|(sent, _)| !sent.is_empty()).unzip();
            Ok(Report::new(
                format!("Set the attributes. {}", texts.concat()).trim_end(),
                json!({ "deliveries": deliveries }),
            ))
        }
        Attributes::Delete { names } => {
            session.call(DeleteUserAttributes::new(names.iter().map(String::as_str)))?;
            Ok(Report::new("Deleted the attributes.", json!({ "deleted": names })))
        }
        Attributes::Verify { name, code: None } => send_code(&session, &name),
        Attributes::Verify { name, code } => verify(&session, &name, code_or_prompt(code)?),
    }
}

fn get(session: &SessionHandle, names: &[String]) -> Result<Report, Failure> {
    let user = session.call(GetUser::new())?;
    let missing: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| user.user_attributes.iter().all(|has| has.name != **name))
        .collect();
    if !missing.is_empty() {
        return Err(Failure::Usage(format!("the user has no attribute {}", missing.join(", "))));
    }
    let is_requested = |name: &String| names.is_empty() || names.contains(name);
    let attributes = user.user_attributes.iter().filter(|attribute| is_requested(&attribute.name));
    let pairs = attributes.map(|attribute| (attribute.name.clone(), attribute.value.clone().unwrap_or_default()));
    let pairs: Vec<(String, String)> = pairs.collect();
    let text: Vec<String> = match (names, pairs.as_slice()) {
        // A script that requests a single attribute needs only the value of the attribute.
        ([_], [(_, value)]) => vec![value.clone()],
        _ => pairs.iter().map(|(name, value)| format!("{name}={value}")).collect(),
    };
    let attributes: Map<String, Value> = pairs.into_iter().map(|(name, value)| (name, value.into())).collect();
    Ok(Report::lines(text, json!({ "attributes": attributes })))
}

/// Makes the service send the user a code that verifies an attribute. If there is a terminal, prompts the
/// user for the code, and sends the code to the service.
fn send_code(session: &SessionHandle, name: &str) -> Result<Report, Failure> {
    let response = session.call(GetUserAttributeVerificationCode::new(name))?;
    let (sent, delivery) = describe_delivery(response.code_delivery_details.as_ref());
    if terminal::is_interactive() {
        terminal::print_line(delivery_text(&sent))?;
        return verify(session, name, code_or_prompt(None)?);
    }
    Ok(Report::new(delivery_text(&sent), json!({ "attribute": name, "verified": false, "delivery": delivery })))
}

fn verify(session: &SessionHandle, name: &str, code: Parameter) -> Result<Report, Failure> {
    session.call(VerifyUserAttribute::new(name, code))?;
    Ok(Report::new(format!("Verified {name}."), json!({ "attribute": name, "verified": true })))
}
