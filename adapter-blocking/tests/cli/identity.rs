//! AWS credentials, and calls of any operation.

use serde_json::{Value, json};

use crate::stage::{PASSWORD, Stage};

/// The role that the credentials are of, by the service's book.
fn role(stage: &Stage, credentials: &Value) -> String {
    let key = credentials["AccessKeyId"].as_str().unwrap();
    stage.server.with(|simulator| simulator.credentials_owner(key).unwrap().role_arn)
}

#[test]
fn credentials_are_what_the_aws_cli_takes_from_a_process() {
    let stage = Stage::signed_in("credentials");
    let credentials: Value = serde_json::from_str(&stage.text(&["credentials"])).unwrap();
    let names: Vec<&String> = credentials.as_object().unwrap().keys().collect();
    assert_eq!(names, ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken", "Version"]);
    assert_eq!(credentials["Version"], 1);
    let expiration = credentials["Expiration"].as_str().unwrap();
    assert!(expiration.len() == 20 && expiration.as_bytes()[10] == b'T' && expiration.ends_with('Z'), "{expiration}");
    assert_eq!(role(&stage, &credentials), "arn:aws:iam::123456789012:role/user");
    assert_eq!(stage.json(&["credentials"])["Version"], 1);
}

#[test]
fn a_guest_needs_neither_a_user_pool_nor_a_session_and_stays_the_same_identity() {
    let stage = Stage::new("guest");
    let guest = || {
        let mut command = stage.bare(&["credentials", "--guest", "--json"]);
        command.env("COGNITO_IDENTITY_POOL_ID", &stage.identity_pool_id);
        command.env("COGNITO_IDENTITY_ENDPOINT", stage.server.url());
        crate::stage::ran(&command.output().unwrap()).json()
    };
    let identity = |credentials: &Value| {
        let key = credentials["AccessKeyId"].as_str().unwrap();
        stage.server.with(|simulator| simulator.credentials_owner(key).unwrap().identity_id)
    };
    let (first, second) = (guest(), guest());
    assert_eq!(role(&stage, &first), "arn:aws:iam::123456789012:role/guest");
    assert_eq!(identity(&first), identity(&second));
}

#[test]
fn a_role_is_assumed_in_the_basic_flow_for_as_long_as_is_said() {
    let stage = Stage::signed_in("assume_role");
    let arn = "arn:aws:iam::123456789012:role/user";
    let assume = ["credentials", "--assume-role", arn, "--role-session-name", "cli", "--duration-seconds", "900"];
    let credentials = stage.json(&assume);
    assert_eq!(role(&stage, &credentials), arn);
    let expiration = humantime::parse_rfc3339(credentials["Expiration"].as_str().unwrap()).unwrap();
    let expiration = expiration.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let left = expiration - stage.server.now().as_unix_seconds();
    assert!((880..=900).contains(&left), "{left}");
    // A custom role goes to the service in the enhanced flow, where this pool does not take it.
    let custom = stage.run(&["credentials", "--role-arn", "arn:aws:iam::123456789012:role/other", "--json"]);
    assert_eq!(custom.error(3)["kind"], "Refused");
}

#[test]
fn operations_are_called_with_what_identifies_client_and_user_added() {
    let factors = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"] });
    let stage = Stage::with_changes("call", factors);
    stage.sign_in();
    let user = stage.run(&["call", "GetUser"]).json();
    assert_eq!(user["Username"], "alice");
    assert!(user["UserAttributes"].as_array().unwrap().iter().any(|attribute| attribute["Name"] == "email"));

    let body = json!({ "Username": "bob", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "bob@example.com" }] });
    let signed_up = stage.run(&["call", "SignUp", "--json", &body.to_string()]).json();
    assert_eq!(signed_up["UserConfirmed"], false);

    let auth = json!({ "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD } });
    let tokens = stage.with_stdin(&["call", "InitiateAuth", "--json", "-"], &auth.to_string()).json();
    assert_eq!(tokens["AuthenticationResult"]["TokenType"], "Bearer");

    // The same operation goes by the session's token here, and by a challenge session in a sign-in.
    assert!(stage.run(&["call", "AssociateSoftwareToken"]).json()["SecretCode"].is_string());
    let in_sign_in = stage.run(&["call", "AssociateSoftwareToken", "--json", r#"{"Session":"nonsense"}"#]);
    assert_eq!(in_sign_in.error(3)["kind"], "Refused");
}

#[test]
fn operations_of_identity_pools_and_of_the_security_token_service_are_called() {
    let stage = Stage::new("call_identity");
    let body = json!({ "IdentityPoolId": stage.identity_pool_id }).to_string();
    let identity = stage.run(&["call", "GetId", "--json", &body]).json();
    let token = stage.run(&["call", "GetOpenIdToken", "--json", &identity.to_string()]).json();
    let body = json!({ "RoleArn": "arn:aws:iam::123456789012:role/guest", "RoleSessionName": "cli",
        "WebIdentityToken": token["Token"] });
    let assumed = stage.run(&["call", "AssumeRoleWithWebIdentity", "--json", &body.to_string()]).json();
    assert!(assumed["Credentials"]["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
}

#[test]
fn a_request_that_is_none_is_refused_before_it_is_sent() {
    let stage = Stage::signed_in("bad_call");
    for (operation, body, problem) in [
        ("Telepathy", "{}", "there is no operation Telepathy"),
        ("SignUp", "{}", "missing field `Username`"),
        ("GetUser", r#"{"AccessToken":"x"}"#, "no member AccessToken"),
        ("GetUser", "{", "it is no JSON"),
    ] {
        let error = stage.run(&["call", operation, "--json", body]).error(2);
        assert!(error["message"].as_str().unwrap().contains(problem), "{error}");
    }
}

/// Each operation with what it must have; those that end the session come last.
const REQUESTS: [(&str, &str); 40] = [
    ("AssociateSoftwareToken", "{}"),
    (
        "AssumeRoleWithWebIdentity",
        r#"{"RoleArn":"arn:aws:iam::123456789012:role/guest","RoleSessionName":"cli","WebIdentityToken":"x.y.z"}"#,
    ),
    ("ChangePassword", r#"{"PreviousPassword":"Incorrect-horse-1","ProposedPassword":"Battery-staple-2"}"#),
    ("CompleteWebAuthnRegistration", r#"{"Credential":{"id":"x","response":{"transports":null}}}"#),
    ("ConfirmDevice", r#"{"DeviceKey":"x","DeviceSecretVerifierConfig":{"PasswordVerifier":"eA==","Salt":"eA=="}}"#),
    ("ConfirmForgotPassword", r#"{"Username":"alice","ConfirmationCode":"0","Password":"Battery-staple-2"}"#),
    ("ConfirmSignUp", r#"{"Username":"alice","ConfirmationCode":"0","ForceAliasCreation":true}"#),
    ("DeleteUserAttributes", r#"{"UserAttributeNames":["nickname"]}"#),
    ("DeleteWebAuthnCredential", r#"{"CredentialId":"x"}"#),
    ("ForgetDevice", r#"{"DeviceKey":"x"}"#),
    ("ForgotPassword", r#"{"Username":"alice","ClientMetadata":{"a":"b"}}"#),
    ("GetClientToken", r#"{"Secret":"x","Scopes":["a/b"]}"#),
    ("GetCredentialsForIdentity", r#"{"IdentityId":"us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a"}"#),
    ("GetDevice", r#"{"DeviceKey":"x"}"#),
    ("GetId", r#"{"IdentityPoolId":"us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a","Logins":{"a":"b"}}"#),
    ("GetOpenIdToken", r#"{"IdentityId":"us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a"}"#),
    ("GetTokensFromRefreshToken", r#"{"RefreshToken":"x"}"#),
    ("GetUser", "{}"),
    ("GetUserAttributeVerificationCode", r#"{"AttributeName":"email"}"#),
    ("GetUserAuthFactors", "{}"),
    ("InitiateAuth", r#"{"AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"alice","SRP_A":"7"}}"#),
    ("ListDevices", r#"{"Limit":3}"#),
    ("ListUserSessions", "{}"),
    ("ListWebAuthnCredentials", r#"{"MaxResults":3}"#),
    ("ResendConfirmationCode", r#"{"Username":"alice"}"#),
    (
        "RespondToAuthChallenge",
        r#"{"ChallengeName":"SMS_MFA","ChallengeResponses":{"USERNAME":"alice"},"Session":"x"}"#,
    ),
    ("RevokeToken", r#"{"Token":"x"}"#),
    ("RevokeUserSession", r#"{"SessionId":"x"}"#),
    ("SetUserMFAPreference", r#"{"SMSMfaSettings":{"Enabled":false,"PreferredMfa":false}}"#),
    ("SetUserSettings", r#"{"MFAOptions":[{"AttributeName":"phone_number","DeliveryMedium":"SMS"}]}"#),
    (
        "SignUp",
        r#"{"Username":"bob","Password":"Battery-staple-2","UserAttributes":[{"Name":"email","Value":"b@example.com"}]}"#,
    ),
    ("StartWebAuthnRegistration", "{}"),
    (
        "UnlinkIdentity",
        r#"{"IdentityId":"us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a","Logins":{"a":"b"},"LoginsToRemove":["a"]}"#,
    ),
    (
        "UpdateAuthEventFeedback",
        r#"{"UserPoolId":"us-east-1_A","Username":"alice","EventId":"x","FeedbackToken":"x","FeedbackValue":"Valid"}"#,
    ),
    ("UpdateDeviceStatus", r#"{"DeviceKey":"x","DeviceRememberedStatus":"remembered"}"#),
    ("UpdateUserAttributes", r#"{"UserAttributes":[{"Name":"nickname","Value":"Al"}]}"#),
    ("VerifySoftwareToken", r#"{"UserCode":"000000","FriendlyDeviceName":"phone"}"#),
    ("VerifyUserAttribute", r#"{"AttributeName":"email","Code":"0"}"#),
    ("GlobalSignOut", "{}"),
    ("DeleteUser", "{}"),
];

#[test]
fn each_of_the_forty_operations_is_sent_under_its_name_and_answered_by_the_service() {
    let stage = Stage::signed_in("forty");
    for (operation, body) in REQUESTS {
        let ran = stage.run(&["call", operation, "--json", body, "--verbose"]);
        let first: Value = serde_json::from_str(ran.stderr.lines().next().unwrap()).unwrap();
        assert_eq!(first["request"]["operation"], operation, "{first}");
        // The service understands it, whether it does it or not.
        assert!(ran.code == 0 || ran.code == 3, "{operation}: {}{}", ran.stdout, ran.stderr);
    }
}
