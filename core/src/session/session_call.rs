//! Calls that use a session's access token, and requests for results in several pages.

use alloc::collections::BTreeSet;
use alloc::string::String;

use crate::configuration::AppClient;
use crate::error::Error;
use crate::operation::{Paged, TokenAuthorized};
use crate::protocol::Call;
use crate::session::Session;

/// A call of one operation, with the access token of a session. If the service rejects the token, the caller
/// refreshes the session and retries the call.
///
/// The service also rejects an access token that was revoked, even if the token has not expired. If the
/// service rejects the token, the service does not carry out the operation, so a retry is safe.
///
/// ```
/// # use cognito_core::operation::{GetUser, GetUserResponse};
/// # use cognito_core::{AppClient, Call, Error, Session, SessionCall};
/// # fn get_user(
/// #     app_client: &AppClient,
/// #     get: impl Fn() -> Result<Session, Error>,
/// #     refresh: impl Fn() -> Result<Session, Error>,
/// #     run: impl Fn(Call<GetUser>) -> Result<GetUserResponse, Error>,
/// # ) -> Result<GetUserResponse, Error> {
/// let mut call = SessionCall::new(app_client, GetUser::new());
/// let mut session = get()?;
/// loop {
///     let result = run(call.attempt(&session));
///     if !call.needs_refresh(&session, &result) {
///         return result;
///     }
///     session = refresh()?;
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct SessionCall<O> {
    app_client: AppClient,
    operation: O,
    attempts: u32,
}

/// The maximum number of attempts of a call. If the service also rejects the refreshed token, another refresh
/// would not help.
const MAX_ATTEMPTS: u32 = 2;

impl<O: TokenAuthorized + Clone> SessionCall<O> {
    /// Creates a call of this operation.
    #[must_use]
    pub fn new(app_client: &AppClient, operation: O) -> Self {
        Self { app_client: app_client.clone(), operation, attempts: 0 }
    }

    /// Returns the call with the access token of this session, and increments the number of attempts.
    pub fn attempt(&mut self, session: &Session) -> Call<O> {
        self.attempts += 1;
        Call::signed_in(&self.app_client, session, self.operation.clone())
    }

    /// Returns whether the caller must refresh the session and retry the call.
    #[must_use]
    pub fn needs_refresh(&self, session: &Session, result: &Result<O::Response, Error>) -> bool {
        let is_rejected = result.as_ref().is_err_and(Error::is_access_token_refused);
        is_rejected && self.attempts < MAX_ATTEMPTS && session.refresh_token().is_some()
    }
}

/// A sequence of requests, one for each page of a paged operation. After an error, [`request`](Self::request)
/// returns no further request.
#[derive(Debug)]
pub struct Pages<O> {
    next: Option<O>,
    /// The page tokens of all requests so far.
    requested: BTreeSet<String>,
}

/// The maximum number of pages. Every list in Cognito has fewer pages.
const MAX_PAGES: usize = 10_000;

impl<O: Paged> Pages<O> {
    /// Creates the sequence of requests that starts with this request.
    #[must_use]
    pub fn new(operation: O) -> Self {
        let requested = operation.page_token().map(Into::into).into_iter().collect();
        Self { next: Some(operation), requested }
    }

    /// Returns the request for the next page, or `None` after the last page.
    #[must_use]
    pub fn request(&self) -> Option<O> {
        self.next.clone()
    }

    /// Takes the result of the last request, prepares the request for the next page, and returns the result.
    ///
    /// # Errors
    /// If `page` is an error, returns this error unchanged. Returns [`Error::Malformed`] if the next page was
    /// already requested, or if there are more than 10,000 pages: such a list would never end.
    pub fn received(&mut self, page: Result<O::Response, Error>) -> Result<O::Response, Error> {
        let request = self.next.take();
        let page = page?;
        let next = request.and_then(|request| request.next_page(&page));
        if let Some(token) = next.as_ref().and_then(Paged::page_token)
            && (self.requested.len() >= MAX_PAGES || !self.requested.insert(token.into()))
        {
            return Err(Error::endless_pages());
        }
        self.next = next;
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::operation::{ListDevices, ListDevicesResponse};

    fn page(token: &str) -> Result<ListDevicesResponse, Error> {
        Ok(serde_json::from_value(serde_json::json!({ "Devices": [], "PaginationToken": token })).unwrap())
    }

    /// Regression: if a server repeated the page tokens A, B, A, B, the list never ended.
    #[test]
    fn a_page_that_repeats_is_an_error() {
        for tokens in [&["A", "B", "A"][..], &["A", "B", "C", "D", "B"]] {
            let mut pages = Pages::new(ListDevices::new());
            let (repeated, first) = tokens.split_last().unwrap();
            for token in first {
                assert!(pages.received(page(token)).is_ok() && pages.request().is_some());
            }
            assert!(matches!(pages.received(page(repeated)), Err(Error::Malformed(_))));
            assert!(pages.request().is_none());
        }
        let mut pages = Pages::new(ListDevices { pagination_token: Some("A".into()), ..ListDevices::new() });
        assert!(pages.received(page("B")).is_ok());
        assert!(matches!(pages.received(page("A")), Err(Error::Malformed(_))));
    }

    #[test]
    fn a_list_with_too_many_pages_is_an_error() {
        let mut pages = Pages::new(ListDevices::new());
        let given = (0..).take_while(|number| pages.received(page(&format!("{number}"))).is_ok()).count();
        assert_eq!((given, pages.request().is_none()), (MAX_PAGES, true));
    }

    #[test]
    fn a_page_without_a_token_is_the_last_page() {
        let mut pages = Pages::new(ListDevices::new());
        assert!(pages.received(page("A")).is_ok());
        assert!(pages.received(page("")).is_ok() && pages.request().is_none());
    }
}
