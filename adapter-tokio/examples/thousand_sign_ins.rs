//! Measures how much a thousand concurrent sign-ins by SRP delay other tasks on the reactor:
//!
//! ```text
//! cargo run --release -p cognito-tokio --example thousand_sign_ins
//! ```
//!
//! A runtime with a single thread drives all sign-ins, and another task on it asks to be woken every
//! millisecond. The example prints the delay of these ticks: once with the computations on tokio's blocking
//! threads, as `Client::run` does it, and once with the computations on the reactor. The simulated service
//! runs in another process on the same processors.

use std::cell::RefCell;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use cognito_testkit::{Config, Server};
use cognito_tokio::{
    AppClient, Client, Endpoint, Event, Flow, ReqwestTransport, SignIn, SignInOutcome, Step, Timestamp, Transport,
    TransportSettings, UserPoolId,
};
use futures_util::future::join_all;
use tokio::runtime::Builder;
use tokio::time::{MissedTickBehavior, interval, sleep};

const SIGN_INS: usize = 1000;
const POOL: &str = r#"{"pools":[{"id":"us-east-1_Benchmark","password_verifier_seconds":600,"clients":[{"id":"app"}],
    "users":[{"username":"alice","password":"Correct-horse-1"}]}]}"#;

type SigningIn = Pin<Box<dyn Future<Output = bool>>>;

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return serve();
    }
    let title = format!("{SIGN_INS} concurrent sign-ins");
    println!("{title:<34}{:>8}{:>30}{:>10}{:>11}", "seconds", "delay of a tick: median", "99 %", "maximum");
    measure("on tokio's blocking threads", |client, _, flow| {
        Box::pin(async move { matches!(client.run(flow).await, Ok(SignInOutcome::SignedIn(_))) })
    })?;
    measure("on the reactor", |_, transport, flow| Box::pin(on_the_reactor(transport, flow)))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn measure(name: &str, sign_in: fn(Client, ReqwestTransport, SignIn) -> SigningIn) -> Result<(), Box<dyn Error>> {
    let service = Service::start()?;
    let app_client = AppClient::new(UserPoolId::new("us-east-1_Benchmark")?, "app")?;
    let app_client = app_client.with_endpoint(Endpoint::custom(&service.url)?);
    let mut settings = TransportSettings::default();
    settings.total_timeout = Duration::from_secs(120);
    let transport = ReqwestTransport::new(&settings);
    let client = Client::with_transport(app_client, transport.clone());
    let flows = (0..SIGN_INS)
        .map(|_| Ok(SignIn::srp(client.app_client(), "alice", "Correct-horse-1", client.seed()?)))
        .collect::<Result<Vec<_>, cognito_tokio::Error>>()?;

    let started = Instant::now();
    let done = Builder::new_current_thread().enable_all().build()?.block_on(async {
        let ticking = tokio::spawn(ticks());
        let done = join_all(flows.into_iter().map(|flow| sign_in(client.clone(), transport.clone(), flow))).await;
        ticking.abort();
        done.into_iter().filter(|signed_in| *signed_in).count()
    });
    let seconds = started.elapsed().as_secs_f64();

    let mut delays = DELAYS.take();
    delays.sort_unstable();
    let at = |percent: usize| delays.get(delays.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default();
    let [median, percentile_99, maximum] = [50, 99, 100].map(|percent| at(percent).as_secs_f64() * 1000.0);
    println!("{name:<34}{seconds:>8.2}{median:>27.2} ms{percentile_99:>7.2} ms{maximum:>8.2} ms   ({done} signed in)");
    Ok(())
}

thread_local! {
    /// The delay of each tick.
    static DELAYS: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
async fn ticks() {
    let period = Duration::from_millis(1);
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut last = Instant::now();
    loop {
        ticks.tick().await;
        DELAYS.with_borrow_mut(|delays| delays.push(last.elapsed().saturating_sub(period)));
        last = Instant::now();
    }
}

/// Runs a flow like `Client::run`, but with the computations on the reactor.
async fn on_the_reactor(transport: ReqwestTransport, mut flow: SignIn) -> bool {
    let mut event = Event::Start;
    loop {
        event = match flow.step(now(), event) {
            Ok(Step::Send(request)) => Event::Sent(transport.send(&request).await),
            Ok(Step::Wait(backoff)) => {
                sleep(Duration::from_millis(backoff.at_most_millis)).await;
                Event::Woke
            }
            Ok(Step::Done(outcome)) => return matches!(outcome, SignInOutcome::SignedIn(_)),
            Err(_) => return false,
        };
    }
}

#[expect(clippy::disallowed_methods, reason = "an adapter reads the clock")]
fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// The simulated service in a separate process, which is killed when this value is dropped.
struct Service {
    process: Child,
    url: String,
}

impl Service {
    fn start() -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(std::env::current_exe()?).arg("serve").stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(process.stdout.take().ok_or("the simulated service has no output")?).read_line(&mut url)?;
        Ok(Self { process, url: url.trim().to_owned() })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _status = self.process.kill().and_then(|()| self.process.wait());
    }
}

fn serve() -> Result<(), Box<dyn Error>> {
    let server = Server::with_config([7; 32], Config::from_json(POOL)?)?;
    println!("{}", server.url());
    server.wait();
    Ok(())
}
