//! Random sequences of user actions: after each action, the client and the simulated service must agree with
//! a small model.

mod action;
mod reference;
mod stage;

use action::{Action, Factor, Mailbox, Person, SessionAction, SignIn, TypedName, action, signed_up};
use cognito_core::error::RefusalKind;
use cognito_core::{Error, FactorState};
use proptest::prelude::*;
use reference::Model;
use stage::{Profile, Stage};

/// Reduces an error of the service to its kind, and panics if the error is of another origin.
fn outcome<T>(result: Result<T, Error>) -> Result<T, RefusalKind> {
    result.map_err(|error| error.refusal_kind().unwrap_or_else(|| panic!("{error:?}")))
}

/// Performs an action on the stage and on the model, and compares the outcomes and the state of each session.
fn compare(stage: &mut Stage, model: &mut Model, action: &Action) -> Result<(), TestCaseError> {
    let done = outcome(stage.perform(action, model));
    prop_assert_eq!(done, model.apply(action), "the outcome of {:?}", action);
    prop_assert_eq!(stage.now(), model.now);
    prop_assert_eq!(stage.sessions.len(), model.sessions.len());
    for (real, session) in stage.sessions.iter().zip(model.sessions.clone()) {
        prop_assert_eq!(real.username(), session.person.name());
        prop_assert_eq!(stage.is_fresh(real), model.now < session.access_until);
        let expected = model.signed_in_user(&session).map(|user| {
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
    fn any_sequence_of_actions_agrees_with_the_model(
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

/// Compares the stage with the model after each action of a fixed sequence.
fn check_sequence(actions: impl IntoIterator<Item = Action>) {
    let mut stage = Stage::new();
    let mut model = Model { now: stage.now(), ..Model::default() };
    for action in actions {
        compare(&mut stage, &mut model, &action).unwrap();
    }
}

fn signs_in(person: Person, typed: TypedName, at_home: bool) -> Action {
    Action::SignIn(SignIn { person, typed, right_password: true, right_code: true, choice: 0, at_home })
}

#[test]
fn another_factor_can_replace_one_that_lost_its_address() {
    check_sequence([
        Action::SignUp(Person::Alice),
        Action::ConfirmSignUp(Person::Alice, true),
        signs_in(Person::Alice, TypedName::Name, true),
        Action::InSession(0, SessionAction::SetFactor(Factor::Email, FactorState::Preferred)),
        Action::InSession(0, SessionAction::DeleteEmail),
        Action::InSession(0, SessionAction::SetFactor(Factor::Sms, FactorState::On)),
        signs_in(Person::Alice, TypedName::Name, false),
    ]);
}

#[test]
fn moving_an_alias_keeps_the_previous_owners_device() {
    let family = TypedName::Email(Mailbox::Shared);
    check_sequence([
        Action::SignUp(Person::Alice),
        Action::ConfirmSignUp(Person::Alice, true),
        signs_in(Person::Alice, TypedName::Name, true),
        Action::InSession(0, SessionAction::UpdateEmail(Mailbox::Shared)),
        Action::InSession(0, SessionAction::VerifyEmail(true)),
        signs_in(Person::Alice, family, true),
        Action::InSession(0, SessionAction::DeleteEmail),
        Action::SignUp(Person::Bob),
        Action::ConfirmSignUp(Person::Bob, true),
        signs_in(Person::Bob, TypedName::Name, false),
        Action::InSession(0, SessionAction::UpdateEmail(Mailbox::Shared)),
        Action::InSession(0, SessionAction::VerifyEmail(true)),
        signs_in(Person::Bob, family, true),
        signs_in(Person::Alice, TypedName::Name, true),
    ]);
}
