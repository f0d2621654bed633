//! Second factors, changed one at a time.

use alloc::boxed::Box;

use crate::configuration::AppClient;
use crate::error::Error;
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Event, Flow, Step};
use crate::operation::{GetUser, GetUserResponse, MfaSettings, SetUserMfaPreference, WebAuthnMfaSettings};
use crate::protocol::Call;
use crate::secret::AccessToken;
use crate::timestamp::Timestamp;

/// What a second factor is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: a factor is off, on, or on and preferred")]
pub enum FactorState {
    /// Not asked for.
    Off,
    /// Asked for, unless another is preferred.
    On,
    /// Asked for before any other.
    Preferred,
}

/// Changes second factors of the signed-in user: reads how they are, and writes so that a factor that is not named keeps
/// its state. (By itself SetUserMFAPreference forgets the preferred factor when another is turned on without a word about
/// which is preferred.)
///
/// A factor that is not set up is refused by the service, with [`RefusalKind::InvalidParameter`].
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserMFAPreference.html>
///
/// ```
/// # use cognito_core::{AppClient, FactorState, Session, SetMfaPreference};
/// # fn prefer_totp(app_client: &AppClient, session: &Session) -> SetMfaPreference {
/// SetMfaPreference::new(app_client, session).with_software_token(FactorState::Preferred)
/// # }
/// ```
///
/// [`RefusalKind::InvalidParameter`]: crate::error::RefusalKind::InvalidParameter
#[derive(Debug)]
pub struct SetMfaPreference(Guarded<ChangingPreference>);

#[derive(Debug)]
struct ChangingPreference {
    app_client: AppClient,
    access_token: AccessToken,
    changes: Changes,
    state: State,
}

#[derive(Debug, Default)]
struct Changes {
    sms: Option<FactorState>,
    software_token: Option<FactorState>,
    email: Option<FactorState>,
    passkey: Option<bool>,
}

#[derive(Debug)]
enum State {
    Ready,
    Reading(Box<Call<GetUser>>),
    Writing(Box<Call<SetUserMfaPreference>>),
}

impl SetMfaPreference {
    /// Changes nothing yet.
    #[must_use]
    pub fn new(app_client: &AppClient, access_token: &impl AsRef<AccessToken>) -> Self {
        Self(Guarded::new(ChangingPreference {
            app_client: app_client.clone(),
            access_token: access_token.as_ref().clone(),
            changes: Changes::default(),
            state: State::Ready,
        }))
    }

    /// Codes by SMS are to be so.
    #[must_use]
    pub fn with_sms(mut self, state: FactorState) -> Self {
        self.0.inner_mut().changes.sms = Some(state);
        self
    }

    /// Codes from an authenticator app are to be so.
    #[must_use]
    pub fn with_software_token(mut self, state: FactorState) -> Self {
        self.0.inner_mut().changes.software_token = Some(state);
        self
    }

    /// Codes by e-mail are to be so.
    #[must_use]
    pub fn with_email(mut self, state: FactorState) -> Self {
        self.0.inner_mut().changes.email = Some(state);
        self
    }

    /// Passkeys are to count as a second factor, or not.
    #[must_use]
    pub fn with_passkey(mut self, is_on: bool) -> Self {
        self.0.inner_mut().changes.passkey = Some(is_on);
        self
    }
}

impl Flow for SetMfaPreference {
    type Output = ();

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<()>, Error> {
        self.0.step(now, event)
    }
}

impl Steps for ChangingPreference {
    type Output = ();

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<()>, Error> {
        match &mut self.state {
            State::Ready => {
                let call = Call::signed_in(&self.app_client, &self.access_token, GetUser::new());
                self.state = State::Reading(Box::new(call));
                self.advance(now, Event::Start)
            }
            State::Reading(call) => match call.step(now, event)?.finished() {
                Ok(user) => {
                    let operation = self.changes.merged(&user);
                    let call = Call::signed_in(&self.app_client, &self.access_token, operation);
                    self.state = State::Writing(Box::new(call));
                    self.advance(now, Event::Start)
                }
                Err(step) => Ok(step),
            },
            State::Writing(call) => match call.step(now, event)?.finished() {
                Ok(_) => Ok(Step::Done(())),
                Err(step) => Ok(step),
            },
        }
    }
}

impl Changes {
    fn merged(&self, user: &GetUserResponse) -> SetUserMfaPreference {
        let mut operation = SetUserMfaPreference::new();
        let one_is_preferred = [self.sms, self.software_token, self.email].contains(&Some(FactorState::Preferred));
        let keep = |name: &str, change: Option<FactorState>| {
            let preferred = user.preferred_mfa_setting.as_deref() == Some(name) && can_get_codes(user, name);
            match change {
                Some(state) => Some(settings(state)),
                // The preferred factor is named again, since it would be forgotten.
                None if preferred && !one_is_preferred => Some(settings(FactorState::Preferred)),
                None => None,
            }
        };
        operation.sms_mfa_settings = keep("SMS_MFA", self.sms);
        operation.software_token_mfa_settings = keep("SOFTWARE_TOKEN_MFA", self.software_token);
        operation.email_mfa_settings = keep("EMAIL_OTP", self.email);
        operation.web_authn_mfa_settings = self.passkey.map(|is_on| WebAuthnMfaSettings { enabled: Some(is_on) });
        operation
    }
}

