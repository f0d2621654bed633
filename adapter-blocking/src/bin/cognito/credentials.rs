//! The command that prints AWS credentials in the format that the AWS setting `credential_process` requires.
//!
//! <https://docs.aws.amazon.com/cli/latest/topic/config-vars.html#sourcing-credentials-from-external-processes>

use cognito_blocking::{AssumedRole, CredentialsProvider, Role};
use serde_json::json;

use crate::arguments::CredentialsArguments;
use crate::output::{Failure, Report};
use crate::program::{Program, iso_8601};

pub(crate) fn print(program: &Program, arguments: CredentialsArguments) -> Result<Report, Failure> {
    let (client, store) = (program.identity_pool_client()?, program.store()?);
    let provider = if arguments.guest {
        CredentialsProvider::for_guest(client, store)
    } else {
        CredentialsProvider::for_session(client, store, program.session()?)
    };
    let credentials = provider.with_role(role(arguments)).get()?.credentials;
    Ok(Report::from_json(json!({
        "Version": 1,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key.expose(),
        "SessionToken": credentials.session_token.expose(),
        // The AWS CLI and the AWS SDKs compare this time with the local clock.
        "Expiration": iso_8601(credentials.expires_at_local()),
    })))
}

fn role(arguments: CredentialsArguments) -> Role {
    match (arguments.assume_role, arguments.role_arn) {
        (Some(arn), _) => {
            let mut role = AssumedRole::new(arn, arguments.role_session_name);
            role.duration_seconds = arguments.duration_seconds;
            Role::Assumed(role)
        }
        (None, Some(arn)) => Role::Custom(arn),
        (None, None) => Role::OfPool,
    }
}
