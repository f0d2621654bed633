//! The operations of user pools, of identity pools and of the Security Token Service. Each operation has its
//! own file. The name of the file is the operation's name in snake case. The file defines two types: the
//! request and the response. The module `shared` holds the types that several operations use.
//!
//! To add an operation, create the operation's file, and add the operation's name to the three lists in this
//! file: the modules, the re-exports, and [`for_each_operation`]. Code that handles every operation, such as
//! [`descriptions`], calls [`for_each_operation`].

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

/// Calls the visitor for every operation, in alphabetical order of the operations' names.
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

/// An operation of AWS's API. The type that implements this trait is the operation's request.
///
/// The request structs do not contain `ClientId`, `ClientSecret`, `SecretHash` or `AccessToken`.
/// [`Call`](crate::Call) adds the members that [`AUTHORIZATION`](Self::AUTHORIZATION) requires.
pub trait Operation: Serialize {
    /// The type of the service's response.
    type Response: DeserializeOwned;

    /// The name of the operation in AWS's API.
    const NAME: &'static str;

    /// The AWS service to which the operation belongs.
    const SERVICE: Service = Service::UserPools;

    /// How the service authorizes the caller of the operation.
    const AUTHORIZATION: Authorization;

    /// Whether the response of the operation has no members, according to AWS's documentation. If `true`, the
    /// body of the response may be empty. If `false`, the body must be a JSON object.
    const HAS_EMPTY_RESPONSE: bool = false;

    /// Returns whether the client may retry a request that the service may already have processed. Each
    /// implementation of `is_repeatable` documents the reason for its result.
    fn is_repeatable(&self) -> bool;

    /// Returns whether the client retries the request without a wait after the response was lost. The result
    /// is `true` only if a delayed retry can fail.
    fn is_urgent(&self) -> bool {
        false
    }

    /// Returns an error if the request is invalid. The service would also reject the request, but with a less
    /// clear error. `has_access_token` says whether the request is sent with an access token.
    ///
    /// # Errors
    /// [`InvalidInput`] if the request is invalid.
    fn check(&self, has_access_token: bool) -> Result<(), InvalidInput> {
        let _ = has_access_token;
        Ok(())
    }

    /// Returns the user name for the computation of the request's secret hash, or `None` if the request has
    /// no secret hash.
    fn secret_hash_username(&self) -> Option<&str> {
        None
    }

    /// Returns the parameters to which [`Call`](crate::Call) adds the secret hash, or `None` if the secret
    /// hash is a member of the request itself.
    fn secret_hash_parameters(&mut self) -> Option<&mut Parameters> {
        None
    }
}

/// How the service authorizes the caller of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authorization {
    /// The request contains `ClientId`, and a secret hash if the app client has a secret.
    AppClient,
    /// The request contains `ClientId`, and `ClientSecret` in plain text if the app client has a secret.
    ClientSecret,
    /// The request contains `AccessToken`.
    AccessToken,
    /// The caller puts a credential, such as a challenge session or logins, into the request.
    /// [`Call`](crate::Call) adds `AccessToken` if the caller passes an access token.
    InRequest,
}

/// An operation that needs no access token and is called with [`Call::new`](crate::Call::new).
pub trait Public: Operation {}

/// An operation that is authorized by a signed-in user's access token and is called with
/// [`Call::signed_in`](crate::Call::signed_in).
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html>
pub trait TokenAuthorized: Operation {}

/// An operation that belongs to identity pools or to the Security Token Service and is called with
/// [`Call::for_identity_pool`](crate::Call::for_identity_pool).
pub trait ForIdentityPool: Operation {}

/// An operation whose response is one page of a list.
pub trait Paged: TokenAuthorized + Clone {
    /// Returns the request for the next page, or `None` if `page` is the last page. `page` must be the
    /// response to this request.
    fn next_page(&self, page: &Self::Response) -> Option<Self>;

    /// Returns the pagination token in this request, or `None` if this request is for the first page.
    fn page_token(&self) -> Option<&str>;
}

/// An operation that [`for_each_operation`] lists. The requests and responses of a listed operation can be
/// cloned, printed with `Debug`, serialized, deserialized and sent between threads.
pub trait ListedOperation:
    Operation<Response: Clone + Debug + Serialize + Send> + Clone + Debug + DeserializeOwned + Send + 'static
{
}

impl<O> ListedOperation for O where
    O: Operation<Response: Clone + Debug + Serialize + Send> + Clone + Debug + DeserializeOwned + Send + 'static
{
}

/// A visitor that [`for_each_operation`] calls for every operation. The trait has one method for each way to
/// call an operation.
pub trait OperationVisitor {
    /// Visits an operation that is called with [`Call::new`](crate::Call::new).
    fn public<O: ListedOperation + Public>(&mut self);

    /// Visits an operation that is called with [`Call::signed_in`](crate::Call::signed_in).
    fn token_authorized<O: ListedOperation + TokenAuthorized>(&mut self);

    /// Visits an operation that is called with [`Call::new`](crate::Call::new) during a sign-in, and with
    /// [`Call::signed_in`](crate::Call::signed_in) for a signed-in user.
    fn public_or_token_authorized<O: ListedOperation + Public + TokenAuthorized>(&mut self);

    /// Visits an operation that is called with [`Call::for_identity_pool`](crate::Call::for_identity_pool).
    fn for_identity_pool<O: ListedOperation + ForIdentityPool>(&mut self);
}

/// A description of an operation: its name, its service, and how the service authorizes the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationDescription {
    /// The name of the operation in AWS's API.
    pub name: &'static str,
    /// The AWS service to which the operation belongs.
    pub service: Service,
    /// How the service authorizes the caller of the operation.
    pub authorization: Authorization,
}

/// Returns a description of every operation, in alphabetical order.
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