/// Whether the user still has the address that a factor's codes go to. Without it the service refuses to have the factor
/// named.
fn can_get_codes(user: &GetUserResponse, name: &str) -> bool {
    match name {
        "SMS_MFA" => user.attribute("phone_number").is_some(),
        "EMAIL_OTP" => user.attribute("email").is_some(),
        _ => true,
    }
}

fn settings(state: FactorState) -> MfaSettings {
    MfaSettings { enabled: Some(state != FactorState::Off), preferred_mfa: Some(state == FactorState::Preferred) }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::test_support::disorder::{moves, run_to_the_end};
    use crate::test_support::{NOW, answer, app_client, body, done, failed, refusal, sent};
    use crate::{MAX_ATTEMPTS, Request};

    fn change() -> SetMfaPreference {
        SetMfaPreference::new(&app_client(), &AccessToken::from("t"))
    }

    /// What is written for a user whose preferred factor is this one.
    fn written(flow: SetMfaPreference, preferred: &str) -> Value {
        written_for_one_with(&["email", "phone_number"], flow, preferred)
    }

    /// The same for a user who has these attributes only.
    fn written_for_one_with(attributes: &[&str], mut flow: SetMfaPreference, preferred: &str) -> Value {
        sent(flow.step(NOW, Event::Start));
        let attributes: Vec<_> = attributes.iter().map(|name| json!({"Name": name, "Value": "x"})).collect();
        let user = json!({"Username": "alice", "UserAttributes": attributes, "PreferredMfaSetting": preferred});
        let mut request = body(&sent(flow.step(NOW, answer(200, &user.to_string()))));
        done(flow.step(NOW, answer(200, "{}")));
        request.as_object_mut().unwrap().remove("AccessToken");
        request
    }

    #[test]
    fn a_preferred_factor_whose_address_was_deleted_is_not_named_again_since_that_would_be_refused() {
        let sms = json!({"SMSMfaSettings": {"Enabled": true, "PreferredMfa": false}});
        assert_eq!(written_for_one_with(&["phone_number"], change().with_sms(FactorState::On), "EMAIL_OTP"), sms);
        let email = json!({"EmailMfaSettings": {"Enabled": true, "PreferredMfa": false}});
        assert_eq!(written_for_one_with(&["email"], change().with_email(FactorState::On), "SMS_MFA"), email);
    }

    #[test]
    fn a_factor_that_is_turned_on_leaves_the_preferred_one_preferred() {
        assert_eq!(
            written(change().with_software_token(FactorState::On), "SMS_MFA"),
            json!({
                "SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": false},
                "SMSMfaSettings": {"Enabled": true, "PreferredMfa": true},
            })
        );
    }

    #[test]
    fn a_factor_that_becomes_preferred_is_written_alone() {
        assert_eq!(
            written(change().with_email(FactorState::Preferred), "SMS_MFA"),
            json!({"EmailMfaSettings": {"Enabled": true, "PreferredMfa": true}})
        );
    }

    #[test]
    fn a_factor_that_is_turned_off_is_no_longer_preferred() {
        assert_eq!(
            written(change().with_sms(FactorState::Off), "SMS_MFA"),
            json!({"SMSMfaSettings": {"Enabled": false, "PreferredMfa": false}})
        );
    }

    #[test]
    fn passkeys_are_turned_on_beside_the_preferred_factor() {
        assert_eq!(
            written(change().with_passkey(true), "EMAIL_OTP"),
            json!({
                "WebAuthnMfaSettings": {"Enabled": true},
                "EmailMfaSettings": {"Enabled": true, "PreferredMfa": true},
            })
        );
    }

    #[test]
    fn nothing_is_written_when_the_user_cannot_be_read() {
        let mut flow = change().with_sms(FactorState::On);
        sent(flow.step(NOW, Event::Start));
        failed(flow.step(NOW, refusal("NotAuthorizedException", "Access Token has been revoked")));
    }

    proptest! {
        #[test]
        fn a_change_of_factors_comes_to_an_end_whatever_comes_in_whatever_order(moves in moves()) {
            let answers = |request: &Request| match request.operation() {
                "GetUser" => vec![answer(200, r#"{"Username":"alice","UserAttributes":[]}"#)],
                _ => vec![answer(200, "{}")],
            };
            run_to_the_end(change().with_sms(FactorState::On), &moves, answers, 2 * MAX_ATTEMPTS as usize)?;
        }
    }
}
