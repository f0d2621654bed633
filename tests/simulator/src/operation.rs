//! The operations of the simulated services. Each operation has its own file, named after the operation.
//!
//! To add an operation, add a file with a request type that implements [`Operation`], and a line in
//! [`TABLE`].

mod admin_confirm_sign_up;
mod admin_create_user;
mod admin_delete_user;
mod admin_disable_user;
mod admin_enable_user;
mod admin_forget_device;
mod admin_get_device;
mod admin_get_user;
mod admin_list_devices;
mod admin_reset_user_password;
mod admin_set_user_mfa_preference;
mod admin_set_user_password;
mod admin_update_device_status;
mod admin_update_user_attributes;
mod admin_user_global_sign_out;
mod associate_software_token;
mod assume_role_with_web_identity;
mod change_password;
mod complete_web_authn_registration;
mod confirm_device;
mod confirm_forgot_password;
mod confirm_sign_up;
mod create_user_pool;
mod create_user_pool_client;
mod delete_user;
mod delete_user_attributes;
mod delete_user_pool;
mod delete_web_authn_credential;
mod describe_user_pool;
mod describe_user_pool_client;
mod forget_device;
mod forgot_password;
mod get_caller_identity;
mod get_client_token;
mod get_credentials_for_identity;
mod get_device;
mod get_id;
mod get_open_id_token;
mod get_tokens_from_refresh_token;
mod get_user;
mod get_user_attribute_verification_code;
mod get_user_auth_factors;
mod global_sign_out;
mod initiate_auth;
mod list_devices;
mod list_user_sessions;
mod list_web_authn_credentials;
mod resend_confirmation_code;
mod respond_to_auth_challenge;
mod revoke_token;
mod revoke_user_session;
mod set_user_mfa_preference;
mod set_user_pool_mfa_config;
mod set_user_settings;
mod sign_up;
mod start_web_authn_registration;
mod unlink_identity;
mod update_auth_event_feedback;
mod update_device_status;
mod update_user_attributes;
mod update_user_pool_client;
mod verify_software_token;
mod verify_user_attribute;

use cognito_core::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::protocol::ParsedRequest;
use crate::simulator::Simulator;

/// The simulated services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    UserPools,
    IdentityPools,
    /// The AWS Security Token Service (STS).
    Tokens,
}

impl Service {
    /// Returns the name of the service's API model, which is also the first part of its host names.
    fn name(self) -> &'static str {
        match self {
            Self::UserPools => "cognito-idp",
            Self::IdentityPools => "cognito-identity",
            Self::Tokens => "sts",
        }
    }

    /// Returns the service whose operations have this prefix in an `x-amz-target` header.
    pub(crate) fn from_target_prefix(prefix: &str) -> Option<Self> {
        match prefix {
            "AWSCognitoIdentityProviderService" => Some(Self::UserPools),
            "AWSCognitoIdentityService" => Some(Self::IdentityPools),
            _ => None,
        }
    }
}

/// A request of the API. Unknown members of the request are ignored, as in the service.
pub(crate) trait Operation: DeserializeOwned {
    /// AWS's name of the operation.
    const NAME: &'static str;
    /// The service that the operation belongs to.
    const SERVICE: Service = Service::UserPools;

    /// Runs the request. The result `Value::Null` means a response without a body.
    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure>;
}

type Run = fn(&mut Simulator, Timestamp, Map<String, Value>) -> Result<Value, Failure>;

struct Row {
    service: Service,
    name: &'static str,
    run: Run,
}

