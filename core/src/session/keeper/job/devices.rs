//! The last part of a job, which saves changes to the user's device or removes the device of a deleted user.

use super::state::{Ending, Job, Next, State};
use crate::device::Devices;
use crate::error::{Cause, Error};
use crate::keeper::{KeeperStep, MAX_LOCK_WAIT, SHORT_LOCK_WAIT};
use crate::session::keeper::known::Known;
use crate::session::keeper::task::SessionTask;
use crate::storage::{Record, devices_key};

impl Job {
    /// Saves the changes to the user's device, or removes the device of a deleted user, and then ends the
    /// job. If the job could not lock the session in the store, the job ends immediately.
    pub(super) fn finish(self, known: &mut Known, ending: Ending) -> Next {
        let changes_devices = known.unsaved_device.is_some() || matches!(self.task, SessionTask::Forget);
        if self.lock.is_err() || !changes_devices {
            return self.end(known, ending);
        }
        let key = devices_key(&known.app_client);
        let has_tokens = matches!((&self.task, &ending.result), (SessionTask::Get | SessionTask::Refresh, Ok(_)));
        let max_wait = if has_tokens { SHORT_LOCK_WAIT } else { MAX_LOCK_WAIT };
        self.next(State::LockingDevices(ending), KeeperStep::Lock { key, max_wait })
    }

    pub(super) fn devices_locked(self, known: &mut Known, ending: Ending, locked: Result<(), Cause>) -> Next {
        match locked {
            Ok(()) => self.next(State::LoadingDevices(ending), KeeperStep::Load(devices_key(&known.app_client))),
            Err(cause) => self.device_not_saved(known, ending, cause),
        }
    }

    pub(super) fn devices_loaded(self, known: &mut Known, ending: Ending, held: Result<Option<Record>, Cause>) -> Next {
        let devices = held.map_err(Error::Store).and_then(|record| Devices::from_stored(record.as_ref()));
        let mut devices = match devices {
            Ok(devices) => devices,
            Err(Error::Store(cause)) => return self.device_not_saved(known, ending, cause),
            Err(error) => return self.device_not_saved(known, ending, alloc::sync::Arc::new(error)),
        };
        let is_changed = match (&self.task, &known.unsaved_device) {
            (SessionTask::Forget, _) => devices.remove(&known.username).is_some(),
            (_, Some(report)) => devices.update(&known.username, report),
            (_, None) => false,
        };
        if !is_changed {
            known.unsaved_device = None;
            return self.end(known, ending);
        }
        let step = KeeperStep::Save(devices_key(&known.app_client), devices.to_record());
        self.next(State::SavingDevices(ending), step)
    }

    pub(super) fn devices_stored(self, known: &mut Known, ending: Ending, stored: Result<(), Cause>) -> Next {
        match stored {
            Ok(()) => {
                known.unsaved_device = None;
                self.end(known, ending)
            }
            Err(cause) => self.device_not_saved(known, ending, cause),
        }
    }

    /// Ends a job that could not save the device. The device stays in memory, and the next job saves it. The
    /// tasks `Get` and `Refresh` still return the session.
    fn device_not_saved(self, known: &mut Known, mut ending: Ending, cause: Cause) -> Next {
        match (&self.task, &mut ending.result) {
            (SessionTask::Get | SessionTask::Refresh, Ok(Some(kept))) => {
                kept.save_error.get_or_insert(cause);
            }
            (SessionTask::Save(_) | SessionTask::Flush | SessionTask::Forget, result @ Ok(_)) => {
                *result = Err(Error::Store(cause));
            }
            _ => {}
        }
        self.end(known, ending)
    }
}
