//! UpdateAuthEventFeedback: tells the service whether the user or another person made a suspicious sign-in.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateAuthEventFeedback.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, Public};
use crate::secret::Parameter;

/// A report on whether the user or another person made a suspicious sign-in. The service sends the user a
/// notification with a link, and this link contains the values for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateAuthEventFeedback {
    /// The id of the user pool.
    pub user_pool_id: String,
    /// The user name.
    pub username: String,
    /// The id of the sign-in event.
    pub event_id: String,
    /// The feedback token from the service's notification.
    pub feedback_token: Parameter,
    /// Whether the user made the sign-in.
    pub feedback_value: FeedbackValue,
}

impl UpdateAuthEventFeedback {
    /// Creates a report on the sign-in event with this id.
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
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `true`, because a retry sets the same values again.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl Public for UpdateAuthEventFeedback {}

/// The response to UpdateAuthEventFeedback: the service has accepted the feedback.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateAuthEventFeedbackResponse {}

/// Whether the user or another person made a suspicious sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FeedbackValue {
    /// The user made the sign-in.
    Valid,
    /// The user did not make the sign-in.
    Invalid,
    /// A feedback value that this version of the crate does not know.
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
