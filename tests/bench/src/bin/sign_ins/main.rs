//! Whole sign-ins at the service that the environment names, so many at a time for so many seconds:
//!
//! ```text
//! sign_ins blocking|tokio IN_FLIGHT SECONDS
//! ```
//!
//! Each thread or task signs in once at least, and a sign-in that has begun is brought to its end. A line of JSON tells how
//! many there were, how long they took together, and how much processor time this process took for them.

mod measurement;

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cognito_tokio::{AppClient, Endpoint, SignIn, SignInOutcome, TransportSettings, UserPoolId};
use measurement::Measurement;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [adapter, in_flight, seconds] = arguments.as_slice() else {
        return Err("usage: sign_ins blocking|tokio IN_FLIGHT SECONDS".into());
    };
    let (in_flight, limit) = (in_flight.parse()?, Duration::from_secs(seconds.parse()?));
    let user = User { username: variable("COGNITO_USERNAME")?, password: variable("COGNITO_PASSWORD")? };
    match adapter.as_str() {
        "blocking" => blocking(&user, in_flight, limit),
        "tokio" => on_tokio(user, in_flight, limit),
        _ => Err(format!("{adapter} is neither blocking nor tokio").into()),
    }
}

struct User {
    username: String,
    password: String,
}

/// On as many threads.
fn blocking(user: &User, in_flight: usize, limit: Duration) -> Outcome<()> {
    use cognito_blocking::{Client, UreqTransport};

    let client = Client::with_transport(app_client()?, UreqTransport::new(&patient()));
    let sign_in = || {
        let flow = SignIn::srp(client.app_client(), &*user.username, &*user.password, client.seed()?);
        is_signed_in(client.run(flow)?)
    };
    sign_in()?;

    let measurement = Measurement::begin(limit)?;
    thread::scope(|scope| {
        let work = || -> Outcome<()> {
            loop {
                sign_in()?;
                if measurement.counts_the_last() {
                    return Ok(());
                }
            }
        };
        let threads: Vec<_> = (0..in_flight).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })?;
    measurement.report()
}

/// In as many tasks, on a thread for each processor.
fn on_tokio(user: User, in_flight: usize, limit: Duration) -> Outcome<()> {
    use cognito_tokio::{Client, ReqwestTransport};

    async fn sign_in(client: &Client, user: &User) -> Outcome<()> {
        let flow = SignIn::srp(client.app_client(), &*user.username, &*user.password, client.seed()?);
        is_signed_in(client.run(flow).await?)
    }

    async fn work(client: Client, user: Arc<User>, measurement: Arc<Measurement>) -> Outcome<()> {
        loop {
            sign_in(&client, &user).await?;
            if measurement.counts_the_last() {
                return Ok(());
            }
        }
    }

    let client = Client::with_transport(app_client()?, ReqwestTransport::new(&patient()));
    let user = Arc::new(user);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        sign_in(&client, &user).await?;

        let measurement = Arc::new(Measurement::begin(limit)?);
        let begin = |_| tokio::spawn(work(client.clone(), Arc::clone(&user), Arc::clone(&measurement)));
        let tasks: Vec<_> = (0..in_flight).map(begin).collect();
        for task in tasks {
            task.await??;
        }
        measurement.report()
    })
}

/// With a thousand in flight, an answer takes longer than the default allows.
fn patient() -> TransportSettings {
    let mut settings = TransportSettings::default();
    settings.connect_timeout = Duration::from_secs(600);
    settings.total_timeout = Duration::from_secs(600);
    settings
}

fn app_client() -> Outcome<AppClient> {
    let user_pool_id = UserPoolId::new(variable("COGNITO_USER_POOL_ID")?)?;
    let app_client = AppClient::new(user_pool_id, variable("COGNITO_CLIENT_ID")?)?;
    Ok(app_client.with_endpoint(Endpoint::custom(&variable("COGNITO_ENDPOINT")?)?))
}

fn variable(name: &str) -> Outcome<String> {
    env::var(name).map_err(|_| format!("set {name}").into())
}

fn is_signed_in(outcome: SignInOutcome) -> Outcome<()> {
    match outcome {
        SignInOutcome::SignedIn(_) => Ok(()),
        SignInOutcome::Challenge(challenge) => Err(format!("the service asks for {:?}", challenge.name()).into()),
    }
}
