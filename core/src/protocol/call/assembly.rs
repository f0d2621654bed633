//! Builds the request of an operation, and adds the members that identify the app client and the user.

use serde::Serialize;

use crate::configuration::AppClient;
use crate::configuration::IdentityPool;
use crate::error::InvalidInput;
use crate::http::Request;
use crate::operation::{Authorization, Operation};
use crate::secret::{AccessToken, ClientSecret, Parameter};

/// All members of a request: the operation's own members, and the members that identify the app client and
/// the user.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a, O> {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a AccessToken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a ClientSecret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_hash: Option<Parameter>,
    #[serde(flatten)]
    operation: &'a O,
}

pub(super) fn assemble<O: Operation>(
    app_client: &AppClient,
    mut operation: O,
    access_token: Option<&AccessToken>,
) -> Result<Request, InvalidInput> {
    operation.check(access_token.is_some())?;
    let needs_client_id = matches!(O::AUTHORIZATION, Authorization::AppClient | Authorization::ClientSecret);
    let needs_client_secret = O::AUTHORIZATION == Authorization::ClientSecret;
    let mut secret_hash = operation.secret_hash_username().and_then(|username| app_client.secret_hash(username));
    if let Some(parameters) = operation.secret_hash_parameters()
        && let Some(hash) = secret_hash.take()
    {
        parameters.insert("SECRET_HASH", hash);
    }
    let body = Body {
        access_token,
        client_id: needs_client_id.then(|| app_client.client_id()),
        client_secret: app_client.client_secret().filter(|_| needs_client_secret),
        secret_hash,
        operation: &operation,
    };
    let request = O::SERVICE.protocol().request(app_client.endpoint(), O::NAME, &body)?;
    Ok(app_client.connection().complete(request))
}

pub(super) fn assemble_for_identity_pool<O: Operation>(
    identity_pool: &IdentityPool,
    operation: &O,
) -> Result<Request, InvalidInput> {
    operation.check(false)?;
    let endpoint = identity_pool.endpoint_of(O::SERVICE);
    let request = O::SERVICE.protocol().request(endpoint, O::NAME, operation)?;
    Ok(identity_pool.connection().complete(request))
}
