//! A long-running service that always has a valid token. Its workers request a token for each call, and the
//! session is refreshed before it expires, once for all workers. The tokens of the simulated pool live for 5
//! seconds.
//!
//! ```text
//! cargo run -p cognito-blocking --example keep_fresh
//! ```

use std::error::Error;
use std::thread;
use std::time::Duration;

use cognito_blocking::operation::GetUser;
use cognito_blocking::{
    AppClient, Client, Endpoint, MemoryStore, SessionHandle, Sessions, SignIn, SignInOutcome, SignOutScope, UserPoolId,
};
use cognito_testkit::{Config, Server};

const POOL: &str = r#"{"pools":[{"clients":[{"name":"service",
    "access_token_validity":{"amount":5,"unit":"seconds"},"id_token_validity":{"amount":5,"unit":"seconds"}}],
    "users":[{"username":"service","password":"Correct-horse-1"}]}]}"#;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = Server::with_config([7; 32], Config::from_json(POOL)?)?;
    let pool = server.with(|simulator| simulator.pools().remove(0));
    let app = pool.clients.first().ok_or("the simulated pool has no app client")?;
    let app_client = AppClient::new(UserPoolId::new(&pool.id)?, &app.id)?;
    let client = Client::new(app_client.with_endpoint(Endpoint::custom(&server.url())?));

    // A real service would sign in only if its store has no session.
    let sessions = Sessions::new(client.clone(), MemoryStore::new()).with_margin(Duration::from_secs(2));
    let events = sessions.subscribe();
    let flow = SignIn::srp(client.app_client(), "service", "Correct-horse-1", client.seed()?);
    let SignInOutcome::SignedIn(signed_in) = client.run(flow)? else {
        return Err("the simulated pool must not ask a challenge".into());
    };
    let session = sessions.save(&signed_in)?;

    let workers: Vec<_> = (1..=3)
        .map(|number| {
            let session = session.clone();
            thread::spawn(move || work(number, &session))
        })
        .collect();
    for worker in workers {
        worker.join().map_err(|_| "a worker panicked")??;
    }
    session.sign_out(SignOutScope::Revoke).local?;
    for event in events.try_iter() {
        println!("{}: {:?}", event.username, event.kind);
    }
    Ok(())
}

/// Calls the service every second for ten seconds, twice as long as a token lives.
fn work(number: u32, session: &SessionHandle) -> Result<(), Box<dyn Error + Send + Sync>> {
    for second in 1..=10 {
        let user = session.call(GetUser::new())?;
        println!("second {second}, worker {number}: the token is valid for {}", user.username);
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}
