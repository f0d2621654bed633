//! Calls with the access token of a session: once more after a refresh, and page by page.

use crate::configuration::AppClient;
use crate::error::Error;
use crate::operation::{Paged, TokenAuthorized};
use crate::protocol::Call;
use crate::session::Session;

/// One operation for the user of a session.
///
/// The service may refuse an access token that is valid by its claims, because it was revoked. Then nothing
/// was carried out: the session is refreshed and the call made once more.
///
/// ```
/// # use cognito_core::{AppClient, Call, Error, Session, SessionCall, operation::{GetUser, GetUserResponse}};
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

/// A call is made again once, since a second refresh could not help.
const MAX_ATTEMPTS: u32 = 2;

impl<O: TokenAuthorized + Clone> SessionCall<O> {
    /// Calls this operation.
    #[must_use]
    pub fn new(app_client: &AppClient, operation: O) -> Self {
        Self { app_client: app_client.clone(), operation, attempts: 0 }
    }

    /// The call with the access token of this session.
    pub fn attempt(&mut self, session: &Session) -> Call<O> {
        self.attempts += 1;
        Call::signed_in(&self.app_client, session, self.operation.clone())
    }

    /// True if the session is to be refreshed and the call attempted again.
    #[must_use]
    pub fn needs_refresh(&self, session: &Session, result: &Result<O::Response, Error>) -> bool {
        let is_refused = result.as_ref().is_err_and(Error::is_access_token_refused);
        is_refused && self.attempts < MAX_ATTEMPTS && session.refresh_token().is_some()
    }
}

/// The pages of an operation that gives its answer in pages, from this request on. An error ends them.
#[derive(Debug)]
pub struct Pages<O> {
    next: Option<O>,
}

impl<O: Paged> Pages<O> {
    /// The pages from this request on.
    #[must_use]
    pub fn new(operation: O) -> Self {
        Self { next: Some(operation) }
    }

    /// The request for the next page; `None` after the last one.
    #[must_use]
    pub fn request(&self) -> Option<O> {
        self.next.clone()
    }

    /// Takes the result of the request, and passes it on.
    #[expect(clippy::missing_errors_doc, reason = "the result is the caller's own")]
    pub fn received(&mut self, page: Result<O::Response, Error>) -> Result<O::Response, Error> {
        let request = self.next.take();
        self.next = request.zip(page.as_ref().ok()).and_then(|(request, page)| request.next_page(page));
        page
    }
}
