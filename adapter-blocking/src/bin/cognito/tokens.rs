//! The commands that print a token and its claims.

use cognito_blocking::Session;
use serde_json::json;

use crate::arguments::TokenArguments;
use crate::exact_json::ExactJson;
use crate::output::{Failure, Report};
use crate::program::{Program, iso_8601};

pub(crate) fn token(program: &Program, arguments: &TokenArguments) -> Result<Report, Failure> {
    let session = program.session()?.get()?.session;
    let (token_use, token) = choose_token(&session, arguments)?;
    Ok(Report::new(
        token,
        json!({
            "username": session.username(),
            "token_use": token_use,
            "token": token,
            "expires_at": session.expires_at_local().map(iso_8601),
        }),
    ))
}

pub(crate) fn claims(program: &Program, arguments: &TokenArguments) -> Result<Report, Failure> {
    let session = program.session()?.get()?.session;
    let (token_use, _) = choose_token(&session, arguments)?;
    let id_token = session.id_token().filter(|_| token_use == "id");
    let payload = match id_token {
        Some(id_token) => id_token.unverified_payload(),
        None => session.access_token().unverified_payload(),
    };
    let claims = payload.and_then(|payload| ExactJson::parse(payload.expose()));
    Ok(Report::from_json(claims.ok_or(Failure::Malformed("the token is not a JWT"))?))
}

fn choose_token<'a>(session: &'a Session, arguments: &TokenArguments) -> Result<(&'static str, &'a str), Failure> {
    if !arguments.id {
        return Ok(("access", session.access_token().expose()));
    }
    let id_token = session.id_token().map(|token| ("id", token.expose()));
    id_token.ok_or_else(|| Failure::Usage("the session has no ID token: use --access".to_owned()))
}
