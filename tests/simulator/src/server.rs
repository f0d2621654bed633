//! The simulator behind HTTP, on a loopback port.

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

/// The maximum number of connections that wait to be accepted.
///
/// With the standard library's limit of 128, the system would reject some connections if a thousand
/// connections are opened at the same time.
const MAX_PENDING_CONNECTIONS: u32 = 4096;

/// A simulator behind an HTTP server, which runs on its own thread and stops when it is dropped.
///
/// A `POST` to any path outside of `/_sim/` is a request of the API: of user pools, identity pools or the
/// Security Token Service. `GET /{pool id}/.well-known/jwks.json` returns the keys that verify tokens. For
/// tests in other languages, the server has these requests:
///
/// - `GET /_sim/messages` returns all messages that were sent to users.
/// - `POST /_sim/advance` with `{"seconds": 3600}` moves the clock forward, and returns
///   `{"unix_seconds": …}`.
/// - `POST /_sim/faults` plans a fault. The body is a [`FaultPlan`], such as
///   `{"fault": "throttle", "operation": "InitiateAuth", "times": 2}`. The members `operation` and `times`
///   are optional. For all faults, see [`Fault`](crate::Fault).
/// - `GET /_sim/faults` returns the planned faults that have not happened yet.
/// - `DELETE /_sim/faults` removes all planned faults.
///
/// The server really breaks the connection if a planned fault says so.
///
/// ```
/// use core::time::Duration;
/// use cognito_testkit::{Config, Server};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let server = Server::with_config([7; 32], Config::standard())?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
///
/// // A test moves the clock instead of waiting for an hour.
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

/// A function that is called with each message on its delivery.
type Observer = Box<dyn FnMut(&Message) + Send>;

struct Shared {
    state: Mutex<Inner>,
}

struct Inner {
    simulator: Simulator,
    /// The difference by which the simulator's clock is ahead of the system clock.
    ahead: Duration,
    observer: Observer,
}

impl Server {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// The server cannot listen on a port, or cannot start its thread.
    pub fn start(simulator: Simulator) -> io::Result<Self> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), simulator, |_| ())
    }

    /// Starts a server with a new simulator from a configuration, on a free port of 127.0.0.1.
    ///
    /// The pools are created at the current time of the system clock.
    ///
    /// # Errors
    /// The configuration is invalid, or the server cannot start: see [`start`](Self::start).
    pub fn with_config(seed: [u8; 32], config: Config) -> io::Result<Self> {
        let wrong = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        Self::start(Simulator::from_config(seed, system_time(), config).map_err(wrong)?)
    }

    /// Starts a server on this address, which calls the observer with every message on its delivery.
    ///
    /// The simulator is locked during the call. An observer that reads the simulator or sends a request to
    /// the server causes a deadlock.
    ///
    /// # Errors
    /// The server cannot listen on the address, or cannot start its thread.
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
            socket.listen(MAX_PENDING_CONNECTIONS)?
        };
        let serving = Arc::clone(&shared);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("cognito-sim".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::spawn(http::serve(listener, serving));
                // The server stops if this channel gets a message or its sender is dropped. The end of the
                // runtime closes open connections.
                let _ = stopped.await;
            });
        })?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Returns the URL of the server, such as `http://127.0.0.1:9229`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns all messages that were sent to users, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.shared.lock().simulator.messages().to_vec()
    }

    /// Calls a function with the simulator, and returns its result. Requests wait until the function returns.
    pub fn with<T>(&self, act: impl FnOnce(&mut Simulator) -> T) -> T {
        act(&mut self.shared.lock().simulator)
    }

    /// Moves the simulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.shared.lock().advance(by);
    }

    /// Adds a planned fault.
    pub fn plan_fault(&self, plan: FaultPlan) {
        self.shared.lock().simulator.faults().plan(plan);
    }

    /// Returns the time of the simulator's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.lock().now()
    }

    /// Serves requests until the process ends.
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
    /// Locks the simulator, even after a panic in [`Server::with`], so that other tests can still use the
    /// server.
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

/// Returns the time of the system clock, which no other function in this package reads.
#[expect(clippy::disallowed_methods, reason = "the server provides the time of the simulator")]
fn system_time() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(millis(since_epoch))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
