//! The simulator answers each operation of the API models with the members that the model lists.

use std::collections::BTreeSet;

use cognito_core::endpoint::Service;
use cognito_core::{Response, operation};
use cognito_integration_tests::support::api_model::{self, conforms, errors, model};
use cognito_integration_tests::support::devices::DEVICE_PASSWORD;
use cognito_integration_tests::support::identities::{
    GOOGLE, GUEST_ROLE, google, identity_scene, open_identity_pool, read_tree,
};
use cognito_integration_tests::support::scene::{
    PASSWORD, Refusal, Scene, TIMESTAMP, Tokens, alice, open_client, with_access_token,
};
use cognito_integration_tests::support::srp_client::device_verifier;
use cognito_testkit::{ClientConfig, Config, DeviceConfig, ExplicitAuthFlow, PoolConfig};
use serde_json::{Value, json};

#[test]
fn every_operation_of_the_model_is_known() {
    let (users, identities) = (operations("cognito-idp"), operations("cognito-identity"));
    assert_eq!((&users, &identities), (&listed(Service::UserPools), &listed(Service::IdentityPools)));
    let mut scene = Scene::new();
    let kind = |response: Response| response.headers().get("x-amzn-errortype").map(str::to_owned);
    let (incomplete, unknown) = ("InvalidParameterException:", "UnknownOperationException:");
    // An operation of one service is unknown to the other service.
    for name in users {
        assert_eq!(kind(scene.send(&name, b"{}")).as_deref(), Some(incomplete), "{name}");
        assert_eq!(kind(scene.send_to_identity_pools(&name, b"{}")).as_deref(), Some(unknown), "{name}");
    }
    for name in identities {
        assert_eq!(kind(scene.send_to_identity_pools(&name, b"{}")).as_deref(), Some(incomplete), "{name}");
        assert_eq!(kind(scene.send(&name, b"{}")).as_deref(), Some(unknown), "{name}");
    }
    for name in ["NoSuchOperation", "AssumeRoleWithWebIdentity", ""] {
        assert_eq!(kind(scene.send(name, b"{}")).as_deref(), Some(unknown), "{name}");
        assert_eq!(kind(scene.send_to_identity_pools(name, b"{}")).as_deref(), Some(unknown), "{name}");
    }
}

#[track_caller]
fn operations(service: &str) -> Vec<String> {
    api_model::operations(&model(service)).keys().cloned().collect()
}

/// Returns the sorted names of the core's operations of one service.
fn listed(service: Service) -> Vec<String> {
    let descriptions = operation::descriptions().into_iter().filter(|description| description.service == service);
    let names: BTreeSet<_> = descriptions.map(|description| description.name.to_owned()).collect();
    names.into_iter().collect()
}

/// A scene with devices, the user Alice and an app client with every flow, which records the operations it
/// calls.
struct Tour {
    model: Value,
    scene: Scene,
    seen: Vec<String>,
}

impl Tour {
    #[track_caller]
    fn new() -> Self {
        let device_configuration = Some(DeviceConfig::default());
        let pool = PoolConfig { users: vec![alice()], device_configuration, ..Config::standard().pools.remove(0) };
        let scene = Scene::with_pool(PoolConfig { clients: Vec::new(), ..pool }, open_client());
        Self { model: model("cognito-idp"), scene, seen: Vec::new() }
    }

    /// Calls an operation that must succeed with an answer in the model's shape.
    #[track_caller]
    fn ok(&mut self, operation: &str, body: Value) -> Value {
        let response = self.scene.send(operation, body.to_string().as_bytes());
        let answer = String::from_utf8(response.body().to_vec()).unwrap();
        assert_eq!(response.status(), 200, "{operation} {answer}");
        let answer = if answer.is_empty() { json!({}) } else { serde_json::from_str(&answer).unwrap() };
        let output = self.model["operations"][operation]["output"].clone();
        if output.is_string() {
            conforms(&self.model, operation, &output, &answer);
        }
        self.seen.push(operation.to_owned());
        answer
    }

    /// Calls an operation that must fail with an error that the model lists.
    #[track_caller]
    fn refused(&mut self, operation: &str, body: Value) -> Refusal {
        let refusal = self.scene.refused(operation, body);
        let errors = errors(&self.model["operations"][operation]);
        assert!(errors.contains(&&*refusal.name), "{operation} {refusal:?}");
        self.seen.push(operation.to_owned());
        refusal
    }

    fn code(&self) -> String {
        self.scene.last_message().code
    }
}

#[test]
fn every_answer_and_every_error_conforms_to_the_model() {
    let mut tour = Tour::new();
    sign_up_and_reset(&mut tour);
    let token = sign_in(&mut tour);
    profile(&mut tour, &token);
    factors(&mut tour, &token);
    devices_and_feedback(&mut tour, &token);
    end_sessions(&mut tour, &token);
    tour.seen.sort();
    tour.seen.dedup();
    assert_eq!(tour.seen, operations("cognito-idp"));
}

