//! Sign-out at the service: the revocation of tokens.

use alloc::boxed::Box;

use crate::configuration::AppClient;
use crate::error::Error;
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Event, Flow, Step};
use crate::operation::{GlobalSignOut, RevokeToken};
use crate::protocol::Call;
use crate::session::Session;
use crate::timestamp::Timestamp;

/// The scope of a sign-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignOutScope {
    /// The sign-out only deletes the tokens locally. The service does not revoke the tokens, so they stay
    /// valid until they expire.
    Local,
    /// The service revokes the refresh token and all access tokens of the same sign-in.
    Revoke,
    /// The service revokes all tokens of the user, on every device. A global sign-out needs an access token
    /// that has not expired.
    Global,
}

/// The result of a sign-out at the service. Delete the local session even if the sign-out at the service
/// failed.
#[derive(Debug, Clone)]
#[must_use = "the tokens may still be valid"]
#[expect(clippy::exhaustive_enums, reason = "complete: the sign-out was not requested, not possible, done, or failed")]
pub enum RemoteSignOut {
    /// No request was sent, because the sign-out was local.
    NotAsked,
    /// The tokens cannot be revoked: the session has no refresh token, or token revocation is disabled for
    /// the app client.
    NotRevocable,
    /// The service has revoked the tokens.
    Done,
    /// The sign-out failed, and the tokens may still be valid.
    Failed(Error),
}

/// The result of a sign-out at the service and in the store.
#[derive(Debug)]
#[must_use = "the tokens may still be valid, and the session may still be stored"]
#[non_exhaustive]
pub struct SignedOut {
    /// The result of the sign-out at the service.
    pub remote: RemoteSignOut,
    /// The result of the attempt to remove the session from the store.
    pub local: Result<(), Error>,
}

impl SignedOut {
    /// Combines the results of a sign-out at the service and in the store.
    pub fn new(remote: RemoteSignOut, local: Result<(), Error>) -> Self {
        Self { remote, local }
    }
}

/// Signs a user out at the service. If the service rejects the sign-out or the connection is lost, the output
/// is [`RemoteSignOut::Failed`]. The only possible error is [`Error::Misuse`].
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html>
///
/// ```
/// # use cognito_core::{
/// #     AppClient, Error, Event, Flow, Session, SignOut, SignOutScope, Timestamp,
/// # };
/// # fn begin(
/// #     app_client: &AppClient,
/// #     session: &Session,
/// #     now: Timestamp,
/// # ) -> Result<(), Error> {
/// let mut flow = SignOut::new(app_client, session, SignOutScope::Revoke);
/// let step = flow.step(now, Event::Start)?;
/// // Continue as with any flow.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SignOut(Guarded<SigningOut>);

#[derive(Debug)]
enum SigningOut {
    NoRequest(RemoteSignOut),
    Revoke(Box<Call<RevokeToken>>),
    Global(Box<Call<GlobalSignOut>>),
}

impl SignOut {
    /// Creates a flow that signs out the user of this session.
    #[must_use]
    pub fn new(app_client: &AppClient, session: &Session, scope: SignOutScope) -> Self {
        if scope != SignOutScope::Local
            && let Err(error) = session.require_endpoint(app_client)
        {
            return Self(Guarded::new(SigningOut::NoRequest(RemoteSignOut::Failed(error))));
        }
        Self(Guarded::new(match (scope, session.refresh_token()) {
            (SignOutScope::Local, _) => SigningOut::NoRequest(RemoteSignOut::NotAsked),
            (SignOutScope::Global, _) => {
                SigningOut::Global(Box::new(Call::signed_in(app_client, session, GlobalSignOut::new())))
            }
            (SignOutScope::Revoke, Some(refresh_token)) if session.is_revocable() => {
                SigningOut::Revoke(Box::new(Call::new(app_client, RevokeToken::new(refresh_token.clone()))))
            }
            (SignOutScope::Revoke, _) => SigningOut::NoRequest(RemoteSignOut::NotRevocable),
        }))
    }
}

impl Flow for SignOut {
    type Output = RemoteSignOut;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<RemoteSignOut>, Error> {
        self.0.step(now, event)
    }
}

