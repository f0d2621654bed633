//! The keepers, whatever the store and the service say.

use std::fmt::Debug;

use cognito_core::storage::Record;
use cognito_core::{
    Admission, Cause, CredentialsKeeper, CredentialsTask, Error, Event, Keeper, KeeperEvent, KeeperStep, SessionKeeper,
    SessionSettings, SessionTask, SignOutScope, SignedIn,
};

use crate::events::{NOW, answer, cause, failures};
use crate::flows::{CREDENTIALS, IDENTITY, Row, TOKENS, devices, logins, seed, session};
use crate::marks::{MARK, NAME, Texts, beginnings};
use crate::operations::{app_client, identity_pool};

/// Every keeper of the core.
pub(crate) const KEEPERS: [Row; 2] = [
    ("SessionKeeper", |name| {
        let tasks = || {
            let mut signed_in = SignedIn::from(session());
            signed_in.device.aliases = vec![NAME.to_owned()];
            [
                SessionTask::Get,
                SessionTask::Refresh,
                SessionTask::Save(Box::new(signed_in)),
                SessionTask::SignOut(SignOutScope::Local),
                SessionTask::SignOut(SignOutScope::Revoke),
                SessionTask::SignOut(SignOutScope::Global),
                SessionTask::Forget,
                SessionTask::Flush,
            ]
        };
        let new = || SessionKeeper::new(&app_client(), NAME, &SessionSettings::default());
        let records = [session().to_record(), devices().to_record()];
        shows_no_secret(name, new, tasks, seed, &records, &[TOKENS, "{}"]);
    }),
    ("CredentialsKeeper", |name| {
        let tasks = || [CredentialsTask::Get, CredentialsTask::Refresh, CredentialsTask::Forget];
        let new = || CredentialsKeeper::for_user(&identity_pool(), NAME);
        let records = [Record::new(b"us-east-1:22222222-2222-4222-8222-222222222222".to_vec())];
        shows_no_secret(name, new, tasks, || logins().into(), &records, &[IDENTITY, CREDENTIALS]);
    }),
];

/// What the store does in a job.
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
    given: impl Fn() -> K::Input,
    records: &[Record],
    answers: &[&str],
) where
    K::Task: Debug,
    K::Input: Debug,
    K::Value: Debug,
    K::Output: Debug,
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
                let newest = keeper.newest_job();
                assert_eq!(keeper.begin(task, newest), Admission::Drive);
                run_job(&mut texts, &mut keeper, given(), store, records, answers, end.as_ref());
                if let Some(outcome) = keeper.result(keeper.newest_job()) {
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

/// Drives one job to its end. Each request has the next of the answers, or all have this end.
fn run_job<K: Keeper + Debug>(
    texts: &mut Texts,
    keeper: &mut K,
    given: K::Input,
    store: StoreIs,
    records: &[Record],
    answers: &[&str],
    end: Option<&Event>,
) where
    K::Input: Debug,
    K::Output: Debug,
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
            KeeperStep::Compute(computation) => KeeperEvent::Computed(computation.run()),
            KeeperStep::Wait(_) => KeeperEvent::Flow(Event::Woke),
            KeeperStep::Done(end) => return texts.show(&end),
        };
    }
}

/// What those hear who wait for a job whose driver is gone.
fn panicked<K: Keeper, const N: usize>(mut keeper: K, tasks: impl Fn() -> [K::Task; N]) -> Error {
    let newest = keeper.newest_job();
    assert_eq!(keeper.begin(tasks().into_iter().next().unwrap(), newest), Admission::Drive);
    keeper.abandon(cause());
    keeper.result(newest).unwrap().err().unwrap()
}

#[test]
fn no_keeper_shows_a_secret_in_any_work() {
    KEEPERS.iter().for_each(|(name, show)| show(name));
}
