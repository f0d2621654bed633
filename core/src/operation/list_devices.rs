//! ListDevices: the signed-in user's devices, a page at a time.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListDevices.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, Device, Operation, Paged, TokenAuthorized, next_token, null_is_default};

/// Asks for a page of devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListDevices {
    /// How many at the most, up to 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i32>,
    /// From the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination_token: Option<String>,
}

impl ListDevices {
    /// Asks for the first page. The members are set on the value.
    #[must_use]
    pub fn new() -> Self {
        Self { limit: None, pagination_token: None }
    }
}

impl Default for ListDevices {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation for ListDevices {
    type Response = ListDevicesResponse;

    const NAME: &'static str = "ListDevices";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// It only reads.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for ListDevices {}

impl Paged for ListDevices {
    fn next_page(&self, page: &Self::Response) -> Option<Self> {
        let token = next_token(self.pagination_token.as_ref(), page.pagination_token.as_ref())?;
        Some(Self { pagination_token: Some(token), ..self.clone() })
    }
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListDevicesResponse {
    /// The devices.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_default")]
    pub devices: Vec<Device>,
    /// For the next page; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination_token: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn the_first_page_is_asked_for() {
        assert_eq!(signed_in_request_of(ListDevices::new()), json(r#"{"AccessToken":"access.token"}"#));
    }

    #[test]
    fn the_next_page_is_asked_for_until_there_is_none() {
        let mut list = ListDevices::new();
        list.limit = Some(2);
        let page = |token: Option<&str>| ListDevicesResponse {
            pagination_token: token.map(Into::into),
            ..ListDevicesResponse::default()
        };
        let second = list.next_page(&page(Some("t"))).unwrap();
        assert_eq!((second.limit, second.pagination_token.as_deref()), (Some(2), Some("t")));
        for last in [None, Some(""), Some("t")] {
            assert!(second.next_page(&page(last)).is_none(), "{last:?} leads nowhere");
        }
    }
}
