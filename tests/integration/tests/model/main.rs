//! Users who do anything in any order: the client and the simulated service are compared with a small model after each
//! action.

mod action;
mod reference;
mod stage;

use action::{Action, Errand, Factor, Mailbox, SignIn, Typed, Who, action, signed_up};
use cognito_core::error::RefusalKind;
use cognito_core::{Error, FactorState};
use proptest::prelude::*;
use reference::Model;
use stage::{Profile, Stage};

/// How a failure looks to a user: the service's reason, and anything else in full.
fn outcome<T>(result: Result<T, Error>) -> Result<T, RefusalKind> {
    result.map_err(|error| error.refusal_kind().unwrap_or_else(|| panic!("{error:?}")))
}

/// Does the same on both sides and compares what came of it, and what every session then sees.
fn compare(stage: &mut Stage, model: &mut Model, action: &Action) -> Result<(), TestCaseError> {
    let done = outcome(stage.perform(action, model));
    prop_assert_eq!(done, model.apply(action), "the outcome of {:?}", action);
    prop_assert_eq!(stage.now(), model.now);
    prop_assert_eq!(stage.sessions.len(), model.sessions.len());
    for (real, session) in stage.sessions.iter().zip(model.sessions.clone()) {
        prop_assert_eq!(real.username(), session.who.name());
        prop_assert_eq!(stage.is_fresh(real), model.now < session.access_until);
        let expected = model.bearer(&session).map(|user| {
            let mut remembered: Vec<_> = user.devices.values().copied().collect();
            remembered.sort_unstable();
            Profile {
                email: user.email.clone(),
                factors: user.factors.iter().map(|factor| factor.name().to_owned()).collect(),
                preferred: user.preferred.map(|factor| factor.name().to_owned()),
                remembered,
            }
        });
        prop_assert_eq!(outcome(stage.profile(real)), expected, "after {:?}", action);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_users_do_comes_out_as_the_model_says(
        signed_up in signed_up(),
        actions in prop::collection::vec(action(), 1..80),
    ) {
        let mut stage = Stage::new();
        let mut model = Model { now: stage.now(), ..Model::default() };
        for action in signed_up.iter().chain(&actions) {
            compare(&mut stage, &mut model, action)?;
        }
    }
}

/// The same of a story that is told.
fn tell(actions: impl IntoIterator<Item = Action>) {
    let mut stage = Stage::new();
    let mut model = Model { now: stage.now(), ..Model::default() };
    for action in actions {
        compare(&mut stage, &mut model, &action).unwrap();
    }
}

fn signs_in(who: Who, typed: Typed, at_home: bool) -> Action {
    Action::SignIn(SignIn { who, typed, right_password: true, right_code: true, choice: 0, at_home })
}

#[test]
fn a_user_whose_preferred_factor_has_lost_its_address_can_turn_another_on() {
    tell([
        Action::SignUp(Who::Alice),
        Action::ConfirmSignUp(Who::Alice, true),
        signs_in(Who::Alice, Typed::Name, true),
        Action::Signed(0, Errand::SetFactor(Factor::Email, FactorState::Preferred)),
        Action::Signed(0, Errand::DeleteEmail),
        Action::Signed(0, Errand::SetFactor(Factor::Sms, FactorState::On)),
        signs_in(Who::Alice, Typed::Name, false),
    ]);
}

#[test]
fn a_user_who_takes_over_anothers_alias_does_not_cost_the_other_the_device() {
    let family = Typed::Email(Mailbox::Shared);
    tell([
        Action::SignUp(Who::Alice),
        Action::ConfirmSignUp(Who::Alice, true),
        signs_in(Who::Alice, Typed::Name, true),
        Action::Signed(0, Errand::UpdateEmail(Mailbox::Shared)),
        Action::Signed(0, Errand::VerifyEmail(true)),
        signs_in(Who::Alice, family, true),
        Action::Signed(0, Errand::DeleteEmail),
        Action::SignUp(Who::Bob),
        Action::ConfirmSignUp(Who::Bob, true),
        signs_in(Who::Bob, Typed::Name, false),
        Action::Signed(0, Errand::UpdateEmail(Mailbox::Shared)),
        Action::Signed(0, Errand::VerifyEmail(true)),
        signs_in(Who::Bob, family, true),
        signs_in(Who::Alice, Typed::Name, true),
    ]);
}
