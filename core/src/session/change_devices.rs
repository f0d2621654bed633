//! A job that locks this machine's devices in the store, and then changes the devices.

use alloc::boxed::Box;
use alloc::string::String;
use core::mem;

use crate::configuration::AppClient;
use crate::device::Devices;
use crate::error::{Cause, Error, Misuse};
use crate::keeper::{KeeperEvent, KeeperStep, MAX_LOCK_WAIT};
use crate::storage::{Record, devices_key};

/// Locks this machine's devices in the store, and then reads, changes and saves them. Use `ChangeDevices` if
/// the user removes a device, or if a device is registered some time after the sign-in. To run the job, call
/// [`step`](Self::step) until [`KeeperStep::Done`], as for a [`Keeper`](crate::Keeper).
///
/// The caller passes a function that changes the devices. The function returns whether the job must save the
/// devices.
#[derive(Debug)]
pub struct ChangeDevices<F> {
    key: String,
    state: State<F>,
}

#[derive(Debug)]
enum State<F> {
    Ready(F),
    Locking(F),
    Loading(F),
    Saving,
    Finished,
}

impl<F: FnOnce(&mut Devices) -> bool> ChangeDevices<F> {
    /// Creates a job that changes the devices with this function.
    #[must_use]
    pub fn new(app_client: &AppClient, change: F) -> Self {
        Self { key: devices_key(app_client), state: State::Ready(change) }
    }

    /// Takes one event and returns the next step, as [`Keeper::step`](crate::Keeper::step) does. The output
    /// is an error if the devices could not be locked, read or saved.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the event does not answer the last step.
    pub fn step(&mut self, event: KeeperEvent<()>) -> Result<KeeperStep<Result<(), Error>>, Error> {
        let (state, step) = match (mem::replace(&mut self.state, State::Finished), event) {
            (State::Ready(change), KeeperEvent::Start(_)) => {
                (State::Locking(change), KeeperStep::Lock { key: self.key.clone(), max_wait: MAX_LOCK_WAIT })
            }
            (State::Locking(change), KeeperEvent::Locked(Ok(()))) => {
                (State::Loading(change), KeeperStep::Load(self.key.clone()))
            }
            (State::Loading(change), KeeperEvent::Loaded(Ok(record))) => self.loaded(change, record.as_ref()),
            (State::Saving, KeeperEvent::Stored(stored)) => done(stored.map_err(Error::Store)),
            (State::Locking(_), KeeperEvent::Locked(Err(cause)))
            | (State::Loading(_), KeeperEvent::Loaded(Err(cause))) => failed(cause),
            (State::Ready(change), _) => {
                self.state = State::Ready(change);
                return Err(Misuse::NotStarted.into());
            }
            (State::Finished, _) => return Err(Misuse::Finished.into()),
            (state, _) => {
                self.state = state;
                return Err(Misuse::AwaitsAnswer.into());
            }
        };
        self.state = state;
        Ok(step)
    }

    fn loaded(&self, change: F, record: Option<&Record>) -> (State<F>, KeeperStep<Result<(), Error>>) {
        let mut devices = match Devices::from_stored(record) {
            Ok(devices) => devices,
            Err(error) => return done(Err(error)),
        };
        if !change(&mut devices) {
            return done(Ok(()));
        }
        (State::Saving, KeeperStep::Save(self.key.clone(), devices.to_record()))
    }
}

fn failed<F>(cause: Cause) -> (State<F>, KeeperStep<Result<(), Error>>) {
    done(Err(Error::Store(cause)))
}

fn done<F>(result: Result<(), Error>) -> (State<F>, KeeperStep<Result<(), Error>>) {
    (State::Finished, KeeperStep::Done(Box::new(result)))
}
