//! The commands for users who are not signed in yet.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cognito sign-up --username alice --attribute email=alice@example.com
  cognito sign-up --username alice --password-stdin < password-file")]
pub(crate) struct SignUpArguments {
    /// An attribute of the user, any number of times
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    pub(crate) attributes: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ConfirmSignUp {
    /// The code; asked for if it is not given. For `-` it is a line of the standard input, where nobody else sees it
    pub(crate) code: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Each challenge takes answers by the keys that the API has for them: SMS_MFA_CODE, EMAIL_OTP_CODE, SMS_OTP_CODE,
SOFTWARE_TOKEN_MFA_CODE (the first code of a new authenticator app, too), ANSWER (a custom challenge, or the choice of a
second factor), NEW_PASSWORD (or the variable COGNITO_NEW_PASSWORD) and userAttributes.NAME. MFA_SETUP chooses which
factor to set up, and EMAIL is the address for codes by e-mail. A key that is given several times is used in turn.

Without a terminal, an authenticator app is set up with a --challenge-file: the app's key is the member secret_code of the
JSON in it.

Examples:
  cognito sign-in --username alice
  cognito sign-in --username alice --password-stdin --answer SOFTWARE_TOKEN_MFA_CODE=123456 < password-file
  cognito sign-in --username alice --challenge-file challenge.json; cognito sign-in --resume challenge.json --answer …")]
pub(crate) struct SignInArguments {
    /// How to prove who the user is
    #[arg(long, value_enum, default_value_t = SignInFlow::Srp)]
    pub(crate) flow: SignInFlow,
    /// An answer to a challenge, any number of times
    #[arg(long = "answer", value_name = "KEY=VALUE")]
    pub(crate) answers: Vec<String>,
    /// Read more answers from the standard input, one KEY=VALUE a line, after the password if that is there too
    #[arg(long)]
    pub(crate) answers_stdin: bool,
    /// Where to keep the challenge when an answer is missing or refused. Whoever has the file and the answer is signed in.
    /// A file that is there already must be a challenge, or empty
    #[arg(long, value_name = "FILE")]
    pub(crate) challenge_file: Option<PathBuf>,
    /// Go on with the challenge in this file. It is removed when its answer is accepted, or none can be any more; what
    /// follows is kept in its place, or in the --challenge-file
    #[arg(long, value_name = "FILE", conflicts_with = "flow")]
    pub(crate) resume: Option<PathBuf>,
    /// What to call this machine, where the pool remembers devices
    #[arg(long, value_name = "NAME", default_value = "cognito")]
    pub(crate) device_name: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SignInFlow {
    /// The password never leaves this machine
    Srp,
    /// The password is sent
    Password,
    /// The pool's own challenges
    Custom,
    /// SRP first, then the pool's own challenges
    CustomSrp,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Password {
    /// Change the password: COGNITO_PASSWORD is the old one, COGNITO_NEW_PASSWORD the new one
    Change,
    /// Have a code sent to a user who has forgotten the password
    Forgot,
    /// Set a new password with the code: COGNITO_NEW_PASSWORD. With `-` and --password-stdin the code's line comes first
    Confirm {
        /// The code; asked for if it is not given. For `-` it is a line of the standard input, where nobody else sees it
        code: Option<String>,
    },
}
