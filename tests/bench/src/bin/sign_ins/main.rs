//! Measures complete sign-ins at the service that the environment variables name:
//!
//! ```text
//! sign_ins blocking|tokio IN_FLIGHT SECONDS
//! ```
//!
//! IN_FLIGHT threads or tasks sign in repeatedly for SECONDS, each at least once. A sign-in that has begun is
//! completed. The result is one line of JSON: the number of sign-ins, the elapsed time, and the processor
//! time of this process.

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
        _ => Err(format!("unknown adapter {adapter}: pass blocking or tokio").into()),
    }
}

struct User {
    username: String,
    password: String,
}

/// Signs in on `in_flight` threads.
fn blocking(user: &User, in_flight: usize, limit: Duration) -> Outcome<()> {
    use cognito_blocking::{Client, UreqTransport};

    let client = Client::with_transport(app_client()?, UreqTransport::new(&long_timeouts()));
    let sign_in = || {
        let flow = SignIn::srp(client.app_client(), &*user.username, &*user.password, client.seed()?);
        is_signed_in(client.run(flow)?)
    };
    sign_in()?;

    let measurement = Measurement::begin(limit)?;
    thread::scope(|scope| {
        let sign_in_repeatedly = || -> Outcome<()> {
            loop {
                sign_in()?;
                if measurement.count_and_check_limit() {
                    return Ok(());
                }
            }
        };
        let threads: Vec<_> = (0..in_flight).map(|_| scope.spawn(sign_in_repeatedly)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })?;
    measurement.report()
}

/// Signs in with `in_flight` tasks, on one thread for each processor.
fn on_tokio(user: User, in_flight: usize, limit: Duration) -> Outcome<()> {
    use cognito_tokio::{Client, ReqwestTransport};

    async fn sign_in(client: &Client, user: &User) -> Outcome<()> {
        let flow = SignIn::srp(client.app_client(), &*user.username, &*user.password, client.seed()?);
        is_signed_in(client.run(flow).await?)
    }

    async fn sign_in_repeatedly(client: Client, user: Arc<User>, measurement: Arc<Measurement>) -> Outcome<()> {
        loop {
            sign_in(&client, &user).await?;
            if measurement.count_and_check_limit() {
                return Ok(());
            }
        }
    }

    let client = Client::with_transport(app_client()?, ReqwestTransport::new(&long_timeouts()));
    let user = Arc::new(user);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        sign_in(&client, &user).await?;

        let measurement = Arc::new(Measurement::begin(limit)?);
        let begin = |_| tokio::spawn(sign_in_repeatedly(client.clone(), Arc::clone(&user), Arc::clone(&measurement)));
        let tasks: Vec<_> = (0..in_flight).map(begin).collect();
        for task in tasks {
            task.await??;
        }
        measurement.report()
    })
}

/// Returns settings with long timeouts: with a thousand sign-ins in flight, a response takes longer than the
/// default timeouts.
fn long_timeouts() -> TransportSettings {
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
