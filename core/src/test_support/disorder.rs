//! Flows and keepers, run to their very end: answered as they ask most of the time, and among faults and disorder.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Debug;

use proptest::prelude::*;

use super::{NOW, answer, cause, refusal};
use crate::storage::Record;
use crate::{Computation, Error, Event, Flow, Keeper, KeeperEvent, KeeperStep, Request, Step};

/// What comes next. The number chooses among several of the kind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Move {
    /// What was asked for.
    Answer(usize),
    /// What may come in its place.
    Fault(usize),
    /// What nobody has asked for.
    OutOfTurn(usize),
}

/// Moves that are mostly answers, so that what is fed them goes deep.
pub(crate) fn moves() -> impl Strategy<Value = Vec<Move>> {
    let number = || 0_usize..1000;
    let one = prop_oneof![
        12 => number().prop_map(Move::Answer),
        2 => number().prop_map(Move::Fault),
        3 => number().prop_map(Move::OutOfTurn),
    ];
    prop::collection::vec(one, 1..24)
}

/// The moves without end: when they are used up they come round again, without what was out of turn.
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

/// The operation of a request.
pub(crate) fn operation(request: &Request) -> String {
    request.operation().to_string()
}

/// Everything but an answer that may come of a request.
pub(crate) fn faults() -> Vec<Event> {
    vec![
        Event::NotSent(cause("no route")),
        Event::NoAnswer(cause("timed out")),
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

/// What a flow has asked for.
enum Asked {
    Start,
    Answer(Request),
    Woke,
}

fn out_of_turn(asked: &Asked) -> Vec<Event> {
    let mut events = Vec::new();
    if !matches!(asked, Asked::Start) {
        events.push(Event::Start);
    }
    if !matches!(asked, Asked::Woke) {
        events.push(Event::Woke);
    }
    if !matches!(asked, Asked::Answer(_)) {
        events.extend(faults());
    }
    events
}

fn in_turn(asked: &Asked, next: Move, answers: impl Fn(&Request) -> Vec<Event>) -> Event {
    match (asked, next) {
        (Asked::Start, _) => Event::Start,
        (Asked::Woke, _) => Event::Woke,
        (Asked::Answer(request), Move::Answer(number)) => pick(answers(request), number),
        (Asked::Answer(_), Move::Fault(number) | Move::OutOfTurn(number)) => pick(faults(), number),
    }
}

/// Runs a flow until it is over: within so many requests, none of its waits without one, its first error kept, and an
/// event out of turn refused as such without changing anything. Gives back how many requests there were.
pub(crate) fn run_to_the_end<F: Flow + Debug>(
    mut flow: F,
    moves: &[Move],
    answers: impl Fn(&Request) -> Vec<Event>,
    most_requests: usize,
) -> Result<usize, TestCaseError> {
    let (mut asked, mut requests, mut waits) = (Asked::Start, 0, 0);
    for next in endless(moves) {
        if let Move::OutOfTurn(number) = next {
            let before = format!("{flow:?}");
            let result = flow.step(NOW, pick(out_of_turn(&asked), number));
            prop_assert!(matches!(result, Err(Error::Misuse(_))), "an event out of turn was taken by {before}");
            prop_assert_eq!(format!("{flow:?}"), before);
            continue;
        }
        asked = match flow.step(NOW, in_turn(&asked, next, &answers)) {
            Ok(Step::Send(request)) => {
                requests += 1;
                prop_assert!(requests <= most_requests, "request {requests} of {flow:?}");
                Asked::Answer(request)
            }
            Ok(Step::Wait(_)) => {
                waits += 1;
                prop_assert!(waits <= requests, "it waits and waits: {flow:?}");
                Asked::Woke
            }
            Ok(Step::Done(_)) => {
                for event in faults().into_iter().chain([Event::Start, Event::Woke]) {
                    prop_assert!(matches!(flow.step(NOW, event), Err(Error::Misuse(_))), "it was over: {flow:?}");
                }
                break;
            }
            Err(first) => {
                prop_assert!(!matches!(first, Error::Misuse(_)), "{first:?} for what it had asked: {flow:?}");
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

/// What a keeper has asked for.
enum KeeperAsked {
    Start,
    Lock,
    Load,
    Store,
    Compute(Option<Computation>),
    Flow(Asked),
}

/// What the world around a keeper may give it.
pub(crate) struct World<Input> {
    pub(crate) input: fn() -> Input,
    pub(crate) records: Vec<Record>,
    pub(crate) answers: fn(&Request) -> Vec<Event>,
    pub(crate) most_requests: usize,
}

impl<Input> World<Input> {
    fn answer(&self, asked: &mut KeeperAsked, next: Move) -> KeeperEvent<Input> {
        let (number, is_fault) = match next {
            Move::Answer(number) => (number, false),
            Move::Fault(number) | Move::OutOfTurn(number) => (number, true),
        };
        let done = || if is_fault { Err(cause("the disk is full")) } else { Ok(()) };
        match asked {
            KeeperAsked::Start if is_fault => KeeperEvent::Start(Err(Error::NotSignedIn)),
            KeeperAsked::Start => KeeperEvent::Start(Ok((self.input)())),
            KeeperAsked::Lock => KeeperEvent::Locked(done()),
            KeeperAsked::Store => KeeperEvent::Stored(done()),
            KeeperAsked::Load => KeeperEvent::Loaded(match done() {
                Ok(()) => Ok(self.records.get(number % (self.records.len() + 1)).cloned()),
                Err(cause) => Err(cause),
            }),
            KeeperAsked::Compute(computation) => {
                KeeperEvent::Computed(computation.take().expect("one computation").run())
            }
            KeeperAsked::Flow(asked) => KeeperEvent::Flow(in_turn(asked, next, self.answers)),
        }
    }

    fn out_of_turn(&self, asked: &KeeperAsked) -> Vec<KeeperEvent<Input>> {
        let mut events = Vec::new();
        if !matches!(asked, KeeperAsked::Start) {
            events.push(KeeperEvent::Start(Ok((self.input)())));
        }
        if !matches!(asked, KeeperAsked::Lock) {
            events.push(KeeperEvent::Locked(Ok(())));
        }
        if !matches!(asked, KeeperAsked::Load) {
            events.push(KeeperEvent::Loaded(Ok(None)));
        }
        if !matches!(asked, KeeperAsked::Store) {
            events.push(KeeperEvent::Stored(Ok(())));
        }
        match asked {
            KeeperAsked::Flow(asked) => events.extend(out_of_turn(asked).into_iter().map(KeeperEvent::Flow)),
            _ => events.extend(faults().into_iter().map(KeeperEvent::Flow)),
        }
        events
    }

    /// Runs a job of a keeper that has begun it, until it is over: within so many requests, and an event out of turn
    /// refused as such without changing anything. Gives back how many requests there were.
    pub(crate) fn run_job_to_the_end<K: Keeper<Input = Input> + Debug>(
        &self,
        keeper: &mut K,
        moves: &[Move],
    ) -> Result<usize, TestCaseError> {
        let (mut asked, mut requests, mut others) = (KeeperAsked::Start, 0, 0);
        for next in endless(moves) {
            if let Move::OutOfTurn(number) = next {
                let before = format!("{keeper:?}");
                let result = keeper.step(NOW, pick(self.out_of_turn(&asked), number));
                prop_assert!(matches!(result, Err(Error::Misuse(_))), "an event out of turn was taken by {before}");
                prop_assert_eq!(format!("{keeper:?}"), before);
                continue;
            }
            let step = keeper.step(NOW, self.answer(&mut asked, next));
            let step =
                step.map_err(|error| TestCaseError::fail(format!("{error:?} for what was asked: {keeper:?}")))?;
            // Between two requests there are a lock, a few reads and a few writes.
            others += 1;
            prop_assert!(others <= 16 * (1 + requests), "no progress: {keeper:?}");
            asked = match step {
                KeeperStep::Lock(_) => KeeperAsked::Lock,
                KeeperStep::Load(_) => KeeperAsked::Load,
                KeeperStep::Save(..) | KeeperStep::Remove(_) => KeeperAsked::Store,
                KeeperStep::Wait(_) => KeeperAsked::Flow(Asked::Woke),
                KeeperStep::Compute(computation) => KeeperAsked::Compute(Some(computation)),
                KeeperStep::Send(request) => {
                    requests += 1;
                    prop_assert!(requests <= self.most_requests, "request {requests} of {keeper:?}");
                    KeeperAsked::Flow(Asked::Answer(request))
                }
                KeeperStep::Done(_) => break,
            };
        }
        // No job is running now.
        for event in self.out_of_turn(&KeeperAsked::Start) {
            prop_assert!(matches!(keeper.step(NOW, event), Err(Error::Misuse(_))));
        }
        Ok(requests)
    }
}