static TABLE: &[Row] = &[
    row::<admin_confirm_sign_up::AdminConfirmSignUp>(),
    row::<admin_create_user::AdminCreateUser>(),
    row::<admin_delete_user::AdminDeleteUser>(),
    row::<admin_disable_user::AdminDisableUser>(),
    row::<admin_enable_user::AdminEnableUser>(),
    row::<admin_forget_device::AdminForgetDevice>(),
    row::<admin_get_device::AdminGetDevice>(),
    row::<admin_get_user::AdminGetUser>(),
    row::<admin_list_devices::AdminListDevices>(),
    row::<admin_reset_user_password::AdminResetUserPassword>(),
    row::<admin_set_user_mfa_preference::AdminSetUserMfaPreference>(),
    row::<admin_set_user_password::AdminSetUserPassword>(),
    row::<admin_update_device_status::AdminUpdateDeviceStatus>(),
    row::<admin_update_user_attributes::AdminUpdateUserAttributes>(),
    row::<admin_user_global_sign_out::AdminUserGlobalSignOut>(),
    row::<associate_software_token::AssociateSoftwareToken>(),
    row::<assume_role_with_web_identity::AssumeRoleWithWebIdentity>(),
    row::<change_password::ChangePassword>(),
    row::<complete_web_authn_registration::CompleteWebAuthnRegistration>(),
    row::<confirm_device::ConfirmDevice>(),
    row::<confirm_forgot_password::ConfirmForgotPassword>(),
    row::<confirm_sign_up::ConfirmSignUp>(),
    row::<create_user_pool::CreateUserPool>(),
    row::<create_user_pool_client::CreateUserPoolClient>(),
    row::<delete_user::DeleteUser>(),
    row::<delete_user_attributes::DeleteUserAttributes>(),
    row::<delete_user_pool::DeleteUserPool>(),
    row::<delete_web_authn_credential::DeleteWebAuthnCredential>(),
    row::<describe_user_pool::DescribeUserPool>(),
    row::<describe_user_pool_client::DescribeUserPoolClient>(),
    row::<forget_device::ForgetDevice>(),
    row::<forgot_password::ForgotPassword>(),
    row::<get_caller_identity::GetCallerIdentity>(),
    row::<get_client_token::GetClientToken>(),
    row::<get_credentials_for_identity::GetCredentialsForIdentity>(),
    row::<get_device::GetDevice>(),
    row::<get_id::GetId>(),
    row::<get_open_id_token::GetOpenIdToken>(),
    row::<get_tokens_from_refresh_token::GetTokensFromRefreshToken>(),
    row::<get_user::GetUser>(),
    row::<get_user_attribute_verification_code::GetUserAttributeVerificationCode>(),
    row::<get_user_auth_factors::GetUserAuthFactors>(),
    row::<global_sign_out::GlobalSignOut>(),
    row::<initiate_auth::InitiateAuth>(),
    row::<list_devices::ListDevices>(),
    row::<list_user_sessions::ListUserSessions>(),
    row::<list_web_authn_credentials::ListWebAuthnCredentials>(),
    row::<resend_confirmation_code::ResendConfirmationCode>(),
    row::<respond_to_auth_challenge::RespondToAuthChallenge>(),
    row::<revoke_token::RevokeToken>(),
    row::<revoke_user_session::RevokeUserSession>(),
    row::<set_user_mfa_preference::SetUserMfaPreference>(),
    row::<set_user_pool_mfa_config::SetUserPoolMfaConfig>(),
    row::<set_user_settings::SetUserSettings>(),
    row::<sign_up::SignUp>(),
    row::<start_web_authn_registration::StartWebAuthnRegistration>(),
    row::<unlink_identity::UnlinkIdentity>(),
    row::<update_auth_event_feedback::UpdateAuthEventFeedback>(),
    row::<update_device_status::UpdateDeviceStatus>(),
    row::<update_user_attributes::UpdateUserAttributes>(),
    row::<update_user_pool_client::UpdateUserPoolClient>(),
    row::<verify_software_token::VerifySoftwareToken>(),
    row::<verify_user_attribute::VerifyUserAttribute>(),
];

const fn row<O: Operation>() -> Row {
    Row { service: O::SERVICE, name: O::NAME, run: read_and_run::<O> }
}

/// Returns the names of a service's operations.
pub(crate) fn names(service: &str) -> Vec<&'static str> {
    TABLE.iter().filter(|row| row.service.name() == service).map(|row| row.name).collect()
}

/// Runs the operation that a request names.
pub(crate) fn run(simulator: &mut Simulator, now: Timestamp, request: &ParsedRequest<'_>) -> Result<Value, Failure> {
    let matches = |row: &&Row| Some(row.service) == request.service && row.name == request.name;
    let row = TABLE.iter().find(matches).ok_or_else(|| request.unknown())?;
    request.check_version()?;
    (row.run)(simulator, now, request.members()?)
}

/// Creates the request from the members of a JSON object, and runs the request.
///
/// The request is not parsed directly from the body, because serde would also accept a JSON array.
fn read_and_run<O: Operation>(
    simulator: &mut Simulator,
    now: Timestamp,
    members: Map<String, Value>,
) -> Result<Value, Failure> {
    let request: O = serde_json::from_value(Value::Object(members))
        .map_err(|_| Failure::new("SerializationException", "The request body has a member of a wrong JSON type."))?;
    request.run(simulator, now)
}
