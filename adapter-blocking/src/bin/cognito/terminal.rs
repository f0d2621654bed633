//! Prompts at the terminal, on standard error, so that standard output contains only the result.
//!
//! Without a terminal, a prompt fails with [`Failure::AnswerNeeded`].

use std::io::{self, IsTerminal, Write};
use std::thread;
use std::time::Duration;

use cognito_blocking::plain_text::{self, escape};
use cognito_blocking::secret::{Parameter, SecretCode};
use dialoguer::{Confirm, Input, Select};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

#[cfg(unix)]
use crate::guard;
use crate::output::Failure;
#[cfg(unix)]
use crate::unbuffered;

/// Returns whether the tool can prompt the user. For a prompt, both standard input and standard error must be
/// terminals.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Prompts for a value, and shows what the user types. Removes leading and trailing spaces, because no name
/// in Cognito begins or ends with a space.
pub(crate) fn ask(key: &str, question: &str) -> Result<String, Failure> {
    require_terminal(key, question)?;
    loop {
        let typed: String = guarded(|| Input::new().with_prompt(escape(question).to_string()).interact_text())?;
        if !typed.trim().is_empty() {
            return Ok(typed.trim().to_owned());
        }
    }
}

/// Prompts for a value. Returns the default if the user types nothing, or if there is no terminal.
pub(crate) fn ask_with_default(question: &str, default: String) -> Result<String, Failure> {
    if !is_interactive() {
        return Ok(default);
    }
    // `dialoguer` would show its own default unescaped.
    let prompt = format!("{question} [{}]", escape(&default));
    let typed: String = guarded(|| Input::new().with_prompt(prompt).allow_empty(true).interact_text())?;
    Ok(if typed.trim().is_empty() { default } else { typed.trim().to_owned() })
}

/// Prompts for a secret, without showing what the user types.
pub(crate) fn ask_hidden(key: &str, question: &str) -> Result<Parameter, Failure> {
    require_terminal(key, question)?;
    guarded(|| hidden_line(&escape(question).to_string()))
}

/// Prompts for a code, without showing what the user types.
pub(crate) fn ask_code(key: &str, question: &str) -> Result<Parameter, Failure> {
    ask_hidden(key, question).map(|code| without_spaces(&code))
}

/// Removes all spaces and invisible characters from a code. A valid code contains no such characters.
/// However, authenticator apps show codes with spaces, and a code that the user copies from a message may
/// contain spaces and invisible characters.
pub(crate) fn without_spaces(code: &Parameter) -> Parameter {
    let mut plain = String::with_capacity(code.expose().len());
    plain.extend(
        code.expose().chars().filter(|character| !character.is_whitespace() && plain_text::is_plain(*character)),
    );
    Parameter::from(plain)
}

/// Prompts twice for a new password, because the user cannot see a typing error.
pub(crate) fn ask_new_password(key: &str) -> Result<Parameter, Failure> {
    require_terminal(key, "New password")?;
    loop {
        let password = guarded(|| hidden_line("New password"))?;
        if guarded(|| hidden_line("Repeat password"))? == password {
            return Ok(password);
        }
        print_line("The passwords differ.")?;
    }
}

#[cfg(unix)]
fn hidden_line(prompt: &str) -> dialoguer::Result<Parameter> {
    Ok(unbuffered::ask_hidden(prompt)?)
}

#[cfg(not(unix))]
fn hidden_line(prompt: &str) -> dialoguer::Result<Parameter> {
    dialoguer::Password::new().with_prompt(prompt).interact().map(Parameter::from)
}

/// Prompts the user to choose. If there is only one choice, returns this choice without a prompt.
pub(crate) fn choose<'a>(key: &str, question: &str, choices: &[&'a str]) -> Result<&'a str, Failure> {
    if let [only] = choices {
        return Ok(only);
    }
    require_terminal(key, question)?;
    let items = choices.iter().map(|choice| escape(choice));
    let picked =
        guarded(|| Select::new().with_prompt(escape(question).to_string()).items(items).default(0).interact())?;
    choices.get(picked).copied().ok_or_else(|| Failure::answer_needed(key, question))
}

/// Asks a question that the user answers with yes or no. The default is no.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    guarded(|| Confirm::new().with_prompt(escape(question).to_string()).default(false).interact())
}

/// Writes a line to the terminal. Escapes line breaks in the text.
pub(crate) fn print_line(text: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stderr(), "{}", escape(text))?)
}

/// Shows the secret of an authenticator app, as a QR code and as text.
pub(crate) fn show_secret(secret: &SecretCode, issuer: &str, username: &str) -> Result<(), Failure> {
    let uri = secret.otpauth_uri(issuer, username);
    // If the user name is too long for a QR code, the user can still enter the key.
    if let Ok(code) = QrCode::new(uri.expose()) {
        // Terminals usually show light text on a dark background, so the characters draw the light squares of
        // the QR code.
        let picture = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        picture.lines().try_for_each(print_line)?;
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
