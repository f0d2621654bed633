//! The commands for identity pools, and for everything else.

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
In ~/.aws/config:
  [profile app]
  credential_process = cognito credentials --profile app

Examples:
  cognito credentials --guest
  cognito credentials --assume-role arn:aws:iam::123456789012:role/reader --duration-seconds 900")]
pub(crate) struct CredentialsArguments {
    /// As a guest, whoever is signed in
    #[arg(long)]
    pub(crate) guest: bool,
    /// One of several roles that the ID token names
    #[arg(long, value_name = "ARN", conflicts_with = "assume_role")]
    pub(crate) role_arn: Option<String>,
    /// A role to assume at the Security Token Service, in the basic flow
    #[arg(long, value_name = "ARN")]
    pub(crate) assume_role: Option<String>,
    /// What the session of the assumed role is called
    #[arg(long, value_name = "NAME", default_value = "cognito", requires = "assume_role")]
    pub(crate) role_session_name: String,
    /// How long the credentials of the assumed role live
    #[arg(long, value_name = "SECONDS", requires = "assume_role")]
    pub(crate) duration_seconds: Option<i32>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
What identifies the app client and the signed-in user is added: ClientId, SecretHash, AccessToken. The answer is the
service's, whole, with whatever tokens are in it.

Examples:
  cognito call GetUser
  cognito call ListDevices --json '{\"Limit\": 10}'
  cognito call ChangePassword --json - < request.json")]
pub(crate) struct CallArguments {
    /// The operation, as AWS writes it
    pub(crate) operation: String,
    /// The members of the request, or - to read them from the standard input
    #[arg(long = "json", id = "body", value_name = "JSON", default_value = "{}", allow_hyphen_values = true)]
    pub(crate) body: String,
}
