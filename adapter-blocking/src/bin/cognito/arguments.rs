//! The command line: all commands, options and help texts.

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
  cognito credentials                  # for credential_process in ~/.aws/config
  cognito call ListDevices --json '{\"Limit\": 10}'

Without a terminal the tool does not prompt. Pass the password in COGNITO_PASSWORD or with
--password-stdin, and answers to challenges with --answer KEY=VALUE.

Exit codes:
  0  success
  1  the machine failed, for instance its terminal or its random numbers
  2  the command line, the configuration or an input is invalid
  3  Cognito rejected the request
  4  Cognito could not be reached, or the answer did not come from Cognito
  5  an answer is missing, no user is signed in, or the user must sign in again
  6  the store or another file could not be read or written";

/// Sign in to an Amazon Cognito user pool, and get tokens and AWS credentials.
#[derive(Debug, Parser)]
#[command(name = "cognito", version, after_help = EXAMPLES)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(subcommand)]
    pub(crate) command: AnyCommand,
}

/// The configuration options. If the user does not pass an option, its value comes from the environment. If
/// the environment has no value, the value comes from the profile.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Settings {
    /// The id of the user pool, such as us-east-1_QdbSdK39m; if the id is wrong, the error may say that the
    /// password is wrong
    #[arg(long, global = true, env = "COGNITO_USER_POOL_ID", value_name = "ID")]
    pub(crate) user_pool_id: Option<String>,
    /// The id of the app client
    #[arg(long, global = true, env = "COGNITO_CLIENT_ID", value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The secret of the app client. Set the secret in the environment or in the profile if possible, because
    /// other users of this machine can read command lines
    #[arg(long, global = true, env = "COGNITO_CLIENT_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub(crate) client_secret: Option<ClientSecret>,
    /// The id of the identity pool
    #[arg(long, global = true, env = "COGNITO_IDENTITY_POOL_ID", value_name = "ID")]
    pub(crate) identity_pool_id: Option<String>,
    /// A custom endpoint for user pools: https, or http on this machine (see --allow-http)
    #[arg(long, global = true, env = "COGNITO_ENDPOINT", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// A custom endpoint for identity pools: https, or http on this machine
    #[arg(long, global = true, env = "COGNITO_IDENTITY_ENDPOINT", value_name = "URL")]
    pub(crate) identity_endpoint: Option<String>,
    /// A custom endpoint for the Security Token Service: https, or http on this machine
    #[arg(long, global = true, env = "COGNITO_STS_ENDPOINT", value_name = "URL")]
    pub(crate) sts_endpoint: Option<String>,
    /// Allow custom endpoints with plain http on other machines. Plain http sends passwords and tokens over
    /// the network without encryption
    #[arg(long, global = true, env = "COGNITO_ALLOW_HTTP", value_name = "true|false", value_parser = parse_switch)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_http: Option<Switch>,
    /// The region of the AWS endpoints, if it differs from the region in the pool's id
    #[arg(long, global = true, env = "COGNITO_REGION")]
    pub(crate) region: Option<String>,
    /// A file in PEM format with the root certificates to trust instead of the platform's root certificates
    #[arg(long, global = true, env = "COGNITO_CA_BUNDLE", value_name = "FILE", value_parser = possibly_empty_path())]
    pub(crate) ca_bundle: Option<PathBuf>,
    /// The section of profiles.toml to read; by default the section `default`, if it exists
    #[arg(long, global = true, env = "COGNITO_PROFILE", value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The file that stores sessions, devices and identities
    #[arg(long, global = true, env = "COGNITO_STORE", value_name = "FILE", value_parser = possibly_empty_path())]
    pub(crate) store: Option<PathBuf>,
    /// The user name. By default, commands for a signed-in user use the user who signed in last, and all
    /// other commands prompt for the user name
    #[arg(long, global = true, env = "COGNITO_USERNAME", value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Read each password from one line of standard input. The old password comes before the new password
    #[arg(long, global = true)]
    pub(crate) password_stdin: bool,
    /// Show each request on standard error: operation, attempt, status, request id, duration
    #[arg(long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AnyCommand {
    #[command(flatten)]
    Configured(Command),
    /// Print a script that completes commands and options in a shell
    // This command is not part of `Command`, so that it works even if the configuration is invalid.
    Completions {
        /// The shell for which to print the script
        shell: Shell,
    },
}

