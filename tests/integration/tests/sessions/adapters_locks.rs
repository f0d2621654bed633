//! Sessions of both adapters while another process holds the lock on the store.

use std::thread;
use std::time::{Duration, Instant};

use cognito_blocking::{Error, FileStore, SHORT_LOCK_WAIT, Sessions, Store};
use cognito_integration_tests::support::files::session_file;
use cognito_integration_tests::support::service::{app_client, service};
use cognito_integration_tests::support::sessions::{about_to_expire, client, sign_in};

/// The time for which a test lets callers wait before it releases the lock.
const SEVERAL_WAITS: Duration = SHORT_LOCK_WAIT.saturating_mul(5);

/// Regression: callers with valid tokens waited for another process, and for each other.
#[test]
fn callers_with_valid_tokens_do_not_wait_for_a_taken_lock() {
    let service = service(|_| ());
    let path = session_file("taken_lock");
    let client = client(&service);
    let session = about_to_expire(&sign_in(&client, "alice"));
    let sessions = Sessions::new(client, FileStore::new(&path));
    sessions.save(&session).unwrap();
    let held = FileStore::new(&path).lock("other", Duration::ZERO).unwrap();
    thread::scope(|scope| {
        let start = Instant::now();
        let kept = sessions.user("alice").get().unwrap();
        assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
        // A refresh needs new tokens, so it waits.
        let refresh = scope.spawn(|| sessions.user("alice").refresh());
        thread::sleep(Duration::from_millis(100));
        let callers: Vec<_> = (0..4).map(|_| scope.spawn(|| sessions.user("alice").get().unwrap())).collect();
        for caller in callers {
            let kept = caller.join().unwrap();
            assert_eq!(kept.session, session.session);
            assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
        }
        assert!(start.elapsed() < SEVERAL_WAITS, "{:?}", start.elapsed());
        assert!(!refresh.is_finished());
        drop(held);
        assert_ne!(refresh.join().unwrap().unwrap().session, session.session);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_with_valid_tokens_do_not_wait_for_a_taken_lock() {
    let service = service(|_| ());
    let path = session_file("taken_lock_tokio");
    let session = tokio::task::block_in_place(|| about_to_expire(&sign_in(&client(&service), "alice")));
    let client = cognito_tokio::Client::new(app_client(&service));
    let sessions = cognito_tokio::Sessions::new(client, cognito_tokio::FileStore::new(&path));
    sessions.save(&session).await.unwrap();
    let held = FileStore::new(&path).lock("other", Duration::ZERO).unwrap();
    let start = Instant::now();
    let get = |sessions: cognito_tokio::Sessions| async move { sessions.user("alice").get().await.unwrap() };
    assert!(get(sessions.clone()).await.refresh_error.is_some());
    let refreshing = sessions.clone();
    let refresh = tokio::spawn(async move { refreshing.user("alice").refresh().await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let callers: Vec<_> = (0..4).map(|_| tokio::spawn(get(sessions.clone()))).collect();
    for caller in callers {
        let kept = caller.await.unwrap();
        assert_eq!(kept.session, session.session);
        assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
    }
    assert!(start.elapsed() < SEVERAL_WAITS, "{:?}", start.elapsed());
    assert!(!refresh.is_finished());
    drop(held);
    assert_ne!(refresh.await.unwrap().unwrap().session, session.session);
}