impl Steps for SigningOut {
    type Output = RemoteSignOut;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<RemoteSignOut>, Error> {
        match self {
            Self::NoRequest(outcome) => Ok(Step::Done(outcome.clone())),
            Self::Revoke(call) => outcome_step(call.step(now, event)),
            Self::Global(call) => outcome_step(call.step(now, event)),
        }
    }
}

fn outcome_step<T>(step: Result<Step<T>, Error>) -> Result<Step<RemoteSignOut>, Error> {
    match step {
        Ok(step) => Ok(step.finished().map_or_else(|step| step, |_| Step::Done(RemoteSignOut::Done))),
        Err(Error::Misuse(misuse)) => Err(misuse.into()),
        Err(error) => Ok(Step::Done(RemoteSignOut::Failed(error))),
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;
    use crate::session::Tokens;
    use crate::test_support::disorder::{moves, run_to_the_end};
    use crate::test_support::{NOW, answer, app_client, body, done, no_answer, refusal, sent};
    use crate::{MAX_ATTEMPTS, Request};

    /// An access token whose payload is `{"origin_jti":"o"}`.
    const REVOCABLE: &str = "e30.eyJvcmlnaW5fanRpIjoibyJ9.c2ln";

    fn sign_out(access_token: &str, scope: SignOutScope) -> SignOut {
        let mut tokens = Tokens::new(access_token);
        tokens.refresh_token = Some("refresh".into());
        SignOut::new(&app_client(), &Session::new("alice", tokens, NOW, None), scope)
    }

    #[test]
    fn a_local_sign_out_sends_no_request() {
        let outcome = done(sign_out(REVOCABLE, SignOutScope::Local).step(NOW, Event::Start));
        assert!(matches!(outcome, RemoteSignOut::NotAsked));
    }

    #[test]
    fn the_refresh_token_is_revoked() {
        let mut flow = sign_out(REVOCABLE, SignOutScope::Revoke);
        assert_eq!(body(&sent(flow.step(NOW, Event::Start)))["Token"], "refresh");
        assert!(matches!(done(flow.step(NOW, answer(200, "{}"))), RemoteSignOut::Done));
    }

    #[test]
    fn tokens_without_an_origin_jti_cannot_be_revoked() {
        let outcome = done(sign_out("opaque", SignOutScope::Revoke).step(NOW, Event::Start));
        assert!(matches!(outcome, RemoteSignOut::NotRevocable));
    }

    #[test]
    fn a_global_sign_out_sends_the_access_token() {
        let mut flow = sign_out(REVOCABLE, SignOutScope::Global);
        assert_eq!(body(&sent(flow.step(NOW, Event::Start)))["AccessToken"], REVOCABLE);
        assert!(matches!(done(flow.step(NOW, answer(200, "{}"))), RemoteSignOut::Done));
    }

    #[test]
    fn a_sign_out_ends_although_the_service_rejects_or_misses_it() {
        for event in
            [refusal("UnauthorizedException", ""), answer(403, "<html>"), refusal("LimitExceededException", "")]
        {
            let mut flow = sign_out(REVOCABLE, SignOutScope::Revoke);
            sent(flow.step(NOW, Event::Start));
            assert!(matches!(done(flow.step(NOW, event)), RemoteSignOut::Failed(_)));
        }
        let mut flow = sign_out(REVOCABLE, SignOutScope::Global);
        sent(flow.step(NOW, Event::Start));
        assert!(matches!(done(flow.step(NOW, no_answer("reset"))), RemoteSignOut::Failed(_)));
    }

    proptest! {
        #[test]
        fn a_sign_out_ends_after_any_events_in_any_order(moves in moves(), is_revocable: bool) {
            let access_token = if is_revocable { REVOCABLE } else { "opaque" };
            for scope in [SignOutScope::Local, SignOutScope::Revoke, SignOutScope::Global] {
                let answers = |_: &Request| vec![answer(200, "{}"), answer(200, "")];
                run_to_the_end(sign_out(access_token, scope), &moves, answers, MAX_ATTEMPTS as usize)?;
            }
        }
    }
}
