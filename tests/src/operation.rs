//! The operations, one file each, named as AWS names them.
//!
//! Adding one is a file with a request type that implements [`Operation`], and a line in [`TABLE`].

mod admin_confirm_sign_up;
mod admin_create_user;
mod admin_get_user;
mod admin_set_user_password;
mod change_password;
mod confirm_sign_up;
mod create_user_pool;
mod create_user_pool_client;
mod get_user;
mod global_sign_out;
mod initiate_auth;
mod resend_confirmation_code;
mod respond_to_auth_challenge;
mod revoke_token;
mod sign_up;

use cognito_core::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::simulator::Simulator;

/// A request of the API. Unknown members are let through, as the service lets them through.
pub(crate) trait Operation: DeserializeOwned {
    /// AWS's name of the action.
    const NAME: &'static str;

    /// Carries the request out. `Value::Null` is an answer without a body.
    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure>;
}

type Run = fn(&mut Simulator, Timestamp, &[u8]) -> Result<Value, Failure>;

static TABLE: &[(&str, Run)] = &[
    row::<admin_confirm_sign_up::AdminConfirmSignUp>(),
    row::<admin_create_user::AdminCreateUser>(),
    row::<admin_get_user::AdminGetUser>(),
    row::<admin_set_user_password::AdminSetUserPassword>(),
    row::<change_password::ChangePassword>(),
    row::<confirm_sign_up::ConfirmSignUp>(),
    row::<create_user_pool::CreateUserPool>(),
    row::<create_user_pool_client::CreateUserPoolClient>(),
    row::<get_user::GetUser>(),
    row::<global_sign_out::GlobalSignOut>(),
    row::<initiate_auth::InitiateAuth>(),
    row::<resend_confirmation_code::ResendConfirmationCode>(),
    row::<respond_to_auth_challenge::RespondToAuthChallenge>(),
    row::<revoke_token::RevokeToken>(),
    row::<sign_up::SignUp>(),
];

const fn row<O: Operation>() -> (&'static str, Run) {
    (O::NAME, parse_and_run::<O>)
}

/// Runs the operation that an `x-amz-target` header names.
pub(crate) fn run(simulator: &mut Simulator, now: Timestamp, target: &str, body: &[u8]) -> Result<Value, Failure> {
    let name = target.strip_prefix("AWSCognitoIdentityProviderService.").unwrap_or_default();
    let Some((_, run)) = TABLE.iter().find(|(known, _)| *known == name) else {
        let text = format!("The simulated Cognito has no operation {target:?}.");
        return Err(Failure::new("UnknownOperationException", text));
    };
    run(simulator, now, body)
}

fn parse_and_run<O: Operation>(simulator: &mut Simulator, now: Timestamp, body: &[u8]) -> Result<Value, Failure> {
    // By way of a map, since a request type would take a JSON array as well.
    let members: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| serialization("is not a JSON object"))?;
    let request: O = serde_json::from_value(Value::Object(members))
        .map_err(|_| serialization("has a member of a wrong JSON type"))?;
    request.run(simulator, now)
}

fn serialization(complaint: &str) -> Failure {
    Failure::new("SerializationException", format!("The request body {complaint}."))
}
