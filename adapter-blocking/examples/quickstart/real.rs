//! Signs in to the user pool that the environment variables name.

use std::error::Error;
use std::io::{self, Write};

use cognito_blocking::operation::{GetUser, RevokeToken};
use cognito_blocking::secret::Password;
use cognito_blocking::{AppClient, Client, SignIn, SignInOutcome};

use crate::environment::variable;
use crate::narrated::NarratedClient;

pub(crate) fn sign_in(app_client: AppClient) -> Result<(), Box<dyn Error>> {
    println!("Signing in to {} at {}.\n", app_client.user_pool_id(), app_client.endpoint().url());
    let username = variable("COGNITO_USERNAME").map_or_else(ask_for_username, Ok)?;
    let password = variable("COGNITO_PASSWORD").map_or_else(|| rpassword::prompt_password("Password: "), Ok)?;
    let password = Password::from(password);

    let client = NarratedClient::new(app_client);
    let sign_in = |client: &Client| client.run(SignIn::srp(client.app_client(), username, password, client.seed()?));
    let outcome = client.step("sign in by SRP", sign_in, |outcome| match outcome {
        SignInOutcome::SignedIn(signed_in) => format!("signed in as {}", signed_in.session.username()),
        SignInOutcome::Challenge(challenge) => format!("the service asks for {:?}", challenge.name()),
    });
    let SignInOutcome::SignedIn(signed_in) = outcome.map_err(|_| "the sign-in failed, see above")? else {
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
        client.step("revoke the refresh token", revoke, |_| "the tokens are revoked")?;
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
