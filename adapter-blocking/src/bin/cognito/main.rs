//! `cognito`: a command-line tool for Amazon Cognito, built on the blocking adapter.
//!
//! The tool writes results to standard output, and prompts, warnings and errors to standard error.

#![forbid(unsafe_code)]

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
compile_error!("the program needs a crypto provider: turn on the Cargo feature `aws-lc-rs` or `ring`");

mod account;
mod aliases;
mod answers;
mod arguments;
mod attributes;
mod call;
mod challenge_file;
mod configuration;
mod credentials;
mod devices;
mod exact_json;
#[cfg(unix)]
mod guard;
mod mfa;
mod output;
mod program;
mod sessions;
mod sign_in;
mod store;
mod terminal;
mod tokens;
mod transport;
#[cfg(unix)]
mod unbuffered;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use cognito_blocking::{Error, plain_text};

use arguments::{AnyCommand, Command, Parsed};
use output::{Failure, Output, Report};
use program::Program;

fn main() -> ExitCode {
    let parsed = match arguments::parse() {
        Ok(parsed) => parsed,
        Err(error) => return print_help_or_usage_error(&error),
    };
    let output = Output { json: parsed.json };
    match run(parsed, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failure(&failure),
    }
}

/// Prints the help text, the version or the usage error that the command-line parser returned.
fn print_help_or_usage_error(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) || !arguments::contain_json_flag() {
        print_usage(error);
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    }
    let text = error.render().to_string();
    Output { json: true }.failure(&Failure::Usage(text.trim_start_matches("error: ").trim_end().to_owned()))
}

/// Prints a help text or an error message of the command-line parser. If printing fails, the exit code of the
/// program still reports the parser's error.
fn print_usage(error: &clap::Error) {
    let text = error.render().to_string();
    if text.lines().all(|line| line.chars().all(plain_text::is_plain)) {
        let _ = error.print();
        return;
    }
    // The parser quotes arguments and environment variables unchanged.
    for line in text.trim_end().lines() {
        let line = plain_text::escape(line);
        let _ = if error.use_stderr() { writeln!(io::stderr(), "{line}") } else { writeln!(io::stdout(), "{line}") };
    }
}

fn run(parsed: Parsed, output: Output) -> Result<(), Failure> {
    let command = match parsed.line.command {
        AnyCommand::Configured(command) => command,
        AnyCommand::Completions { shell } => return output.report(&completions(shell)),
    };
    let program = Program::new(&parsed.line.settings, output)?;
    let result = execute(&program, command);
    // Even a command that failed may have refreshed the session, which must then be saved.
    let is_store_error = matches!(result.as_ref().err().and_then(Failure::library), Some(Error::Store(_)));
    if let (Err(error), false) = (program.flush(), is_store_error) {
        output.warning(&format!("the session could not be saved and may be lost: {}", error.with_causes()));
    }
    output.report(&result?)
}

fn execute(program: &Program, command: Command) -> Result<Report, Failure> {
    match command {
        Command::SignUp(arguments) => account::sign_up(program, &arguments),
        Command::Confirm(arguments) => account::confirm(program, arguments),
        Command::Resend => account::resend(program),
        Command::SignIn(arguments) => sign_in::sign_in(program, arguments),
        Command::Token(arguments) => tokens::token(program, &arguments),
        Command::Whoami => account::whoami(program),
        Command::Claims(arguments) => tokens::claims(program, &arguments),
        Command::Password(command) => account::password(program, command),
        Command::Attributes(command) => attributes::run(program, command),
        Command::Mfa(command) => mfa::run(program, command),
        Command::Devices(command) => devices::run(program, command),
        Command::Sessions(command) => sessions::run(program, command),
        Command::SignOut { global } => account::sign_out(program, global),
        Command::DeleteUser(arguments) => account::delete_user(program, &arguments),
        Command::Credentials(arguments) => credentials::print(program, arguments),
        Command::Call(arguments) => call::call(program, &arguments),
    }
}

fn completions(shell: clap_complete::Shell) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut arguments::program(), "cognito", &mut script);
    Report::script(String::from_utf8_lossy(&script).into_owned())
}
