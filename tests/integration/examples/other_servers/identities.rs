//! Scenarios of identity pools. They print AWS credentials as JSON, so that the calling program can use them.

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::{AssumedRole, Credentials, GetCredentials, Logins, Role};
use cognito_integration_tests::support::adapter::Adapter;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::case::Case;
use crate::expect::{self, Outcome};
use crate::steps::{credentials, sign_in, with_app_client};

/// A guest gets credentials, and keeps the same identity.
pub(crate) fn guest(client: &impl Adapter, case: &Case) -> Outcome {
    let (first, second) = credentials(&client.guest(case.identities()?.pool(case)?))?;
    check_same_identity(&first, &second)?;
    print(&second);
    Ok(())
}

/// A signed-in user gets credentials, and has the same identity after another sign-in.
pub(crate) fn user(client: &impl Adapter, case: &Case) -> Outcome {
    let pool = case.identities()?.pool(case)?;
    let sign_in = || -> Outcome<_> {
        let client = with_app_client(client, client.app_client().clone());
        let session = client.save(&sign_in(&client, case)?)?;
        Ok(credentials(&client.user(pool.clone(), &session, Role::OfPool))?)
    };
    let (first, second) = sign_in()?;
    check_same_identity(&first, &second)?;
    let (elsewhere, _) = sign_in()?;
    check_same_identity(&second, &elsewhere)?;
    print(&second);
    Ok(())
}

/// The identity pool rejects a changed token and a token that is not an ID token.
pub(crate) fn forged_login(client: &impl Adapter, case: &Case) -> Outcome {
    let pool = case.identities()?.pool(case)?;
    let session = sign_in(client, case)?.session;
    let id_token = session.id_token().ok_or("the session has no ID token")?.expose();
    let provider = client.app_client().user_pool_id().login_provider();
    let get = |token: &str| client.run(GetCredentials::new(&pool, Logins::new().with(&*provider, token)));
    get(id_token)?;

    let [header, payload, signature] = id_token.split('.').collect::<Vec<_>>()[..] else {
        return Err("the ID token is not a JWT".into());
    };
    let reversed: String = signature.chars().rev().collect();
    let changed = with_another_subject(payload)?;
    let forgeries = [
        ("another user's claims", format!("{header}.{changed}.{signature}")),
        ("a changed signature", format!("{header}.{payload}.{reversed}")),
        ("no signature", format!("{header}.{payload}.")),
        ("an access token", session.access_token().expose().to_owned()),
        ("a text that is not a JWT", "made-up".to_owned()),
    ];
    for (what, token) in forgeries {
        expect::not_authorized(what, get(&token))?;
    }
    let stranger = Logins::new().with(Logins::GOOGLE, id_token);
    let unsupported = RefusalKind::NotAuthorized(NotAuthorized::UnsupportedLoginProvider);
    expect::refused("another provider", client.run(GetCredentials::new(&pool, stranger)), unsupported)
}

/// An identity can assume only a role that trusts the identity pool.
pub(crate) fn basic_flow(client: &impl Adapter, case: &Case) -> Outcome {
    let identities = case.identities()?;
    let pool = identities.pool(case)?;
    let session = client.save(&sign_in(client, case)?)?;
    let assuming = |arn: &str| {
        let role = Role::Assumed(AssumedRole::new(arn, "basic"));
        credentials(&client.user(pool.clone(), &session, role))
    };
    let (first, second) = assuming(&identities.assumed_role_arn)?;
    check_same_identity(&first, &second)?;
    print(&second);
    let untrusting = assuming(&identities.untrusting_role_arn);
    expect::refused("a role that trusts another pool", untrusting, RefusalKind::AccessDenied)
}

/// Returns the payload of a token with the subject replaced by another user.
fn with_another_subject(payload: &str) -> Outcome<String> {
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).map_err(|error| error.to_string())?;
    let mut claims: Value = serde_json::from_slice(&payload)?;
    let subject = claims.get_mut("sub").ok_or("the ID token has no subject")?;
    *subject = "00000000-0000-4000-8000-000000000000".into();
    Ok(BASE64URL_NOPAD.encode(claims.to_string().as_bytes()))
}

fn check_same_identity(first: &Credentials, second: &Credentials) -> Outcome {
    expect::equal("the identity", &second.identity_id, &first.identity_id)?;
    expect::that("refreshed credentials are new", second.access_key_id != first.access_key_id)
}

fn print(credentials: &Credentials) {
    let printed = json!({
        "identity_id": credentials.identity_id,
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key.expose(),
        "session_token": credentials.session_token.expose(),
    });
    println!("{printed}");
}
