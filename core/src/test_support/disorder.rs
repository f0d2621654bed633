//! Runs flows and keepers until they end, with random events: mostly valid responses, sometimes faults, and
//! sometimes events that a flow or a keeper does not expect.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Debug;

use proptest::prelude::*;

use super::{NOW, answer, cause, no_answer, not_sent, refusal};
use crate::storage::Record;
use crate::{Computation, Error, Event, Flow, Keeper, KeeperEvent, KeeperStep, Request, Step};

/// The kind of the next event. The number chooses one of several events of that kind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Move {
    /// A valid event that the flow expects.
    Answer(usize),
    /// A fault that may happen instead of a valid event.
    Fault(usize),
    /// An event that the flow does not expect.
    OutOfTurn(usize),
}

/// Generates events. Most of these events are valid, so that a flow reaches its later states.
pub(crate) fn moves() -> impl Strategy<Value = Vec<Move>> {
    let number = || 0_usize..1000;
    let one = prop_oneof![
        12 => number().prop_map(Move::Answer),
        2 => number().prop_map(Move::Fault),
        3 => number().prop_map(Move::OutOfTurn),
    ];
    prop::collection::vec(one, 1..24)
}

/// Returns the moves, and then repeats the moves forever. The repetitions contain valid events in place of
/// unexpected events.
fn endless(moves: &[Move]) -> impl Iterator<Item = Move> {
    let again = moves.iter().map(|next| match *next {
        Move::OutOfTurn(number) => Move::Answer(number),
        other => other,
    });
    moves.iter().copied().chain(again.cycle())
}

fn pick<T>(mut list: Vec<T>, number: usize) -> T {
    let number = number % list.len();
    list.swap_remove(number)
}

/// Returns the name of the operation of a request.
pub(crate) fn operation(request: &Request) -> String {
    request.operation().to_string()
}

