//! The commands for a signed-in user.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    /// Use the ID token
    #[arg(long, conflicts_with = "access")]
    pub(crate) id: bool,
    /// Use the access token (the default)
    #[arg(long)]
    pub(crate) access: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Attributes {
    /// Show the user's attributes
    Get {
        /// The names of the attributes to show. By default, the tool shows all attributes
        names: Vec<String>,
    },
    /// Set attributes of the user
    Set {
        /// The attributes to set, such as nickname=Al
        #[arg(required = true, value_name = "NAME=VALUE")]
        attributes: Vec<String>,
    },
    /// Delete attributes of the user
    Delete {
        /// The names of the attributes to delete
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Verify the user's e-mail address or phone number with a code
    #[command(after_help = "\
Without a code, the command makes Cognito send one. At a terminal it then prompts for the code.")]
    Verify {
        /// The attribute to verify: email or phone_number
        name: String,
        /// The code from the message, or `-` to read the code from standard input
        code: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mfa {
    /// Show the user's second factors
    Status,
    /// Set up an authenticator app as the preferred second factor
    #[command(after_help = "\
Without a terminal, run the command twice: the first run prints the app's secret, and the second
run takes a code from the app.

Examples:
  cognito mfa totp --json
  cognito mfa totp --code 123456")]
    Totp {
        /// A code from the authenticator app, or `-` to read the code from standard input
        #[arg(long)]
        code: Option<String>,
        /// A name for the authenticator app
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Prefer, enable or disable a second factor, without changing the other factors
    Prefer {
        /// The second factor to change
        factor: Factor,
        /// The new state of the second factor
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
    /// List the user's devices
    List,
    /// Mark a device as remembered
    Remember {
        /// The key of the device. The default is the device key of this machine
        device_key: Option<String>,
        /// Mark the device as not remembered
        #[arg(long)]
        not: bool,
    },
    /// Delete a device at Cognito and in the store
    Forget {
        /// The key of the device. The default is the device key of this machine
        device_key: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sessions {
    /// List the user's sessions on all devices
    List,
    /// Revoke a session of the user
    Revoke {
        /// The id of the session, from `cognito sessions list`
        session_id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct DeleteUserArguments {
    /// Delete the user without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
}
