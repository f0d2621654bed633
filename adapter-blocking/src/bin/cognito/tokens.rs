//! The commands that print a token and its claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_blocking::Session;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::arguments::TokenArguments;
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
    let (_, token) = choose_token(&session, arguments)?;
    let claims = payload(token).ok_or(Failure::Malformed("the token is not a JWT"))?;
    Ok(Report::from_json(claims))
}

fn choose_token<'a>(session: &'a Session, arguments: &TokenArguments) -> Result<(&'static str, &'a str), Failure> {
    if !arguments.id {
        return Ok(("access", session.access_token().expose()));
    }
    let id_token = session.id_token().map(|token| ("id", token.expose()));
    id_token.ok_or_else(|| Failure::Usage("the session has no ID token: use --access".to_owned()))
}

/// Decodes all claims of a JWT, without verifying its signature.
fn payload(token: &str) -> Option<Value> {
    let json = Zeroizing::new(URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?);
    serde_json::from_slice(&json).ok()
}