/// Returns all possible outcomes of a request other than a valid response.
pub(crate) fn faults() -> Vec<Event> {
    vec![
        not_sent("no route"),
        no_answer("timed out"),
        answer(500, ""),
        answer(503, "<html>try again</html>"),
        answer(429, ""),
        refusal("TooManyRequestsException", "slow down"),
        refusal("LimitExceededException", "no more"),
        refusal("InternalErrorException", "oops"),
        refusal("NotAuthorizedException", "Incorrect username or password."),
        refusal("NotAuthorizedException", "Refresh Token has been revoked"),
        refusal("NotAuthorizedException", "Invalid session for the user."),
        refusal("NotAuthorizedException", "Logins don't match."),
        refusal("ResourceNotFoundException", "Device does not exist."),
        refusal("CodeMismatchException", "Invalid code."),
        refusal("DeviceKeyExistsException", "taken"),
        refusal("TomorrowsException", ""),
        answer(200, ""),
        answer(200, "{}"),
        answer(200, "[]"),
        answer(200, r#"{"ChallengeName":null,"AuthenticationResult":{}}"#),
        answer(200, r#"{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{"SALT":"x"}}"#),
        answer(200, r#"{"AuthenticationResult":{"AccessToken":7},"Credentials":[]}"#),
        answer(200, "<AssumeRoleWithWebIdentityResponse/>"),
        answer(204, "\u{0}"),
    ]
}

/// The event that a flow expects next.
enum Expects {
    Start,
    Answer(Request),
    Woke,
}

fn out_of_turn(expected: &Expects) -> Vec<Event> {
    let mut events = Vec::new();
    if !matches!(expected, Expects::Start) {
        events.push(Event::Start);
    }
    if !matches!(expected, Expects::Woke) {
        events.push(Event::Woke);
    }
    if !matches!(expected, Expects::Answer(_)) {
        events.extend(faults());
    }
    events
}

fn in_turn(expected: &Expects, next: Move, answers: impl Fn(&Request) -> Vec<Event>) -> Event {
    match (expected, next) {
        (Expects::Start, _) => Event::Start,
        (Expects::Woke, _) => Event::Woke,
        (Expects::Answer(request), Move::Answer(number)) => pick(answers(request), number),
        (Expects::Answer(_), Move::Fault(number) | Move::OutOfTurn(number)) => pick(faults(), number),
    }
}

/// Runs a flow until the flow ends, and returns the number of the flow's requests. Checks these rules:
///
/// - The flow sends at most `most_requests` requests, and waits at most as often as the flow sends a request.
/// - After the first error, every later step returns the same error.
/// - An unexpected event causes the error `Misuse` and does not change the flow.
pub(crate) fn run_to_the_end<F: Flow + Debug>(
    mut flow: F,
    moves: &[Move],
    answers: impl Fn(&Request) -> Vec<Event>,
    most_requests: usize,
) -> Result<usize, TestCaseError> {
    let (mut expected, mut requests, mut waits) = (Expects::Start, 0, 0);
    for next in endless(moves) {
        if let Move::OutOfTurn(number) = next {
            let before = format!("{flow:?}");
            let result = flow.step(NOW, pick(out_of_turn(&expected), number));
            prop_assert!(matches!(result, Err(Error::Misuse(_))), "an event out of turn was accepted by {before}");
            prop_assert_eq!(format!("{flow:?}"), before);
            continue;
        }
        expected = match flow.step(NOW, in_turn(&expected, next, &answers)) {
            Ok(Step::Send(request)) => {
                requests += 1;
                prop_assert!(requests <= most_requests, "request {requests} of {flow:?}");
                Expects::Answer(request)
            }
            Ok(Step::Wait(_)) => {
                waits += 1;
                prop_assert!(waits <= requests, "more waits than requests: {flow:?}");
                Expects::Woke
            }
            Ok(Step::Done(_)) => {
                for event in faults().into_iter().chain([Event::Start, Event::Woke]) {
                    prop_assert!(
                        matches!(flow.step(NOW, event), Err(Error::Misuse(_))),
                        "the flow had already ended: {flow:?}"
                    );
                }
                break;
            }
            Err(first) => {
                prop_assert!(!matches!(first, Error::Misuse(_)), "{first:?} for an expected event: {flow:?}");
                for event in faults().into_iter().chain([Event::Start, Event::Woke]) {
                    let again = flow.step(NOW, event).err().map(|error| format!("{error:?}"));
                    prop_assert_eq!(again, Some(format!("{first:?}")));
                }
                break;
            }
        };
    }
    Ok(requests)
}

/// The event that a keeper expects next.
enum KeeperExpects {
    Start,
    Lock,
    Load,
    Store,
    Compute(Option<Computation>),
    Flow(Expects),
}

/// The inputs, stored records and responses that a keeper may get in a test.
pub(crate) struct World<Input> {
    pub(crate) input: fn() -> Input,
    pub(crate) records: Vec<Record>,
    pub(crate) answers: fn(&Request) -> Vec<Event>,
    pub(crate) most_requests: usize,
}

impl<Input> World<Input> {
    fn answer(&self, expected: &mut KeeperExpects, next: Move) -> KeeperEvent<Input> {
        let (number, is_fault) = match next {
            Move::Answer(number) => (number, false),
            Move::Fault(number) | Move::OutOfTurn(number) => (number, true),
        };
        let done = || if is_fault { Err(cause("the disk is full")) } else { Ok(()) };
        match expected {
            KeeperExpects::Start if is_fault => KeeperEvent::Start(Err(Error::NotSignedIn)),
            KeeperExpects::Start => KeeperEvent::Start(Ok((self.input)())),
            KeeperExpects::Lock => KeeperEvent::Locked(done()),
            KeeperExpects::Store => KeeperEvent::Stored(done()),
            KeeperExpects::Load => KeeperEvent::Loaded(match done() {
                Ok(()) => Ok(self.records.get(number % (self.records.len() + 1)).cloned()),
                Err(cause) => Err(cause),
            }),
            KeeperExpects::Compute(computation) => {
                KeeperEvent::Computed(computation.take().expect("one computation").run())
            }
            KeeperExpects::Flow(expected) => KeeperEvent::Flow(in_turn(expected, next, self.answers)),
        }
    }

    fn out_of_turn(&self, expected: &KeeperExpects) -> Vec<KeeperEvent<Input>> {
        let mut events = Vec::new();
        if !matches!(expected, KeeperExpects::Start) {
            events.push(KeeperEvent::Start(Ok((self.input)())));
        }
        if !matches!(expected, KeeperExpects::Lock) {
            events.push(KeeperEvent::Locked(Ok(())));
        }
        if !matches!(expected, KeeperExpects::Load) {
            events.push(KeeperEvent::Loaded(Ok(None)));
        }
        if !matches!(expected, KeeperExpects::Store) {
            events.push(KeeperEvent::Stored(Ok(())));
        }
        match expected {
            KeeperExpects::Flow(expected) => events.extend(out_of_turn(expected).into_iter().map(KeeperEvent::Flow)),
            _ => events.extend(faults().into_iter().map(KeeperEvent::Flow)),
        }
        events
    }

    /// Runs the current job of a keeper until the job ends, and returns the number of the job's requests.
    /// Checks that the job sends at most `most_requests` requests. Also checks that an unexpected event
    /// causes the error `Misuse` and does not change the keeper.
    pub(crate) fn run_job_to_the_end<K: Keeper<Input = Input> + Debug>(
        &self,
        keeper: &mut K,
        moves: &[Move],
    ) -> Result<usize, TestCaseError> {
        let (mut expected, mut requests, mut others) = (KeeperExpects::Start, 0, 0);
        for next in endless(moves) {
            if let Move::OutOfTurn(number) = next {
                let before = format!("{keeper:?}");
                let result = keeper.step(NOW, pick(self.out_of_turn(&expected), number));
                prop_assert!(matches!(result, Err(Error::Misuse(_))), "an event out of turn was accepted by {before}");
                prop_assert_eq!(format!("{keeper:?}"), before);
                continue;
            }
            let step = keeper.step(NOW, self.answer(&mut expected, next));
            let step =
                step.map_err(|error| TestCaseError::fail(format!("{error:?} for an expected event: {keeper:?}")))?;
            // Between two requests, a keeper takes a lock and reads and writes a few records.
            others += 1;
            prop_assert!(others <= 16 * (1 + requests), "no progress: {keeper:?}");
            expected = match step {
                KeeperStep::Lock { .. } => KeeperExpects::Lock,
                KeeperStep::Load(_) => KeeperExpects::Load,
                KeeperStep::Save(..) | KeeperStep::Remove(_) => KeeperExpects::Store,
                KeeperStep::Wait(_) => KeeperExpects::Flow(Expects::Woke),
                KeeperStep::Compute(computation) => KeeperExpects::Compute(Some(computation)),
                KeeperStep::Send(request) => {
                    requests += 1;
                    prop_assert!(requests <= self.most_requests, "request {requests} of {keeper:?}");
                    KeeperExpects::Flow(Expects::Answer(request))
                }
                KeeperStep::Done(_) => break,
            };
        }
        // The job has ended, so the keeper expects no event now.
        for event in self.out_of_turn(&KeeperExpects::Start) {
            prop_assert!(matches!(keeper.step(NOW, event), Err(Error::Misuse(_))));
        }
        Ok(requests)
    }
}
