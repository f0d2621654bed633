//! The commands that show, set up and change second factors.

use cognito_blocking::operation::{AssociateSoftwareToken, GetUser, VerifySoftwareToken};
use cognito_blocking::secret::Parameter;
use cognito_blocking::{FactorState, SessionHandle, SetMfaPreference};
use serde_json::json;

use crate::account::code_or_prompt;
use crate::arguments::{Factor, FactorChoice, Mfa};
use crate::output::{Failure, Report};
use crate::program::Program;
use crate::terminal;

pub(crate) fn run(program: &Program, command: Mfa) -> Result<Report, Failure> {
    let session = program.session()?;
    match command {
        Mfa::Status => status(&session),
        Mfa::Totp { code, name } => totp(program, &session, code, name),
        Mfa::Prefer { factor, state } => {
            change(program, &session, factor, state)?;
            status(&session)
        }
    }
}

fn status(session: &SessionHandle) -> Result<Report, Failure> {
    let user = session.call(GetUser::new())?;
    let preferred = user.preferred_mfa_setting.as_deref();
    let line = |factor: &String| {
        let mark = if preferred == Some(factor) { " (preferred)" } else { "" };
        format!("{factor}{mark}")
    };
    let mut lines: Vec<String> = user.user_mfa_setting_list.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("No second factor is enabled.".to_owned());
    }
    Ok(Report::lines(lines, json!({ "preferred": preferred, "enabled": user.user_mfa_setting_list })))
}

/// Sets up an authenticator app: shows the secret, verifies the first code, and makes the app the preferred
/// second factor.
fn totp(
    program: &Program,
    session: &SessionHandle,
    code: Option<String>,
    name: Option<String>,
) -> Result<Report, Failure> {
    if code.is_some() {
        verify(session, code_or_prompt(code)?, name)?;
    } else {
        let response = session.call(AssociateSoftwareToken::new())?;
        let secret =
            response.secret_code.ok_or(Failure::Malformed("the response of the service has no secret code"))?;
        let issuer = program.configuration.issuer();
        if !terminal::is_interactive() {
            let uri = secret.otpauth_uri(&issuer, session.username());
            let json = json!({ "secret_code": secret.expose(), "otpauth_uri": uri.expose() });
            return Ok(Report::new(secret.expose(), json));
        }
        terminal::show_secret(&secret, &issuer, session.username())?;
        prompt_and_verify(session, name.as_deref())?;
    }
    change(program, session, Factor::Totp, FactorChoice::Preferred)?;
    status(session)
}

fn prompt_and_verify(session: &SessionHandle, name: Option<&str>) -> Result<(), Failure> {
    loop {
        let code = terminal::ask_code("SOFTWARE_TOKEN_MFA_CODE", "Code that the app shows")?;
        match verify(session, code, name.map(str::to_owned)) {
            Err(Failure::Library(error)) if error.may_answer_again() => {
                terminal::print_line(&error.with_causes().to_string())?
            }
            result => return result,
        }
    }
}

fn verify(session: &SessionHandle, code: Parameter, name: Option<String>) -> Result<(), Failure> {
    let mut verify = VerifySoftwareToken::new(code);
    verify.friendly_device_name = name;
    session.call(verify)?;
    Ok(())
}

fn change(program: &Program, session: &SessionHandle, factor: Factor, choice: FactorChoice) -> Result<(), Failure> {
    let state = match choice {
        FactorChoice::Preferred => FactorState::Preferred,
        FactorChoice::On => FactorState::On,
        FactorChoice::Off => FactorState::Off,
    };
    let client = program.client()?;
    let flow = SetMfaPreference::new(client.app_client(), &session.access_token()?);
    client.run(match factor {
        Factor::Sms => flow.with_sms(state),
        Factor::Totp => flow.with_software_token(state),
        Factor::Email => flow.with_email(state),
        Factor::Passkey => flow.with_passkey(state != FactorState::Off),
    })?;
    Ok(())
}
