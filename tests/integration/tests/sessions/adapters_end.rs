//! Sessions that end, over HTTP: the user signs out or is deleted, or the service rejects the refresh token.

use cognito_blocking::error::{NotAuthorized, RefusalKind};
use cognito_blocking::operation::{DeleteUser, GetUser, GlobalSignOut};
use cognito_blocking::{Error, RemoteSignOut, Request, SignOutScope};
use cognito_integration_tests::support::service::service;
use cognito_integration_tests::support::sessions::{client, sessions_to_refresh};
use cognito_testkit::{Fault, FaultPlan};

#[test]
fn a_rejected_refresh_token_ends_the_session() {
    let service = service(|_| ());
    let sessions = sessions_to_refresh(&service);
    let session = sessions.user("alice").get().unwrap().session;
    client(&service).call_signed_in(&session, GlobalSignOut::new()).unwrap();
    let revoked = RefusalKind::NotAuthorized(NotAuthorized::RefreshTokenRevoked);
    assert_eq!(sessions.user("alice").refresh().unwrap_err().refusal_kind(), Some(revoked));
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
    assert_eq!(sessions.usernames().unwrap(), [""; 0]);
}

#[test]
fn a_required_password_reset_ends_the_session() {
    let service = service(|_| ());
    let sessions = sessions_to_refresh(&service);
    let pool_id = client(&service).app_client().user_pool_id().to_string();
    let body = format!(r#"{{"UserPoolId":"{pool_id}","Username":"alice"}}"#);
    let target = [("x-amz-target", "AWSCognitoIdentityProviderService.AdminResetUserPassword")];
    let request = Request::post("http://127.0.0.1/", target.into_iter().collect(), body.into_bytes());
    let now = service.now();
    assert_eq!(service.with(|simulator| simulator.handle(now, &request)).status(), 200);
    assert_eq!(sessions.user("alice").get().unwrap_err().refusal_kind(), Some(RefusalKind::PasswordResetRequired));
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}

#[test]
fn a_sign_out_with_revocation_revokes_the_access_token() {
    let service = service(|_| ());
    let sessions = sessions_to_refresh(&service);
    let session = sessions.user("alice").get().unwrap().session;
    let signed_out = sessions.user("alice").sign_out(SignOutScope::Revoke);
    assert!(matches!(signed_out.remote, RemoteSignOut::Done), "{signed_out:?}");
    signed_out.local.unwrap();
    let error = client(&service).call_signed_in(&session, GetUser::new()).unwrap_err();
    let revoked = RefusalKind::NotAuthorized(NotAuthorized::AccessTokenRevoked);
    assert_eq!(error.refusal_kind(), Some(revoked));
}

#[test]
fn a_sign_out_succeeds_locally_without_a_network() {
    for scope in [SignOutScope::Revoke, SignOutScope::Global] {
        let service = service(|_| ());
        let sessions = sessions_to_refresh(&service);
        service.plan_fault(FaultPlan::next(Fault::LoseBefore).times(100));
        let signed_out = sessions.user("alice").sign_out(scope);
        assert!(matches!(signed_out.remote, RemoteSignOut::Failed(_)), "{signed_out:?}");
        signed_out.local.unwrap();
        assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
    }
}

#[test]
fn a_session_can_be_forgotten_after_deleting_the_user() {
    let service = service(|_| ());
    let sessions = sessions_to_refresh(&service);
    sessions.user("alice").call(DeleteUser::new()).unwrap();
    sessions.user("alice").forget().unwrap();
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}
