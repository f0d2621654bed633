//! The operations of user pools, of identity pools and of the Security Token Service: one file each, named as AWS names
//! it. A request is a struct; the response is named beside it.
//!
//! To add an operation, add its file and its name to the list below.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::configuration::endpoint::Service;
use crate::error::InvalidInput;
use crate::secret::{ChallengeSession, Parameter};
use crate::timestamp::Timestamp;

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
mod logins;
mod resend_confirmation_code;
mod respond_to_auth_challenge;
mod revoke_token;
mod revoke_user_session;
mod set_user_mfa_preference;
mod set_user_settings;
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
pub use logins::Logins;
pub use resend_confirmation_code::*;
pub use respond_to_auth_challenge::*;
pub use revoke_token::*;
pub use revoke_user_session::*;
pub use set_user_mfa_preference::*;
pub use set_user_settings::*;
pub use sign_up::*;
pub use start_web_authn_registration::*;
pub use unlink_identity::*;
pub use update_auth_event_feedback::*;
pub use update_device_status::*;
pub use update_user_attributes::*;
pub use verify_software_token::*;
pub use verify_user_attribute::*;

/// One operation: the request, which names its response and its errors.
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

    /// The names of the errors that the service documents for this operation, sorted. Others may come.
    const ERRORS: &'static [&'static str];

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

/// An operation that acts for a signed-in user: [`Call::signed_in`](crate::Call::signed_in) takes it.
pub trait SignedIn: Operation {}

/// An operation that needs no access token: [`Call::new`](crate::Call::new) takes it.
pub trait Public: Operation {}

/// An operation of identity pools, or of the Security Token Service for them:
/// [`Call::of_identity_pool`](crate::Call::of_identity_pool) takes it.
pub trait OfIdentityPool: Operation {}

/// An operation that gives its answer in pages.
pub trait Paged: SignedIn + Clone {
    /// The request for the page after the one that this request has brought; none after the last.
    fn next_page(&self, page: &Self::Response) -> Option<Self>;
}

/// The token of the next page. The one that was just used leads nowhere.
fn next_token(used: Option<&String>, next: Option<&String>) -> Option<String> {
    next.filter(|next| !next.is_empty() && used != Some(next)).cloned()
}

/// Names with their values: AuthParameters, ChallengeParameters, ChallengeResponses. `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Parameters(BTreeMap<String, Parameter>);

/// A null value is as good as none.
impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = BTreeMap::<String, Option<Parameter>>::deserialize(deserializer)?;
        Ok(Self(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()))
    }
}

impl Parameters {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value under this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Parameter::expose)
    }

    /// Sets the value under this name.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Parameter>) {
        self.0.insert(name.into(), value.into());
    }

    /// Takes away what is under this name.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Every name with its value, in the names' order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<Name: Into<String>, Value: Into<Parameter>> FromIterator<(Name, Value)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// What an application gives its pool's triggers and threat protection along with a call. Every flow takes one and
/// sends each part with every call that has a place for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Context {
    /// Handed to the pool's Lambda triggers. What goes with InitiateAuth reaches the triggers of that call as their
    /// validation data: the API has no other place for it at sign-in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
    /// For threat protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_context_data: Option<UserContextData>,
    /// For Amazon Pinpoint campaigns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytics_metadata: Option<AnalyticsMetadata>,
}

/// `ClientMetadata`: names and values for the pool's Lambda triggers. Not stored, not checked and not encrypted by the
/// service: it is no place for secrets.
pub type ClientMetadata = BTreeMap<String, String>;

/// What threat protection rates a request by. `Debug` shows none of it.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserContextDataType.html>
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UserContextData {
    /// What Amazon's script or library collected on the device, encoded by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoded_data: Option<String>,
    /// The address of the user's device, IPv4 or IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
}

impl fmt::Debug for UserContextData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UserContextData").finish_non_exhaustive()
    }
}

/// Where Amazon Pinpoint counts the event.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AnalyticsMetadataType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AnalyticsMetadata {
    /// The endpoint's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytics_endpoint_id: Option<String>,
}

/// An attribute of a user, or an item of validation data. `Debug` shows the name only.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AttributeType.html>
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Attribute {
    /// Such as `email` or `custom:team`.
    pub name: String,
    /// Up to 2,048 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Attribute {
    /// An attribute with a value.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Some(value.into()) }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Attribute").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Where a code was sent.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CodeDeliveryDetailsType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CodeDeliveryDetails {
    /// The attribute that the code verifies, such as `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<String>,
    /// By what it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_medium: Option<DeliveryMedium>,
    /// The address or number, masked by the service: `a***@e***`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
}

/// By what a code is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum DeliveryMedium {
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
    /// One that this version does not know.
    #[serde(untagged)]
    Unknown(String),
}

/// A point in time as the service writes it: seconds since the Unix epoch, with or without a fraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EpochSeconds(serde_json::Number);

impl EpochSeconds {
    /// To the millisecond; none for a time before 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        let millis = (self.0.as_f64()? * 1000.0 + 0.5) as i64;
        u64::try_from(millis).ok().map(Timestamp::from_unix_millis)
    }
}

/// The check of an operation that takes either an access token or a challenge session.
fn either_token_or_session(has_access_token: bool, session: Option<&ChallengeSession>) -> Result<(), InvalidInput> {
    if has_access_token == session.is_some() {
        return Err(InvalidInput::new("session", "must be there when there is no access token, and only then"));
    }
    Ok(())
}

/// Reads a member that the service may leave out or send as null where it means nothing.
fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The service writes whole seconds, milliseconds as a fraction, and large numbers with an exponent.
        #[test]
        fn epoch_seconds_are_read_to_the_millisecond_however_they_are_written(millis in 0_u64..253_402_300_800_000) {
            let (seconds, fraction) = (millis / 1000, millis % 1000);
            let read = |text: &str| serde_json::from_str::<EpochSeconds>(text).unwrap().timestamp();
            let moment = Some(Timestamp::from_unix_millis(millis));
            prop_assert_eq!(read(&format!("{seconds}.{fraction:03}")), moment);
            prop_assert_eq!(read(&format!("{seconds}.{fraction:03}000")), moment);
            prop_assert_eq!(read(&format!("{millis}E-3")), moment);
            prop_assert_eq!(read(&format!("{seconds}")), Some(Timestamp::from_unix_seconds(seconds)));
        }
    }
}
