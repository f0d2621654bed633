//! Every operation of the API model is answered, in the model's shapes.

use std::collections::BTreeSet;

use cognito_core::endpoint::Service;
use cognito_core::{Response, operation};
use cognito_integration_tests::support::api_model::{self, conforms, errors, model};
use cognito_integration_tests::support::devices::DEVICE_PASSWORD;
use cognito_integration_tests::support::identities::{
    GOOGLE, GUEST_ROLE, google, identity_scene, open_identity_pool, read_tree,
};
use cognito_integration_tests::support::scene::{
    PASSWORD, Refusal, Scene, TIMESTAMP, Tokens, alice, bearing, open_client,
};
use cognito_integration_tests::support::srp_client::device_verifier;
use cognito_testkit::{ClientConfig, Config, DeviceConfig, ExplicitAuthFlow, PoolConfig};
use serde_json::{Value, json};

#[test]
fn no_operation_of_the_model_is_unknown() {
    let (users, identities) = (operations("cognito-idp"), operations("cognito-identity"));
    assert_eq!((&users, &identities), (&listed(Service::UserPools), &listed(Service::IdentityPools)));
    let mut scene = Scene::new();
    let kind = |response: Response| response.headers().get("x-amzn-errortype").map(str::to_owned);
    let (incomplete, unknown) = ("InvalidParameterException:", "UnknownOperationException:");
    // An operation of the one service is unknown to the other.
    for name in users {
        assert_eq!(kind(scene.send(&name, b"{}")).as_deref(), Some(incomplete), "{name}");
        assert_eq!(kind(scene.ask(&name, b"{}")).as_deref(), Some(unknown), "{name}");
    }
    for name in identities {
        assert_eq!(kind(scene.ask(&name, b"{}")).as_deref(), Some(incomplete), "{name}");
        assert_eq!(kind(scene.send(&name, b"{}")).as_deref(), Some(unknown), "{name}");
    }
    for name in ["NoSuchOperation", "AssumeRoleWithWebIdentity", ""] {
        assert_eq!(kind(scene.send(name, b"{}")).as_deref(), Some(unknown), "{name}");
        assert_eq!(kind(scene.ask(name, b"{}")).as_deref(), Some(unknown), "{name}");
    }
}

#[track_caller]
fn operations(service: &str) -> Vec<String> {
    api_model::operations(&model(service)).keys().cloned().collect()
}

/// The operations of the core's list, in the order of the model.
fn listed(service: Service) -> Vec<String> {
    let descriptions = operation::descriptions().into_iter().filter(|description| description.service == service);
    let names: BTreeSet<_> = descriptions.map(|description| description.name.to_owned()).collect();
    names.into_iter().collect()
}

/// The standard pool, tracking devices, with Alice in it and a client that does everything.
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
        let scene = Scene::of(PoolConfig { clients: Vec::new(), ..pool }, open_client());
        Self { model: model("cognito-idp"), scene, seen: Vec::new() }
    }

    /// Calls an operation, whose answer has to be what the model says.
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

    /// Calls an operation, which has to be refused by a name that the model lists.
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
fn every_answer_has_the_models_members_and_every_refusal_a_name_of_the_model() {
    let mut tour = Tour::new();
    sign_up_and_reset(&mut tour);
    let token = sign_in(&mut tour);
    profile(&mut tour, &token);
    factors(&mut tour, &token);
    devices_and_feedback(&mut tour, &token);
    endings(&mut tour, &token);
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
    let tokens = Tokens::of(&signed_in);
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
    tour.ok("ConfirmDevice", bearing(&Tokens::of(signed_in).access, body));
    json!(key)
}

/// Signs Alice in by a password and a code.
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
    tour.ok("GetUser", bearing(token, json!({})));
    let attributes = json!([{ "Name": "email", "Value": "new@example.org" }, { "Name": "nickname", "Value": "Al" }]);
    tour.ok("UpdateUserAttributes", bearing(token, json!({ "UserAttributes": attributes })));
    tour.ok("GetUserAttributeVerificationCode", bearing(token, json!({ "AttributeName": "email" })));
    let code = tour.code();
    tour.ok("VerifyUserAttribute", bearing(token, json!({ "AttributeName": "email", "Code": code })));
    tour.ok("DeleteUserAttributes", bearing(token, json!({ "UserAttributeNames": ["nickname"] })));
    let passwords = json!({ "PreviousPassword": PASSWORD, "ProposedPassword": PASSWORD });
    tour.ok("ChangePassword", bearing(token, passwords));
}

