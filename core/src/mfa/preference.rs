//! A flow that changes a user's second factors.

use alloc::boxed::Box;

use crate::configuration::AppClient;
use crate::error::{Error, InvalidInput};
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Event, Flow, Step};
use crate::operation::{GetUser, GetUserResponse, MfaSettings, SetUserMfaPreference, WebAuthnMfaSettings};
use crate::protocol::Call;
use crate::secret::AccessToken;
use crate::timestamp::Timestamp;

/// The desired state of a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: a factor is off, on, or on and preferred")]
pub enum FactorState {
    /// The factor is off: the service never asks for it.
    Off,
    /// The factor is on: the service asks for it, unless another factor is preferred.
    On,
    /// The factor is on and preferred: the service asks for it first.
    Preferred,
}

/// Changes one or more second factors of the signed-in user. The other factors keep their state. The flow
/// first reads which factor the user prefers. Then the flow names the preferred factor again in
/// SetUserMFAPreference, because the service clears the preference if the request does not name this factor.
///
/// If the user has not set up a factor, the service rejects the change with
/// [`RefusalKind::InvalidParameter`].
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
    /// Creates a flow that changes no factor yet. Add changes with the methods `with_…`.
    #[must_use]
    pub fn new(app_client: &AppClient, access_token: &impl AsRef<AccessToken>) -> Self {
        Self(Guarded::new(ChangingPreference {
            app_client: app_client.clone(),
            access_token: access_token.as_ref().clone(),
            changes: Changes::default(),
            state: State::Ready,
        }))
    }

    /// Sets whether codes by SMS are off, on or preferred.
    #[must_use]
    pub fn with_sms(mut self, state: FactorState) -> Self {
        self.0.inner_mut().changes.sms = Some(state);
        self
    }

    /// Sets whether codes from an authenticator app are off, on or preferred.
    #[must_use]
    pub fn with_software_token(mut self, state: FactorState) -> Self {
        self.0.inner_mut().changes.software_token = Some(state);
        self
    }

    /// Sets whether codes by e-mail are off, on or preferred.
    #[must_use]
    pub fn with_email(mut self, state: FactorState) -> Self {
        self.0.inner_mut().changes.email = Some(state);
        self
    }

    /// Sets whether the service accepts passkeys as a second factor.
    ///
    /// A request that turns passkeys on must also turn on codes by SMS, by e-mail or from an authenticator
    /// app. Otherwise, the service rejects the request. If this flow turns on none of these factors, the flow
    /// repeats the setting of a factor that is already on. If all of these factors are off, the flow fails
    /// with [`Error::InvalidInput`].
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
                    let operation = self.changes.set_preference_request(&user)?;
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
    fn set_preference_request(&self, user: &GetUserResponse) -> Result<SetUserMfaPreference, InvalidInput> {
        let mut operation = SetUserMfaPreference::new();
        let sets_preferred = [self.sms, self.software_token, self.email].contains(&Some(FactorState::Preferred));
        let setting = |name: &str, change: Option<FactorState>| {
            let preferred = user.preferred_mfa_setting.as_deref() == Some(name) && has_address(user, name);
            match change {
                Some(state) => Some(settings(state)),
                // Name the preferred factor again, because the service would otherwise clear the preference.
                None if preferred && !sets_preferred => Some(settings(FactorState::Preferred)),
                None => None,
            }
        };
        let mut factors = [
            (SOFTWARE_TOKEN, self.software_token, setting(SOFTWARE_TOKEN, self.software_token)),
            (SMS, self.sms, setting(SMS, self.sms)),
            (EMAIL, self.email, setting(EMAIL, self.email)),
        ];
        let is_enabled = |settings: &Option<MfaSettings>| settings.as_ref().is_some_and(|it| it.enabled == Some(true));
        if self.passkey == Some(true) && !factors.iter().any(|(_, _, settings)| is_enabled(settings)) {
            let is_listed = |name: &str| user.user_mfa_setting_list.iter().any(|listed| listed == name);
            let mut unchanged = factors.iter_mut().filter(|(_, change, _)| change.is_none());
            let other = unchanged.find(|(name, _, _)| is_listed(name) && has_address(user, name));
            let (_, _, settings_of_other) = other.ok_or(NO_OTHER_FACTOR)?;
            *settings_of_other = Some(settings(FactorState::On));
        }
        let [(_, _, software_token), (_, _, sms), (_, _, email)] = factors;
        operation.software_token_mfa_settings = software_token;
        operation.sms_mfa_settings = sms;
        operation.email_mfa_settings = email;
        operation.web_authn_mfa_settings = self.passkey.map(|is_on| WebAuthnMfaSettings { enabled: Some(is_on) });
        Ok(operation)
    }
}

const SMS: &str = "SMS_MFA";
const SOFTWARE_TOKEN: &str = "SOFTWARE_TOKEN_MFA";
const EMAIL: &str = "EMAIL_OTP";

const NO_OTHER_FACTOR: InvalidInput = InvalidInput::new(
    "WebAuthnMfaSettings",
    "passkeys as a second factor need another second factor: enable an authenticator app, SMS or e-mail, too",
);

/// Returns whether the user has the phone number or the e-mail address that this factor needs. If the user
/// has removed this address, the service rejects a request that names the factor.
fn has_address(user: &GetUserResponse, name: &str) -> bool {
    match name {
        SMS => user.attribute("phone_number").is_some(),
        EMAIL => user.attribute("email").is_some(),
        _ => true,
    }
}

