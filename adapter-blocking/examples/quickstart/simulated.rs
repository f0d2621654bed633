//! Takes a user from sign-up to sign-out in a simulated user pool.

use std::error::Error;

use cognito_blocking::operation::{
    Attribute, ChangePassword, ConfirmSignUp, GetUser, GetUserResponse, RevokeToken, SignUp, SignUpResponse,
};
use cognito_blocking::{AppClient, Client, Endpoint, Refresh, Session, SignIn, SignInOutcome, UserPoolId};
use cognito_testkit::{Config, Server};

use crate::narrated::NarratedClient;

const USERNAME: &str = "alice";
const PASSWORD: &str = "Correct-horse-1";
const NEW_PASSWORD: &str = "Battery-staple-2";

pub(crate) fn life_of_a_user() -> Result<(), Box<dyn Error>> {
    let server = Server::with_config([7; 32], Config::standard())?;
    let client = NarratedClient::new(app_client(&server)?);
    println!("A simulated user pool listens on {}.\n", server.url());

    client.step("sign up", |client| client.call(sign_up()), describe_sign_up)?;
    let message = server.messages().pop().ok_or("the simulated service sent no code")?;
    let code = message.code;
    client.step("confirm with the code", |client| client.call(ConfirmSignUp::new(USERNAME, code)), |_| "confirmed")?;

    let session = client.step("sign in by SRP", |client| sign_in(client, PASSWORD), describe_sign_in)?;
    client.rejected_step("sign in with a wrong password", |client| sign_in(client, "Incorrect-horse-1"))?;
    let get_user = |client: &Client| client.call_signed_in(&session, GetUser::new());
    client.step("get the user", get_user, describe_user)?;

    let refreshed = client.step(
        "refresh",
        |client| refresh(client, &session),
        |session| format!("a new access token for {} seconds", session.tokens().expires_in.unwrap_or_default()),
    )?;

    let change = ChangePassword::new(PASSWORD, NEW_PASSWORD);
    client.step("change the password", |client| client.call_signed_in(&refreshed, change), |_| "changed")?;
    client.step("sign in with the new password", |client| sign_in(client, NEW_PASSWORD), describe_sign_in)?;

    let revoke = RevokeToken::new(session.refresh_token().ok_or("the session has no refresh token")?.clone());
    client.step("revoke the refresh token", |client| client.call(revoke), |_| "the first session is revoked")?;
    client.rejected_step("refresh the revoked session", |client| refresh(client, &session))?;
    println!("\nAll steps succeeded.");
    Ok(())
}

fn app_client(server: &Server) -> Result<AppClient, Box<dyn Error>> {
    let pools = server.with(|simulator| simulator.pools());
    let pool = pools.first().ok_or("the simulated service has no user pool")?;
    let client = pool.clients.first().ok_or("the simulated pool has no app client")?;
    let app_client = AppClient::new(UserPoolId::new(&pool.id)?, &client.id)?;
    Ok(app_client.with_endpoint(Endpoint::custom(&server.url())?))
}

fn sign_up() -> SignUp {
    let mut sign_up = SignUp::new(USERNAME, PASSWORD);
    sign_up.user_attributes.push(Attribute::new("email", "alice@example.com"));
    sign_up
}

fn sign_in(client: &Client, password: &str) -> Result<Session, cognito_blocking::Error> {
    let flow = SignIn::srp(client.app_client(), USERNAME, password, client.seed()?);
    match client.run(flow)? {
        SignInOutcome::SignedIn(signed_in) => Ok(signed_in.session),
        SignInOutcome::Challenge(challenge) => unreachable!("this pool does not ask for {:?}", challenge.name()),
    }
}

fn refresh(client: &Client, session: &Session) -> Result<Session, cognito_blocking::Error> {
    Ok(client.run(Refresh::new(client.app_client(), session, client.seed()?))?.session)
}

fn describe_sign_up(response: &SignUpResponse) -> String {
    let details = response.code_delivery_details.as_ref();
    let destination = details.and_then(|details| details.destination.as_deref()).unwrap_or("nobody");
    format!("confirmed: {}, a code went to {destination}", response.user_confirmed)
}

fn describe_sign_in(session: &Session) -> String {
    let seconds = session.tokens().expires_in.unwrap_or_default();
    format!("signed in as {}, access token for {seconds} seconds", session.username())
}

fn describe_user(user: &GetUserResponse) -> String {
    let attributes = user.user_attributes.iter();
    let attributes: Vec<_> = attributes
        .map(|attribute| format!("{}={}", attribute.name, attribute.value.as_deref().unwrap_or_default()))
        .collect();
    format!("{}: {}", user.username, attributes.join(" "))
}
