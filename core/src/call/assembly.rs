//! From an operation to a request: the members that identify the app client and the user are added here.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::mem;

use serde::Serialize;
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use crate::app_client::AppClient;
use crate::error::InvalidInput;
use crate::http::Request;
use crate::operation::{Authorization, Operation};
use crate::secret::{AccessToken, ClientSecret, Parameter};

/// The operation's members and those that are added to them.
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
    let by_client = matches!(O::AUTHORIZATION, Authorization::AppClient | Authorization::ClientSecret);
    let by_plain_secret = O::AUTHORIZATION == Authorization::ClientSecret;
    let mut secret_hash = operation.secret_hash_username().and_then(|username| app_client.secret_hash(username));
    if let Some(parameters) = operation.secret_hash_parameters()
        && let Some(hash) = secret_hash.take()
    {
        parameters.insert("SECRET_HASH", hash);
    }
    let body = Body {
        access_token,
        client_id: by_client.then(|| app_client.client_id()),
        client_secret: app_client.client_secret().filter(|_| by_plain_secret),
        secret_hash,
        operation: &operation,
    };
    Ok(app_client.request(O::NAME, to_json(&body)?))
}

/// Writes JSON into a buffer of the right size from the start, since one that grows leaves its old contents behind.
/// Every other copy of a secret that this makes is zeroized.
fn to_json(value: &impl Serialize) -> Result<Vec<u8>, InvalidInput> {
    let problem = InvalidInput::new("request", "cannot be written as JSON");
    let tree = Tree(serde_json::to_value(value).map_err(|_| problem.clone())?);
    let mut length = Length(0);
    write!(length, "{}", tree.0).map_err(|_| problem.clone())?;
    let mut text = Zeroizing::new(String::with_capacity(length.0));
    write!(text, "{}", tree.0).map_err(|_| problem)?;
    Ok(mem::take(&mut *text).into_bytes())
}

/// JSON whose texts are zeroized on drop.
struct Tree(Value);

impl Drop for Tree {
    fn drop(&mut self) {
        zeroize_texts(&mut self.0);
    }
}

fn zeroize_texts(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(zeroize_texts),
        Value::Object(members) => members.values_mut().for_each(zeroize_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Counts bytes instead of keeping them.
struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}
