//! Questions at the terminal, on the standard error, so that the standard output is the result alone. Where there is no
//! terminal, an answer is needed.

use std::io::{self, IsTerminal, Write};
use std::thread;
use std::time::Duration;

use cognito_blocking::secret::{Parameter, SecretCode};
use dialoguer::{Confirm, Input, Password, Select};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

#[cfg(unix)]
use crate::guard;
use crate::output::{Failure, plain};

/// Whether somebody can be asked.
pub(crate) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for what may be seen.
pub(crate) fn ask(key: &str, question: &str) -> Result<String, Failure> {
    must_be_there(key, question)?;
    guarded(|| Input::new().with_prompt(plain(question)).interact_text())
}

/// Asks for what may be seen and is probably this. Without a terminal it is this.
pub(crate) fn ask_whether(question: &str, probably: String) -> Result<String, Failure> {
    if is_there() {
        return guarded(|| Input::new().with_prompt(question).default(probably).interact_text());
    }
    Ok(probably)
}

/// Asks for what is not to be shown.
pub(crate) fn ask_hidden(key: &str, question: &str) -> Result<Parameter, Failure> {
    must_be_there(key, question)?;
    guarded(|| Password::new().with_prompt(plain(question)).interact()).map(Parameter::from)
}

/// Asks twice for what is not to be shown, since a mistake would not be seen.
pub(crate) fn ask_new_password(key: &str) -> Result<Parameter, Failure> {
    must_be_there(key, "New password")?;
    let prompt = Password::new().with_prompt("New password").with_confirmation("Once more", "They are not the same.");
    guarded(|| prompt.interact()).map(Parameter::from)
}

/// The only choice, or the one that is picked.
pub(crate) fn choose<'a>(key: &str, question: &str, choices: &[&'a str]) -> Result<&'a str, Failure> {
    if let [only] = choices {
        return Ok(only);
    }
    must_be_there(key, question)?;
    let picked = guarded(|| Select::new().with_prompt(plain(question)).items(choices).default(0).interact())?;
    choices.get(picked).copied().ok_or_else(|| Failure::needs(key, question))
}

/// Asks for a yes.
pub(crate) fn agrees(question: &str) -> Result<bool, Failure> {
    guarded(|| Confirm::new().with_prompt(plain(question)).default(false).interact())
}

/// Says something to whoever is there.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stderr(), "{}", plain(text))?)
}

/// Shows the secret of an authenticator app, to be scanned or typed.
pub(crate) fn show_secret(secret: &SecretCode, issuer: &str, username: &str) -> Result<(), Failure> {
    let uri = secret.otpauth_uri(issuer, username);
    // A name may be too long for a QR code; the key can be typed all the same.
    if let Ok(code) = QrCode::new(uri.expose()) {
        // A terminal writes light on dark: what is drawn are the code's light modules.
        let picture = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        say(&picture)?;
    }
    say(&format!("Scan this with an authenticator app, or type this key into it: {}", secret.expose()))
}

fn must_be_there(key: &str, question: &str) -> Result<(), Failure> {
    let hint = match key {
        "USERNAME" => "; give --username",
        "PASSWORD" => "; set COGNITO_PASSWORD, or give --password-stdin",
        "NEW_PASSWORD" => "; set COGNITO_NEW_PASSWORD",
        "CODE" => "; give `-` for the code, and the code as a line of the standard input",
        _ => "",
    };
    if is_there() { Ok(()) } else { Err(Failure::needs(key, format!("an answer is needed: {question} ({key}){hint}"))) }
}

/// Asks, and leaves the terminal as it was if a signal ends the program meanwhile.
fn guarded<T>(ask: impl FnOnce() -> dialoguer::Result<T>) -> Result<T, Failure> {
    #[cfg(unix)]
    guard::start()?;
    ask().map_err(|dialoguer::Error::IO(error)| {
        if error.kind() == io::ErrorKind::Interrupted {
            // By the signal that is about to end the program: it is the ending, and this failure is not.
            thread::sleep(Duration::from_secs(1));
        }
        Failure::of_input(error)
    })
}
