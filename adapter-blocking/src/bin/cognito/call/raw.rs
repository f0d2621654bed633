//! An operation that returns the service's response as unchanged JSON text. The text includes the members
//! that the library does not know.

use cognito_blocking::endpoint::Service;
use cognito_blocking::error::InvalidInput;
use cognito_blocking::operation::{Authorization, ForIdentityPool, Operation, Parameters, Public, TokenAuthorized};
use serde::Serialize;
use serde_json::value::RawValue;

/// An operation whose response type is [`RawValue`] instead of the response type of `O`.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Raw<O>(pub(super) O);

impl<O: Operation> Operation for Raw<O> {
    type Response = Box<RawValue>;

    const NAME: &'static str = O::NAME;
    const SERVICE: Service = O::SERVICE;
    const AUTHORIZATION: Authorization = O::AUTHORIZATION;
    const HAS_EMPTY_RESPONSE: bool = O::HAS_EMPTY_RESPONSE;

    fn is_repeatable(&self) -> bool {
        self.0.is_repeatable()
    }

    fn is_urgent(&self) -> bool {
        self.0.is_urgent()
    }

    fn check(&self, has_access_token: bool) -> Result<(), InvalidInput> {
        self.0.check(has_access_token)
    }

    fn secret_hash_username(&self) -> Option<&str> {
        self.0.secret_hash_username()
    }

    fn secret_hash_parameters(&mut self) -> Option<&mut Parameters> {
        self.0.secret_hash_parameters()
    }
}

impl<O: Public> Public for Raw<O> {}
impl<O: TokenAuthorized> TokenAuthorized for Raw<O> {}
impl<O: ForIdentityPool> ForIdentityPool for Raw<O> {}
