//! The list of all operations and of the functions that call the operations.

use cognito_blocking::operation::{
    ForIdentityPool, ListedOperation, OperationVisitor, Public, TokenAuthorized, for_each_operation,
};
use serde_json::Value;

use super::raw::Raw;
use super::{Operation, parse_request};
use crate::exact_json::ExactJson;
use crate::output::Failure;
use crate::program::Program;

/// Returns all operations, in alphabetical order.
pub(super) fn operations() -> Vec<Operation> {
    let mut table = Table(Vec::new());
    for_each_operation(&mut table);
    table.0
}

struct Table(Vec<Operation>);

impl OperationVisitor for Table {
    fn public<O: ListedOperation + Public>(&mut self) {
        self.0.push(Operation { name: O::NAME, call: call_public::<O> });
    }

    fn token_authorized<O: ListedOperation + TokenAuthorized>(&mut self) {
        self.0.push(Operation { name: O::NAME, call: call_signed_in::<O> });
    }

    fn public_or_token_authorized<O: ListedOperation + Public + TokenAuthorized>(&mut self) {
        self.0.push(Operation { name: O::NAME, call: call_public_or_signed_in::<O> });
    }

    fn for_identity_pool<O: ListedOperation + ForIdentityPool>(&mut self) {
        self.0.push(Operation { name: O::NAME, call: call_for_identity_pool::<O> });
    }
}

fn call_public<O: ListedOperation + Public>(program: &Program, body: &str) -> Result<ExactJson, Failure> {
    Ok(program.client()?.call(Raw(parse_request::<O>(body)?))?.into())
}

fn call_signed_in<O: ListedOperation + TokenAuthorized>(program: &Program, body: &str) -> Result<ExactJson, Failure> {
    let request = Raw(parse_request::<O>(body)?);
    Ok(program.session()?.call(request)?.into())
}

/// Calls an operation that works with or without an access token. If the request contains a challenge
/// session, the call has no access token. Otherwise, the call has the access token of the signed-in user.
fn call_public_or_signed_in<O: ListedOperation + Public + TokenAuthorized>(
    program: &Program,
    body: &str,
) -> Result<ExactJson, Failure> {
    let members: Option<Value> = serde_json::from_str(body).ok();
    let has_session = members.is_some_and(|members| members.get("Session").is_some_and(Value::is_string));
    if has_session { call_public::<O>(program, body) } else { call_signed_in::<O>(program, body) }
}

fn call_for_identity_pool<O: ListedOperation + ForIdentityPool>(
    program: &Program,
    body: &str,
) -> Result<ExactJson, Failure> {
    let request = Raw(parse_request::<O>(body)?);
    Ok(program.identity_pool_client()?.call(request)?.into())
}
