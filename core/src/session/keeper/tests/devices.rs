//! Tests of a keeper that saves devices, and that keeps devices in memory while the store fails.

use super::*;
use crate::device::{ConfirmedDevice, DeviceRecord, DeviceReport};

const WITH_DEVICE: &str = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"newest",
    "NewDeviceMetadata":{"DeviceKey":"us-east-1_new","DeviceGroupKey":"-g"}}}"#;

fn record(device_key: &str) -> DeviceRecord {
    DeviceRecord::new("alice", device_key, "-g", "p4ssword").unwrap()
}

fn confirmed(device_key: &str) -> DeviceRegistration {
    let confirmed = ConfirmedDevice { record: record(device_key), user_confirmation_necessary: false };
    DeviceRegistration::Confirmed(Box::new(confirmed))
}

fn signed_in_with_device(device_key: &str) -> SessionTask {
    let mut signed_in = SignedIn::from(session(3600, "r"));
    signed_in.device.registration = confirmed(device_key);
    signed_in.device.aliases = vec!["alice@example.com".into()];
    SessionTask::Save(Box::new(signed_in))
}

#[test]
fn a_sign_in_is_saved_with_its_device() {
    let mut desk = Desk::with(None);
    desk.outcome(signed_in_with_device("us-east-1_new"), []).result.unwrap();
    assert_eq!(desk.log, ["Lock", "Save", "Save", "Lock", "Load", "Save", "Done"]);
    assert_eq!(desk.stored_devices().get("alice@example.com"), Some(&record("us-east-1_new")));
    assert!(desk.keeper.is_idle());
}

/// Regression: when the disk was full, the keeper lost the password of a device that was already registered.
#[test]
fn a_full_disk_does_not_lose_a_new_device() {
    for broken in ["lock devices", "load devices", "save devices"] {
        let mut desk = Desk::with(Some(session(30, "r")));
        desk.broken.push(broken);
        let kept = desk.get([answer(200, WITH_DEVICE), answer(200, "{}")]);
        assert_eq!(kept.save_error.unwrap().to_string(), "the disk is full", "{broken}");
        assert!(desk.keeper.has_unsaved() && !desk.keeper.is_idle());
        assert!(matches!(desk.outcome(SessionTask::Flush, []).result, Err(Error::Store(_))));

        desk.broken.clear();
        desk.outcome(SessionTask::Flush, []).result.unwrap();
        let DeviceRegistration::Confirmed(confirmed) = kept.device.registration else { panic!() };
        assert_eq!(desk.stored_devices().get("alice"), Some(&confirmed.record), "{broken}");
        assert!(desk.keeper.is_idle());
    }
}

#[test]
fn an_unsaved_device_is_saved_with_the_next_job() {
    let mut desk = Desk::with(None);
    desk.broken.push("save devices");
    assert!(matches!(desk.outcome(signed_in_with_device("us-east-1_new"), []).result, Err(Error::Store(_))));
    assert_eq!(desk.stored(), Some(session(3600, "r")), "the session is saved");
    desk.broken.clear();
    desk.get([]);
    assert_eq!(desk.stored_devices().get("alice"), Some(&record("us-east-1_new")));
}

#[test]
fn a_sign_in_that_cannot_be_saved_keeps_session_and_device() {
    for broken in ["lock", "save"] {
        let mut desk = Desk::with(None);
        desk.broken.push(broken);
        assert!(matches!(desk.outcome(signed_in_with_device("us-east-1_new"), []).result, Err(Error::Store(_))));
        desk.broken.clear();
        desk.outcome(SessionTask::Flush, []).result.unwrap();
        assert_eq!(desk.stored(), Some(session(3600, "r")), "{broken}");
        assert_eq!(desk.stored_devices().get("alice"), Some(&record("us-east-1_new")), "{broken}");
    }
}

#[test]
fn a_sign_out_keeps_the_device_and_forget_removes_it() {
    let mut desk = Desk::with(None);
    desk.outcome(signed_in_with_device("us-east-1_new"), []).result.unwrap();
    desk.outcome(SessionTask::SignOut(SignOutScope::Local), []).result.unwrap();
    assert!(desk.stored_devices().get("alice").is_some());

    let end = desk.outcome(SessionTask::Forget, []);
    assert_eq!((end.result.is_ok(), kind(end.event.as_ref())), (true, Some(SessionEventKind::SignedOut)));
    assert!(desk.stored_devices().is_empty());
}

#[test]
fn forget_fails_if_the_device_cannot_be_removed() {
    let mut desk = Desk::with(None);
    desk.outcome(signed_in_with_device("us-east-1_new"), []).result.unwrap();
    desk.broken.push("save devices");
    assert!(matches!(desk.outcome(SessionTask::Forget, []).result, Err(Error::Store(_))));
    assert_eq!(desk.stored(), None);
}

/// The keeper must not overwrite a record of a later version of this crate.
#[test]
fn unreadable_devices_stay_and_the_new_device_stays_in_memory() {
    let mut desk = Desk::with(None);
    let later = Record::new(br#"{"version":9}"#.to_vec());
    desk.records.insert(devices_key(&app_client()), later.clone());
    assert!(matches!(desk.outcome(signed_in_with_device("us-east-1_new"), []).result, Err(Error::Store(_))));
    assert_eq!(desk.records[&devices_key(&app_client())], later);
    desk.records.remove(&devices_key(&app_client()));
    desk.outcome(SessionTask::Flush, []).result.unwrap();
    assert!(desk.stored_devices().get("alice").is_some());
}

#[test]
fn the_newest_device_report_wins() {
    let report = |registration, gone: Option<&str>| DeviceReport {
        registration,
        gone_device_key: gone.map(Into::into),
        ..DeviceReport::default()
    };
    let after = |first: DeviceReport, second: &DeviceReport| {
        let mut devices = Devices::new();
        devices.update("alice", &first.followed_by(second));
        devices.get("alice").map(|record| record.device_key().to_string())
    };
    let new = || report(confirmed("new"), None);
    assert_eq!(after(new(), &report(confirmed("newer"), None)).as_deref(), Some("newer"));
    assert_eq!(after(new(), &DeviceReport::default()).as_deref(), Some("new"));
    assert_eq!(after(new(), &report(DeviceRegistration::NotNeeded, Some("new"))), None);
    assert_eq!(after(new(), &report(confirmed("newer"), Some("new"))).as_deref(), Some("newer"));
}
