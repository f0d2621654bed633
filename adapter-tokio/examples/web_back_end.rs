//! A web server that signs users in: one request contains the password, and the next one the code of the
//! second factor. Between these requests the challenge is stored, as a real server would store it in a
//! database, so any process could answer it.
//!
//! ```text
//! cargo run -p cognito-tokio --example web_back_end
//! ```
//!
//! The server signs in to the user pool that COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID name. If they are
//! unset, the server uses a simulated pool, whose user `alice` has the password `Correct-horse-1`, and prints
//! the codes that the pool sends.

#[path = "../../adapter-blocking/examples/environment/mod.rs"]
mod environment;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Form, State};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Router, serve};
use cognito_testkit::{Config, Server};
use cognito_tokio::error::WithCauses;
use cognito_tokio::{AppClient, Challenge, Client, Endpoint, SignIn, SignInOutcome, UserPoolId};
use serde::Deserialize;
use tokio::net::TcpListener;

const POOL: &str = r#"{"pools":[{"mfa_configuration":"OPTIONAL","mfa_factors":["SMS_MFA"],"clients":[{"name":"web"}],
    "users":[{"username":"alice","password":"Correct-horse-1","mfa":{"enabled":["SMS_MFA"]},
              "attributes":{"phone_number":"+15550001234"}}]}]}"#;

#[derive(Clone)]
struct App {
    client: Client,
    /// Challenges as JSON, by the id in the form for the code. An answer removes its challenge.
    challenges: Arc<Mutex<BTreeMap<String, String>>>,
    simulated: Option<Arc<Server>>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (app_client, simulated) = match environment::app_client()? {
        Some(app_client) => (app_client, None),
        None => {
            let server = Server::with_config([7; 32], Config::from_json(POOL)?)?;
            (simulated_app_client(&server)?, Some(Arc::new(server)))
        }
    };
    let app = App { client: Client::new(app_client), challenges: Arc::default(), simulated };
    let router = Router::new()
        .route("/", get(|| async { Html(FORM) }))
        .route("/sign-in", post(sign_in))
        .route("/answer", post(answer))
        .with_state(app);
    let address = environment::variable("LISTEN").unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/", listener.local_addr()?);
    Ok(serve(listener, router).await?)
}

fn simulated_app_client(server: &Server) -> Result<AppClient, Box<dyn Error>> {
    let pool = server.with(|simulator| simulator.pools().remove(0));
    let app = pool.clients.first().ok_or("the simulated pool has no app client")?;
    let app_client = AppClient::new(UserPoolId::new(&pool.id)?, &app.id)?;
    Ok(app_client.with_endpoint(Endpoint::custom(&server.url())?))
}

const FORM: &str = r#"<form method="post" action="/sign-in">
<input name="username" placeholder="User name"><input name="password" type="password" placeholder="Password">
<button>Sign in</button></form>"#;

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

/// Handles the first request, which contains the password.
async fn sign_in(State(app): State<App>, Form(form): Form<Credentials>) -> Html<String> {
    page(async {
        let seed = app.client.seed()?;
        let flow = SignIn::srp(app.client.app_client(), form.username, form.password, seed);
        app.page_for(app.client.run(flow).await?)
    })
    .await
}

#[derive(Deserialize)]
struct Answer {
    id: String,
    code: String,
}

/// Handles the second request, which contains the code.
async fn answer(State(app): State<App>, Form(form): Form<Answer>) -> Html<String> {
    page(async {
        let stored = app.take(&form.id).ok_or("This sign-in has ended. Sign in again.")?;
        let challenge: Challenge = serde_json::from_str(&stored)?;
        let Challenge::Code(code) = &challenge else { return Err("This page supports only codes.".into()) };
        let flow = code.answer(app.client.app_client(), form.code, app.client.seed()?);
        match app.client.run(flow).await {
            Ok(outcome) => app.page_for(outcome),
            // The code was wrong, for example.
            Err(error) if error.may_answer_again() => {
                Ok(format!("<p>{}</p>{}", escaped(&error.with_causes().to_string()), app.form(&challenge)?))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

impl App {
    fn page_for(&self, outcome: SignInOutcome) -> Result<String, Box<dyn Error + Send + Sync>> {
        match outcome {
            SignInOutcome::SignedIn(signed_in) => {
                Ok(format!("<p>{} is signed in.</p>", escaped(signed_in.session.username())))
            }
            SignInOutcome::Challenge(challenge) => self.form(&challenge),
        }
    }

    /// Stores the challenge, and returns the form that asks for its code.
    fn form(&self, challenge: &Challenge) -> Result<String, Box<dyn Error + Send + Sync>> {
        let Challenge::Code(code) = challenge else {
            return Err(format!("This page does not support {}.", challenge.name().as_str()).into());
        };
        if let Some(message) = self.simulated.as_ref().and_then(|server| server.messages().pop()) {
            println!("to {}: your code is {}", message.destination, message.code);
        }
        // The id must be hard to guess, because anyone who has it can try a code.
        let mut id = [0_u8; 16];
        getrandom::fill(&mut id)?;
        let id = id.iter().fold(String::new(), |id, byte| format!("{id}{byte:02x}"));
        let sent_to = escaped(code.destination().unwrap_or("your authenticator app"));
        self.challenges().insert(id.clone(), serde_json::to_string(challenge)?);
        Ok(format!(
            r#"<form method="post" action="/answer"><input type="hidden" name="id" value="{id}">
<input name="code" placeholder="Code ({sent_to})"><button>Continue</button></form>"#
        ))
    }

    fn take(&self, id: &str) -> Option<String> {
        self.challenges().remove(id)
    }

    fn challenges(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.challenges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn page(body: impl Future<Output = Result<String, Box<dyn Error + Send + Sync>>>) -> Html<String> {
    Html(body.await.unwrap_or_else(|error| format!("<p>{}</p>{FORM}", escaped(&WithCauses::new(&*error).to_string()))))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