/// A command that needs a configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign up a new user
    SignUp(SignUpArguments),
    /// Confirm a sign-up with the code that the user received
    Confirm(ConfirmSignUp),
    /// Resend the confirmation code of a sign-up
    Resend,
    /// Sign in, and answer every challenge from Cognito
    SignIn(SignInArguments),
    /// Print a valid token, and refresh the session first if necessary
    Token(TokenArguments),
    /// Show the signed-in user's name and attributes
    Whoami,
    /// Show the claims of a token, without verifying its signature
    Claims(TokenArguments),
    /// Change or reset a password
    #[command(subcommand)]
    Password(Password),
    /// Show, set, delete and verify the user's attributes
    #[command(subcommand)]
    Attributes(Attributes),
    /// Show, set up and change second factors
    #[command(subcommand)]
    Mfa(Mfa),
    /// List, remember and forget the user's devices
    #[command(subcommand)]
    Devices(Devices),
    /// List and revoke the user's sessions on all devices
    #[command(subcommand)]
    Sessions(Sessions),
    /// Sign out on this machine, and revoke the session's tokens
    #[command(after_help = "\
The session is removed from this machine even if revoking its tokens fails. The command then fails,
and reports why.")]
    SignOut {
        /// Sign out on every device
        #[arg(long)]
        global: bool,
    },
    /// Delete the signed-in user permanently
    DeleteUser(DeleteUserArguments),
    /// Print AWS credentials in the format that the AWS setting credential_process requires
    Credentials(CredentialsArguments),
    /// Call any Cognito operation with a JSON request
    Call(CallArguments),
}

/// A parsed command line.
pub(crate) struct Parsed {
    pub(crate) line: CommandLine,
    /// Whether the tool writes results, errors and warnings as JSON.
    pub(crate) json: bool,
}

/// Parses the command line of this process.
pub(crate) fn parse() -> Result<Parsed, clap::Error> {
    let matches = program().try_get_matches()?;
    let line = CommandLine::from_arg_matches(&matches)?;
    let json = has_json_flag(&matches) || matches!(line.command, AnyCommand::Configured(Command::Call(_)));
    Ok(Parsed { line, json })
}

/// Returns whether the tool must write the error as JSON if it cannot parse the command line. The error must
/// be JSON if the command line contains `--json` or the command `call`.
pub(crate) fn contain_json_flag() -> bool {
    let is_call = || {
        let matches = program().ignore_errors(true).try_get_matches();
        matches.is_ok_and(|matches| matches.subcommand_name() == Some("call"))
    };
    std::env::args_os().any(|argument| argument == "--json") || is_call()
}

/// Returns the program's commands and options.
pub(crate) fn program() -> Program {
    with_json_flag(CommandLine::command().arg(json_flag()))
}

/// Accepts an empty path, because an environment variable may be empty.
fn possibly_empty_path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// A setting that is true, false or unset. The setting is unset if its environment variable is empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Switch(pub(crate) Option<bool>);

fn parse_switch(text: &str) -> Result<Switch, String> {
    match text.to_ascii_lowercase().as_str() {
        "" => Ok(Switch(None)),
        "true" | "1" | "yes" | "on" => Ok(Switch(Some(true))),
        "false" | "0" | "no" | "off" => Ok(Switch(Some(false))),
        _ => Err("must be true or false".to_owned()),
    }
}

/// Adds the flag `--json` to every command except `call`. In the command `call`, the option `--json` takes
/// the request.
fn with_json_flag(command: Program) -> Program {
    let is_excluded = command.has_subcommands() || command.get_name() == "call";
    let command = if is_excluded { command } else { command.arg(json_flag()) };
    command.mut_subcommands(with_json_flag)
}

fn json_flag() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write one JSON object; errors are JSON, too")
}

fn has_json_flag(matches: &ArgMatches) -> bool {
    let has_own_flag = matches.try_get_one::<bool>("json").is_ok_and(|flag| flag.copied().unwrap_or_default());
    has_own_flag || matches.subcommand().is_some_and(|(_, matches)| has_json_flag(matches))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_and_options_are_consistent() {
        program().debug_assert();
    }
}
