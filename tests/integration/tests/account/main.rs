//! A user's account: sign-up, a forgotten password, attributes, second factors and passkeys.

mod client;
mod service_attributes;
mod service_passkeys;
mod service_password_reset;
mod service_second_factors;
mod service_sign_up;
