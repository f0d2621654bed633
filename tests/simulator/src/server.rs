//! The simulator on a loopback port.

mod control;
mod http;

use alloc::sync::Arc;
use core::fmt;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::SystemTime;

use cognito_core::{Request, Timestamp};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;

use crate::config::Config;
use crate::faults::{FaultPlan, Outcome};
use crate::message::Message;
use crate::simulator::Simulator;

/// How many connections may wait to be accepted. With the standard library's 128 the system breaks off some of a thousand
/// that are made at once.
const MAY_WAIT: u32 = 4096;

/// A simulator behind HTTP, on a thread of its own. It stops when dropped.
///
/// A `POST` is the API, of user pools, of identity pools and of AssumeRoleWithWebIdentity, on any path but those of `/_sim/`. `GET /{pool id}/.well-known/jwks.json` gives the keys that
/// tokens verify with. Tests in other languages have, besides:
///
/// - `GET /_sim/messages`: everything that was sent to users.
/// - `POST /_sim/advance` with `{"seconds": 3600}`: moves the clock forward, and answers `{"unix_seconds": …}`.
/// - `POST /_sim/faults` with a [`FaultPlan`], as `{"fault": "throttle", "operation": "InitiateAuth", "times": 2}`; the
///   [faults](crate::Fault) are listed there. `operation` and `times` may be left out. `GET /_sim/faults` gives those that
///   are still to come, and `DELETE /_sim/faults` forgets them. A fault is real: the connection does break.
///
/// ```
/// use core::time::Duration;
/// use cognito_testkit::{Config, Server};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let server = Server::with_config([7; 32], Config::standard())?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
///
/// // A test of what happens in an hour need not wait for it.
/// server.advance(Duration::from_secs(3600));
/// let pools = server.with(|simulator| simulator.pools());
/// assert_eq!(pools.len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What is called with each message as it is delivered.
type Observer = Box<dyn FnMut(&Message) + Send>;

struct Shared {
    state: Mutex<Inner>,
}

struct Inner {
    simulator: Simulator,
    /// How far the simulator's clock is ahead of the system's.
    ahead: Duration,
    observer: Observer,
}

impl Server {
    /// Serves on a free port of 127.0.0.1.
    pub fn start(simulator: Simulator) -> io::Result<Self> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), simulator, |_| ())
    }

    /// Serves a simulator that is made from the configuration now, by the system's clock.
    pub fn with_config(seed: [u8; 32], config: Config) -> io::Result<Self> {
        let wrong = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        Self::start(Simulator::from_config(seed, system_time(), config).map_err(wrong)?)
    }

    /// Serves on this address, and shows every message to the observer as it is delivered. The simulator is
    /// locked meanwhile: an observer that asks the server for anything waits for itself.
    pub fn start_on(
        address: SocketAddr,
        simulator: Simulator,
        observer: impl FnMut(&Message) + Send + 'static,
    ) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let address = socket.local_addr()?;
        let observer = Box::new(observer);
        let shared = Arc::new(Shared { state: Mutex::new(Inner { simulator, ahead: Duration::ZERO, observer }) });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _entered = runtime.enter();
            socket.listen(MAY_WAIT)?
        };
        let serving = Arc::clone(&shared);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("cognito-sim".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::spawn(http::serve(listener, serving));
                // Whether told or forgotten, it is over; connections still open go down with the runtime.
                let _ = stopped.await;
            });
        })?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was sent to users, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.shared.lock().simulator.messages().to_vec()
    }

    /// Reaches into the simulator. Requests wait meanwhile.
    pub fn with<T>(&self, act: impl FnOnce(&mut Simulator) -> T) -> T {
        act(&mut self.shared.lock().simulator)
    }

    /// Moves the simulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.shared.lock().advance(by);
    }

    /// Plans a fault.
    pub fn plan_fault(&self, plan: FaultPlan) {
        self.shared.lock().simulator.faults().plan(plan);
    }

    /// The simulator's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.lock().now()
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread returns nothing, and a panic in it was reported when it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Shared {
    /// A test that panicked inside `with` must not take the others' server away.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn now(&self) -> Timestamp {
        let now = system_time();
        Timestamp::from_unix_millis(now.as_unix_millis().saturating_add(millis(self.ahead)))
    }

    fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by);
    }

    fn exchange(&mut self, request: &Request) -> Outcome {
        let known = self.simulator.messages().len();
        let outcome = self.simulator.exchange(self.now(), request);
        self.simulator.messages().iter().skip(known).for_each(&mut self.observer);
        outcome
    }
}

/// The system's clock, which nothing else in this package reads.
#[expect(clippy::disallowed_methods, reason = "the server is what gives the simulator its time")]
fn system_time() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(millis(since_epoch))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
