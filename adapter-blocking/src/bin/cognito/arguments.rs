//! What may stand on the command line.

mod account;
mod identity;
mod user;

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command as Program, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use cognito_blocking::secret::ClientSecret;

pub(crate) use account::{ConfirmSignUp, Password, SignInArguments, SignInFlow, SignUpArguments};
pub(crate) use identity::{CallArguments, CredentialsArguments};
pub(crate) use user::{Attributes, DeleteUserArguments, Devices, Factor, FactorChoice, Mfa, Sessions, TokenArguments};

const EXAMPLES: &str = "\
Examples:
  cognito sign-in --username alice
  curl -H \"Authorization: Bearer $(cognito token)\" https://api.example.com/
  cognito credentials                  for credential_process in ~/.aws/config
  cognito call ListDevices --json '{\"Limit\": 10}'

Without a terminal nothing is asked: the password comes by COGNITO_PASSWORD or --password-stdin, answers to challenges
by --answer KEY=VALUE.

Exit codes:
  0  done
  1  the machine failed: no randomness, an output that cannot be written
  2  usage: the command line, the configuration, or input that cannot be sent
  3  the service refused
  4  the service was not reached, or something else answered in its place
  5  an answer is needed, or nobody is signed in
  6  the store of sessions, or another file, cannot be read or written";

/// Sign in to an Amazon Cognito user pool; get tokens and AWS credentials.
#[derive(Debug, Parser)]
#[command(name = "cognito", version, after_help = EXAMPLES)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(subcommand)]
    pub(crate) command: AnyCommand,
}

/// The configuration. What is not given here is taken from the environment, and then from the profile.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Settings {
    /// The user pool's id, such as us-east-1_QdbSdK39m
    #[arg(long, global = true, env = "COGNITO_USER_POOL_ID", value_name = "ID")]
    pub(crate) user_pool_id: Option<String>,
    /// The app client's id
    #[arg(long, global = true, env = "COGNITO_CLIENT_ID", value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The app client's secret; better set by the environment or the profile, since others can read command lines
    #[arg(long, global = true, env = "COGNITO_CLIENT_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub(crate) client_secret: Option<ClientSecret>,
    /// The identity pool's id
    #[arg(long, global = true, env = "COGNITO_IDENTITY_POOL_ID", value_name = "ID")]
    pub(crate) identity_pool_id: Option<String>,
    /// An endpoint for user pools in place of AWS's: https, or http on this machine
    #[arg(long, global = true, env = "COGNITO_ENDPOINT", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// An endpoint for identity pools in place of AWS's
    #[arg(long, global = true, env = "COGNITO_IDENTITY_ENDPOINT", value_name = "URL")]
    pub(crate) identity_endpoint: Option<String>,
    /// An endpoint for the Security Token Service in place of AWS's
    #[arg(long, global = true, env = "COGNITO_STS_ENDPOINT", value_name = "URL")]
    pub(crate) sts_endpoint: Option<String>,
    /// The region of AWS's endpoints, where it is not the one that the pools' ids begin with
    #[arg(long, global = true, env = "COGNITO_REGION")]
    pub(crate) region: Option<String>,
    /// A section of profiles.toml; `default`, if there is one
    #[arg(long, global = true, env = "COGNITO_PROFILE", value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The file that keeps sessions, devices and identities
    #[arg(long, global = true, env = "COGNITO_STORE", value_name = "FILE", value_parser = path_or_nothing())]
    pub(crate) store: Option<PathBuf>,
    /// Who it is about; the user who signed in last, where there is one
    #[arg(long, global = true, env = "COGNITO_USERNAME", value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Read each password that is needed from a line of the standard input, the old one before the new one
    #[arg(long, global = true)]
    pub(crate) password_stdin: bool,
    /// Show each request on the standard error: operation, attempt, status, request id, time
    #[arg(long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AnyCommand {
    #[command(flatten)]
    Configured(Command),
    /// Print a script that completes this command in a shell
    // It has no use for a configuration, whatever is wrong with that.
    Completions { shell: Shell },
}

/// A command that needs a configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign a new user up
    SignUp(SignUpArguments),
    /// Confirm a sign-up with the code that was sent
    Confirm(ConfirmSignUp),
    /// Send the code of a sign-up again
    Resend,
    /// Sign in, whatever the service asks on the way
    SignIn(SignInArguments),
    /// Print a token that is good, refreshed if need be
    Token(TokenArguments),
    /// Show the user as the service knows them
    Whoami,
    /// Show what a token claims; its signature is not checked
    Claims(TokenArguments),
    /// Change a password, or set a forgotten one
    #[command(subcommand)]
    Password(Password),
    /// Read and change the user's attributes
    #[command(subcommand)]
    Attributes(Attributes),
    /// Second factors
    #[command(subcommand)]
    Mfa(Mfa),
    /// The devices that the service knows of the user
    #[command(subcommand)]
    Devices(Devices),
    /// The user's sessions, on all devices
    #[command(subcommand)]
    Sessions(Sessions),
    /// Sign out, and revoke the session's tokens; it is forgotten here even if they cannot be
    SignOut {
        /// On every device
        #[arg(long)]
        global: bool,
    },
    /// Delete the user at the service
    DeleteUser(DeleteUserArguments),
    /// Print AWS credentials, as credential_process wants them
    Credentials(CredentialsArguments),
    /// Call any operation, with its members as JSON
    Call(CallArguments),
}

/// A command line as it was given.
pub(crate) struct Given {
    pub(crate) line: CommandLine,
    /// Whether what is written is to be JSON.
    pub(crate) json: bool,
}

/// Reads the command line.
pub(crate) fn read() -> Result<Given, clap::Error> {
    let matches = program().try_get_matches()?;
    let line = CommandLine::from_arg_matches(&matches)?;
    let json = asks_for_json(&matches) || matches!(line.command, AnyCommand::Configured(Command::Call(_)));
    Ok(Given { line, json })
}

/// Whether JSON was asked for by a command line that cannot be read.
pub(crate) fn seem_to_ask_for_json() -> bool {
    std::env::args_os().any(|argument| argument == "--json")
}

/// The program's commands and options.
pub(crate) fn program() -> Program {
    with_json_flag(CommandLine::command().arg(json_flag()))
}

/// A path that may be empty, as a variable may.
fn path_or_nothing() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Every command has a flag `--json` but one: `call` takes the members of a request by that name.
fn with_json_flag(command: Program) -> Program {
    let has_none = command.has_subcommands() || command.get_name() == "call";
    let command = if has_none { command } else { command.arg(json_flag()) };
    command.mut_subcommands(with_json_flag)
}

fn json_flag() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write one JSON object, errors too")
}

fn asks_for_json(matches: &ArgMatches) -> bool {
    let here = matches.try_get_one::<bool>("json").is_ok_and(|flag| flag.copied().unwrap_or_default());
    here || matches.subcommand().is_some_and(|(_, below)| asks_for_json(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_and_options_do_not_contradict_each_other() {
        program().debug_assert();
    }
}
