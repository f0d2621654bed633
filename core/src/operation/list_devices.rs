//! ListDevices: lists the signed-in user's devices, one page at a time.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListDevices.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, Device, Operation, Paged, TokenAuthorized, next_token};
use crate::encoding::lenient;

/// A request for one page of the user's devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListDevices {
    /// The maximum number of devices in a page, up to 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i32>,
    /// The pagination token from the previous page, or `None` for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination_token: Option<String>,
}

impl ListDevices {
    /// Creates a request for the first page. Set the optional fields on the returned request.
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

    /// Returns `true`, because a retry only reads the same data again.
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

    fn page_token(&self) -> Option<&str> {
        self.pagination_token.as_deref()
    }
}

/// The response to ListDevices: one page of devices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListDevicesResponse {
    /// The devices in the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "lenient::list")]
    pub devices: Vec<Device>,
    /// The pagination token for the next page, or `None` on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub pagination_token: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};
    use crate::timestamp::Timestamp;

    /// If the crate rejected a whole page because of one invalid date, the client could not list the devices.
    #[test]
    fn an_odd_date_or_item_does_not_cost_the_list() {
        let text = r#"{"Devices":[
            {"DeviceKey":"a","DeviceCreateDate":"2023-11-14T22:13:20Z","DeviceLastModifiedDate":"1700000000"},
            {"DeviceKey":"b","DeviceCreateDate":"yesterday","DeviceLastModifiedDate":{},"DeviceAttributes":[
                {"Name":"device_name","Value":7},{"Value":"x"},7,{"Name":"last_ip_used","Value":[1]}]},
            {"DeviceKey":7}, "c", 7, null],"PaginationToken":7}"#;
        let response: ListDevicesResponse = serde_json::from_str(text).unwrap();
        let [first, second, third] = &response.devices[..] else { panic!("{response:?}") };
        let time = Some(Timestamp::from_unix_seconds(1_700_000_000));
        for date in [&first.device_create_date, &first.device_last_modified_date] {
            assert_eq!(date.as_ref().and_then(|date| date.timestamp()), time);
        }
        assert_eq!((second.device_key.as_deref(), &second.device_create_date), (Some("b"), &None));
        let attributes: Vec<_> =
            second.device_attributes.iter().map(|attribute| (&*attribute.name, attribute.value.as_deref())).collect();
        assert_eq!(attributes, [("device_name", Some("7")), ("last_ip_used", None)]);
        assert_eq!((&third.device_key, &response.pagination_token), (&None, &None));
    }

    #[test]
    fn the_first_page_is_requested() {
        assert_eq!(signed_in_request_of(ListDevices::new()), json(r#"{"AccessToken":"access.token"}"#));
    }

    #[test]
    fn pages_are_requested_up_to_the_last_one() {
        let mut list = ListDevices::new();
        list.limit = Some(2);
        let page = |token: Option<&str>| ListDevicesResponse {
            pagination_token: token.map(Into::into),
            ..ListDevicesResponse::default()
        };
        let second = list.next_page(&page(Some("t"))).unwrap();
        assert_eq!((second.limit, second.pagination_token.as_deref()), (Some(2), Some("t")));
        for last in [None, Some(""), Some("t")] {
            assert!(second.next_page(&page(last)).is_none(), "{last:?} must end the list");
        }
    }
}