fn sign_up_and_reset(tour: &mut Tour) {
    let client = tour.scene.client.id.clone();
    let attributes = json!([{ "Name": "email", "Value": "bob@example.com" }]);
    let user = json!({ "ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": attributes });
    tour.ok("SignUp", user.clone());
    tour.ok("ResendConfirmationCode", user.clone());
    let mut confirm = user.clone();
    confirm["ConfirmationCode"] = json!(tour.code());
    tour.ok("ConfirmSignUp", confirm);
    tour.ok("ForgotPassword", user.clone());
    let mut confirm = user;
    confirm["ConfirmationCode"] = json!(tour.code());
    tour.ok("ConfirmForgotPassword", confirm);
}

fn sign_in(tour: &mut Tour) -> String {
    let client = tour.scene.client.id.clone();
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": parameters });
    let signed_in = tour.ok("InitiateAuth", body);
    let tokens = Tokens::from_answer(&signed_in);
    let key = confirm_device(tour, &signed_in);
    let body = json!({
        "ClientId": client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {
            "USERNAME": "alice", "TIMESTAMP": TIMESTAMP, "PASSWORD_CLAIM_SIGNATURE": "",
            "PASSWORD_CLAIM_SECRET_BLOCK": "",
        },
    });
    tour.refused("RespondToAuthChallenge", body);
    tour.ok(
        "GetTokensFromRefreshToken",
        json!({ "ClientId": client, "RefreshToken": tokens.refresh, "DeviceKey": key }),
    );
    tokens.access
}

#[track_caller]
fn confirm_device(tour: &mut Tour, signed_in: &Value) -> Value {
    let metadata = &signed_in["AuthenticationResult"]["NewDeviceMetadata"];
    let (key, group) = (metadata["DeviceKey"].as_str().unwrap(), metadata["DeviceGroupKey"].as_str().unwrap());
    let secret = device_verifier(group, key, DEVICE_PASSWORD);
    let body = json!({ "DeviceKey": key, "DeviceName": "phone", "DeviceSecretVerifierConfig": secret });
    tour.ok("ConfirmDevice", with_access_token(&Tokens::from_answer(signed_in).access, body));
    json!(key)
}

/// Signs Alice in with a password and a code.
fn second_factor(tour: &mut Tour) {
    let client = tour.scene.client.id.clone();
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": parameters });
    let challenge = tour.ok("InitiateAuth", body);
    let mut body = json!({
        "ClientId": client, "ChallengeName": "EMAIL_OTP", "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "alice", "EMAIL_OTP_CODE": "none" },
    });
    tour.refused("RespondToAuthChallenge", body.clone());
    body["ChallengeResponses"]["EMAIL_OTP_CODE"] = json!(tour.code());
    tour.ok("RespondToAuthChallenge", body);
}

fn profile(tour: &mut Tour, token: &str) {
    tour.ok("GetUser", with_access_token(token, json!({})));
    let attributes = json!([{ "Name": "email", "Value": "new@example.org" }, { "Name": "nickname", "Value": "Al" }]);
    tour.ok("UpdateUserAttributes", with_access_token(token, json!({ "UserAttributes": attributes })));
    tour.ok("GetUserAttributeVerificationCode", with_access_token(token, json!({ "AttributeName": "email" })));
    let code = tour.code();
    tour.ok("VerifyUserAttribute", with_access_token(token, json!({ "AttributeName": "email", "Code": code })));
    tour.ok("DeleteUserAttributes", with_access_token(token, json!({ "UserAttributeNames": ["nickname"] })));
    let passwords = json!({ "PreviousPassword": PASSWORD, "ProposedPassword": PASSWORD });
    tour.ok("ChangePassword", with_access_token(token, passwords));
}

fn factors(tour: &mut Tour, token: &str) {
    tour.ok("AssociateSoftwareToken", with_access_token(token, json!({})));
    let code = with_access_token(token, json!({ "UserCode": "000000" }));
    assert_eq!(tour.refused("VerifySoftwareToken", code).name, "EnableSoftwareTokenMFAException");
    tour.ok("SetUserMFAPreference", with_access_token(token, json!({ "EmailMfaSettings": { "Enabled": true } })));
    second_factor(tour);
    tour.ok("GetUser", with_access_token(token, json!({})));
    tour.ok("GetUserAuthFactors", with_access_token(token, json!({})));
    tour.ok("SetUserMFAPreference", with_access_token(token, json!({ "EmailMfaSettings": { "Enabled": false } })));
    tour.ok("SetUserSettings", with_access_token(token, json!({ "MFAOptions": [] })));
    tour.ok("StartWebAuthnRegistration", with_access_token(token, json!({})));
    tour.refused("CompleteWebAuthnRegistration", with_access_token(token, json!({ "Credential": {} })));
    tour.ok("ListWebAuthnCredentials", with_access_token(token, json!({})));
    tour.refused("DeleteWebAuthnCredential", with_access_token(token, json!({ "CredentialId": "none" })));
}

