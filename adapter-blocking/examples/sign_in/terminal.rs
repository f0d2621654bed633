//! Questions at the terminal; without one, the answers are the lines of the standard input.

use std::io::{self, IsTerminal, Write};

use cognito_blocking::operation::ChallengeName;

pub(crate) fn ask(question: &str) -> io::Result<String> {
    print!("{question}: ");
    io::stdout().flush()?;
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim().to_owned())
}

/// What is typed is not shown.
pub(crate) fn ask_hidden(question: &str) -> io::Result<String> {
    if io::stdin().is_terminal() { rpassword::prompt_password(format!("{question}: ")) } else { ask(question) }
}

/// The choice that is typed.
pub(crate) fn choose(choices: &[ChallengeName]) -> io::Result<ChallengeName> {
    loop {
        let names: Vec<&str> = choices.iter().map(ChallengeName::as_str).collect();
        let typed = ask(&format!("One of {}", names.join(", ")))?;
        if let Some(choice) = choices.iter().find(|choice| choice.as_str() == typed) {
            return Ok(choice.clone());
        }
    }
}
