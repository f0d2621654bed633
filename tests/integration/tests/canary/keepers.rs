//! Every keeper of the core, with every behaviour of the store and of the service.

use std::fmt::Debug;

use cognito_core::storage::Record;
use cognito_core::{
    Admission, Cause, CredentialsKeeper, CredentialsTask, Error, Event, Keeper, KeeperEvent, KeeperStep, SessionKeeper,
    SessionSettings, SessionTask, SignOutScope, SignedIn,
};

use crate::events::{NOW, answer, cause, failures};
use crate::flows::{CREDENTIALS, IDENTITY, Row, TOKENS, devices, logins, seed, session};
use crate::marks::{MARK, NAME, Texts, prefixes};
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
        check_keeper(name, new, tasks, seed, &records, &[TOKENS, "{}"]);
    }),
    ("CredentialsKeeper", |name| {
        let tasks = || [CredentialsTask::Get, CredentialsTask::Refresh, CredentialsTask::Forget];
        let new = || CredentialsKeeper::for_user(&identity_pool(), NAME);
        let records = [Record::new(b"us-east-1:22222222-2222-4222-8222-222222222222".to_vec())];
        check_keeper(name, new, tasks, || logins().into(), &records, &[IDENTITY, CREDENTIALS]);
    }),
];

/// The behaviour of the store during a job.
#[derive(Clone, Copy, Debug, PartialEq)]
enum StoreBehaviour {
    /// The store returns valid records.
    Valid,
    /// The store is empty.
    Empty,
    /// The store returns damaged records.
    Damaged,
    /// The operation with this number fails.
    Failing(usize),
}

/// Runs every task with every behaviour of the store and every outcome of a request.
fn check_keeper<K: Keeper + Debug, const N: usize>(
    name: &str,
    new: impl Fn() -> K,
    tasks: impl Fn() -> [K::Task; N],
    input: impl Fn() -> K::Input,
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
    ends.extend(answers.iter().flat_map(|text| prefixes(text).step_by(17)).map(|text| Some(answer(200, text))));
    ends.push(None);
    for store in [StoreBehaviour::Valid, StoreBehaviour::Empty, StoreBehaviour::Damaged]
        .into_iter()
        .chain((0..6).map(StoreBehaviour::Failing))
    {
        for end in &ends {
            for task in tasks() {
                let mut keeper = new();
                texts.add_debug(&task);
                let newest = keeper.newest_job();
                assert_eq!(keeper.begin(task, newest), Admission::Drive);
                run_job(&mut texts, &mut keeper, input(), store, records, answers, end.as_ref());
                if let Some(outcome) = keeper.result(keeper.newest_job()) {
                    texts.add_result(&outcome);
                }
                texts.add_debug(&keeper);
            }
        }
    }
    texts.add_error(&abandoned_job_error(new(), tasks));
    assert!(texts.errors() > 100, "{name} has too few errors");
    texts.assert_no_secret(name);
}

/// Drives one job to its end. Every request has the outcome `end` or, if `end` is `None`, the next answer.
fn run_job<K: Keeper + Debug>(
    texts: &mut Texts,
    keeper: &mut K,
    input: K::Input,
    store: StoreBehaviour,
    records: &[Record],
    answers: &[&str],
    end: Option<&Event>,
) where
    K::Input: Debug,
    K::Output: Debug,
{
    let (mut records, mut answers) = (records.iter().cycle(), answers.iter().cycle());
    let mut operations = 0;
    let mut store_result = || -> Result<(), Cause> {
        operations += 1;
        if store == StoreBehaviour::Failing(operations - 1) { Err(cause()) } else { Ok(()) }
    };
    let mut event = KeeperEvent::Start(Ok(input));
    loop {
        texts.add_debug(&event);
        let step = keeper.step(NOW, event);
        texts.add_result(&step);
        texts.add_debug(keeper);
        event = match step.unwrap() {
            KeeperStep::Lock { .. } => KeeperEvent::Locked(store_result()),
            KeeperStep::Load(_) => KeeperEvent::Loaded(store_result().map(|()| match store {
                StoreBehaviour::Empty => None,
                StoreBehaviour::Damaged => Some(Record::new(br#"{"version":"m4rk","access_token":"m4rk"}"#.to_vec())),
                _ => records.next().cloned(),
            })),
            KeeperStep::Save(..) | KeeperStep::Remove(_) => KeeperEvent::Stored(store_result()),
            KeeperStep::Send(_) => {
                let next = || answer(200, answers.next().unwrap_or(&MARK));
                KeeperEvent::Flow(end.cloned().unwrap_or_else(next))
            }
            KeeperStep::Compute(computation) => KeeperEvent::Computed(computation.run()),
            KeeperStep::Wait(_) => KeeperEvent::Flow(Event::Woke),
            KeeperStep::Done(end) => return texts.add_debug(&end),
        };
    }
}

/// Returns the error that callers get whose job was abandoned by its driver.
fn abandoned_job_error<K: Keeper, const N: usize>(mut keeper: K, tasks: impl Fn() -> [K::Task; N]) -> Error {
    let newest = keeper.newest_job();
    assert_eq!(keeper.begin(tasks().into_iter().next().unwrap(), newest), Admission::Drive);
    keeper.abandon(cause());
    keeper.result(newest).unwrap().err().unwrap()
}

#[test]
fn no_keeper_shows_a_secret_in_any_job() {
    KEEPERS.iter().for_each(|(name, show)| show(name));
}
