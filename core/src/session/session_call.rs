//! Calls with a session's access token: one retry after a refresh, and operations that return their results
//! in pages.

use crate::configuration::AppClient;
use crate::error::Error;
use crate::operation::{Paged, TokenAuthorized};
use crate::protocol::Call;
use crate::session::Session;

/// One operation with a session's access token. If the service rejects the token, the call is retried after a
/// refresh.
///
/// The service may reject an access token that has not expired, because the token was revoked. A service that
/// rejects the token does not carry out the operation, so the call can safely be retried after a refresh.
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

/// The maximum number of attempts of a call. After the second attempt, another refresh would not help.
const MAX_ATTEMPTS: u32 = 2;

impl<O: TokenAuthorized + Clone> SessionCall<O> {
    /// Creates a call of this operation.
    #[must_use]
    pub fn new(app_client: &AppClient, operation: O) -> Self {
        Self { app_client: app_client.clone(), operation, attempts: 0 }
    }

    /// Returns the call with the access token of this session, and counts it as an attempt.
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

/// The requests for all pages of a paged operation, starting with a given request. After an error, there are
/// no further pages.
#[derive(Debug)]
pub struct Pages<O> {
    next: Option<O>,
}

impl<O: Paged> Pages<O> {
    /// Creates the sequence of pages that starts with this request.
    #[must_use]
    pub fn new(operation: O) -> Self {
        Self { next: Some(operation) }
    }

    /// Returns the request for the next page, or `None` after the last page.
    #[must_use]
    pub fn request(&self) -> Option<O> {
        self.next.clone()
    }

    /// Reads from the result of the last request whether there is a next page, and returns the result
    /// unchanged.
    #[expect(clippy::missing_errors_doc, reason = "the result is the caller's own")]
    pub fn received(&mut self, page: Result<O::Response, Error>) -> Result<O::Response, Error> {
        let request = self.next.take();
        self.next = request.zip(page.as_ref().ok()).and_then(|(request, page)| request.next_page(page));
        page
    }
}