fn devices_and_feedback(tour: &mut Tour, token: &str) {
    let devices = tour.ok("ListDevices", with_access_token(token, json!({})));
    let device = with_access_token(token, json!({ "DeviceKey": devices["Devices"][0]["DeviceKey"] }));
    for operation in ["GetDevice", "UpdateDeviceStatus", "ForgetDevice"] {
        tour.ok(operation, device.clone());
    }
    for operation in ["ConfirmDevice", "GetDevice", "UpdateDeviceStatus", "ForgetDevice"] {
        tour.refused(operation, device.clone());
    }
    let mut feedback = tour.scene.user_request("alice");
    feedback["EventId"] = json!("event-1");
    feedback["FeedbackToken"] = json!(token);
    feedback["FeedbackValue"] = json!("Invalid");
    tour.refused("UpdateAuthEventFeedback", feedback);
    let machine = ClientConfig {
        generate_secret: true,
        explicit_auth_flows: vec![ExplicitAuthFlow::AllowClientTokenAuth],
        scopes: vec!["orders/read".to_owned()],
        ..ClientConfig::default()
    };
    let before = tour.scene.switch_client(machine);
    let machine = core::mem::replace(&mut tour.scene.client, before);
    tour.ok("GetClientToken", json!({ "ClientId": machine.id, "Secret": machine.secret }));
}

fn end_sessions(tour: &mut Tour, token: &str) {
    sign_in(tour);
    let sessions = tour.ok("ListUserSessions", with_access_token(token, json!({})));
    let other = sessions["Sessions"].as_array().unwrap().iter().find(|session| session["IsCurrentSession"] == false);
    tour.ok("RevokeUserSession", with_access_token(token, json!({ "SessionId": other.unwrap()["SessionId"] })));
    let client = tour.scene.client.id.clone();
    tour.ok("RevokeToken", json!({ "ClientId": client, "Token": "a.b.c" }));
    tour.ok("GlobalSignOut", with_access_token(token, json!({})));
    let token = sign_in(tour);
    tour.ok("DeleteUser", with_access_token(&token, json!({})));
}

#[test]
fn identity_pool_answers_conform_to_the_model() {
    let model = model("cognito-identity");
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let logins = json!({ GOOGLE: google(&scene, "ann") });
    let identity = json!(scene.get_id(&pool, logins.clone()).unwrap());
    let body = json!({
        "IdentityPoolId": pool, "IdentityId": identity, "Logins": logins, "LoginsToRemove": [GOOGLE],
    });
    for operation in operations("cognito-identity") {
        let answer = scene.call_identity_pools(&operation, body.clone()).unwrap();
        match &model["operations"][&operation]["output"] {
            Value::Null => assert_eq!(answer, json!({})),
            output => conforms(&model, &operation, output, &answer),
        }
    }
    // The identity no longer exists, and the pool id is unknown.
    for operation in operations("cognito-identity") {
        let mut body = body.clone();
        body["IdentityPoolId"] = json!("us-east-1:0");
        let refusal = scene.call_identity_pools(&operation, body).unwrap_err();
        let errors = model["operations"][&operation]["errors"].as_array().unwrap();
        assert!(errors.contains(&json!(refusal.name)), "{operation} {refusal:?}");
    }
}

#[test]
fn answers_of_assume_role_conform_to_the_model() {
    let model = model("sts");
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let guest = scene.get_id(&pool, json!({})).unwrap();
    let token = scene.open_id_token(&guest, json!({})).unwrap();
    let answer = read_tree(&scene.assume_role(GUEST_ROLE, &token, &[]).unwrap());
    let answer = &answer["AssumeRoleWithWebIdentityResponse"]["AssumeRoleWithWebIdentityResult"];
    conforms(&model, "AssumeRole", &model["operations"]["AssumeRoleWithWebIdentity"]["output"], answer);

    let errors = model["operations"]["AssumeRoleWithWebIdentity"]["errors"].as_array().unwrap();
    let codes: Vec<_> = errors.iter().map(|name| &model["shapes"][name.as_str().unwrap()]["error"]["code"]).collect();
    let mut code = |token: &str, more: &[(&str, &str)]| {
        let refusal = scene.assume_role(GUEST_ROLE, token, more).unwrap_err();
        scene.advance(600);
        json!(refusal.name)
    };
    for code in [code("forged", &[]), code(&token, &[("Policy", "x")]), code(&token, &[])] {
        assert!(codes.contains(&&code), "{code}");
    }
}
