//! The forty operations.

use cognito_blocking::operation::{
    self, AssociateSoftwareToken, AssumeRoleWithWebIdentity, ChangePassword, CompleteWebAuthnRegistration,
    ConfirmDevice, ConfirmForgotPassword, ConfirmSignUp, DeleteUser, DeleteUserAttributes, DeleteWebAuthnCredential,
    ForgetDevice, ForgotPassword, GetClientToken, GetCredentialsForIdentity, GetDevice, GetId, GetOpenIdToken,
    GetTokensFromRefreshToken, GetUser, GetUserAttributeVerificationCode, GetUserAuthFactors, GlobalSignOut,
    InitiateAuth, ListDevices, ListUserSessions, ListWebAuthnCredentials, ResendConfirmationCode,
    RespondToAuthChallenge, RevokeToken, RevokeUserSession, SetUserMfaPreference, SetUserSettings, SignUp,
    StartWebAuthnRegistration, UnlinkIdentity, UpdateAuthEventFeedback, UpdateDeviceStatus, UpdateUserAttributes,
    VerifySoftwareToken, VerifyUserAttribute,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::raw::Raw;
use super::{Operation, request};
use crate::output::Failure;
use crate::program::Program;

pub(super) const OPERATIONS: [Operation; 40] = [
    either::<AssociateSoftwareToken>(),
    of_identity_pool::<AssumeRoleWithWebIdentity>(),
    signed_in::<ChangePassword>(),
    signed_in::<CompleteWebAuthnRegistration>(),
    signed_in::<ConfirmDevice>(),
    public::<ConfirmForgotPassword>(),
    public::<ConfirmSignUp>(),
    signed_in::<DeleteUser>(),
    signed_in::<DeleteUserAttributes>(),
    signed_in::<DeleteWebAuthnCredential>(),
    signed_in::<ForgetDevice>(),
    public::<ForgotPassword>(),
    public::<GetClientToken>(),
    of_identity_pool::<GetCredentialsForIdentity>(),
    signed_in::<GetDevice>(),
    of_identity_pool::<GetId>(),
    of_identity_pool::<GetOpenIdToken>(),
    public::<GetTokensFromRefreshToken>(),
    signed_in::<GetUser>(),
    signed_in::<GetUserAttributeVerificationCode>(),
    signed_in::<GetUserAuthFactors>(),
    signed_in::<GlobalSignOut>(),
    public::<InitiateAuth>(),
    signed_in::<ListDevices>(),
    signed_in::<ListUserSessions>(),
    signed_in::<ListWebAuthnCredentials>(),
    public::<ResendConfirmationCode>(),
    public::<RespondToAuthChallenge>(),
    public::<RevokeToken>(),
    signed_in::<RevokeUserSession>(),
    signed_in::<SetUserMfaPreference>(),
    signed_in::<SetUserSettings>(),
    public::<SignUp>(),
    signed_in::<StartWebAuthnRegistration>(),
    of_identity_pool::<UnlinkIdentity>(),
    public::<UpdateAuthEventFeedback>(),
    signed_in::<UpdateDeviceStatus>(),
    signed_in::<UpdateUserAttributes>(),
    either::<VerifySoftwareToken>(),
    signed_in::<VerifyUserAttribute>(),
];

/// One that needs no access token.
const fn public<O: operation::Public + DeserializeOwned>() -> Operation {
    Operation { name: O::NAME, call: call_public::<O> }
}

/// One that acts for the signed-in user.
const fn signed_in<O: operation::SignedIn + Clone + DeserializeOwned>() -> Operation {
    Operation { name: O::NAME, call: call_signed_in::<O> }
}

/// One that goes by a challenge session where the request has one, and by the access token where it has none.
const fn either<O: operation::Public + operation::SignedIn + Clone + DeserializeOwned>() -> Operation {
    Operation { name: O::NAME, call: call_either::<O> }
}

/// One of the identity pool, or of the Security Token Service.
const fn of_identity_pool<O: operation::OfIdentityPool + DeserializeOwned>() -> Operation {
    Operation { name: O::NAME, call: call_of_identity_pool::<O> }
}

fn call_public<O: operation::Public + DeserializeOwned>(program: &Program, body: &str) -> Result<Value, Failure> {
    Ok(program.client()?.call(Raw(request::<O>(body)?))?)
}

fn call_signed_in<O: operation::SignedIn + Clone + DeserializeOwned>(
    program: &Program,
    body: &str,
) -> Result<Value, Failure> {
    let request = Raw(request::<O>(body)?);
    Ok(program.session()?.call(request)?)
}

fn call_either<O: operation::Public + operation::SignedIn + Clone + DeserializeOwned>(
    program: &Program,
    body: &str,
) -> Result<Value, Failure> {
    let members: Option<Value> = serde_json::from_str(body).ok();
    let has_session = members.is_some_and(|members| members.get("Session").is_some_and(Value::is_string));
    if has_session { call_public::<O>(program, body) } else { call_signed_in::<O>(program, body) }
}

fn call_of_identity_pool<O: operation::OfIdentityPool + DeserializeOwned>(
    program: &Program,
    body: &str,
) -> Result<Value, Failure> {
    let request = Raw(request::<O>(body)?);
    Ok(program.identity_pool_client()?.call(&request)?)
}
