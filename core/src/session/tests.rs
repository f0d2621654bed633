use alloc::collections::BTreeMap;
use alloc::format;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::Flow as _;
use crate::device::DeviceRecord;
use crate::storage::{Record, last_user_key, session_key, username_of_key};
use crate::test_support::app_client;

const ISSUED: u64 = 1_700_000_000;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds)
}

fn token(claims: &Value) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// Returns tokens that were issued at [`ISSUED`]. The access token expires after an hour, and the ID token
/// after half an hour.
fn tokens() -> Tokens {
    let access = json!({"username": "alice", "iat": ISSUED, "exp": ISSUED + 3600, "origin_jti": "o"});
    let mut tokens = Tokens::new(token(&access));
    tokens.id_token = Some(token(&json!({"iat": ISSUED, "exp": ISSUED + 1800})).into());
    tokens.refresh_token = Some("refresh".into());
    tokens
}

const NO_MARGIN: Duration = Duration::ZERO;

#[test]
fn a_session_is_valid_until_its_first_token_expires() {
    let session = Session::new("alice", tokens(), at(ISSUED), None);
    assert_eq!(session.expires_at(), Some(at(ISSUED + 1800)));
    assert_eq!(session.plan(at(ISSUED + 1799), NO_MARGIN), Plan::Use);
    assert_eq!(session.plan(at(ISSUED + 1800), NO_MARGIN), Plan::Refresh);
}

#[test]
fn a_session_is_refreshed_by_the_margin_before_its_expiry() {
    let session = Session::new("alice", tokens(), at(ISSUED), None);
    let margin = Duration::from_secs(60);
    assert_eq!(session.plan(at(ISSUED + 1739), margin), Plan::Use);
    assert_eq!(session.plan(at(ISSUED + 1740), margin), Plan::Refresh);
}

#[test]
fn a_session_that_cannot_be_refreshed_is_used_until_it_expires() {
    let mut tokens = tokens();
    tokens.refresh_token = None;
    let session = Session::new("alice", tokens, at(ISSUED), None);
    assert_eq!(session.plan(at(ISSUED + 1799), Duration::from_secs(60)), Plan::Use);
    assert_eq!(session.plan(at(ISSUED + 1800), Duration::from_secs(60)), Plan::SignIn);
}

#[test]
fn a_wrong_local_clock_is_corrected_by_date_header_or_tokens() {
    for (local, drift) in [(ISSUED + 86_400, 86_400), (ISSUED - 86_400, -86_400), (0, -1_700_000_000)] {
        for date in [Some(at(ISSUED)), None] {
            let session = Session::new("alice", tokens(), at(local), date);
            assert_eq!(session.clock_drift_seconds(), drift);
            assert_eq!(session.plan(at(local + 1799), NO_MARGIN), Plan::Use);
            assert_eq!(session.plan(at(local + 1800), NO_MARGIN), Plan::Refresh);
        }
    }
}

#[test]
fn tokens_without_an_expiry_count_as_expired() {
    let mut tokens = Tokens::new("opaque");
    assert_eq!(Session::new("alice", tokens.clone(), at(ISSUED), None).plan(at(ISSUED), NO_MARGIN), Plan::SignIn);
    tokens.refresh_token = Some("refresh".into());
    assert_eq!(Session::new("alice", tokens, at(ISSUED), None).plan(at(ISSUED), NO_MARGIN), Plan::Refresh);
}

#[test]
fn revocation_needs_an_origin_jti_and_a_refresh_token() {
    assert!(Session::new("alice", tokens(), at(ISSUED), None).is_revocable());
    let mut without_refresh = tokens();
    without_refresh.refresh_token = None;
    assert!(!Session::new("alice", without_refresh, at(ISSUED), None).is_revocable());
    let mut without_origin = tokens();
    without_origin.access_token = token(&json!({"origin_jti": ""})).into();
    assert!(!Session::new("alice", without_origin, at(ISSUED), None).is_revocable());
}

#[test]
fn the_device_is_read_from_the_access_token() {
    let tokens = Tokens::new(token(&json!({"device_key": "us-east-1_0d4f"})));
    assert_eq!(Session::new("alice", tokens, at(ISSUED), None).device_key(), Some("us-east-1_0d4f"));
}