fn settings(state: FactorState) -> MfaSettings {
    MfaSettings { enabled: Some(state != FactorState::Off), preferred_mfa: Some(state == FactorState::Preferred) }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
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

    /// Runs the flow for a user who prefers this factor. Returns the request that changes the factors.
    fn written(flow: SetMfaPreference, preferred: &str) -> Value {
        written_with_attributes(&["email", "phone_number"], flow, preferred)
    }

    /// Runs the flow for a user who prefers this factor and who has only these attributes. Returns the
    /// request that changes the factors.
    fn written_with_attributes(attributes: &[&str], mut flow: SetMfaPreference, preferred: &str) -> Value {
        sent(flow.step(NOW, Event::Start));
        let attributes: Vec<_> = attributes.iter().map(|name| json!({"Name": name, "Value": "x"})).collect();
        let user = json!({"Username": "alice", "UserAttributes": attributes, "PreferredMfaSetting": preferred});
        let mut request = body(&sent(flow.step(NOW, answer(200, &user.to_string()))));
        done(flow.step(NOW, answer(200, "{}")));
        request.as_object_mut().unwrap().remove("AccessToken");
        request
    }

    #[test]
    fn a_preferred_factor_without_its_address_is_not_named_again() {
        let sms = json!({"SMSMfaSettings": {"Enabled": true, "PreferredMfa": false}});
        assert_eq!(written_with_attributes(&["phone_number"], change().with_sms(FactorState::On), "EMAIL_OTP"), sms);
        let email = json!({"EmailMfaSettings": {"Enabled": true, "PreferredMfa": false}});
        assert_eq!(written_with_attributes(&["email"], change().with_email(FactorState::On), "SMS_MFA"), email);
    }

    #[test]
    fn turning_a_factor_on_keeps_the_preferred_factor() {
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
    fn turning_passkeys_on_keeps_the_preferred_factor() {
        assert_eq!(
            written(change().with_passkey(true), "EMAIL_OTP"),
            json!({
                "WebAuthnMfaSettings": {"Enabled": true},
                "EmailMfaSettings": {"Enabled": true, "PreferredMfa": true},
            })
        );
    }

    /// Returns a GetUser response for a user who has enabled these factors and prefers none of them.
    fn user_with(enabled: &[&str], attributes: &[&str]) -> String {
        let attributes: Vec<_> = attributes.iter().map(|name| json!({"Name": name, "Value": "x"})).collect();
        json!({"Username": "alice", "UserAttributes": attributes, "UserMFASettingList": enabled}).to_string()
    }

    /// Regression test: the service rejects a request that turns on passkeys and no other factor.
    #[test]
    fn turning_passkeys_on_names_an_enabled_factor_again() {
        let on = json!({"Enabled": true, "PreferredMfa": false});
        for (enabled, attributes, member) in [
            (&["SOFTWARE_TOKEN_MFA"][..], &[][..], "SoftwareTokenMfaSettings"),
            (&["SMS_MFA", "SOFTWARE_TOKEN_MFA"], &["phone_number"], "SoftwareTokenMfaSettings"),
            (&["SMS_MFA", "EMAIL_OTP"], &["email"], "EmailMfaSettings"),
            (&["WEB_AUTHN_MFA", "SMS_MFA"], &["phone_number"], "SMSMfaSettings"),
        ] {
            let mut flow = change().with_passkey(true);
            sent(flow.step(NOW, Event::Start));
            let request = body(&sent(flow.step(NOW, answer(200, &user_with(enabled, attributes)))));
            let expected = json!({"AccessToken": "t", "WebAuthnMfaSettings": {"Enabled": true}, member: on});
            assert_eq!(request, expected);
        }
    }

    #[test]
    fn passkeys_without_another_factor_are_not_written() {
        for (flow, enabled) in [
            (change().with_passkey(true), &[][..]),
            (change().with_passkey(true), &["WEB_AUTHN_MFA"]),
            (change().with_passkey(true), &["EMAIL_OTP"]),
            (change().with_passkey(true).with_software_token(FactorState::Off), &["SOFTWARE_TOKEN_MFA"]),
        ] {
            let mut flow = flow;
            sent(flow.step(NOW, Event::Start));
            let error = failed(flow.step(NOW, answer(200, &user_with(enabled, &[]))));
            assert!(matches!(error, Error::InvalidInput(_)), "{error}");
        }
        // The flow may turn on passkeys and another factor together. The flow may also turn off only
        // passkeys.
        let both = written(change().with_passkey(true).with_software_token(FactorState::On), "");
        assert_eq!(both.as_object().unwrap().len(), 2);
        assert_eq!(written(change().with_passkey(false), ""), json!({"WebAuthnMfaSettings": {"Enabled": false}}));
    }

    #[test]
    fn nothing_is_written_when_the_user_cannot_be_read() {
        let mut flow = change().with_sms(FactorState::On);
        sent(flow.step(NOW, Event::Start));
        failed(flow.step(NOW, refusal("NotAuthorizedException", "Access Token has been revoked")));
    }

    proptest! {
        #[test]
        fn a_change_of_factors_ends_after_any_events_in_any_order(moves in moves()) {
            let answers = |request: &Request| match request.operation() {
                "GetUser" => vec![answer(200, r#"{"Username":"alice","UserAttributes":[]}"#)],
                _ => vec![answer(200, "{}")],
            };
            run_to_the_end(change().with_sms(FactorState::On), &moves, answers, 2 * MAX_ATTEMPTS as usize)?;
        }
    }
}
