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

/// The user signed in with a temporary password and is to choose another; the attributes that the pool requires and that
/// the user lacks come with it.
///
/// A password that the pool's policy does not allow is refused ([`RefusalKind::InvalidPassword`]), and the challenge can be
/// answered again.
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
    /// What the names of attributes begin with in the responses of this challenge, and nowhere else.
    pub const ATTRIBUTE_PREFIX: &str = "userAttributes.";

    /// The names of the attributes that must come with the password, as they are called everywhere else.
    #[must_use]
    pub fn required_attributes(&self) -> Vec<String> {
        let names: Vec<String> = self.0.json("requiredAttributes");
        names.iter().map(|name| plain(name).into()).collect()
    }

    /// The attributes that the user has.
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

    /// Answers with this password and these attributes, by their plain names.
    ///
    /// What the service would refuse, and so end the sign-in, is refused here: `email_verified` and
    /// `phone_number_verified`, and an attribute that has a value already. To change one of these, send
    /// [`UpdateUserAttributes`](crate::operation::UpdateUserAttributes) once the user is signed in.
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

    /// As [`answer`](Self::answer), with whatever attributes there are.
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
        for name in attributes.iter().map(|attribute| plain(&attribute.name)) {
            if ["email_verified", "phone_number_verified"].contains(&name) {
                return Err(InvalidInput::new(
                    "userAttributes",
                    "whether an address is verified is not for a user to say",
                ));
            }
            if has_value(name) {
                return Err(InvalidInput::new(
                    "userAttributes",
                    "an attribute that has a value cannot be changed here",
                ));
            }
        }
        Ok(())
    }
}

/// The name that an attribute has everywhere else.
fn plain(name: &str) -> &str {
    name.strip_prefix(NewPasswordChallenge::ATTRIBUTE_PREFIX).unwrap_or(name)
}

fn responses(
    new_password: &Password,
    attributes: impl IntoIterator<Item = Attribute>,
) -> Result<Parameters, InvalidInput> {
    InvalidInput::require("NEW_PASSWORD", new_password.expose())?;
    let mut responses = Parameters::from_iter([("NEW_PASSWORD", new_password.expose())]);
    for Attribute { name, value } in attributes {
        responses
            .insert(format!("{}{}", NewPasswordChallenge::ATTRIBUTE_PREFIX, plain(&name)), value.unwrap_or_default());
    }
    Ok(responses)
}
