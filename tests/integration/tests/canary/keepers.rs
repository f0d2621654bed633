//! The keepers, whatever the store and the service say.

use std::fmt::Debug;
use std::time::Duration;

use cognito_core::session::Record;
use cognito_core::{
    Cause, CredentialsKeeper, CredentialsTask, Error, Event, Keeper, KeeperEvent, KeeperStep, SessionKeeper,
    SessionTask,
};

use crate::events::{NOW, answer, cause, failures};
use crate::flows::{CREDENTIALS, IDENTITY, Row, TOKENS, devices, logins, seed, session};
use crate::marks::{MARK, NAME, Texts, beginnings};
use crate::operations::{app_client, identity_pool};

/// Every keeper of the core.
pub(crate) const KEEPERS: [Row; 2] = [
    ("SessionKeeper", |name| {
        let tasks = || {
            let save = SessionTask::Save(Box::new(session()));
            [SessionTask::Get, SessionTask::Refresh, save, SessionTask::Remove, SessionTask::Flush]
        };
        let new = || SessionKeeper::new(&app_client(), NAME, Duration::from_secs(60));
        let records = [session().to_record(), devices().to_record()];
        shows_no_secret(name, new, tasks, seed, &records, &[TOKENS, "{}"]);
    }),
    ("CredentialsKeeper", |name| {
        let tasks = || [CredentialsTask::Get, CredentialsTask::Refresh];
        let new = || CredentialsKeeper::of_user(&identity_pool(), NAME);
        let records = [Record::new(b"us-east-1:22222222-2222-4222-8222-222222222222".to_vec())];
        shows_no_secret(name, new, tasks, logins, &records, &[IDENTITY, CREDENTIALS]);
    }),
];

/// What the store does in a work.
#[derive(Clone, Copy, Debug, PartialEq)]
enum StoreIs {
    Whole,
    Empty,
    Garbled,
    /// At the operation of this number.
    Broken(usize),
}

/// Runs every task with every store and with every end of a request.
fn shows_no_secret<K: Keeper + Debug, const N: usize>(
    name: &str,
    new: impl Fn() -> K,
    tasks: impl Fn() -> [K::Task; N],
    given: impl Fn() -> K::Given,
    records: &[Record],
    answers: &[&str],
) where
    K::Task: Debug,
    K::Given: Debug,
    K::Kept: Debug,
    K::End: Debug,
{
    let mut texts = Texts::default();
    let mut ends: Vec<Option<Event>> = failures(&[]).into_iter().map(Some).collect();
    ends.extend(answers.iter().flat_map(|text| beginnings(text).step_by(17)).map(|text| Some(answer(200, text))));
    ends.push(None);
    for store in [StoreIs::Whole, StoreIs::Empty, StoreIs::Garbled].into_iter().chain((0..6).map(StoreIs::Broken)) {
        for end in &ends {
            for task in tasks() {
                let mut keeper = new();
                texts.show(&task);
                let ticket = keeper.ticket();
                keeper.begin(task, ticket);
                work(&mut texts, &mut keeper, given(), store, records, answers, end.as_ref());
                if let Some(outcome) = keeper.outcome(keeper.ticket()) {
                    texts.come_to(&outcome);
                }
                texts.show(&keeper);
            }
        }
    }
    texts.fail(&panicked(new(), tasks));
    assert!(texts.errors() > 100, "{name} fails too seldom");
    texts.hold_no_secret(name);
}

/// Drives one work to its end. Each request has the next of the answers, or all have this end.
fn work<K: Keeper + Debug>(
    texts: &mut Texts,
    keeper: &mut K,
    given: K::Given,
    store: StoreIs,
    records: &[Record],
    answers: &[&str],
    end: Option<&Event>,
) where
    K::Given: Debug,
    K::End: Debug,
{
    let (mut records, mut answers) = (records.iter().cycle(), answers.iter().cycle());
    let mut operations = 0;
    let mut kept = || -> Result<(), Cause> {
        operations += 1;
        if store == StoreIs::Broken(operations - 1) { Err(cause()) } else { Ok(()) }
    };
    let mut event = KeeperEvent::Start(Ok(given));
    loop {
        texts.show(&event);
        let step = keeper.step(NOW, event);
        texts.come_to(&step);
        texts.show(keeper);
        event = match step.unwrap() {
            KeeperStep::Lock(_) => KeeperEvent::Locked(kept()),
            KeeperStep::Load(_) => KeeperEvent::Loaded(kept().map(|()| match store {
                StoreIs::Empty => None,
                StoreIs::Garbled => Some(Record::new(br#"{"version":"m4rk","access_token":"m4rk"}"#.to_vec())),
                _ => records.next().cloned(),
            })),
            KeeperStep::Save(..) | KeeperStep::Remove(_) => KeeperEvent::Stored(kept()),
            KeeperStep::Send(_) => {
                let next = || answer(200, answers.next().unwrap_or(&MARK));
                KeeperEvent::Flow(end.cloned().unwrap_or_else(next))
            }
            KeeperStep::Wait(_) => KeeperEvent::Flow(Event::Woke),
            KeeperStep::Done(end) => return texts.show(&end),
        };
    }
}

/// What those hear who wait for a work whose driver is gone.
fn panicked<K: Keeper, const N: usize>(mut keeper: K, tasks: impl Fn() -> [K::Task; N]) -> Error {
    let ticket = keeper.ticket();
    keeper.begin(tasks().into_iter().next().unwrap(), ticket);
    keeper.abandon(cause());
    keeper.outcome(ticket).unwrap().err().unwrap()
}

#[test]
fn no_keeper_shows_a_secret_in_any_work() {
    KEEPERS.iter().for_each(|(name, show)| show(name));
}
