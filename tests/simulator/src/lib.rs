//! A simulated Amazon Cognito for tests.
//!
//! The simulator has user pools with the real server half of SRP, and identity pools with both flows to AWS
//! credentials. The simulator follows the rules of the service, and its errors have Cognito's names and
//! texts.
//!
//! The [`Simulator`] performs no I/O, reads no clock and has no other source of randomness than its seed.
//! [`Simulator::handle`] takes a time and a request, and returns the response. The same seed, requests and
//! times lead to the same responses, byte for byte. [`Server`] serves a simulator on a loopback port, for
//! tests over HTTP. The program `cognito-sim` does the same for tests in other languages.
//!
//! # In your own tests
//!
//! ```
//! use cognito_core::{Request, Timestamp};
//! use cognito_testkit::{Config, Purpose, Simulator};
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let now = Timestamp::from_unix_seconds(1_700_000_000);
//! let mut simulator = Simulator::from_config([7; 32], now, Config::standard())?;
//! let pool = simulator.pools().remove(0);
//! let mut clients = pool.clients.iter();
//! let client = clients.find(|client| client.name == "public").ok_or("no client")?;
//!
//! // The request of a client that signs a user up.
//! let target = "AWSCognitoIdentityProviderService.SignUp";
//! let headers = [("x-amz-target", target)].into_iter().collect();
//! let body = format!(
//!     r#"{{"ClientId":"{}","Username":"alice","Password":"Correct-horse-1",
//!         "UserAttributes":[{{"Name":"email","Value":"alice@example.com"}}]}}"#,
//!     client.id
//! );
//! let request = Request::post("https://example.com/", headers, body.into_bytes());
//! let response = simulator.handle(now, &request);
//! assert_eq!(response.status(), 200);
//!
//! // The e-mail that the user would have received.
//! let message = simulator.messages().last().ok_or("no message")?;
//! assert_eq!(message.purpose, Purpose::ConfirmSignUp);
//! assert_eq!(message.destination, "alice@example.com");
//! # Ok(())
//! # }
//! ```
//!
//! # Identity pools
//!
//! An [`IdentityPoolConfig`] in the configuration sets up an identity pool. A test that first has to learn
//! the ids of its user pools and app clients can call [`Simulator::create_identity_pool`] instead.
//!
//! A login can be from a simulated user pool or from any other provider. [`login_token`] creates the tokens
//! of other providers. The tokens of Facebook and Amazon and the assertions of SAML providers are opaque, so
//! the configuration lists the valid tokens and assertions. The issued credentials give no access to AWS:
//! [`Simulator::credentials_owner`] returns the identity and the role for which they were issued.
//!
//! ```
//! use cognito_core::{Request, Timestamp};
//! use cognito_testkit::{Config, Simulator};
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let now = Timestamp::from_unix_seconds(1_700_000_000);
//! let mut simulator = Simulator::from_config([7; 32], now, Config::standard())?;
//! let pool = simulator.identity_pools().remove(0);
//!
//! // The requests of a client for a guest.
//! let mut call = |operation: &str, body: String| {
//!     let target = format!("AWSCognitoIdentityService.{operation}");
//!     let headers = [("x-amz-target", target)].into_iter().collect();
//!     let request = Request::post("https://example.com/", headers, body.into_bytes());
//!     let response = simulator.handle(now, &request);
//!     serde_json::from_slice::<serde_json::Value>(response.body())
//! };
//! let identity = call("GetId", format!(r#"{{"IdentityPoolId":"{}"}}"#, pool.id))?;
//! let answer = call("GetCredentialsForIdentity", identity.to_string())?;
//!
//! let key = answer["Credentials"]["AccessKeyId"].as_str().ok_or("no key")?;
//! let owner = simulator.credentials_owner(key).ok_or("no owner")?;
//! assert_eq!(owner.role_arn, "arn:aws:iam::123456789012:role/unauthenticated");
//! # Ok(())
//! # }
//! ```
//!
//! # What is not simulated
//!
//! AWS signatures are not verified. Set-up operations accept any caller, and GetCallerIdentity trusts the
//! access key id and the session token of the request.
//!
//! An operation, flow or challenge that is not simulated causes an error. The error names the operation, flow
//! or challenge. At present, USER_AUTH and its challenges are not simulated, and neither are user pools with
//! Lambda triggers. A script replaces the triggers of CUSTOM_AUTH: see [`CustomAuthConfig`]. The simulator
//! does not limit how often a code can be sent or entered during a sign-in, and has no threat protection. The
//! attestation of a passkey is not verified. Tokens are signed with a test key that is part of the source.
//!
//! Users are in no groups, so ID tokens have no claims `cognito:groups`, `cognito:roles` or
//! `cognito:preferred_role`. To test a role mapping that reads these claims, create a token with
//! [`login_token`], which also works for the issuer of a user pool. Developer-authenticated identities are
//! not simulated.
//!
//! Roles have no trust policies. Instead, AssumeRoleWithWebIdentity gives guests only the role for guests,
//! and gives signed-in users only the other roles of the identity pool. AssumeRoleWithWebIdentity accepts
//! only tokens from GetOpenIdToken. Session policies are parsed, but not applied.
//!
//! # What is known about the service, and what is a guess
//!
//! The names of errors are from the API model. The texts of errors are Cognito's own texts for sign-up,
//! sign-in, codes, tokens, password resets, the lockout and software tokens. The texts are guesses for errors
//! about the sessions in ListUserSessions, passkeys, client tokens, feedback, rotation, a wrong client
//! secret, attributes that cannot be verified with a code, and contradictory preferences.
//!
//! For the challenges after the first factor, the names, parameters and answers are from the API model and
//! from existing clients of the service. The texts for an invalid `Session`, for codes and for unknown
//! devices are Cognito's own texts. These details are guesses:
//!
//! - The error texts for an MFA type that was not offered, for an answer to MFA_SETUP before a code was
//!   verified, and for an answer to a device challenge that names another device.
//!
//! - The name and the text of the error for a user pool that requires MFA and has no MFA method.
//!
//! - The error name InvalidParameterException for CUSTOM_AUTH in a user pool without triggers. The text is
//!   known.
//!
//! - The parameters of DEVICE_SRP_AUTH, which are the device key and USER_ID_FOR_SRP.
//!
//! - The error DeviceKeyExistsException for a second ConfirmDevice, although the API model has this error,
//!   and the error InvalidParameterException for an invalid salt or verifier.
//!
//! - The rejection of the DEVICE_KEY of an unconfirmed device before the SRP exchange is used up. Clients
//!   rely on sending the same SRP claim again without the DEVICE_KEY, so this behavior of the service is
//!   known.
//!
//! - A user with a phone number needs no MFA_SETUP if text messages are an MFA method of the pool.
//!
//! - A factor that is set up during sign-in becomes the preferred factor. A code that has set up an
//!   authenticator app does not also sign the user in.
//!
//! - A temporary password is changed before the rounds of CUSTOM_AUTH, but a disabled user gets an error only
//!   after the rounds.
//!
//! - A new e-mail address in the answer to NEW_PASSWORD_REQUIRED gets a code if the pool verifies addresses.
//!   The challenge becomes invalid when the password is no longer temporary.
//!
//! - The response to a refresh with the key of a forgotten device, and all attributes of a device except the
//!   device's name and status.
//!
//! Identity pools have Cognito's own texts for rejected tokens, unknown identities and identity pools, guests
//! in a pool that does not allow guests, logins that do not match, a pool without a role, and the basic flow.
//! The texts for an expired token, for a token that is not a JWT, for an unknown issuer and for a denied role
//! are the Security Token Service's own texts. These details are guesses:
//!
//! - The order in which a token is checked: its form, its issuer, the presence of an audience, its signature,
//!   the trust in its audience, its expiry, and last whether its sign-in is still active.
//!
//! - The text `Token is inactive`, and the texts for an invalid opaque token, for logins of two identities,
//!   for a CustomRoleArn that does not fit, and for a role that is denied as ambiguous.
//!
//! - The error ResourceConflictException for a login at a provider at which the identity already has a login
//!   of another user.
//!
//! - When a guest signs in as a user who already has an identity, the guest's identity is no longer found. An
//!   identity whose last login was removed is no longer found either.
//!
//! - UnlinkIdentity requires that every login in the request is linked to the identity, and that every login
//!   to remove is linked to the identity.
//!
//! - A token with one role in `cognito:roles` is not ambiguous, and a token without a role is ambiguous.
//!
//! - NotEqual does not match an absent claim, and CustomRoleArn requires a role mapping.
//!
//! - If several logins have a role mapping, the first of these logins decides.
//!
//! - The claim `amr` of an OpenID token has the providers of the logins in the request, and no other
//!   providers.
//!
//! - The error names of AssumeRoleWithWebIdentity for a form without an action and for a malformed number,
//!   and the text for an invalid signature.
//!
//! If reports about the service contradict each other, a test can choose the behavior: see
//! [`PoolConfig::challenge_session_survives_mismatch`] and [`PoolConfig::software_token_status_error`]. The
//! number of codes per hour and the lockout after wrong passwords are settings of the user pool. Whether the
//! reuse of a rotated refresh token revokes its sign-in is a setting of the app client.
//!
//! # Faults on demand
//!
//! [`Simulator::exchange`] handles a request like [`handle`](Simulator::handle), but with the faults that a
//! test has planned. The method returns the result that the caller of the request would see:
//!
//! ```
//! use cognito_core::{Headers, Request, Timestamp};
//! use cognito_testkit::{Fault, FaultPlan, Outcome, Simulator};
//!
//! let now = Timestamp::from_unix_seconds(1_700_000_000);
//! let mut simulator = Simulator::new([7; 32]);
//! simulator.faults().plan(FaultPlan::next(Fault::LoseAfter));
//! let request = Request::post("https://example.com/", Headers::new(), Vec::new());
//! assert!(matches!(simulator.exchange(now, &request), Outcome::LostAfter));
//! assert!(matches!(simulator.exchange(now, &request), Outcome::Answer(_)));
//! ```
#![forbid(unsafe_code)]