fn factors(tour: &mut Tour, token: &str) {
    tour.ok("AssociateSoftwareToken", bearing(token, json!({})));
    let code = bearing(token, json!({ "UserCode": "000000" }));
    assert_eq!(tour.refused("VerifySoftwareToken", code).name, "EnableSoftwareTokenMFAException");
    tour.ok("SetUserMFAPreference", bearing(token, json!({ "EmailMfaSettings": { "Enabled": true } })));
    second_factor(tour);
    tour.ok("GetUser", bearing(token, json!({})));
    tour.ok("GetUserAuthFactors", bearing(token, json!({})));
    tour.ok("SetUserMFAPreference", bearing(token, json!({ "EmailMfaSettings": { "Enabled": false } })));
    tour.ok("SetUserSettings", bearing(token, json!({ "MFAOptions": [] })));
    tour.ok("StartWebAuthnRegistration", bearing(token, json!({})));
    tour.refused("CompleteWebAuthnRegistration", bearing(token, json!({ "Credential": {} })));
    tour.ok("ListWebAuthnCredentials", bearing(token, json!({})));
    tour.refused("DeleteWebAuthnCredential", bearing(token, json!({ "CredentialId": "none" })));
}

fn devices_and_feedback(tour: &mut Tour, token: &str) {
    let devices = tour.ok("ListDevices", bearing(token, json!({})));
    let device = bearing(token, json!({ "DeviceKey": devices["Devices"][0]["DeviceKey"] }));
    for operation in ["GetDevice", "UpdateDeviceStatus", "ForgetDevice"] {
        tour.ok(operation, device.clone());
    }
    for operation in ["ConfirmDevice", "GetDevice", "UpdateDeviceStatus", "ForgetDevice"] {
        tour.refused(operation, device.clone());
    }
    let mut feedback = tour.scene.of_user("alice");
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

fn endings(tour: &mut Tour, token: &str) {
    sign_in(tour);
    let sessions = tour.ok("ListUserSessions", bearing(token, json!({})));
    let other = sessions["Sessions"].as_array().unwrap().iter().find(|session| session["IsCurrentSession"] == false);
    tour.ok("RevokeUserSession", bearing(token, json!({ "SessionId": other.unwrap()["SessionId"] })));
    let client = tour.scene.client.id.clone();
    tour.ok("RevokeToken", json!({ "ClientId": client, "Token": "a.b.c" }));
    tour.ok("GlobalSignOut", bearing(token, json!({})));
    let token = sign_in(tour);
    tour.ok("DeleteUser", bearing(&token, json!({})));
}

#[test]
fn every_answer_of_the_identity_pools_has_the_models_members() {
    let model = model("cognito-identity");
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let logins = json!({ GOOGLE: google(&scene, "ann") });
    let identity = json!(scene.get_id(&pool, logins.clone()).unwrap());
    let body = json!({
        "IdentityPoolId": pool, "IdentityId": identity, "Logins": logins, "LoginsToRemove": [GOOGLE],
    });
    for operation in operations("cognito-identity") {
        let answer = scene.asked(&operation, body.clone()).unwrap();
        match &model["operations"][&operation]["output"] {
            Value::Null => assert_eq!(answer, json!({})),
            output => conforms(&model, &operation, output, &answer),
        }
    }
    // The identity is gone, and the pool is of another name.
    for operation in operations("cognito-identity") {
        let mut body = body.clone();
        body["IdentityPoolId"] = json!("us-east-1:0");
        let refusal = scene.asked(&operation, body).unwrap_err();
        let errors = model["operations"][&operation]["errors"].as_array().unwrap();
        assert!(errors.contains(&json!(refusal.name)), "{operation} {refusal:?}");
    }
}

#[test]
fn the_answer_to_assume_role_has_the_models_members_and_its_refusals_the_models_codes() {
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
