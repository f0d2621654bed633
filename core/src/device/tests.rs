use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::error::Error;
use crate::operation::NewDeviceMetadata;
use crate::secret::AccessToken;
use crate::storage::{Record, devices_key, session_key, username_of_key};
use crate::test_support::disorder::{moves, run_to_the_end};
use crate::test_support::{answer, app_client};
use crate::{Request, Seed};

fn record(username: &str, device_key: &str) -> DeviceRecord {
    DeviceRecord::new(username, device_key, "-group", "password").unwrap()
}

#[test]
fn incomplete_device_records_are_rejected() {
    for [username, key, group, password] in
        [["", "k", "g", "p"], ["u", "", "g", "p"], ["u", "k", "", "p"], ["u", "k", "g", ""]]
    {
        assert!(DeviceRecord::new(username, key, group, password).is_err());
    }
    let stored = json!({"version": 1, "aliases": {"a": "alice", "b": "bob"}, "unknown_member": 1, "devices": [
        {"username": "alice", "device_key": "k", "device_group_key": "-g", "password": "p"},
        {"username": "bob", "device_key": "k2", "device_group_key": "-g"},
        {"username": "carol", "device_key": "", "device_group_key": "-g", "password": "p"},
    ]});
    let devices = Devices::from_record(&Record::new(stored.to_string().into_bytes())).unwrap();
    assert_eq!(devices.iter().map(DeviceRecord::username).collect::<Vec<_>>(), ["alice"]);
    assert_eq!((devices.get("a").is_some(), devices.get("b").is_some()), (true, false));
}

#[test]
fn a_device_is_found_by_every_name_of_its_user() {
    let mut devices: Devices = [record("alice", "k1"), record("bob", "k2")].into_iter().collect();
    devices.insert_alias("alice@example.com", "alice");
    devices.insert_alias("carol@example.com", "carol");
    assert_eq!(devices.get("alice@example.com"), devices.get("alice"));
    assert!(devices.get("carol@example.com").is_none(), "carol has no device");
    assert_eq!(devices.remove_device("k1").unwrap().username(), "alice");
    assert!(devices.get("alice").is_none() && devices.get("alice@example.com").is_none());
    assert!(devices.get("bob").is_some() && devices.remove_device("k1").is_none());
}

#[test]
fn a_device_gone_for_one_user_stays_for_the_user_with_the_alias() {
    let mut devices: Devices = [record("alice", "k1")].into_iter().collect();
    devices.insert_alias("family@example.com", "alice");
    let bobs_report = DeviceReport {
        gone_device_key: Some("k1".into()),
        aliases: ["family@example.com".into()].into(),
        ..DeviceReport::default()
    };
    assert!(!devices.update("bob", &bobs_report));
    assert_eq!(devices.get("alice").unwrap().device_key(), "k1");

    // Alice's record is stored under her earlier canonical name. This name is now an alias, so the report
    // applies to her record.
    let alices_report = DeviceReport { aliases: ["alice".into()].into(), ..bobs_report };
    assert!(devices.update("0d4f1c2e", &alices_report));
    assert!(devices.is_empty());
}

#[test]
fn a_canonical_name_is_never_an_alias() {
    let mut devices: Devices = [record("alice", "k1"), record("bob", "k2")].into_iter().collect();
    devices.insert_alias("bob", "alice");
    assert_eq!(devices.get("bob").unwrap().device_key(), "k2");
    devices.insert_alias("carol", "alice");
    devices.insert(record("carol", "k3"));
    assert_eq!(devices.get("carol").unwrap().device_key(), "k3");
    devices.remove("carol");
    assert!(devices.get("carol").is_none());
}

#[test]
fn an_alias_belongs_to_the_user_who_used_it_last() {
    let mut devices: Devices = [record("alice", "k1"), record("bob", "k2")].into_iter().collect();
    for username in ["alice", "bob"] {
        devices.update(username, &DeviceReport { aliases: ["mail".into()].into(), ..DeviceReport::default() });
    }
    assert_eq!(devices.get("mail").unwrap().username(), "bob");
}

/// Returns the JSON of devices in version 1 of the stored form, and the same devices as values. Version 1
/// must stay readable forever.
fn version_1() -> [(&'static str, Devices); 2] {
    let [alice, zoe] = [
        ("alice", "us-east-1_a1b2c3d4-5678-90ab-cdef-112233445566", "-Abc1", "cGFzc3dvcmQ="),
        ("zoë", "us-east-1_b1b2c3d4-5678-90ab-cdef-112233445566", "-Def2", "+/8="),
    ]
    .map(|(username, key, group, password)| DeviceRecord::new(username, key, group, password).unwrap());
    let mut devices: Devices = [alice, zoe].into_iter().collect();
    devices.insert_alias("alice@example.com", "alice");
    [(include_str!("version_1/devices.json"), devices), (include_str!("version_1/none.json"), Devices::new())]
}

#[test]
fn version_1_devices_are_read_and_written_unchanged() {
    for (stored, devices) in version_1() {
        assert_eq!(Devices::from_record(&Record::new(stored.into())).unwrap(), devices);
        assert_eq!(devices.to_record(), Record::new(stored.trim_end().into()));
    }
}

#[test]
fn devices_of_a_later_version_are_an_error() {
    for text in [r#"{"version":2}"#, "no JSON", r#"{"devices":[]}"#] {
        let error = Devices::from_record(&Record::new(text.into())).unwrap_err();
        assert!(matches!(error, Error::Store(_)), "{error}");
    }
}

#[test]
fn debug_does_not_print_the_password() {
    let devices: Devices = [DeviceRecord::new("alice", "k", "g", "m4rk").unwrap()].into_iter().collect();
    assert!(!format!("{devices:?} {:?}", devices.to_record()).contains("m4rk"));
}

#[test]
fn the_devices_key_is_not_a_session_key() {
    let key = devices_key(&app_client());
    for username in ["", "devices", "/devices", "//devices"] {
        assert_ne!(key, session_key(&app_client(), username));
    }
    assert_eq!(username_of_key(&app_client(), &key), None);
}

proptest! {
    #[test]
    fn stored_devices_are_read_back_unchanged(
        users in prop::collection::btree_map(".{1,8}", ("[a-z]{1,8}", "[a-z]{1,8}", ".{1,8}"), 0..5),
        aliases in prop::collection::vec((".{1,8}", ".{1,8}"), 0..5),
    ) {
        let complete = |(username, (key, group, password)): (String, (String, String, String))| {
            DeviceRecord::new(username, key, group, password).unwrap()
        };
        let names: Vec<String> = users.keys().cloned().collect();
        let mut devices: Devices = users.into_iter().map(complete).collect();
        for (alias, username) in aliases {
            devices.insert_alias(alias.clone(), &username);
            if let Some(username) = names.first() {
                devices.insert_alias(alias, username);
            }
        }
        prop_assert_eq!(Devices::from_record(&devices.to_record()).unwrap(), devices);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_registration_ends_after_any_events_in_any_order(moves in moves()) {
        let metadata =
            NewDeviceMetadata { device_key: Some("us-east-1_new".into()), device_group_key: Some("-g".into()) };
        let device = NewDeviceDraft::new("alice", &metadata, None, &Seed::new([7; 32])).generate().unwrap();
        let flow = RegisterDevice::new(&app_client(), &AccessToken::from("access"), device);
        let answers = |_: &Request| vec![answer(200, "{}"), answer(200, r#"{"UserConfirmationNecessary":true}"#)];
        run_to_the_end(flow, &moves, answers, crate::MAX_ATTEMPTS as usize)?;
    }
}
