//! UpdateAuthEventFeedback: whether a sign-in that looked odd was the user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateAuthEventFeedback.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, Public};
use crate::secret::Parameter;

/// Says whether it was the user. The link in the notification has what is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateAuthEventFeedback {
    /// The user pool.
    pub user_pool_id: String,
    /// The user's name.
    pub username: String,
    /// The event.
    pub event_id: String,
    /// From the notification.
    pub feedback_token: Parameter,
    /// Whether it was the user.
    pub feedback_value: FeedbackValue,
}

impl UpdateAuthEventFeedback {
    /// Says so of this event.
    #[must_use]
    pub fn new(
        user_pool_id: impl Into<String>,
        username: impl Into<String>,
        event_id: impl Into<String>,
        feedback_token: impl Into<Parameter>,
        feedback_value: FeedbackValue,
    ) -> Self {
        Self {
            user_pool_id: user_pool_id.into(),
            username: username.into(),
            event_id: event_id.into(),
            feedback_token: feedback_token.into(),
            feedback_value,
        }
    }
}

impl Operation for UpdateAuthEventFeedback {
    type Response = UpdateAuthEventFeedbackResponse;

    const NAME: &'static str = "UpdateAuthEventFeedback";
    const AUTHORIZATION: Authorization = Authorization::InRequest;

    /// It sets what it sets, however often.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl Public for UpdateAuthEventFeedback {}

/// The feedback is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateAuthEventFeedbackResponse {}

/// Whether it was the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FeedbackValue {
    /// It was.
    Valid,
    /// It was not.
    Invalid,
    /// One that this version does not know.
    #[serde(untagged)]
    Unknown(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn feedback_is_sent_without_an_app_client() {
        let feedback = UpdateAuthEventFeedback::new("us-east-1_x", "alice", "event", "token", FeedbackValue::Invalid);
        assert_eq!(
            request_of(feedback),
            json(
                r#"{"EventId":"event","FeedbackToken":"token","FeedbackValue":"Invalid","UserPoolId":"us-east-1_x",
                "Username":"alice"}"#
            )
        );
    }
}
