//! Prompts at the terminal, on standard error, so that standard output contains only the result.
//!
//! Without a terminal, a prompt fails with [`Failure::AnswerNeeded`].

use std::io::{self, IsTerminal, Write};
use std::thread;
use std::time::Duration;

use cognito_blocking::secret::{Parameter, SecretCode};
use dialoguer::{Confirm, Input, Password, Select};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

#[cfg(unix)]
use crate::guard;
use crate::output::{Failure, without_control_characters};

/// Returns whether the tool can prompt, which requires that standard input and standard error are a terminal.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Prompts for a value, and shows what the user types.
pub(crate) fn ask(key: &str, question: &str) -> Result<String, Failure> {
    require_terminal(key, question)?;
    guarded(|| Input::new().with_prompt(without_control_characters(question)).interact_text())
}

/// Prompts for a value, with a default. Returns the default if there is no terminal.
pub(crate) fn ask_with_default(question: &str, default: String) -> Result<String, Failure> {
    if is_interactive() {
        return guarded(|| Input::new().with_prompt(question).default(default).interact_text());
    }
    Ok(default)
}

/// Prompts for a secret, without showing what the user types.
pub(crate) fn ask_hidden(key: &str, question: &str) -> Result<Parameter, Failure> {
    require_terminal(key, question)?;
    guarded(|| Password::new().with_prompt(without_control_characters(question)).interact()).map(Parameter::from)
}

/// Prompts twice for a new password, because the user cannot see a typing error.
pub(crate) fn ask_new_password(key: &str) -> Result<Parameter, Failure> {
    require_terminal(key, "New password")?;
    let prompt =
        Password::new().with_prompt("New password").with_confirmation("Repeat password", "The passwords differ.");
    guarded(|| prompt.interact()).map(Parameter::from)
}

/// Returns the only choice, or prompts for one of several choices.
pub(crate) fn choose<'a>(key: &str, question: &str, choices: &[&'a str]) -> Result<&'a str, Failure> {
    if let [only] = choices {
        return Ok(only);
    }
    require_terminal(key, question)?;
    let picked = guarded(|| {
        Select::new().with_prompt(without_control_characters(question)).items(choices).default(0).interact()
    })?;
    choices.get(picked).copied().ok_or_else(|| Failure::answer_needed(key, question))
}

/// Prompts for yes or no, with no as the default.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    guarded(|| Confirm::new().with_prompt(without_control_characters(question)).default(false).interact())
}

/// Writes a line to the terminal.
pub(crate) fn print_line(text: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stderr(), "{}", without_control_characters(text))?)
}

/// Shows the secret of an authenticator app, as a QR code and as text.
pub(crate) fn show_secret(secret: &SecretCode, issuer: &str, username: &str) -> Result<(), Failure> {
    let uri = secret.otpauth_uri(issuer, username);
    // If the user name is too long for a QR code, the user can still enter the key.
    if let Ok(code) = QrCode::new(uri.expose()) {
        // Terminals usually show light text on a dark background, so the characters draw the light squares of
        // the QR code.
        let picture = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        print_line(&picture)?;
    }
    print_line(&format!("Scan the QR code with an authenticator app, or enter this key: {}", secret.expose()))
}

fn require_terminal(key: &str, question: &str) -> Result<(), Failure> {
    let hint = match key {
        "USERNAME" => "; pass --username",
        "PASSWORD" => "; set COGNITO_PASSWORD or pass --password-stdin",
        "NEW_PASSWORD" => "; set COGNITO_NEW_PASSWORD",
        "CODE" => "; pass the code, or pass `-` and the code on standard input",
        _ => "",
    };
    if is_interactive() {
        return Ok(());
    }
    Err(Failure::answer_needed(key, format!("an answer is missing: {question} ({key}){hint}")))
}

/// Runs a prompt, and restores the terminal if a signal ends the program during the prompt.
fn guarded<T>(ask: impl FnOnce() -> dialoguer::Result<T>) -> Result<T, Failure> {
    #[cfg(unix)]
    guard::start()?;
    ask().map_err(|dialoguer::Error::IO(error)| {
        if error.kind() == io::ErrorKind::Interrupted {
            // A signal interrupted the prompt, and is about to end the program. Without this wait, the tool
            // could report a failure first.
            thread::sleep(Duration::from_secs(1));
        }
        Failure::from_input(error)
    })
}
