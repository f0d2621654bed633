//! The command for AWS credentials, and the command that calls any operation.

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
    /// Get the credentials of a guest, even if a user is signed in
    #[arg(long)]
    pub(crate) guest: bool,
    /// The role to use, which must be one of the roles in the ID token
    #[arg(long, value_name = "ARN", conflicts_with = "assume_role")]
    pub(crate) role_arn: Option<String>,
    /// Assume this role at the Security Token Service (the basic flow)
    #[arg(long, value_name = "ARN")]
    pub(crate) assume_role: Option<String>,
    /// The session name of the assumed role
    #[arg(long, value_name = "NAME", default_value = "cognito", requires = "assume_role")]
    pub(crate) role_session_name: String,
    /// The lifetime of the assumed role's credentials, in seconds
    #[arg(long, value_name = "SECONDS", requires = "assume_role")]
    pub(crate) duration_seconds: Option<i32>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The tool adds the members that identify the app client and the signed-in user: ClientId, SecretHash
and AccessToken. It prints Cognito's complete answer, which may contain tokens.

Examples:
  cognito call GetUser
  cognito call ListDevices --json '{\"Limit\": 10}'
  cognito call ChangePassword --json - < request.json")]
pub(crate) struct CallArguments {
    /// The name of the operation, such as ListDevices
    pub(crate) operation: String,
    /// The request as a JSON object, or `-` to read the request from standard input
    #[arg(long = "json", id = "body", value_name = "JSON", default_value = "{}", allow_hyphen_values = true)]
    pub(crate) body: String,
}
