//! Challenges that the pool's Lambda triggers make: they ask for the product of two numbers, three times at most.

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::{Challenge, CustomChallenge, Error, SignIn, SignInOutcome};
use cognito_integration_tests::support::adapter::Adapter;

use crate::case::Case;
use crate::expect::{self, Outcome};

const RIGHT: &str = "42";
const WRONG: &str = "54";

/// A wrong answer is asked for again, and the right one signs in; after three wrong ones it is over.
pub(crate) fn custom(client: &impl Adapter, case: &Case) -> Outcome {
    let start = || client.run(SignIn::custom(client.app_client(), &*case.username, client.seed()?));
    let asked = asked(answer(client, &asked(start()?)?, WRONG)?)?;
    expect::signed_in(answer(client, &asked, RIGHT)?)?;
    let mut challenge = self::asked(start()?)?;
    for _ in 0..2 {
        challenge = self::asked(answer(client, &challenge, WRONG)?)?;
    }
    let third = answer(client, &challenge, WRONG);
    let incorrect = RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword);
    expect::refused("a third wrong answer", third, incorrect)
}

/// The password by SRP, and then the triggers' challenge.
pub(crate) fn custom_with_srp(client: &impl Adapter, case: &Case) -> Outcome {
    let start = |password: &str| {
        let seed = client.seed()?;
        client.run(SignIn::custom_with_srp(client.app_client(), &*case.username, password, seed))
    };
    expect::signed_in(answer(client, &asked(start(&case.password)?)?, RIGHT)?)?;
    let incorrect = RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword);
    expect::refused("a wrong password", start("Incorrect-horse-1"), incorrect)
}

fn asked(outcome: SignInOutcome) -> Outcome<CustomChallenge> {
    let Challenge::Custom(challenge) = expect::challenge(outcome, "CUSTOM_CHALLENGE")? else {
        return Err("not a typed challenge".into());
    };
    expect::equal("the question", challenge.parameters().get("question"), Some("6 * 7"))?;
    Ok(challenge)
}

fn answer(client: &impl Adapter, challenge: &CustomChallenge, text: &str) -> Result<SignInOutcome, Error> {
    client.run(challenge.answer(client.app_client(), text, client.seed()?))
}
