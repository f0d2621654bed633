//! AdminCreateUser: creates a user with a temporary password, and sends an invitation.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::attribute::{self, Attribute, Writer};
use crate::delivery;
use crate::failure::Failure;
use crate::message::{Message, Purpose};
use crate::naming::name_user;
use crate::password_policy::PasswordPolicy;
use crate::pool::Pool;
use crate::random::Random;
use crate::simulator::Simulator;
use crate::user::{User, UserStatus};
use crate::validation::{Checks, PASSWORD, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminCreateUser {
    user_pool_id: Option<String>,
    username: Option<String>,
    temporary_password: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
    message_action: Option<String>,
    desired_delivery_mediums: Option<Vec<String>>,
    force_alias_creation: Option<bool>,
}

impl Operation for AdminCreateUser {
    const NAME: &'static str = "AdminCreateUser";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let typed = checks.required("username", self.username, &USERNAME);
        let given = checks.optional("temporaryPassword", self.temporary_password, &PASSWORD);
        let action = self.message_action.unwrap_or_else(|| "NONE".to_owned());
        let action = checks.one_of("messageAction", Some(action), &["RESEND", "SUPPRESS", "NONE"]);
        checks.finish()?;
        let Simulator { pools, random, messages, .. } = simulator;
        let pool = pools.get_mut(&pool_id)?;
        let password = temporary_password(given, &pool.config.password_policy, random)?;
        let group = pool.group().to_owned();
        let user = if action == "RESEND" {
            pool.find_mut(&typed).ok_or_else(Failure::user_not_found)?
        } else {
            let force = self.force_alias_creation.unwrap_or(false);
            create(pool, &typed, self.user_attributes, force, now, random)?
        };
        if user.status != UserStatus::ForceChangePassword {
            return Err(Failure::new(
                "UnsupportedUserStateException",
                "Resend not possible. Status is not FORCE_CHANGE_PASSWORD",
            ));
        }
        user.set_password(&group, &password, random, now);
        if action != "SUPPRESS" {
            invite(user, self.desired_delivery_mediums, password, now, messages);
        }
        Ok(json!({ "User": description(user) }))
    }
}

fn create<'pool>(
    pool: &'pool mut Pool,
    typed: &str,
    attributes: Option<Vec<Attribute>>,
    force: bool,
    now: Timestamp,
    random: &mut Random,
) -> Result<&'pool mut User, Failure> {
    let mut attributes = attribute::accept(attributes, &pool.config, Writer::Administrator)?;
    let name = name_user(pool, typed, &mut attributes, "User account already exists", random)?;
    let mut user = User::new(name.username, name.sub, UserStatus::ForceChangePassword, now);
    user.attributes = attributes;
    for attribute in ["email", "phone_number"] {
        if user.is_verified(attribute) {
            pool.take_alias(&user.username, attribute, user.attributes.get(attribute), force)?;
        }
    }
    let username = user.username.clone();
    pool.insert(user);
    pool.user_mut(&username).ok_or_else(Failure::user_not_found)
}

/// Sends the temporary password by the media that the request names. The default is a text message.
///
/// If the user has no address for these media, the password goes to any address of the user.
fn invite(user: &User, mediums: Option<Vec<String>>, password: String, now: Timestamp, messages: &mut Vec<Message>) {
    let wanted = mediums.filter(|mediums| !mediums.is_empty()).unwrap_or_else(|| vec!["SMS".to_owned()]);
    let attribute_of = |medium: &str| if medium == "EMAIL" { "email" } else { "phone_number" }.to_owned();
    let wanted: Vec<String> = wanted.iter().map(|medium| attribute_of(medium)).collect();
    let any = ["email".to_owned(), "phone_number".to_owned()];
    if let Some(address) = delivery::address(user, &wanted).or_else(|| delivery::address(user, &any)) {
        delivery::send(user, address, Purpose::Invitation, password, now, messages);
    }
}

/// Returns the user as the API's `UserType`.
fn description(user: &User) -> Value {
    json!({
        "Username": user.username,
        "Attributes": user.attribute_list(),
        "UserCreateDate": user.created.as_unix_seconds(),
        "UserLastModifiedDate": user.modified.as_unix_seconds(),
        "Enabled": user.enabled,
        "UserStatus": user.status.name(),
    })
}

fn temporary_password(given: Option<String>, policy: &PasswordPolicy, random: &mut Random) -> Result<String, Failure> {
    if let Some(given) = given {
        policy.check(&given)?;
        return Ok(given);
    }
    let length = usize::try_from(policy.minimum_length.clamp(8, 99)).unwrap_or(8);
    Ok(format!("Aa1!{}", random.alphanumeric(length)))
}
