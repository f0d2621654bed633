//! Scenarios of custom challenges: Lambda triggers request the product of two numbers, at most three times.

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::{Challenge, CustomChallenge, Error, SignIn, SignInOutcome};
use cognito_integration_tests::support::adapter::Adapter;

use crate::case::Case;
use crate::expect::{self, Outcome};

const RIGHT: &str = "42";
const WRONG: &str = "54";

/// The triggers repeat the challenge after a wrong answer. The right answer signs in, and the third wrong
/// answer ends the sign-in.
pub(crate) fn custom(client: &impl Adapter, case: &Case) -> Outcome {
    let start = || client.run(SignIn::custom(client.app_client(), &*case.username, client.seed()?));
    let repeated = custom_challenge(answer(client, &custom_challenge(start()?)?, WRONG)?)?;
    expect::signed_in(answer(client, &repeated, RIGHT)?)?;
    let mut challenge = custom_challenge(start()?)?;
    for _ in 0..2 {
        challenge = custom_challenge(answer(client, &challenge, WRONG)?)?;
    }
    let third = answer(client, &challenge, WRONG);
    let incorrect = RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword);
    expect::refused("a third wrong answer", third, incorrect)
}

/// The user proves the password over SRP, and then answers the challenge of the triggers.
pub(crate) fn custom_with_srp(client: &impl Adapter, case: &Case) -> Outcome {
    let start = |password: &str| {
        let seed = client.seed()?;
        client.run(SignIn::custom_with_srp(client.app_client(), &*case.username, password, seed))
    };
    expect::signed_in(answer(client, &custom_challenge(start(&case.password)?)?, RIGHT)?)?;
    let incorrect = RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword);
    expect::refused("a wrong password", start("Incorrect-horse-1"), incorrect)
}

fn custom_challenge(outcome: SignInOutcome) -> Outcome<CustomChallenge> {
    let Challenge::Custom(challenge) = expect::challenge(outcome, "CUSTOM_CHALLENGE")? else {
        return Err("the challenge CUSTOM_CHALLENGE has the wrong type".into());
    };
    expect::equal("the question", challenge.parameters().get("question"), Some("6 * 7"))?;
    Ok(challenge)
}

fn answer(client: &impl Adapter, challenge: &CustomChallenge, text: &str) -> Result<SignInOutcome, Error> {
    client.run(challenge.answer(client.app_client(), text, client.seed()?))
}
