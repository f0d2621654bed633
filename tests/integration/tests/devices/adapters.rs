//! Remembered devices in the store that also holds the sessions, over HTTP.

use std::io;
use std::time::Duration;

use cognito_blocking::operation::ForgetDevice;
use cognito_blocking::storage::Record;
use cognito_blocking::{
    Challenge, DeviceRegistration, Error, FileStore, MemoryStore, RegisterDevice, Sessions, SignIn, SignInOutcome,
    SignOutScope, SignedIn, Store, StoreLock, devices_key,
};
use cognito_integration_tests::support::files::session_file;
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_integration_tests::support::service::service;
use cognito_integration_tests::support::sessions::client;
use cognito_testkit::{DeviceConfig, Fault, FaultPlan, MfaConfiguration, MfaFactor, Server};

/// Starts a service that requests a code by text message, except on a remembered device.
#[track_caller]
fn device_service() -> Server {
    service(|config| {
        let pool = &mut config.pools[0];
        pool.alias_attributes = vec!["email".to_owned()];
        pool.mfa_configuration = MfaConfiguration::Optional;
        pool.mfa_factors = vec![MfaFactor::Sms];
        pool.device_configuration =
            Some(DeviceConfig { challenge_required_on_new_device: true, ..DeviceConfig::default() });
        let alice = &mut pool.users[0];
        alice.attributes.insert("phone_number".to_owned(), "+15550001234".to_owned());
        alice.mfa.enabled = vec![MfaFactor::Sms];
    })
}

/// Signs in with the devices in the store. Returns whether the service requested a code.
#[track_caller]
fn sign_in(service: &Server, sessions: &Sessions, username: &str) -> (SignedIn, bool) {
    let client = client(service);
    let devices = || sessions.devices().unwrap();
    let flow = SignIn::srp(client.app_client(), username, PASSWORD, client.seed().unwrap()).with_devices(devices());
    match client.run(flow).unwrap() {
        SignInOutcome::SignedIn(signed_in) => (signed_in, false),
        SignInOutcome::Challenge(Challenge::Code(challenge)) => {
            let code = service.messages().pop().unwrap().code;
            let answer = challenge.answer(client.app_client(), code, client.seed().unwrap());
            match client.run(answer.with_devices(devices())).unwrap() {
                SignInOutcome::SignedIn(signed_in) => (signed_in, true),
                SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
            }
        }
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

#[test]
fn a_device_survives_its_session_and_a_restart() {
    let service = device_service();
    let path = session_file("device_outlasts");
    let open = || Sessions::new(client(&service), FileStore::new(&path));

    let sessions = open();
    let (signed_in, code_requested) = sign_in(&service, &sessions, "alice@example.com");
    assert!(code_requested);
    sessions.save(&signed_in).unwrap();
    sessions.user("alice").refresh().unwrap();
    sessions.user("alice").sign_out(SignOutScope::Revoke).local.unwrap();
    assert_eq!(sessions.usernames().unwrap(), Vec::<String>::new(), "a device record is not a session");

    let sessions = open();
    let (again, code_requested) = sign_in(&service, &sessions, "alice@example.com");
    assert!(!code_requested);
    assert_eq!(again.session.device_key(), signed_in.session.device_key());
}

#[test]
fn forgetting_a_user_removes_the_users_device() {
    let service = device_service();
    let sessions = Sessions::new(client(&service), MemoryStore::new());
    sessions.save(&sign_in(&service, &sessions, "alice").0).unwrap();
    assert!(sessions.devices().unwrap().get("alice").is_some());
    sessions.user("alice").forget().unwrap();
    assert!(sessions.devices().unwrap().is_empty());
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}

#[test]
fn a_new_device_replaces_a_forgotten_one_in_the_store() {
    let service = device_service();
    let sessions = Sessions::new(client(&service), MemoryStore::new());
    let (first, _) = sign_in(&service, &sessions, "alice");
    sessions.save(&first).unwrap();
    let key = first.session.device_key().unwrap();
    sessions.user("alice").call(ForgetDevice::new(key)).unwrap();

    let (second, code_requested) = sign_in(&service, &sessions, "alice");
    assert!(code_requested);
    assert_eq!(second.device.gone_device_key.as_deref(), Some(key));
    sessions.save(&second).unwrap();
    assert_eq!(sessions.devices().unwrap().get("alice").map(|device| device.device_key()), second.session.device_key());
    assert!(!sign_in(&service, &sessions, "alice").1);
}

#[test]
fn a_registration_is_retried_after_a_lost_answer() {
    let service = device_service();
    let sessions = Sessions::new(client(&service), MemoryStore::new());
    service.plan_fault(FaultPlan::next(Fault::LoseAfter).for_operation("ConfirmDevice"));
    let (signed_in, _) = sign_in(&service, &sessions, "alice");
    sessions.save(&signed_in).unwrap();
    sessions.user("alice").refresh().unwrap();
    assert!(!sign_in(&service, &sessions, "alice").1);
}

#[test]
fn a_device_registered_after_the_sign_in_can_be_stored() {
    let service = device_service();
    let sessions = Sessions::new(client(&service), MemoryStore::new());
    service.plan_fault(FaultPlan::next(Fault::LoseAfter).for_operation("ConfirmDevice").times(3));
    let (signed_in, _) = sign_in(&service, &sessions, "alice");
    sessions.save(&signed_in).unwrap();
    assert!(sessions.devices().unwrap().is_empty());
    let DeviceRegistration::Failed(failed) = &signed_in.device.registration else { panic!() };
    let client = client(&service);
    let again = RegisterDevice::new(client.app_client(), &signed_in.session, failed.new_device.clone().unwrap());
    let confirmed = client.run(again).unwrap();
    let keep = |devices: &mut cognito_blocking::Devices| {
        devices.insert(confirmed.record);
        true
    };
    sessions.change_devices(keep).unwrap();
    assert!(!sign_in(&service, &sessions, "alice").1);
}

/// A store in which the record of the devices is damaged.
struct StoreWithDamagedDevices(MemoryStore, String);

impl Store for StoreWithDamagedDevices {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        if key == self.1 { Ok(Some(Record::new(b"not JSON".to_vec()))) } else { self.0.load(key) }
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        self.0.save(key, record)
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        self.0.remove(key)
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.0.keys()
    }

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        self.0.lock(key, max_wait)
    }
}

#[test]
fn a_damaged_device_record_is_an_error_but_keeps_the_session() {
    let service = device_service();
    let client = client(&service);
    let intact = Sessions::new(client.clone(), MemoryStore::new());
    let (signed_in, _) = sign_in(&service, &intact, "alice");
    let sessions =
        Sessions::new(client.clone(), StoreWithDamagedDevices(MemoryStore::new(), devices_key(client.app_client())));
    assert!(matches!(sessions.devices(), Err(Error::Store(_))));
    assert!(matches!(sessions.save(&signed_in), Err(Error::Store(_))));
    assert_eq!(sessions.user("alice").get().unwrap().session, signed_in.session);
    // The device stays in memory, and each job tries to save it.
    assert!(sessions.user("alice").refresh().unwrap().save_error.is_some());
    assert!(matches!(sessions.flush(), Err(Error::Store(_))));
}
