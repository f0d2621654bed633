//! Scenarios of tokens: refresh, revocation, sign-out and groups.

use cognito_core::operation::GetUser;
use cognito_core::{Error, Refresh, RefreshMethod, RemoteSignOut, Session, SignOut, SignOutScope};
use cognito_integration_tests::support::adapter::{Adapter, SessionHandle as _};

use crate::case::Case;
use crate::expect::{self, Outcome};
use crate::steps::{sign_in, with_app_client};

/// Tokens can be refreshed with GetTokensFromRefreshToken.
pub(crate) fn refresh(client: &impl Adapter, case: &Case) -> Outcome {
    refresh_by(client, case, RefreshMethod::GetTokensFromRefreshToken)
}

/// Tokens can be refreshed with InitiateAuth and the flow REFRESH_TOKEN_AUTH.
pub(crate) fn refresh_the_older_way(client: &impl Adapter, case: &Case) -> Outcome {
    refresh_by(client, case, RefreshMethod::RefreshTokenAuth)
}

/// A refresh returns new tokens of the same user, and a made-up refresh token is rejected.
fn refresh_by(client: &impl Adapter, case: &Case, method: RefreshMethod) -> Outcome {
    let client = with_app_client(client, client.app_client().clone().with_refresh_method(method));
    let session = sign_in(&client, case)?.session;
    let renewed = renew(&client, &session)?;
    expect::that("the access token is new", renewed.access_token() != session.access_token())?;
    expect::equal("the refresh token", renewed.refresh_token(), session.refresh_token())?;
    expect::equal("the user's name", renewed.username(), session.username())?;
    client.call_signed_in(&renewed, GetUser::new())?;

    let mut tokens = session.tokens().clone();
    tokens.refresh_token = Some("made-up".into());
    let made_up = Session::with_clock_drift(session.username(), tokens, 0);
    let error = renew(&client, &made_up).err().ok_or("a made-up refresh token was accepted")?;
    expect::that(&format!("a made-up refresh token is rejected: {}", error.with_causes()), error.refusal().is_some())
}

fn renew(client: &impl Adapter, session: &Session) -> Result<Session, Error> {
    Ok(client.run(Refresh::new(client.app_client(), session, client.seed()?))?.session)
}

/// A stored session can be refreshed, used and revoked. Then its tokens are invalid, and the user's other
/// session continues.
pub(crate) fn revoke(client: &impl Adapter, case: &Case) -> Outcome {
    let signed_in = sign_in(client, case)?;
    let other = sign_in(client, case)?.session;
    let kept = client.save(&signed_in)?;
    kept.refresh()?;
    let user = kept.call(GetUser::new())?;
    let signed_out = kept.sign_out(SignOutScope::Revoke);
    expect::equal("the e-mail address", user.attribute("email"), Some(&*case.email))?;
    check_done(&signed_out.remote)?;
    signed_out.local?;
    expect::session_ended("a revoked refresh token", renew(client, &signed_in.session))?;
    let call = client.call_signed_in(&signed_in.session, GetUser::new());
    expect::is_access_token_refused("an access token of the revoked session", call)?;
    client.call_signed_in(&other, GetUser::new())?;
    renew(client, &other).map(drop).map_err(Into::into)
}

/// A global sign-out ends all sessions of the user.
pub(crate) fn global_sign_out(client: &impl Adapter, case: &Case) -> Outcome {
    let sessions = [sign_in(client, case)?.session, sign_in(client, case)?.session];
    let [session, _] = &sessions;
    check_done(&client.run(SignOut::new(client.app_client(), session, SignOutScope::Global))?)?;
    for session in &sessions {
        expect::session_ended("a refresh token after the sign-out", renew(client, session))?;
        let call = client.call_signed_in(session, GetUser::new());
        let what = "an access token after the sign-out";
        if case.server.reports_revoked_access_tokens() {
            expect::is_access_token_refused(what, call)?;
        } else {
            expect::not_authorized(what, call)?;
        }
    }
    Ok(())
}

fn check_done(remote: &RemoteSignOut) -> Outcome {
    expect::that(&format!("the service signs the user out: {remote:?}"), matches!(remote, RemoteSignOut::Done))
}

/// The access token and the ID token contain the groups of the user.
pub(crate) fn groups(client: &impl Adapter, case: &Case) -> Outcome {
    let session = sign_in(client, case)?.session;
    let access = session.access_token().unverified_claims().ok_or("the access token has no claims")?;
    expect::equal("the access token's groups", access.groups, ["staff"])?;
    let id = session.id_token().and_then(|token| token.unverified_claims()).ok_or("the ID token has no claims")?;
    expect::equal("the ID token's groups", id.groups, ["staff"])
}
