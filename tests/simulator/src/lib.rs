//! A simulated Amazon Cognito for tests: user pools with the real server half of SRP, identity pools with both flows to
//! AWS credentials, real rules, and Cognito's own error names and texts.
//!
//! The [`Simulator`] is a value without I/O, clock or randomness of its own: [`Simulator::handle`] takes a time and a
//! request and gives the answer. One seed, the same requests and the same times give the same answers, byte for byte.
//! [`Server`] puts it on a loopback port for tests that go over HTTP, and the program `cognito-sim` does so for tests in
//! other languages.
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
//! let client = pool.clients.iter().find(|client| client.name == "public").ok_or("no client")?;
//!
//! // What a client would send to sign a user up.
//! let headers = [("x-amz-target", "AWSCognitoIdentityProviderService.SignUp")].into_iter().collect();
//! let body = format!(
//!     r#"{{"ClientId":"{}","Username":"alice","Password":"Correct-horse-1",
//!         "UserAttributes":[{{"Name":"email","Value":"alice@example.com"}}]}}"#,
//!     client.id
//! );
//! let response = simulator.handle(now, &Request::new("https://example.com/", headers, body.into_bytes()));
//! assert_eq!(response.status(), 200);
//!
//! // What the user would have found in the mail.
//! let message = simulator.messages().last().ok_or("no message")?;
//! assert_eq!(message.purpose, Purpose::ConfirmSignUp);
//! assert_eq!(message.destination, "alice@example.com");
//! # Ok(())
//! # }
//! ```
//!
//! # Identity pools
//!
//! An identity pool is set up by an [`IdentityPoolConfig`] in the configuration, or by
//! [`Simulator::create_identity_pool`] where a test has to learn the ids of its user pools and app clients first. Logins
//! are of the simulated user pools, or of any other provider by tokens that [`login_token`] makes; those of Facebook and
//! Amazon and SAML assertions are opaque, and the configuration lists the good ones. The credentials open nothing:
//! [`Simulator::credentials_owner`] says whose they are.
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
//! // What a client would send for a guest.
//! let mut call = |operation: &str, body: String| {
//!     let headers = [("x-amz-target", format!("AWSCognitoIdentityService.{operation}"))].into_iter().collect();
//!     let response = simulator.handle(now, &Request::new("https://example.com/", headers, body.into_bytes()));
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
//! # What it does not do
//!
//! AWS signatures are not checked: not on set-up operations, and not on GetCallerIdentity, which goes by the access key and
//! the session token. An operation, flow or challenge that is not simulated is refused
//! by name rather than answered with a stand-in: so far USER_AUTH and the challenges that belong to it, and pools with
//! Lambda triggers. In place of the triggers of CUSTOM_AUTH there is a script, [`CustomAuthConfig`]. How often a code may
//! be sent or tried in a sign-in is not limited, and there is no threat protection. What an authenticator attests of a
//! passkey is not verified. Tokens are signed with a test key that is part of the source.
//!
//! Users are in no groups, so ID tokens do not carry `cognito:groups`, `cognito:roles` or `cognito:preferred_role`; a role
//! mapping that reads these can be tried with [`login_token`], for a user pool's issuer too. There are no developer
//! authenticated identities. In place of the trust policies of roles, AssumeRoleWithWebIdentity knows which roles of the
//! pool are for guests and which are not; it takes the tokens of GetOpenIdToken only, and does nothing with session
//! policies but read them.
//!
//! # What is known of the service, and what is not
//!
//! The names of errors are the API model's. Their texts are Cognito's own where they have become known, as they have for
//! sign-up, sign-in, codes, tokens, password resets, the lock-out and software tokens. For sessions, passkeys, client
//! tokens, feedback, rotation, a client secret that is wrong, attributes that no code can verify and preferences that
//! contradict each other they are not known, and plausible.
//!
//! Of the challenges after the first factor, the names, parameters and answers are those of the API model and of what the
//! service's clients send and read, and the texts for sessions, codes and unknown devices are Cognito's own. These are
//! guesses:
//!
//! - The text for a choice of MFA type that was not offered, for an answer to MFA_SETUP before a code was verified, and for
//!   a device answer that names another device; and the name and text where MFA is required and the pool has no method.
//! - That a pool without triggers refuses CUSTOM_AUTH with InvalidParameterException. The text is known, the name is not.
//! - That the parameters of DEVICE_SRP_AUTH name the device and USER_ID_FOR_SRP.
//! - That ConfirmDevice refuses a second confirmation with DeviceKeyExistsException, which is in the API model, and a salt
//!   or a verifier that is not one with InvalidParameterException.
//! - That a DEVICE_KEY which is not of a confirmed device is refused before anything is spent. That the same SRP claim can
//!   come again without it is known, since clients rely on it.
//! - That a user who has a phone number needs no MFA_SETUP where text messages are a method, that a factor set up in
//!   sign-in is also the preferred one, and that a code which set an authenticator app up does not sign in as well.
//! - That a temporary password is changed before the rounds of CUSTOM_AUTH, and that a disabled user is told so after them.
//! - That a new e-mail address in the answer to NEW_PASSWORD_REQUIRED is sent a code where the pool verifies addresses,
//!   and that the challenge is void once the password is not temporary any more.
//! - What a forgotten device's key answers at a refresh, and which attributes a device has beside its name and status.
//!
//! Of identity pools, the texts for tokens that are refused, for identities and pools that are not there, for guests where
//! there are none, for logins that do not match, for a pool without a role and for the basic flow are Cognito's own, as are
//! the Security Token Service's for an expired token, one that is not a JWT, an unknown issuer and a role that is denied.
//! These are guesses:
//!
//! - The order of the checks of a token: its form, who issued it, that it has an audience, the signature, whether the
//!   audience is trusted, when it expires, and last whether it is active.
//! - The text `Token is inactive`, those for an opaque token that is not good and for logins of two identities, and those
//!   for a CustomRoleArn that does not fit and a role that is denied as ambiguous.
//! - That an identity which is somebody at a provider already refuses somebody else there with ResourceConflictException.
//! - That the identity of a guest who turns out to be known, and one that lost its last login, are not found any more.
//! - That UnlinkIdentity wants every login that it is given to be linked to the identity, and whatever it removes too.
//! - That a token with one role in `cognito:roles` is not ambiguous, that one with none is, and that NotEqual does not match
//!   a claim that is not there. That CustomRoleArn needs a role mapping.
//! - That the first login that has a role mapping decides, where there are several.
//! - That `amr` of an OpenID token has the providers of the logins that were given, and no more.
//! - The names of the errors of AssumeRoleWithWebIdentity for a form without an action and for a malformed number, and the
//!   text for a signature that does not verify.
//!
//! Where reports of the service differ there is a setting: [`PoolConfig::challenge_session_survives_mismatch`] and
//! [`PoolConfig::software_token_status_error`]. How many codes may be sent or tried in an hour is a setting
//! of the pool, as is whether wrong passwords lock a user out; whether the reuse of a rotated token ends its sign-in is
//! one of the app client.
//!
//! # When things go wrong
//!
//! [`Simulator::exchange`] is [`handle`](Simulator::handle) with faults that a test has planned, and says what the caller
//! would have seen:
//!
//! ```
//! use cognito_core::{Headers, Request, Timestamp};
//! use cognito_testkit::{Fault, FaultPlan, Outcome, Simulator};
//!
//! let now = Timestamp::from_unix_seconds(1_700_000_000);
//! let mut simulator = Simulator::new([7; 32]);
//! simulator.faults().plan(FaultPlan::next(Fault::LoseAfter));
//! let request = Request::new("https://example.com/", Headers::new(), Vec::new());
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

/// The code in the README is compiled and run.
#[cfg(all(doctest, feature = "server"))]
#[doc = include_str!("../README.md")]
struct Readme;
