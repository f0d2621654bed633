//! UpdateAuthEventFeedback: rates a sign-in of a user for threat protection.
//!
//! The simulator has no threat protection, so every request fails with UserPoolAddOnNotEnabledException.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, EVENT_ID, POOL_ID, TOKEN, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateAuthEventFeedback {
    user_pool_id: Option<String>,
    username: Option<String>,
    event_id: Option<String>,
    feedback_token: Option<String>,
    feedback_value: Option<String>,
}

impl Operation for UpdateAuthEventFeedback {
    const NAME: &'static str = "UpdateAuthEventFeedback";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.required("eventId", self.event_id, &EVENT_ID);
        checks.required("feedbackToken", self.feedback_token, &TOKEN);
        checks.one_of("feedbackValue", self.feedback_value, &["Valid", "Invalid"]);
        checks.finish()?;
        simulator.pools.get(&pool_id)?.find(&username).ok_or_else(Failure::user_not_found)?;
        Err(Failure::new("UserPoolAddOnNotEnabledException", "Threat protection is not enabled for the user pool."))
    }
}
