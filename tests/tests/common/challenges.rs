//! Answers to challenges, and the second factors and devices that they need.

use cognito_testkit::{MfaConfiguration, MfaFactor, PoolConfig, UserConfig, UserMfaConfig, secret_hash};
use serde_json::{Value, json};

use super::srp_client::{SrpClient, device_verifier};
use super::{Answer, PASSWORD, Scene, TIMESTAMP, Tokens, alice, email_pool, other_than};

pub(crate) const INVALID_SESSION: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");
pub(crate) const SPENT_SESSION: (&str, &str) =
    ("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
pub(crate) const EXPIRED_SESSION: (&str, &str) =
    ("NotAuthorizedException", "Invalid session for the user, session is expired.");
pub(crate) const WRONG_CODE: (&str, &str) = ("CodeMismatchException", "Invalid code or auth state for the user.");
pub(crate) const NO_DEVICE: (&str, &str) = ("ResourceNotFoundException", "Device does not exist.");

/// The secret of Alice's authenticator app.
pub(crate) const APP_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
pub(crate) const DEVICE_PASSWORD: &str = "a password that only the device knows";

/// Alice, who has an e-mail address, a phone number and an app, with these factors turned on.
pub(crate) fn alice_with(enabled: &[MfaFactor], preferred: Option<MfaFactor>) -> UserConfig {
    let mut user = alice();
    user.attributes.insert("phone_number".to_owned(), "+15550001234".to_owned());
    let software_token_secret = Some(APP_SECRET.to_owned());
    user.mfa = UserMfaConfig { enabled: enabled.to_vec(), preferred, software_token_secret };
    user
}

/// A pool with all second factors.
pub(crate) fn factor_pool(mfa_configuration: MfaConfiguration, user: UserConfig) -> PoolConfig {
    PoolConfig {
        mfa_configuration,
        mfa_factors: vec![MfaFactor::Sms, MfaFactor::SoftwareToken, MfaFactor::Email],
        users: vec![user],
        ..email_pool()
    }
}

/// The name of the challenge in an answer.
pub(crate) fn asked(answer: &Value) -> &str {
    answer["ChallengeName"].as_str().unwrap_or_else(|| panic!("no challenge in {answer}"))
}

/// A device that was registered.
pub(crate) struct Device {
    pub(crate) key: String,
    pub(crate) group: String,
}

impl Scene {
    /// Answers the challenge of this name, as Alice unless the responses say who.
    pub(crate) fn respond(&mut self, name: &str, session: &Value, mut responses: Value) -> Answer {
        if responses.get("USERNAME").is_none() {
            responses["USERNAME"] = json!("alice");
        }
        if let (Some(secret), Some(username)) = (&self.client.secret, responses["USERNAME"].as_str()) {
            responses["SECRET_HASH"] = json!(secret_hash(secret, username, &self.client.id));
        }
        let mut body = json!({
            "ChallengeName": name, "ClientId": self.client.id, "ChallengeResponses": responses,
        });
        if !session.is_null() {
            body["Session"] = session.clone();
        }
        self.call("RespondToAuthChallenge", body)
    }

    /// Answers this challenge.
    pub(crate) fn answer(&mut self, challenge: &Value, responses: Value) -> Answer {
        self.respond(asked(challenge), &challenge["Session"], responses)
    }

    /// Signs Alice in by her password, as far as that goes.
    pub(crate) fn begin(&mut self) -> Value {
        self.password_sign_in("alice", PASSWORD).unwrap()
    }

    /// The same with the key of a device.
    pub(crate) fn begin_with(&mut self, device_key: &str) -> Answer {
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "DEVICE_KEY": device_key });
        self.initiate("USER_PASSWORD_AUTH", parameters)
    }

    /// The code that was sent last.
    pub(crate) fn code(&self) -> String {
        self.last_message().code
    }

    pub(crate) fn wrong_code(&self) -> &'static str {
        other_than(&self.code())
    }

    /// Confirms the device whose key came with these tokens, and gives the answer to that.
    pub(crate) fn confirm_device(&mut self, signed_in: &Value, name: &str) -> (Device, Value) {
        let metadata = &signed_in["AuthenticationResult"]["NewDeviceMetadata"];
        let text = |name: &str| metadata[name].as_str().unwrap_or_else(|| panic!("{name} in {signed_in}")).to_owned();
        let device = Device { key: text("DeviceKey"), group: text("DeviceGroupKey") };
        let body = json!({
            "AccessToken": Tokens::of(signed_in).access,
            "DeviceKey": device.key,
            "DeviceName": name,
            "DeviceSecretVerifierConfig": device_verifier(&device.group, &device.key, DEVICE_PASSWORD),
        });
        let answer = self.ok("ConfirmDevice", body);
        (device, answer)
    }

    /// Signs Alice in without a device, and confirms the one that she gets.
    pub(crate) fn register_device(&mut self) -> Device {
        let signed_in = self.begin();
        self.confirm_device(&signed_in, "phone").0
    }

    /// Answers DEVICE_SRP_AUTH, and gives the next challenge.
    pub(crate) fn begin_device(&mut self, challenge: &Value, device: &Device) -> Answer {
        self.answer(challenge, json!({ "DEVICE_KEY": device.key, "SRP_A": srp_client().public_hex() }))
    }

    /// Answers DEVICE_PASSWORD_VERIFIER with what this password proves.
    pub(crate) fn prove_device(&mut self, challenge: &Value, device: &Device, password: &str) -> Answer {
        let responses = device_proof(challenge, device, password, TIMESTAMP);
        self.answer(challenge, responses)
    }
}

pub(crate) fn srp_client() -> SrpClient {
    SrpClient::new(b"some secret exponent of a client")
}

pub(crate) fn device_proof(challenge: &Value, device: &Device, password: &str, timestamp: &str) -> Value {
    let parameters = &challenge["ChallengeParameters"];
    let mut responses = srp_client().prove(&device.group, &device.key, password, parameters, timestamp);
    responses["DEVICE_KEY"] = json!(device.key);
    responses
}
