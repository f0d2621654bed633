//! Asks questions at the terminal. Without a terminal, each line of the standard input is one answer.

use std::io::{self, IsTerminal, Write};

use cognito_blocking::operation::ChallengeName;
use cognito_blocking::plain_text::escape;

/// Prints the question, which may contain text of the service, and reads one line.
pub(crate) fn ask(question: &str) -> io::Result<String> {
    print!("{}: ", escape(question));
    io::stdout().flush()?;
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim().to_owned())
}

/// Prints the question and reads one line, without showing the typed characters.
pub(crate) fn ask_hidden(question: &str) -> io::Result<String> {
    if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{}: ", escape(question)))
    } else {
        ask(question)
    }
}

/// Prints the question and reads a code. No code contains spaces, but authenticator apps show them.
pub(crate) fn ask_code(question: &str) -> io::Result<String> {
    Ok(ask_hidden(question)?.split_whitespace().collect())
}

/// Asks for one of the choices until the user types a valid one.
pub(crate) fn choose(choices: &[ChallengeName]) -> io::Result<ChallengeName> {
    loop {
        let names: Vec<&str> = choices.iter().map(ChallengeName::as_str).collect();
        let typed = ask(&format!("Choose one of {}", names.join(", ")))?;
        if let Some(choice) = choices.iter().find(|choice| choice.as_str() == typed) {
            return Ok(choice.clone());
        }
    }
}
