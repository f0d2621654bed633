//! A test driver for a keeper, with a store that may fail and a network with scripted responses.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::Value;

use super::{NOW, body, cause};
use crate::storage::Record;
use crate::{Admission, Cause, Error, Event, Keeper, KeeperEvent, KeeperStep, Timestamp};

pub(crate) struct Desk<K> {
    pub(crate) keeper: K,
    pub(crate) records: BTreeMap<String, Record>,
    /// The store operations that fail: `lock`, `load`, `save` or `remove`. With a name such as `save
    /// devices`, only the operation on the record of devices fails.
    pub(crate) broken: Vec<&'static str>,
    /// The maximum wait for each lock, in the order of the `Lock` steps.
    pub(crate) lock_waits: Vec<Duration>,
    /// The names of all steps, in order.
    pub(crate) log: Vec<String>,
    /// The bodies of all requests that were sent, in order.
    pub(crate) requests: Vec<Value>,
    pub(crate) now: Timestamp,
}

impl<K: Keeper> Desk<K> {
    pub(crate) fn new(keeper: K) -> Self {
        Self {
            keeper,
            records: BTreeMap::new(),
            broken: Vec::new(),
            lock_waits: Vec::new(),
            log: Vec::new(),
            requests: Vec::new(),
            now: NOW,
        }
    }

    /// Runs a job until the job is complete. The response to each request is the next event in `answers`.
    #[track_caller]
    pub(crate) fn run(
        &mut self,
        task: K::Task,
        input: Result<K::Input, Error>,
        answers: impl IntoIterator<Item = Event>,
    ) -> K::Output {
        let since = self.keeper.newest_job();
        assert_eq!(self.keeper.begin(task, since), Admission::Drive);
        let mut answers = answers.into_iter();
        let mut event = KeeperEvent::Start(input);
        loop {
            let step = self.keeper.step(self.now, event).unwrap();
            self.log.push(name(&step).to_string());
            event = match step {
                KeeperStep::Lock { key, max_wait } => {
                    self.lock_waits.push(max_wait);
                    KeeperEvent::Locked(self.check("lock", &key))
                }
                KeeperStep::Load(key) => {
                    KeeperEvent::Loaded(self.check("load", &key).map(|()| self.records.get(&key).cloned()))
                }
                KeeperStep::Save(key, record) => KeeperEvent::Stored(self.check("save", &key).map(|()| {
                    self.records.insert(key, record);
                })),
                KeeperStep::Remove(key) => KeeperEvent::Stored(self.check("remove", &key).map(|()| {
                    self.records.remove(&key);
                })),
                KeeperStep::Send(request) => {
                    self.requests.push(body(&request));
                    KeeperEvent::Flow(answers.next().expect("an answer to every request"))
                }
                KeeperStep::Wait(_) => KeeperEvent::Flow(Event::Woke),
                KeeperStep::Compute(computation) => KeeperEvent::Computed(computation.run()),
                KeeperStep::Done(output) => return *output,
            };
        }
    }

    fn check(&self, what: &str, key: &str) -> Result<(), Cause> {
        let is_devices = key.ends_with("//devices");
        let is_broken = |broken: &&str| **broken == *what || (is_devices && **broken == format!("{what} devices"));
        if self.broken.iter().any(is_broken) { Err(cause("the disk is full")) } else { Ok(()) }
    }
}

fn name<Output>(step: &KeeperStep<Output>) -> &'static str {
    match step {
        KeeperStep::Lock { .. } => "Lock",
        KeeperStep::Load(_) => "Load",
        KeeperStep::Save(..) => "Save",
        KeeperStep::Remove(_) => "Remove",
        KeeperStep::Send(_) => "Send",
        KeeperStep::Wait(_) => "Wait",
        KeeperStep::Compute(_) => "Compute",
        KeeperStep::Done(_) => "Done",
    }
}