#[test]
fn a_stored_session_is_read_back_unchanged() {
    let session = Session::new("alice", tokens(), at(ISSUED + 7), None).with_device_key("us-east-1_0d4f");
    assert_eq!(Session::from_record(&session.to_record()).unwrap(), session);
}

#[test]
fn a_session_with_only_required_members_can_be_read() {
    let record = br#"{"version":1,"username":"alice","access_token":"a","refresh_token":"r","unknown_member":1}"#;
    let session = Session::from_record(&Record::new(record.to_vec())).unwrap();
    assert_eq!((session.username(), session.access_token().expose()), ("alice", "a"));
    assert_eq!(session.refresh_token().unwrap().expose(), "r");
}

#[test]
fn an_invalid_record_is_a_store_error_without_its_content() {
    for record in
        ["", "m4rk", r#"{"version":2,"username":"m4rk","access_token":"m4rk"}"#, r#"{"version":1,"username":7}"#]
    {
        let error = Session::from_record(&Record::new(record.into())).unwrap_err();
        assert!(matches!(error, crate::Error::Store(_)));
        assert!(!format!("{} {error:?}", error.with_causes()).contains("m4rk"), "{error}");
    }
}

#[test]
fn a_session_key_contains_the_user_name() {
    let client = app_client();
    let key = session_key(&client, "a/lice@example.com zoë");
    assert_eq!(key, "us-east-1_QdbSdK39m/3pu8tnp684l4lmlfoth25ojmd2/a%2Flice%40example%2Ecom%20zo%C3%AB");
    assert_eq!(username_of_key(&client, &key).as_deref(), Some("a/lice@example.com zoë"));
    for other in [
        &last_user_key(&client),
        "",
        "us-east-1_QdbSdK39m/other/alice",
        &format!("{key}%"),
        "us-east-1_QdbSdK39m/3pu8tnp684l4lmlfoth25ojmd2/%+1",
        "us-east-1_QdbSdK39m/3pu8tnp684l4lmlfoth25ojmd2/a%2fb",
    ] {
        assert_eq!(username_of_key(&client, other), None, "{other}");
    }
}

#[test]
fn a_session_survives_export_to_web_storage_and_import() {
    let session = Session::new("alice", tokens(), at(ISSUED - 42), None);
    let exported = web_storage::export(&app_client(), &session);
    assert!(!format!("{exported:?}").contains("e30."));
    let storage: BTreeMap<_, _> =
        exported.into_iter().map(|(key, value)| (key, String::from(value.expose()))).collect();
    let prefix = "CognitoIdentityServiceProvider.3pu8tnp684l4lmlfoth25ojmd2";
    assert_eq!(storage[&format!("{prefix}.LastAuthUser")], "alice");
    assert_eq!(storage[&format!("{prefix}.alice.clockDrift")], "-42");
    assert_eq!(storage[&format!("{prefix}.alice.refreshToken")], "refresh");
    let get = |key: &str| storage.get(key).cloned();
    assert_eq!(web_storage::last_user(&app_client(), get).as_deref(), Some("alice"));
    assert_eq!(web_storage::import(&app_client(), "alice", get).unwrap(), session);
    assert_eq!(web_storage::import(&app_client(), "bob", get), None);
}

/// A browser's storage may contain a refresh token but no access token.
#[test]
fn a_refresh_token_alone_imports_and_is_refreshed() {
    let id_token = token(&json!({"cognito:username": "alice", "sub": "0d4f", "exp": ISSUED + 1800}));
    for (id_token, username) in [("", "a@example.com"), (&*id_token, "alice")] {
        let get = |key: &str| match key.rsplit('.').next() {
            Some("refreshToken") => Some(String::from("refresh")),
            Some("idToken") => Some(String::from(id_token)),
            Some("deviceKey") => Some(String::from("us-east-1_device")),
            _ => None,
        };
        let session = web_storage::import(&app_client(), "a@example.com", get).unwrap();
        assert_eq!((session.username(), session.access_token().expose()), (username, ""));
        assert_eq!(
            (session.refresh_token(), session.device_key()),
            (Some(&"refresh".into()), Some("us-east-1_device"))
        );
        assert_eq!(session.plan(at(ISSUED), NO_MARGIN), Plan::Refresh);
        assert!(session.is_revocable());
        assert_eq!(Session::from_record(&session.to_record()).unwrap(), session);
        let mut refresh = Refresh::new(&app_client(), &session, crate::Seed::new([7; 32]));
        let request = crate::test_support::sent(refresh.step(at(ISSUED), crate::Event::Start));
        let body = crate::test_support::body(&request);
        assert_eq!((&body["RefreshToken"], &body["DeviceKey"]), (&json!("refresh"), &json!("us-east-1_device")));
    }
    let without_refresh = |key: &str| key.ends_with("idToken").then(|| id_token.clone());
    assert_eq!(web_storage::import(&app_client(), "alice", without_refresh), None);
}

#[test]
fn a_session_stored_under_an_alias_gets_the_canonical_name() {
    let access = token(&json!({"username": "alice"}));
    let get = |key: &str| key.ends_with(".a@example.com.accessToken").then(|| access.clone());
    assert_eq!(web_storage::import(&app_client(), "a@example.com", get).unwrap().username(), "alice");
}

#[test]
fn an_invalid_drift_is_0_and_empty_tokens_are_absent() {
    for drift in ["NaN", "0x10", "-12.9abc", ""] {
        let get = |key: &str| {
            Some(if key.ends_with(".accessToken") {
                "a".into()
            } else if key.ends_with("Drift") {
                drift.into()
            } else {
                String::new()
            })
        };
        let session = web_storage::import(&app_client(), "alice", get).unwrap();
        assert_eq!((session.clock_drift_seconds(), session.refresh_token(), session.id_token()), (0, None, None));
    }
}

#[test]
fn only_a_complete_device_is_imported_from_web_storage() {
    let record = DeviceRecord::new("alice", "us-east-1_0d4f", "-group", "password").unwrap();
    let mut storage: BTreeMap<_, _> = web_storage::export_device(&app_client(), &record)
        .into_iter()
        .map(|(key, value)| (key, String::from(value.expose())))
        .collect();
    let import = |storage: &BTreeMap<String, String>, username: &str| {
        web_storage::import_device(&app_client(), username, |key| storage.get(key).cloned())
    };
    assert_eq!(import(&storage, "alice"), Some(record));
    assert_eq!(import(&storage, "bob"), None);
    let key = |name: &str| format!("CognitoIdentityServiceProvider.3pu8tnp684l4lmlfoth25ojmd2.alice.{name}");
    storage.insert(key("accessToken"), token(&json!({"username": "0d4f1c2e"})));
    assert_eq!(import(&storage, "alice").unwrap().username(), "0d4f1c2e");
    storage.insert(key("randomPasswordKey"), String::new());
    assert_eq!(import(&storage, "alice"), None);
}

/// Returns two sessions, each with its JSON text in version 1 of the stored form. All later versions of this
/// crate must be able to read version 1.
fn version_1() -> [(&'static str, Session); 2] {
    let access = json!({"device_key": "us-east-1_0d4f", "exp": ISSUED + 3600, "iat": ISSUED, "origin_jti": "o",
        "sub": "0d4f1c2e", "username": "alice"});
    let mut tokens = Tokens::new(token(&access));
    tokens.id_token = Some(token(&json!({"exp": ISSUED + 1800, "iat": ISSUED})).into());
    tokens.refresh_token = Some("eyJjdHkiOiJKV1QifQ.r".into());
    tokens.expires_in = Some(3600);
    let full = Session::with_clock_drift("zoë@example.com", tokens, -42).with_device_key("us-east-1_a1b2");
    let minimal = Session::with_clock_drift("alice", Tokens::new("opaque"), 0);
    [(include_str!("version_1/session.json"), full), (include_str!("version_1/access_token_only.json"), minimal)]
}

#[test]
fn version_1_sessions_are_read_and_written_unchanged() {
    for (stored, session) in version_1() {
        assert_eq!(Session::from_record(&Record::new(stored.into())).unwrap(), session);
        assert_eq!(session.to_record(), Record::new(stored.trim_end().into()));
    }
    let [(_, session), _] = version_1();
    assert_eq!((session.expires_at(), session.is_revocable()), (Some(at(ISSUED + 1800)), true));
    assert_eq!((session.sub(), session.device_key()), (Some("0d4f1c2e"), Some("us-east-1_a1b2")));
}

#[test]
fn unknown_members_are_ignored_and_later_versions_are_rejected() {
    for (stored, session) in version_1() {
        let mut members: Value = serde_json::from_str(stored).unwrap();
        let read = |members: &Value| Session::from_record(&Record::new(members.to_string().into_bytes()));
        members["unknown_member"] = json!([null]);
        assert_eq!(read(&members).unwrap(), session);
        members["version"] = json!(2);
        assert!(matches!(read(&members), Err(crate::Error::Store(_))));
    }
}

#[test]
fn debug_does_not_print_tokens() {
    let mut tokens = Tokens::new("m4rk");
    tokens.refresh_token = Some("m4rk".into());
    let session = Session::new("alice", tokens, at(ISSUED), None);
    assert!(!format!("{session:?} {:?}", session.to_record()).contains("m4rk"));
}

proptest! {
    #[test]
    fn a_plan_never_changes_back_from_refresh_to_use(now: u64, later: u64, drift: i64, margin: u64) {
        let session = Session::with_clock_drift("alice", tokens(), drift);
        let margin = Duration::from_millis(margin);
        let is_plausible = i128::from(now) / 1000 - i128::from(drift) >= i128::from(ISSUED);
        if is_plausible && session.plan(Timestamp::from_unix_millis(now), margin) == Plan::Refresh {
            let later = Timestamp::from_unix_millis(now.saturating_add(later));
            prop_assert_eq!(session.plan(later, margin), Plan::Refresh);
        }
    }

    #[test]
    fn a_user_name_survives_its_session_key(username in ".{0,40}") {
        let key = session_key(&app_client(), &username);
        prop_assert_eq!(username_of_key(&app_client(), &key), Some(username));
    }

    #[test]
    fn reading_any_record_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = Session::from_record(&Record::new(bytes));
    }

    #[test]
    fn any_session_survives_storing_and_reading(
        username: String,
        access: String,
        others: (Option<String>, Option<String>, Option<i32>, Option<String>),
        drift: i64,
        now: u64,
    ) {
        let (id, refresh, expires_in, device_key) = others;
        let now = Timestamp::from_unix_millis(now);
        let mut tokens = Tokens::new(access);
        tokens.id_token = id.map(Into::into);
        tokens.refresh_token = refresh.map(Into::into);
        tokens.expires_in = expires_in;
        let arrived = Session::new(&*username, tokens.clone(), now, None);
        for mut session in [Session::with_clock_drift(username, tokens, drift), arrived] {
            if let Some(device_key) = &device_key {
                session = session.with_device_key(&**device_key);
            }
            prop_assert_eq!(Session::from_record(&session.to_record()).unwrap(), session);
        }
    }

    #[test]
    fn any_session_and_device_survive_web_storage(
        username in "[^\\p{C}]{1,20}",
        tokens in (".{1,40}", prop::option::of(".{1,40}"), prop::option::of(".{1,40}")),
        device in prop::option::of((".{1,20}", ".{1,20}", ".{1,20}")),
        drift: i64,
        others in prop::collection::btree_map(".{0,20}", ".{0,20}", 0..4),
    ) {
        let client = app_client();
        let (access, id, refresh) = tokens;
        let mut tokens = Tokens::new(access);
        tokens.id_token = id.map(Into::into);
        tokens.refresh_token = refresh.map(Into::into);
        let mut session = Session::with_clock_drift(&*username, tokens, drift);
        let mut entries = web_storage::export(&client, &session);
        let device = device.map(|(key, group, password)| DeviceRecord::new(&*username, key, group, password).unwrap());
        if let Some(record) = &device {
            session = session.with_device_key(record.device_key());
            entries.extend(web_storage::export_device(&client, record));
        }
        // The storage also contains entries that the package did not store.
        let mut storage = others;
        storage.extend(entries.into_iter().map(|(key, value)| (key, String::from(value.expose()))));
        let get = |key: &str| storage.get(key).cloned();
        prop_assert_eq!(web_storage::last_user(&client, get), Some(username.clone()));
        prop_assert_eq!(web_storage::import(&client, &username, get), Some(session));
        prop_assert_eq!(web_storage::import_device(&client, &username, get), device);
    }
}
