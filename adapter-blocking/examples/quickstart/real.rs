//! A sign-in to the pool that the environment names.

use std::env;
use std::error::Error;
use std::io::{self, Write};

use cognito_blocking::operation::{GetUser, RevokeToken};
use cognito_blocking::secret::{ClientSecret, Password};
use cognito_blocking::{AppClient, Client, Endpoint, SignIn, SignInOutcome, UserPoolId};

use crate::narrated::NarratedClient;

pub(crate) struct Settings {
    app_client: AppClient,
    username: Option<String>,
    password: Option<Password>,
}

impl Settings {
    /// None when the environment names no pool.
    pub(crate) fn from_environment() -> Result<Option<Self>, Box<dyn Error>> {
        let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let (user_pool_id, client_id) = match (variable("COGNITO_USER_POOL_ID"), variable("COGNITO_CLIENT_ID")) {
            (None, None) => return Ok(None),
            (Some(user_pool_id), Some(client_id)) => (user_pool_id, client_id),
            _ => return Err("set both COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID, or neither".into()),
        };
        let mut app_client = AppClient::new(UserPoolId::new(user_pool_id)?, client_id)?;
        if let Some(secret) = variable("COGNITO_CLIENT_SECRET") {
            app_client = app_client.with_secret(ClientSecret::from(secret));
        }
        if let Some(url) = variable("COGNITO_ENDPOINT") {
            app_client = app_client.with_endpoint(Endpoint::custom(&url)?);
        }
        let (username, password) = (variable("COGNITO_USERNAME"), variable("COGNITO_PASSWORD").map(Password::from));
        Ok(Some(Self { app_client, username, password }))
    }
}

pub(crate) fn sign_in(settings: Settings) -> Result<(), Box<dyn Error>> {
    let Settings { app_client, username, password } = settings;
    println!("Signing in to {} at {}.\n", app_client.user_pool_id(), app_client.endpoint().url());
    let username = username.map_or_else(ask_for_username, Ok)?;
    let password = match password {
        Some(password) => password,
        None => Password::from(rpassword::prompt_password("Password: ")?),
    };

    let client = NarratedClient::new(app_client);
    let sign_in = |client: &Client| client.run(SignIn::srp(client.app_client(), username, password, client.seed()?));
    let outcome = client.step("sign in by SRP", sign_in, |outcome| match outcome {
        SignInOutcome::SignedIn(signed_in) => format!("signed in as {}", signed_in.session.username()),
        SignInOutcome::Challenge(challenge) => format!("the service asks for {:?}", challenge.name()),
    });
    let SignInOutcome::SignedIn(signed_in) = outcome.map_err(|_| "The sign-in failed.")? else {
        return Ok(());
    };

    let session = signed_in.session;
    let get_user = |client: &Client| client.call_signed_in(&session, GetUser::new());
    client.step("get the user", get_user, |user| {
        let names: Vec<_> = user.user_attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        format!("{} with {}", user.username, names.join(", "))
    })?;
    if let Some(refresh_token) = session.refresh_token() {
        let revoke = |client: &Client| client.call(RevokeToken::new(refresh_token.clone()));
        client.step("sign out, revoking", revoke, |_| "the tokens are revoked")?;
    }
    Ok(())
}

fn ask_for_username() -> io::Result<String> {
    print!("User name: ");
    io::stdout().flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
