//! The operations of user pools, of identity pools and of the Security Token Service: one file each, named as AWS names
//! it. A request is a struct; the response is named beside it. What several operations share is in `shared`.
//!
//! To add an operation, add its file, and its name to the lists in this file: the module, the re-export, and
//! [`for_each_operation`], which every table of operations is made by.

use alloc::vec::Vec;
use core::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::configuration::endpoint::Service;
use crate::error::InvalidInput;

mod associate_software_token;
mod assume_role_with_web_identity;
mod challenge_name;
mod change_password;
mod complete_web_authn_registration;
mod confirm_device;
mod confirm_forgot_password;
mod confirm_sign_up;
mod delete_user;
mod delete_user_attributes;
mod delete_web_authn_credential;
mod forget_device;
mod forgot_password;
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
mod set_user_settings;
mod shared;
mod sign_up;
mod start_web_authn_registration;
mod unlink_identity;
mod update_auth_event_feedback;
mod update_device_status;
mod update_user_attributes;
mod verify_software_token;
mod verify_user_attribute;

pub use associate_software_token::*;
pub use assume_role_with_web_identity::*;
pub use challenge_name::ChallengeName;
pub use change_password::*;
pub use complete_web_authn_registration::*;
pub use confirm_device::*;
pub use confirm_forgot_password::*;
pub use confirm_sign_up::*;
pub use delete_user::*;
pub use delete_user_attributes::*;
pub use delete_web_authn_credential::*;
pub use forget_device::*;
pub use forgot_password::*;
pub use get_client_token::*;
pub use get_credentials_for_identity::*;
pub use get_device::*;
pub use get_id::*;
pub use get_open_id_token::*;
pub use get_tokens_from_refresh_token::*;
pub use get_user::*;
pub use get_user_attribute_verification_code::*;
pub use get_user_auth_factors::*;
pub use global_sign_out::*;
pub use initiate_auth::*;
pub use list_devices::*;
pub use list_user_sessions::*;
pub use list_web_authn_credentials::*;
pub use resend_confirmation_code::*;
pub use respond_to_auth_challenge::*;
pub use revoke_token::*;
pub use revoke_user_session::*;
pub use set_user_mfa_preference::*;
pub use set_user_settings::*;
pub use shared::{
    AnalyticsMetadata, Attribute, ClientMetadata, CodeDeliveryDetails, Context, DeliveryMedium, EpochSeconds, Logins,
    Parameters, UserContextData,
};
use shared::{either_token_or_session, next_token, null_is_default};
pub use sign_up::*;
pub use start_web_authn_registration::*;
pub use unlink_identity::*;
pub use update_auth_event_feedback::*;
pub use update_device_status::*;
pub use update_user_attributes::*;
pub use verify_software_token::*;
pub use verify_user_attribute::*;

/// Gives every operation to the visitor, in alphabetical order.
pub fn for_each_operation(visitor: &mut impl OperationVisitor) {
    visitor.public_or_token_authorized::<AssociateSoftwareToken>();
    visitor.for_identity_pool::<AssumeRoleWithWebIdentity>();
    visitor.token_authorized::<ChangePassword>();
    visitor.token_authorized::<CompleteWebAuthnRegistration>();
    visitor.token_authorized::<ConfirmDevice>();
    visitor.public::<ConfirmForgotPassword>();
    visitor.public::<ConfirmSignUp>();
    visitor.token_authorized::<DeleteUser>();
    visitor.token_authorized::<DeleteUserAttributes>();
    visitor.token_authorized::<DeleteWebAuthnCredential>();
    visitor.token_authorized::<ForgetDevice>();
    visitor.public::<ForgotPassword>();
    visitor.public::<GetClientToken>();
    visitor.for_identity_pool::<GetCredentialsForIdentity>();
    visitor.token_authorized::<GetDevice>();
    visitor.for_identity_pool::<GetId>();
    visitor.for_identity_pool::<GetOpenIdToken>();
    visitor.public::<GetTokensFromRefreshToken>();
    visitor.token_authorized::<GetUser>();
    visitor.token_authorized::<GetUserAttributeVerificationCode>();
    visitor.token_authorized::<GetUserAuthFactors>();
    visitor.token_authorized::<GlobalSignOut>();
    visitor.public::<InitiateAuth>();
    visitor.token_authorized::<ListDevices>();
    visitor.token_authorized::<ListUserSessions>();
    visitor.token_authorized::<ListWebAuthnCredentials>();
    visitor.public::<ResendConfirmationCode>();
    visitor.public::<RespondToAuthChallenge>();
    visitor.public::<RevokeToken>();
    visitor.token_authorized::<RevokeUserSession>();
    visitor.token_authorized::<SetUserMfaPreference>();
    visitor.token_authorized::<SetUserSettings>();
    visitor.public::<SignUp>();
    visitor.token_authorized::<StartWebAuthnRegistration>();
    visitor.for_identity_pool::<UnlinkIdentity>();
    visitor.public::<UpdateAuthEventFeedback>();
    visitor.token_authorized::<UpdateDeviceStatus>();
    visitor.token_authorized::<UpdateUserAttributes>();
    visitor.public_or_token_authorized::<VerifySoftwareToken>();
    visitor.token_authorized::<VerifyUserAttribute>();
}

