//! SELECT_MFA_TYPE, SMS_MFA, EMAIL_OTP and SOFTWARE_TOKEN_MFA: challenges for a second factor that is set up.

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::session::{Answer, Kind, send_challenge, unknown_session};
use super::{Progress, Step};
use crate::client::Client;
use crate::delivery::{self, EMAIL, PHONE};
use crate::failure::Failure;
use crate::message::Purpose;
use crate::mfa::{MfaFactor, is_set_up, no_software_token};
use crate::pool::Pool;
use crate::pool_config::MfaConfiguration;
use crate::simulator::Simulator;
use crate::user::User;

/// A one-time code that was sent to the user.
#[derive(Clone)]
pub(crate) struct SentCode {
    pub(super) factor: MfaFactor,
    code: String,
    /// The e-mail address that the right code verifies, if the code sets up the factor.
    email_to_verify: Option<String>,
}

/// Returns the step for the second factor that the user must still prove, or `None` if no factor is needed.
pub(super) fn due(pool: &Pool, user: &User, progress: &Progress) -> Result<Option<Step>, Failure> {
    let config = &pool.config;
    let is_custom = progress.custom.is_some();
    let skipped = is_custom && !config.custom_auth.as_ref().is_some_and(|custom| custom.second_factor);
    if progress.has_second_factor || skipped || config.mfa_configuration == MfaConfiguration::Off {
        return Ok(None);
    }
    let usable = |factor: MfaFactor| config.mfa_factors.contains(&factor) && is_set_up(user, factor);
    let enabled: Vec<_> =
        MfaFactor::ALL.into_iter().filter(|factor| user.mfa.is_enabled(*factor) && usable(*factor)).collect();
    let wanted = progress.chosen.or(user.mfa.preferred).filter(|wanted| enabled.contains(wanted));
    Ok(match (wanted, enabled.as_slice()) {
        (Some(factor), _) | (None, &[factor]) => Some(Step::SecondFactor(factor)),
        (None, [_, ..]) => Some(Step::SelectMfaType(enabled)),
        (None, []) if config.mfa_configuration == MfaConfiguration::Optional => None,
        // If MFA is required, a user with a phone number gets text messages without enabling the factor.
        (None, []) if usable(MfaFactor::Sms) => Some(Step::SecondFactor(MfaFactor::Sms)),
        (None, []) if config.mfa_factors.is_empty() => {
            let text = "The user pool requires MFA and has no MFA method.";
            return Err(Failure::new("InvalidUserPoolConfigurationException", text));
        }
        (None, []) => Some(Step::MfaSetup),
    })
}

/// Sends a SELECT_MFA_TYPE challenge, which lets the user choose a factor.
pub(super) fn offer(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
    factors: Vec<MfaFactor>,
) -> Result<Value, Failure> {
    let parameters = json!({ "MFAS_CAN_CHOOSE": names(&factors), "USER_ID_FOR_SRP": progress.username });
    send_challenge(simulator, now, client, progress, Kind::SelectMfaType(factors), parameters)
}

/// Returns the names of the factors as a JSON array in a string.
pub(super) fn names(factors: &[MfaFactor]) -> String {
    json!(factors.iter().map(|factor| factor.name()).collect::<Vec<_>>()).to_string()
}

pub(super) fn choose(
    simulator: &mut Simulator,
    mut answer: Answer<'_>,
    offered: &[MfaFactor],
) -> Result<Value, Failure> {
    let chosen = match answer.responses.required("ANSWER")? {
        // AWS's documentation names the factor EMAIL_MFA.
        "EMAIL_MFA" => "EMAIL_OTP",
        chosen => chosen,
    };
    let factor = offered.iter().find(|factor| factor.name() == chosen);
    let factor = factor.ok_or_else(|| Failure::invalid_parameter("Invalid MFA type selected."))?;
    answer.progress.chosen = Some(*factor);
    answer.accept(simulator)
}

