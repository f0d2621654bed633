//! Signing out at the service.

use alloc::boxed::Box;

use crate::configuration::AppClient;
use crate::error::Error;
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Event, Flow, Step};
use crate::operation::{GlobalSignOut, RevokeToken};
use crate::protocol::Call;
use crate::session::Session;
use crate::timestamp::Timestamp;

/// How far a sign-out goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignOutScope {
    /// The tokens are thrown away here, and stay good until they expire.
    Local,
    /// The refresh token is revoked, and the access tokens that came from it.
    Revoke,
    /// All tokens of the user are revoked, on every device. Needs an access token that has not expired.
    Global,
}

/// What became of a sign-out at the service. The local session is to be thrown away whatever it is.
#[derive(Debug, Clone)]
#[must_use = "the tokens may still be good"]
#[expect(clippy::exhaustive_enums, reason = "complete: it was not asked, could not, did, or failed")]
pub enum RemoteSignOut {
    /// The sign-out was a local one.
    NotAsked,
    /// The tokens cannot be revoked: there is no refresh token, or the app client has revocation off.
    NotRevocable,
    /// The tokens are revoked.
    Done,
    /// They may still be good.
    Failed(Error),
}

/// What became of a sign-out of a session that is kept.
#[derive(Debug)]
#[must_use = "the tokens may still be good, and the session may still be stored"]
#[non_exhaustive]
pub struct SignedOut {
    /// At the service.
    pub remote: RemoteSignOut,
    /// In the store: whether the session is gone from it.
    pub local: Result<(), Error>,
}

impl SignedOut {
    /// By what an adapter was told.
    pub fn new(remote: RemoteSignOut, local: Result<(), Error>) -> Self {
        Self { remote, local }
    }
}

/// Signs a user out at the service. It fails only by [`Error::Misuse`]: a refusal or a lost connection is an output too.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html>
///
/// ```
/// # use cognito_core::{AppClient, Error, Event, Flow, Session, SignOut, SignOutScope, Step, Timestamp};
/// # fn begin(app_client: &AppClient, session: &Session, now: Timestamp) -> Result<(), Error> {
/// let mut flow = SignOut::new(app_client, session, SignOutScope::Revoke);
/// let step = flow.step(now, Event::Start)?;
/// // Go on as with any flow.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SignOut(Guarded<SigningOut>);

#[derive(Debug)]
enum SigningOut {
    Nothing(RemoteSignOut),
    Revoke(Box<Call<RevokeToken>>),
    Global(Box<Call<GlobalSignOut>>),
}

impl SignOut {
    /// Signs the user of this session out.
    #[must_use]
    pub fn new(app_client: &AppClient, session: &Session, scope: SignOutScope) -> Self {
        Self(Guarded::new(match (scope, session.refresh_token()) {
            (SignOutScope::Local, _) => SigningOut::Nothing(RemoteSignOut::NotAsked),
            (SignOutScope::Global, _) => {
                SigningOut::Global(Box::new(Call::signed_in(app_client, session, GlobalSignOut::new())))
            }
            (SignOutScope::Revoke, Some(refresh_token)) if session.is_revocable() => {
                SigningOut::Revoke(Box::new(Call::new(app_client, RevokeToken::new(refresh_token.clone()))))
            }
            (SignOutScope::Revoke, _) => SigningOut::Nothing(RemoteSignOut::NotRevocable),
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
            Self::Nothing(outcome) => Ok(Step::Done(outcome.clone())),
            Self::Revoke(call) => ended(call.step(now, event)),
            Self::Global(call) => ended(call.step(now, event)),
        }
    }
}

fn ended<T>(step: Result<Step<T>, Error>) -> Result<Step<RemoteSignOut>, Error> {
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

    /// {"origin_jti":"o"}
    const REVOCABLE: &str = "e30.eyJvcmlnaW5fanRpIjoibyJ9.c2ln";

    fn sign_out(access_token: &str, scope: SignOutScope) -> SignOut {
        let mut tokens = Tokens::new(access_token);
        tokens.refresh_token = Some("refresh".into());
        SignOut::new(&app_client(), &Session::new("alice", tokens, NOW, None), scope)
    }

    #[test]
    fn a_local_sign_out_asks_nobody() {
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
    fn tokens_without_an_origin_cannot_be_revoked() {
        let outcome = done(sign_out("opaque", SignOutScope::Revoke).step(NOW, Event::Start));
        assert!(matches!(outcome, RemoteSignOut::NotRevocable));
    }

    #[test]
    fn a_global_sign_out_is_by_access_token() {
        let mut flow = sign_out(REVOCABLE, SignOutScope::Global);
        assert_eq!(body(&sent(flow.step(NOW, Event::Start)))["AccessToken"], REVOCABLE);
        assert!(matches!(done(flow.step(NOW, answer(200, "{}"))), RemoteSignOut::Done));
    }

    #[test]
    fn a_sign_out_that_the_service_refuses_or_does_not_hear_of_is_over_all_the_same() {
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
        fn a_sign_out_comes_to_an_end_whatever_comes_in_whatever_order(moves in moves(), is_revocable: bool) {
            let access_token = if is_revocable { REVOCABLE } else { "opaque" };
            for scope in [SignOutScope::Local, SignOutScope::Revoke, SignOutScope::Global] {
                let answers = |_: &Request| vec![answer(200, "{}"), answer(200, "")];
                run_to_the_end(sign_out(access_token, scope), &moves, answers, MAX_ATTEMPTS as usize)?;
            }
        }
    }
}
