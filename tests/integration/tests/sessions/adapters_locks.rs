//! Sessions of both adapters while another process holds the lock on the store.

use std::io;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cognito_blocking::adapter::Stopwatch;
use cognito_blocking::storage::Record;
use cognito_blocking::{Error, FileStore, MAX_LOCK_WAIT, SHORT_LOCK_WAIT, Sessions, SignOutScope, Store, StoreLock};
use cognito_integration_tests::support::files::session_file;
use cognito_integration_tests::support::service::{app_client, service};
use cognito_integration_tests::support::sessions::{about_to_expire, client, sign_in};
use cognito_tokio::BoxFuture;

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
        let start = Stopwatch::start();
        let kept = sessions.user("alice").get().unwrap();
        assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
        // A refresh needs new tokens, so it waits.
        let refresh = scope.spawn(|| sessions.user("alice").refresh());
        thread::sleep(Duration::from_millis(100));
        let callers: Vec<_> = (0..4).map(|_| scope.spawn(|| sessions.user("alice").get().unwrap())).collect();
        for caller in callers {
            let kept = caller.join().unwrap();
            assert_eq!(kept.session.tokens(), session.session.tokens());
            assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
        }
        assert!(start.elapsed() < SEVERAL_WAITS, "{:?}", start.elapsed());
        assert!(!refresh.is_finished());
        drop(held);
        assert_ne!(refresh.join().unwrap().unwrap().session.tokens(), session.session.tokens());
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
    let start = Stopwatch::start();
    let get = |sessions: cognito_tokio::Sessions| async move { sessions.user("alice").get().await.unwrap() };
    assert!(get(sessions.clone()).await.refresh_error.is_some());
    let refreshing = sessions.clone();
    let refresh = tokio::spawn(async move { refreshing.user("alice").refresh().await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let callers: Vec<_> = (0..4).map(|_| tokio::spawn(get(sessions.clone()))).collect();
    for caller in callers {
        let kept = caller.await.unwrap();
        assert_eq!(kept.session.tokens(), session.session.tokens());
        assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
    }
    assert!(start.elapsed() < SEVERAL_WAITS, "{:?}", start.elapsed());
    assert!(!refresh.is_finished());
    drop(held);
    assert_ne!(refresh.await.unwrap().unwrap().session.tokens(), session.session.tokens());
}

/// A store whose lock is always taken. It records the maximum waits, and waits each time for twice
/// [`LOCK_WAIT`], so that the test also passes if the other callers arrive later by up to [`LOCK_WAIT`].
#[derive(Default)]
struct LockedStore(Mutex<Vec<Duration>>);

const LOCK_WAIT: Duration = Duration::from_millis(300);

impl LockedStore {
    fn record(&self, max_wait: Duration) -> io::Error {
        self.0.lock().unwrap().push(max_wait);
        io::ErrorKind::TimedOut.into()
    }

    /// Checks that each of three callers waits until its own deadline, although they wait one after the
    /// other.
    fn check(&self) {
        let max_waits = self.0.lock().unwrap();
        assert_eq!(max_waits.len(), 3);
        for (earlier, max_wait) in max_waits.iter().enumerate() {
            let waited = LOCK_WAIT * u32::try_from(earlier).unwrap();
            assert!(*max_wait <= MAX_LOCK_WAIT - waited && *max_wait > MAX_LOCK_WAIT / 2, "{max_waits:?}");
        }
    }
}

impl Store for LockedStore {
    fn load(&self, _key: &str) -> io::Result<Option<Record>> {
        Ok(None)
    }

    fn save(&self, _key: &str, _record: &Record) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, _key: &str) -> io::Result<()> {
        Ok(())
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn lock(&self, _key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        thread::sleep(2 * LOCK_WAIT);
        Err(self.record(max_wait))
    }
}

impl cognito_tokio::Store for LockedStore {
    fn load<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, io::Result<Option<Record>>> {
        Box::pin(async { Ok(None) })
    }

    fn save<'a>(&'a self, _key: &'a str, _record: &'a Record) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn remove<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn keys(&self) -> BoxFuture<'_, io::Result<Vec<String>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn lock<'a>(&'a self, _key: &'a str, max_wait: Duration) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>> {
        Box::pin(async move {
            tokio::time::sleep(2 * LOCK_WAIT).await;
            Err(self.record(max_wait))
        })
    }
}

/// Regression: each caller waited for the whole time after the caller before it had given up.
#[test]
fn the_waits_of_callers_in_line_do_not_add_up() {
    let service = service(|_| ());
    let store = Arc::new(LockedStore::default());
    let sessions = Sessions::new(client(&service), Arc::clone(&store));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert!(sessions.user("alice").sign_out(SignOutScope::Local).local.is_err()));
        }
    });
    store.check();
}

#[tokio::test]
async fn the_waits_of_tasks_in_line_do_not_add_up() {
    let service = service(|_| ());
    let store = Arc::new(LockedStore::default());
    let client = cognito_tokio::Client::new(app_client(&service));
    let sessions = cognito_tokio::Sessions::new(client, Arc::clone(&store));
    let sign_out = || async { sessions.user("alice").sign_out(SignOutScope::Local).await.local.is_err() };
    assert_eq!(tokio::join!(sign_out(), sign_out(), sign_out()), (true, true, true));
    store.check();
}
