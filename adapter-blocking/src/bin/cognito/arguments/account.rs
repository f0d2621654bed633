//! The commands for users who are not signed in, and the commands for passwords.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cognito sign-up --username alice --attribute email=alice@example.com
  cognito sign-up --username alice --password-stdin < password-file")]
pub(crate) struct SignUpArguments {
    /// An attribute of the new user (can be repeated)
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    pub(crate) attributes: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ConfirmSignUp {
    /// The code from the message. By default, the tool prompts for the code. Pass `-` to read the code from
    /// standard input, so that other users of this machine cannot see the code
    pub(crate) code: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The keys of --answer are those of the Cognito API:
  SMS_MFA_CODE, SMS_OTP_CODE, EMAIL_OTP_CODE   the code from the message
  SOFTWARE_TOKEN_MFA_CODE                      a code from the authenticator app, new or known
  ANSWER                                       the chosen second factor, or the answer to a custom challenge
  NEW_PASSWORD                                 the new password; COGNITO_NEW_PASSWORD sets it, too
  userAttributes.NAME                          an attribute that is required with the new password
  MFA_SETUP                                    the second factor to set up
  EMAIL                                        the address for codes by e-mail
If a key is repeated, its answers are used one after the other.

To set up an authenticator app without a terminal, pass --challenge-file. The app's key is the member
secret_code of that JSON file.

Examples:
  cognito sign-in --username alice
  cognito sign-in --username alice --password-stdin --answer SOFTWARE_TOKEN_MFA_CODE=123456 < password-file
  cognito sign-in --username alice --challenge-file challenge.json
  cognito sign-in --resume challenge.json --answer SOFTWARE_TOKEN_MFA_CODE=123456")]
pub(crate) struct SignInArguments {
    /// The authentication flow
    #[arg(long, value_enum, default_value_t = SignInFlow::Srp)]
    pub(crate) flow: SignInFlow,
    /// An answer to a challenge (can be repeated). The end of this help lists the keys for all challenges
    #[arg(long = "answer", value_name = "KEY=VALUE")]
    pub(crate) answers: Vec<String>,
    /// Read more answers from standard input, one KEY=VALUE per line. If --password-stdin is set, the
    /// password must be in the line before the first answer
    #[arg(long)]
    pub(crate) answers_stdin: bool,
    /// Save the challenge in this file if the sign-in stops at a challenge
    ///
    /// The sign-in can continue later with --resume. Protect the file: anyone who has the file
    /// and the right answer can sign in as the user. The tool replaces an existing file only if
    /// the file contains a challenge or is empty.
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(crate) challenge_file: Option<PathBuf>,
    /// Continue the sign-in with the challenge in this file
    ///
    /// The tool removes the file after Cognito accepts the answer, or if the challenge can no
    /// longer be answered. The tool saves the next challenge in the file that --challenge-file
    /// names. Without --challenge-file, the tool saves the next challenge in this file.
    #[arg(long, value_name = "FILE", conflicts_with = "flow", verbatim_doc_comment)]
    pub(crate) resume: Option<PathBuf>,
    /// The device name of this machine, for a user pool that remembers devices
    #[arg(long, value_name = "NAME", default_value = "cognito")]
    pub(crate) device_name: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SignInFlow {
    /// Prove by SRP that the user knows the password, without sending the password
    Srp,
    /// Send the password to Cognito
    Password,
    /// Answer only the user pool's custom challenges
    Custom,
    /// Prove by SRP that the user knows the password, and then answer the user pool's custom challenges
    CustomSrp,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Password {
    /// Change the password of the signed-in user
    #[command(after_help = "\
The old password comes from COGNITO_PASSWORD, and the new one from COGNITO_NEW_PASSWORD. With
--password-stdin both come from standard input, the old password first.")]
    Change,
    /// Send a code to a user who forgot the password
    Forgot,
    /// Set a new password with the code from `cognito password forgot`
    #[command(after_help = "\
The new password comes from COGNITO_NEW_PASSWORD or, with --password-stdin, from standard input. If
the code is read from standard input, too, its line comes first.")]
    Confirm {
        /// The code from the message. By default, the tool prompts for the code. Pass `-` to read the code
        /// from standard input, so that other users of this machine cannot see the code
        code: Option<String>,
    },
}
