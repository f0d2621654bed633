//! NEW_PASSWORD_REQUIRED: the user chooses a new password.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending};
use crate::configuration::AppClient;
use crate::error::InvalidInput;
use crate::operation::{Attribute, ChallengeName, Parameters};
use crate::secret::Password;
use crate::seed::Seed;

/// A challenge to replace a temporary password. If the user lacks attributes that the user pool requires, the
/// challenge also asks for these attributes.
///
/// If the new password violates the user pool's policy, the service rejects the password with
/// [`RefusalKind::InvalidPassword`]. After this error, the challenge can be answered again.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html>
///
/// [`RefusalKind::InvalidPassword`]: crate::error::RefusalKind::InvalidPassword
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasswordChallenge(Pending);

impl ChallengeKind for NewPasswordChallenge {
    fn from_pending(pending: &Pending) -> Option<Self> {
        (pending.name == ChallengeName::NewPasswordRequired).then(|| Self(pending.clone()))
    }

    fn pending(&self) -> &Pending {
        &self.0
    }
}

impl NewPasswordChallenge {
    /// The prefix of attribute names in an answer to this challenge. No other request uses this prefix.
    pub const ATTRIBUTE_PREFIX: &str = "userAttributes.";

    /// Returns the names of the attributes that the answer must contain. The returned names have no prefix.
    #[must_use]
    pub fn required_attributes(&self) -> Vec<String> {
        let names = self.0.listed_names("requiredAttributes");
        names.iter().map(|name| without_prefix(name).into()).collect()
    }

    /// Returns the attributes that the user already has.
    #[must_use]
    pub fn user_attributes(&self) -> Vec<Attribute> {
        let attributes: BTreeMap<String, Value> = self.0.json("userAttributes");
        let attribute = |(name, value)| match value {
            Value::Null => Attribute { name, value: None },
            Value::String(text) => Attribute::new(name, text),
            other => Attribute::new(name, other.to_string()),
        };
        attributes.into_iter().map(attribute).collect()
    }

    /// Creates a flow that answers the challenge with this password and these attributes. The names of the
    /// attributes may omit the [prefix](Self::ATTRIBUTE_PREFIX).
    ///
    /// The flow rejects the attributes `email_verified` and `phone_number_verified`, and any attribute that
    /// already has a value. In these cases, the flow sends no request, because the service would reject the
    /// request and end the sign-in. To change an attribute that has a value, send
    /// [`UpdateUserAttributes`](crate::operation::UpdateUserAttributes) after the sign-in.
    #[must_use]
    pub fn answer(
        &self,
        app_client: &AppClient,
        new_password: impl Into<Password>,
        attributes: impl IntoIterator<Item = Attribute>,
        seed: Seed,
    ) -> SignIn {
        let attributes: Vec<Attribute> = attributes.into_iter().collect();
        let responses = self.check(&attributes).and_then(|()| responses(&new_password.into(), attributes));
        SignIn::answer(app_client, &self.0, responses, seed)
    }

    /// Creates the same flow as [`answer`](Self::answer), but does not check the attributes.
    #[must_use]
    pub fn answer_unchecked(
        &self,
        app_client: &AppClient,
        new_password: impl Into<Password>,
        attributes: impl IntoIterator<Item = Attribute>,
        seed: Seed,
    ) -> SignIn {
        SignIn::answer(app_client, &self.0, responses(&new_password.into(), attributes), seed)
    }

    fn check(&self, attributes: &[Attribute]) -> Result<(), InvalidInput> {
        let known = self.user_attributes();
        let has_value = |name: &str| {
            let value = known.iter().find(|attribute| attribute.name == name).and_then(|known| known.value.as_deref());
            value.is_some_and(|value| !value.is_empty())
        };
        for name in attributes.iter().map(|attribute| without_prefix(&attribute.name)) {
            if ["email_verified", "phone_number_verified"].contains(&name) {
                return Err(InvalidInput::new(
                    "userAttributes",
                    "email_verified and phone_number_verified cannot be set by the user",
                ));
            }
            if has_value(name) {
                return Err(InvalidInput::new(
                    "userAttributes",
                    "an attribute that already has a value can only be changed after the sign-in",
                ));
            }
        }
        Ok(())
    }
}

/// Removes the prefix from an attribute name.
fn without_prefix(name: &str) -> &str {
    name.strip_prefix(NewPasswordChallenge::ATTRIBUTE_PREFIX).unwrap_or(name)
}

fn responses(
    new_password: &Password,
    attributes: impl IntoIterator<Item = Attribute>,
) -> Result<Parameters, InvalidInput> {
    InvalidInput::require("NEW_PASSWORD", new_password.expose())?;
    let mut responses = Parameters::from_iter([("NEW_PASSWORD", new_password.expose())]);
    for Attribute { name, value } in attributes {
        responses.insert(
            format!("{}{}", NewPasswordChallenge::ATTRIBUTE_PREFIX, without_prefix(&name)),
            value.unwrap_or_default(),
        );
    }
    Ok(responses)
}
