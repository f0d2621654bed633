//! Sign-in: the flows that start a sign-in, and the challenges that follow.
//!
//! Every flow and every accepted answer to a challenge ends with a call of [`proceed`]. Only this function
//! decides the next step of a sign-in:
//!
//! ```text
//! USER_SRP_AUTH, CUSTOM_AUTH with SRP_A --> PASSWORD_VERIFIER --+
//! USER_PASSWORD_AUTH, CUSTOM_AUTH ------------------------------+--> proceed
//!
//! proceed --> NEW_PASSWORD_REQUIRED             if the password is temporary
//!         --> CUSTOM_CHALLENGE, once or more    for CUSTOM_AUTH
//!         --> SELECT_MFA_TYPE                   if the user has several second factors
//!         --> SMS_MFA, EMAIL_OTP or SOFTWARE_TOKEN_MFA
//!         --> MFA_SETUP                         if a second factor is due and absent
//!             --> EMAIL_OTP                     if the user sets up e-mail
//!         --> DEVICE_SRP_AUTH --> DEVICE_PASSWORD_VERIFIER    from a remembered device
//!         --> tokens
//! ```

pub(crate) mod custom;
pub(crate) mod device;
mod issue;
pub(crate) mod mfa_setup;
mod new_password;
pub(crate) mod password;
pub(crate) mod refresh;
mod second_factor;
pub(crate) mod session;
pub(crate) mod srp;

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde_json::Value;

use crate::client::Client;
use crate::failure::Failure;
use crate::mfa::MfaFactor;
use crate::pool::Pool;
use crate::simulator::Simulator;
use crate::user::{User, UserStatus};
use session::Kind;

/// The API's `AuthParameters` or `ChallengeResponses`.
pub(crate) struct Parameters(BTreeMap<String, Option<String>>);

impl Parameters {
    pub(crate) fn new(parameters: Option<BTreeMap<String, Option<String>>>) -> Self {
        Self(parameters.unwrap_or_default())
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.optional(name).ok_or_else(|| Failure::missing_parameter(name))
    }

    /// Returns DEVICE_KEY, or `None` if it is absent or empty.
    pub(crate) fn device_key(&self) -> Option<&str> {
        self.optional("DEVICE_KEY").filter(|key| !key.is_empty())
    }

    /// Returns the parameters whose names start with a prefix, without the prefix.
    pub(crate) fn prefixed(&self, prefix: &str) -> BTreeMap<String, String> {
        let value = |(name, value): (&String, &Option<String>)| {
            Some((name.strip_prefix(prefix)?.to_owned(), value.clone().unwrap_or_default()))
        };
        self.0.iter().filter_map(value).collect()
    }
}

/// The progress of a sign-in: what the user has proven so far.
#[derive(Clone)]
pub(crate) struct Progress {
    /// The canonical user name, or a made-up name if the user does not exist.
    pub(crate) username: String,
    /// The user name as the caller sent it.
    typed: String,
    /// The last DEVICE_KEY that the caller sent.
    pub(crate) device_key: Option<String>,
    /// The progress of the rounds, if the flow is CUSTOM_AUTH.
    custom: Option<custom::Rounds>,
    /// The second factor that the user chose.
    chosen: Option<MfaFactor>,
    has_password: bool,
    has_second_factor: bool,
    has_device: bool,
}

impl Progress {
    /// Returns the progress of a sign-in at the start, when the user has proven nothing yet.
    pub(crate) fn new(username: String, typed: &str) -> Self {
        Self {
            username,
            typed: typed.to_owned(),
            device_key: None,
            custom: None,
            chosen: None,
            has_password: false,
            has_second_factor: false,
            has_device: false,
        }
    }

    /// Returns whether a name in an answer is the name of the user who signs in.
    ///
    /// The name can be the canonical user name or an alias. For an unknown user, the name must be the name
    /// that the caller sent at the start of the sign-in.
    fn is_user(&self, pool: &Pool, name: &str) -> bool {
        match pool.find(name) {
            Some(user) => user.username == self.username,
            None => [&self.username, &self.typed].into_iter().any(|known| pool.fold(known) == pool.fold(name)),
        }
    }
}