/// One operation: the request, which names its response.
///
/// `ClientId`, `ClientSecret`, `SecretHash` and `AccessToken` are not members of the request structs. They are added
/// where the request is assembled, in [`Call`](crate::Call), as [`AUTHORIZATION`](Self::AUTHORIZATION) says.
pub trait Operation: Serialize {
    /// What the service answers.
    type Response: DeserializeOwned;

    /// The operation's name, as AWS writes it.
    const NAME: &'static str;

    /// The service that the operation is of.
    const SERVICE: Service = Service::UserPools;

    /// By what the service knows the caller.
    const AUTHORIZATION: Authorization;

    /// Whether the request may be sent again when it is not known whether it was carried out. Each operation's file
    /// says why.
    fn is_repeatable(&self) -> bool;

    /// Whether a request whose answer was lost is sent again at once, rather than after a wait. Only where waiting costs.
    fn is_urgent(&self) -> bool {
        false
    }

    /// Refuses what the service would refuse less clearly. `has_access_token` says whether one goes along.
    ///
    /// # Errors
    /// When the request cannot be sent so.
    fn check(&self, has_access_token: bool) -> Result<(), InvalidInput> {
        let _ = has_access_token;
        Ok(())
    }

    /// The user name that the secret hash of this request is computed from.
    fn secret_hash_username(&self) -> Option<&str> {
        None
    }

    /// Where the secret hash goes, when it is not a member of the request itself.
    fn secret_hash_parameters(&mut self) -> Option<&mut Parameters> {
        None
    }
}

/// By what the service knows the caller of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authorization {
    /// `ClientId`, and a secret hash when the app client has a secret.
    AppClient,
    /// `ClientId`, and `ClientSecret` in the clear when the app client has one.
    ClientSecret,
    /// `AccessToken`.
    AccessToken,
    /// What stands in the request itself, such as a challenge session or logins; `AccessToken` where there is one.
    InRequest,
}

/// An operation that needs no access token: [`Call::new`](crate::Call::new) takes it.
pub trait Public: Operation {}

/// An operation that an access token authorizes, for the user who is signed in:
/// [`Call::signed_in`](crate::Call::signed_in) takes it.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html>
pub trait TokenAuthorized: Operation {}

/// An operation of identity pools, or of the Security Token Service for them:
/// [`Call::for_identity_pool`](crate::Call::for_identity_pool) takes it.
pub trait ForIdentityPool: Operation {}

/// An operation that gives its answer in pages.
pub trait Paged: TokenAuthorized + Clone {
    /// The request for the page after the one that this request has brought; none after the last.
    fn next_page(&self, page: &Self::Response) -> Option<Self>;
}

/// An operation of [the list](for_each_operation). Its values can be copied, shown, read, written and sent between
/// threads, and so can its responses.
pub trait ListedOperation:
    Operation<Response: Clone + Debug + Serialize + Send> + Clone + Debug + DeserializeOwned + Send + 'static
{
}

impl<O> ListedOperation for O where
    O: Operation<Response: Clone + Debug + Serialize + Send> + Clone + Debug + DeserializeOwned + Send + 'static
{
}

/// What is done with each operation of [the list](for_each_operation). The four methods tell how an operation is called.
pub trait OperationVisitor {
    /// An operation that [`Call::new`](crate::Call::new) takes.
    fn public<O: ListedOperation + Public>(&mut self);

    /// An operation that [`Call::signed_in`](crate::Call::signed_in) takes.
    fn token_authorized<O: ListedOperation + TokenAuthorized>(&mut self);

    /// An operation that takes either a challenge session ([`Call::new`](crate::Call::new)) or an access token
    /// ([`Call::signed_in`](crate::Call::signed_in)).
    fn public_or_token_authorized<O: ListedOperation + Public + TokenAuthorized>(&mut self);

    /// An operation that [`Call::for_identity_pool`](crate::Call::for_identity_pool) takes.
    fn for_identity_pool<O: ListedOperation + ForIdentityPool>(&mut self);
}

/// What an operation is called, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationDescription {
    /// The operation's name, as AWS writes it.
    pub name: &'static str,
    /// The service that the operation is of.
    pub service: Service,
    /// By what the service knows the caller.
    pub authorization: Authorization,
}

/// A description of every operation, in alphabetical order.
#[must_use]
pub fn descriptions() -> Vec<OperationDescription> {
    let mut descriptions = Descriptions(Vec::new());
    for_each_operation(&mut descriptions);
    descriptions.0
}

struct Descriptions(Vec<OperationDescription>);

impl Descriptions {
    fn add<O: Operation>(&mut self) {
        let (name, service, authorization) = (O::NAME, O::SERVICE, O::AUTHORIZATION);
        self.0.push(OperationDescription { name, service, authorization });
    }
}

impl OperationVisitor for Descriptions {
    fn public<O: ListedOperation + Public>(&mut self) {
        self.add::<O>();
    }

    fn token_authorized<O: ListedOperation + TokenAuthorized>(&mut self) {
        self.add::<O>();
    }

    fn public_or_token_authorized<O: ListedOperation + Public + TokenAuthorized>(&mut self) {
        self.add::<O>();
    }

    fn for_identity_pool<O: ListedOperation + ForIdentityPool>(&mut self) {
        self.add::<O>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_listed_once_in_alphabetical_order() {
        let names: Vec<&str> = descriptions().iter().map(|description| description.name).collect();
        assert!(names.is_sorted_by(|earlier, later| earlier < later), "{names:?}");
    }
}
