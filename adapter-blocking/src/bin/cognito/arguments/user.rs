//! The commands for a signed-in user.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    /// The ID token
    #[arg(long, conflicts_with = "access")]
    pub(crate) id: bool,
    /// The access token; so it is if nothing is said
    #[arg(long)]
    pub(crate) access: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Attributes {
    /// Show all attributes, or these
    Get { names: Vec<String> },
    /// Set attributes
    Set {
        #[arg(required = true, value_name = "NAME=VALUE")]
        attributes: Vec<String>,
    },
    /// Delete attributes
    Delete {
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Verify an e-mail address or a phone number: have a code sent, or give it
    Verify {
        /// `email` or `phone_number`
        name: String,
        /// The code that was sent. Without one, it is sent. For `-` it is a line of the standard input
        code: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mfa {
    /// Show the second factors
    Status,
    /// Set up an authenticator app, and prefer it
    #[command(after_help = "\
Without a terminal it takes two calls: the first prints the secret, the second takes a code of the app.

Examples:
  cognito mfa totp --json
  cognito mfa totp --code 123456")]
    Totp {
        /// The code that the app shows. For `-` it is a line of the standard input
        #[arg(long)]
        code: Option<String>,
        /// What to call the app
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Turn a second factor on or off; the others stay as they are
    Prefer {
        factor: Factor,
        /// What the factor is to be
        #[arg(long, value_enum, default_value_t = FactorChoice::Preferred)]
        state: FactorChoice,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Factor {
    Sms,
    Totp,
    Email,
    Passkey,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FactorChoice {
    Preferred,
    On,
    Off,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Devices {
    /// Show the devices
    List,
    /// Have the service remember a device
    Remember {
        /// This machine's, if it has one
        device_key: Option<String>,
        /// Have it not remembered
        #[arg(long)]
        not: bool,
    },
    /// Have the service forget a device
    Forget {
        /// This machine's, if it has one
        device_key: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sessions {
    /// Show the sessions
    List,
    /// Revoke a session
    Revoke { session_id: String },
}

#[derive(Debug, Args)]
pub(crate) struct DeleteUserArguments {
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}