/// Sends the challenge for this factor, and the code if the factor is e-mail or text message.
pub(super) fn ask(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
    factor: MfaFactor,
) -> Result<Value, Failure> {
    if factor != MfaFactor::SoftwareToken {
        let (kind, parameters) = send(simulator, now, client, &progress, factor, None)?;
        return send_challenge(simulator, now, client, progress, kind, parameters);
    }
    let user = simulator.pools.get(&client.pool_id)?.user(&progress.username).ok_or_else(Failure::incorrect)?;
    let name = user.mfa.software_token.as_ref().and_then(|token| token.name.as_ref());
    let mut parameters = json!({ "USER_ID_FOR_SRP": progress.username });
    if let (Some(name), Some(members)) = (name, parameters.as_object_mut()) {
        members.insert("FRIENDLY_DEVICE_NAME".to_owned(), json!(name));
    }
    send_challenge(simulator, now, client, progress, Kind::SoftwareToken, parameters)
}

/// Sends a code to the user, and returns the kind and the parameters of the challenge for this code.
pub(super) fn send(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: &Progress,
    factor: MfaFactor,
    email_to_verify: Option<String>,
) -> Result<(Kind, Value), Failure> {
    let Simulator { pools, random, messages, .. } = simulator;
    let user = pools.get(&client.pool_id)?.user(&progress.username).ok_or_else(Failure::incorrect)?;
    let address = if factor == MfaFactor::Email { EMAIL } else { PHONE };
    let code = random.code();
    let details = delivery::send(user, address, Purpose::SignIn, code.clone(), now, messages);
    let parameters = json!({
        "CODE_DELIVERY_DELIVERY_MEDIUM": details.get("DeliveryMedium"),
        "CODE_DELIVERY_DESTINATION": details.get("Destination"),
        "USER_ID_FOR_SRP": progress.username,
    });
    Ok((Kind::Code(SentCode { factor, code, email_to_verify }), parameters))
}

pub(super) fn answer_code(
    simulator: &mut Simulator,
    mut answer: Answer<'_>,
    sent: &SentCode,
) -> Result<Value, Failure> {
    let is_email = sent.factor == MfaFactor::Email;
    let code = answer.responses.required(if is_email { "EMAIL_OTP_CODE" } else { "SMS_MFA_CODE" })?;
    if code != sent.code {
        let failure = Failure::new("CodeMismatchException", "Invalid code or auth state for the user.");
        return Err(answer.reject_code(simulator, failure));
    }
    if let Some(email) = &sent.email_to_verify {
        set_up_email(simulator.pools.get_mut(&answer.client.pool_id)?, &answer.progress.username, email)?;
    }
    answer.progress.has_second_factor = true;
    answer.accept(simulator)
}

/// Verifies the e-mail address that received the code, if the user still has it, and enables the factor.
fn set_up_email(pool: &mut Pool, username: &str, email: &String) -> Result<(), Failure> {
    let user = pool.user(username).ok_or_else(Failure::incorrect)?;
    if user.attributes.get(EMAIL.attribute) != Some(email) {
        return Err(unknown_session());
    }
    pool.take_alias(username, EMAIL.attribute, Some(email), false)?;
    let user = pool.user_mut(username).ok_or_else(Failure::incorrect)?;
    user.set_verified(EMAIL.attribute, true);
    user.mfa.enable_first(MfaFactor::Email);
    Ok(())
}

pub(super) fn answer_software_token(simulator: &mut Simulator, mut answer: Answer<'_>) -> Result<Value, Failure> {
    let code = answer.responses.required("SOFTWARE_TOKEN_MFA_CODE")?;
    let pool = simulator.pools.get_mut(&answer.client.pool_id)?;
    let user = pool.user_mut(&answer.progress.username).ok_or_else(Failure::incorrect)?;
    let token = user.mfa.software_token.as_mut().ok_or_else(no_software_token)?;
    if let Err(failure) = token.redeem(code, answer.now) {
        return Err(answer.reject_code(simulator, failure));
    }
    answer.progress.has_second_factor = true;
    answer.accept(simulator)
}