pub(crate) fn later(now: Timestamp, seconds: u64) -> Timestamp {
    Timestamp::from_unix_millis(now.as_unix_millis().saturating_add(seconds.saturating_mul(1000)))
}

/// Rejects a user who cannot get tokens: disabled, not confirmed, or required to reset the password.
pub(crate) fn check_status(user: &User) -> Result<(), Failure> {
    if !user.enabled {
        return Err(Failure::disabled());
    }
    match user.status {
        UserStatus::Unconfirmed => Err(Failure::new("UserNotConfirmedException", "User is not confirmed.")),
        UserStatus::ResetRequired => Err(Failure::reset_required()),
        UserStatus::ForceChangePassword | UserStatus::Confirmed => Ok(()),
    }
}

/// The next step of a sign-in.
enum Step {
    NewPassword,
    Round(usize),
    SelectMfaType(Vec<MfaFactor>),
    SecondFactor(MfaFactor),
    MfaSetup,
    Device(String),
    Tokens,
}

/// Returns the next step of a sign-in, or the error that ends it.
///
/// A caller who has proven nothing does not learn the status of the user.
fn next_step(pool: &Pool, progress: &Progress, now: Timestamp) -> Result<Step, Failure> {
    let round = custom::open_round(pool, progress);
    if let Some(round) = round.filter(|_| !progress.has_password) {
        return Ok(Step::Round(round));
    }
    let user = pool.user(&progress.username).ok_or_else(Failure::incorrect)?;
    check_status(user)?;
    if progress.has_password && user.status == UserStatus::ForceChangePassword {
        new_password::check_age(pool, user, now)?;
        return Ok(Step::NewPassword);
    }
    if let Some(round) = round {
        return Ok(Step::Round(round));
    }
    let remembered = device::remembered(pool, user, progress);
    let stands_in = remembered.is_some_and(|(_, config)| config.challenge_required_on_new_device);
    let due = if stands_in { None } else { second_factor::due(pool, user, progress)? };
    if let Some(step) = due {
        return Ok(step);
    }
    match remembered {
        Some((key, _)) if !progress.has_device => Ok(Step::Device(key.to_owned())),
        _ => Ok(Step::Tokens),
    }
}

/// Continues a sign-in after a proof: with the next challenge, with tokens, or with an error.
pub(crate) fn proceed(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
) -> Result<Value, Failure> {
    match next_step(simulator.pools.get(&client.pool_id)?, &progress, now)? {
        Step::NewPassword => new_password::ask(simulator, now, client, progress),
        Step::Round(round) => custom::ask(simulator, now, client, progress, round),
        Step::SelectMfaType(factors) => second_factor::offer(simulator, now, client, progress, factors),
        Step::SecondFactor(factor) => second_factor::ask(simulator, now, client, progress, factor),
        Step::MfaSetup => mfa_setup::ask(simulator, now, client, progress),
        Step::Device(key) => device::ask(simulator, now, client, progress, key),
        Step::Tokens => issue::tokens(simulator, now, client, &progress),
    }
}

/// Handles the answer to a challenge that has a `Session`.
pub(crate) fn answer(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    name: &str,
    session: Option<&str>,
    responses: &Parameters,
) -> Result<Value, Failure> {
    let (answer, kind) = session::open(simulator, now, client, name, session, responses)?;
    match kind {
        Kind::NewPassword => new_password::answer(simulator, answer),
        Kind::Round(round) => custom::answer(simulator, answer, round),
        Kind::SelectMfaType(factors) => second_factor::choose(simulator, answer, &factors),
        Kind::Code(sent) => second_factor::answer_code(simulator, answer, &sent),
        Kind::SoftwareToken => second_factor::answer_software_token(simulator, answer),
        Kind::MfaSetup(set_up) => mfa_setup::answer(simulator, answer, set_up),
        Kind::DeviceSrp(key) => device::answer_srp(simulator, answer, key),
        Kind::DevicePassword(exchange) => device::answer_password(simulator, answer, &exchange),
    }
}