extern crate alloc;

mod attribute;
mod bearer;
mod client;
mod client_settings;
mod codes;
mod config;
mod credentials;
mod crypto;
mod date;
mod delivery;
mod device;
mod failure;
mod faults;
mod identity;
mod identity_pool;
mod identity_pool_config;
mod jwt;
mod lockout;
mod login;
mod message;
mod mfa;
mod naming;
mod operation;
mod page;
mod passkey;
mod password_policy;
mod pool;
mod pool_config;
mod profile;
mod protocol;
mod random;
mod recovery;
mod role;
mod secret_hash;
#[cfg(feature = "server")]
mod server;
mod sign_in;
mod simulator;
pub mod srp;
#[cfg(feature = "stores")]
mod store_conformance;
mod tokens;
mod totp;
mod user;
mod validation;

pub use client::{ExplicitAuthFlow, RefreshTokenRotation, TimeUnit, UserExistenceErrors, Validity};
pub use config::{ClientConfig, Config, ConfigError, UserConfig, UserMfaConfig};
pub use credentials::CredentialsOwner;
pub use faults::{Fault, FaultPlan, Faults, Outcome};
pub use identity_pool::IdentityPoolSummary;
pub use identity_pool_config::{
    AmbiguousRoleResolution, CognitoIdentityProvider, IdentityPoolConfig, MappingRule, MatchType, RoleMapping,
    RoleMappingType, Roles,
};
pub use login::login_token;
pub use message::{Medium, Message, Purpose};
pub use mfa::MfaFactor;
pub use password_policy::PasswordPolicy;
pub use pool_config::{
    CustomAuthConfig, CustomRound, DeviceConfig, MfaConfiguration, PoolConfig, RecoveryOption, WebAuthnConfig,
};
pub use secret_hash::secret_hash;
#[cfg(feature = "server")]
pub use server::Server;
pub use simulator::{ClientSummary, PoolSummary, Simulator};
#[cfg(feature = "stores")]
pub use store_conformance::{check_async_store, check_store};
pub use user::UserStatus;

/// The code in the README, which is compiled and run as a test.
#[cfg(all(doctest, feature = "server"))]
#[doc = include_str!("../README.md")]
struct Readme;
