//! Identity pools. The credentials are printed as JSON, so that another can see what they open.

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::{AssumedRole, Credentials, GetCredentials, Logins, Role};
use cognito_integration_tests::support::adapter::Adapter;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::case::Case;
use crate::expect::{self, Outcome};
use crate::steps::{credentials, sign_in, with};

/// A guest has credentials, and stays the same identity.
pub(crate) fn guest(client: &impl Adapter, case: &Case) -> Outcome {
    let (first, second) = credentials(&client.guest(case.identities()?.pool(case)?))?;
    are_of_one_identity(&first, &second)?;
    print(&second);
    Ok(())
}

/// A signed-in user has credentials, and is the same identity wherever signed in.
pub(crate) fn user(client: &impl Adapter, case: &Case) -> Outcome {
    let pool = case.identities()?.pool(case)?;
    let sign_in = || -> Outcome<_> {
        let client = with(client, client.app_client().clone());
        let session = client.save(&sign_in(&client, case)?)?;
        Ok(credentials(&client.user(pool.clone(), &session, Role::OfPool))?)
    };
    let (first, second) = sign_in()?;
    are_of_one_identity(&first, &second)?;
    let (elsewhere, _) = sign_in()?;
    are_of_one_identity(&second, &elsewhere)?;
    print(&second);
    Ok(())
}

/// A token that was changed, or is none of a login, opens nothing.
pub(crate) fn forged_login(client: &impl Adapter, case: &Case) -> Outcome {
    let pool = case.identities()?.pool(case)?;
    let session = sign_in(client, case)?.session;
    let id_token = session.id_token().ok_or("there is no ID token")?.expose();
    let provider = client.app_client().user_pool_id().login_provider();
    let get = |token: &str| client.run(GetCredentials::new(&pool, Logins::new().with(&*provider, token)));
    get(id_token)?;

    let [header, payload, signature] = id_token.split('.').collect::<Vec<_>>()[..] else {
        return Err("the ID token is no JWT".into());
    };
    let reversed: String = signature.chars().rev().collect();
    let changed = with_another_subject(payload)?;
    let forgeries = [
        ("another user's claims", format!("{header}.{changed}.{signature}")),
        ("a changed signature", format!("{header}.{payload}.{reversed}")),
        ("no signature", format!("{header}.{payload}.")),
        ("an access token", session.access_token().expose().to_owned()),
        ("no JWT at all", "made-up".to_owned()),
    ];
    for (what, token) in forgeries {
        expect::not_authorized(what, get(&token))?;
    }
    let stranger = Logins::new().with(Logins::GOOGLE, id_token);
    let unsupported = RefusalKind::NotAuthorized(NotAuthorized::UnsupportedLoginProvider);
    expect::refused("another provider", client.run(GetCredentials::new(&pool, stranger)), unsupported)
}

/// The identity's token assumes a role that trusts the pool, and no other.
pub(crate) fn basic_flow(client: &impl Adapter, case: &Case) -> Outcome {
    let identities = case.identities()?;
    let pool = identities.pool(case)?;
    let session = client.save(&sign_in(client, case)?)?;
    let assuming = |arn: &str| {
        let role = Role::Assumed(AssumedRole::new(arn, "basic"));
        credentials(&client.user(pool.clone(), &session, role))
    };
    let (first, second) = assuming(&identities.assumed_role_arn)?;
    are_of_one_identity(&first, &second)?;
    print(&second);
    let untrusting = assuming(&identities.untrusting_role_arn);
    expect::refused("a role that trusts another pool", untrusting, RefusalKind::AccessDenied)
}

/// A token's payload, changed to be of another user.
fn with_another_subject(payload: &str) -> Outcome<String> {
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).map_err(|error| error.to_string())?;
    let mut claims: Value = serde_json::from_slice(&payload)?;
    let subject = claims.get_mut("sub").ok_or("the ID token has no subject")?;
    *subject = "00000000-0000-4000-8000-000000000000".into();
    Ok(BASE64URL_NOPAD.encode(claims.to_string().as_bytes()))
}

fn are_of_one_identity(first: &Credentials, second: &Credentials) -> Outcome {
    expect::equal("the identity", &second.identity_id, &first.identity_id)?;
    expect::that("newer credentials are others", second.access_key_id != first.access_key_id)
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
