//! RespondToAuthChallenge: answers a challenge of a sign-in.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, ChallengeName, Context, InitiateAuthResponse, Operation, Parameters, Public};
use crate::secret::ChallengeSession;

/// A request that answers a challenge of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RespondToAuthChallenge {
    /// The name of the challenge that this request answers.
    pub challenge_name: ChallengeName,
    /// The parameters of the answer, including `USERNAME`. [`Call`](crate::Call) adds the parameter
    /// `SECRET_HASH`.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub challenge_responses: Parameters,
    /// The challenge session from the response that contained the challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// Data for the user pool's Lambda triggers and for threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl RespondToAuthChallenge {
    /// Creates a request that answers this challenge. Set the optional fields on the returned request.
    #[must_use]
    pub fn new(challenge_name: ChallengeName, challenge_responses: Parameters) -> Self {
        Self { challenge_name, challenge_responses, session: None, context: Context::default() }
    }
}

impl Operation for RespondToAuthChallenge {
    type Response = RespondToAuthChallengeResponse;

    const NAME: &'static str = "RespondToAuthChallenge";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// Returns `false`: the first attempt may have spent the challenge session, and the service then rejects
    /// a retry.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        self.challenge_responses.get("USERNAME")
    }

    fn secret_hash_parameters(&mut self) -> Option<&mut Parameters> {
        Some(&mut self.challenge_responses)
    }
}

impl Public for RespondToAuthChallenge {}

/// The response to RespondToAuthChallenge, which has the same members as the response to InitiateAuth: either
/// tokens or the next challenge.
pub type RespondToAuthChallengeResponse = InitiateAuthResponse;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn the_secret_hash_of_an_answer_uses_its_username() {
        let responses = Parameters::from_iter([("USERNAME", "alice"), ("SMS_MFA_CODE", "123456")]);
        let mut answer = RespondToAuthChallenge::new(ChallengeName::SmsMfa, responses);
        answer.session = Some("challenge session".into());
        assert_eq!(
            request_of(answer),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","ChallengeName":"SMS_MFA","Session":"challenge session",
                "ChallengeResponses":{"SECRET_HASH":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY=","SMS_MFA_CODE":"123456","USERNAME":"alice"}}"#
            )
        );
    }
}
