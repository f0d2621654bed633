//! The passkeys of a user, and their registration.
//!
//! The simulator does not verify the attestation of an authenticator, and does not read the public key. A
//! passkey is registered if the browser's `clientDataJSON` contains the challenge of the registration and an
//! allowed origin.

use core::fmt;

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bearer::Bearer;
use crate::crypto::{base64_url, from_base64_url};
use crate::failure::Failure;
use crate::pool_config::WebAuthnConfig;
use crate::random::Random;
use crate::sign_in::later;
use crate::user::User;

/// How long the registration of a passkey may take, in seconds. The simulator sends this limit to the
/// browser.
const TIMEOUT_SECONDS: u64 = 60;
/// The maximum number of passkeys of a user.
const MAX_PASSKEYS: usize = 20;

#[derive(Default)]
pub(crate) struct Passkeys {
    pending: Option<Pending>,
    pub(crate) credentials: Vec<Passkey>,
}

/// The registration of a passkey that was started and is not complete.
struct Pending {
    challenge: String,
    client_id: String,
    relying_party: String,
    expires: Timestamp,
}

/// A registered passkey.
pub(crate) struct Passkey {
    pub(crate) id: String,
    name: String,
    relying_party: String,
    attachment: Option<String>,
    transports: Vec<String>,
    created: Timestamp,
}

/// The members of WebAuthn's `RegistrationResponseJSON` that the simulator reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registration {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    response: AttestationResponse,
    authenticator_attachment: Option<String>,
}

#[derive(Deserialize)]
struct AttestationResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation: String,
    #[serde(default)]
    transports: Vec<String>,
}

/// The members of WebAuthn's `CollectedClientData` that the simulator reads.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
}

/// Returns the domain that the passkeys of a user pool are for.
pub(crate) fn relying_party(config: Option<&WebAuthnConfig>) -> Result<&str, Failure> {
    let not_enabled = || Failure::new("WebAuthnNotEnabledException", "WebAuthn is not enabled for the user pool.");
    config.ok_or_else(not_enabled)?.relying_party_id.as_deref().ok_or_else(|| {
        let text = "The user pool has no relying party id or domain configured.";
        Failure::new("WebAuthnConfigurationMissingException", text)
    })
}

/// Starts the registration of a passkey. The new registration replaces a registration that is not complete.
///
/// Returns WebAuthn's `PublicKeyCredentialCreationOptionsJSON`.
pub(crate) fn begin(
    user: &mut User,
    bearer: &Bearer,
    config: &WebAuthnConfig,
    random: &mut Random,
    now: Timestamp,
) -> Result<Value, Failure> {
    let relying_party = relying_party(Some(config))?.to_owned();
    if user.passkeys.credentials.len() >= MAX_PASSKEYS {
        return Err(Failure::limit_exceeded("Maximum number of passkeys exceeded."));
    }
    let challenge = base64_url(&random.bytes::<32>());
    let known = |passkey: &Passkey| json!({ "type": "public-key", "id": passkey.id, "transports": passkey.transports });
    let options = json!({
        "rp": { "id": relying_party, "name": relying_party },
        "user": { "id": base64_url(user.sub.as_bytes()), "name": user.username, "displayName": user.username },
        "challenge": challenge,
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
        "timeout": TIMEOUT_SECONDS * 1000,
        "excludeCredentials": user.passkeys.credentials.iter().map(known).collect::<Vec<_>>(),
        "authenticatorSelection": {
            "requireResidentKey": true,
            "residentKey": "required",
            "userVerification": if config.user_verification_required { "required" } else { "preferred" },
        },
    });
    let client_id = bearer.client_id.clone();
    let expires = later(now, TIMEOUT_SECONDS);
    user.passkeys.pending = Some(Pending { challenge, client_id, relying_party, expires });
    Ok(options)
}

/// Completes the registration of a passkey. The first response of a browser that contains the challenge uses
/// up the challenge.
pub(crate) fn complete(
    user: &mut User,
    bearer: &Bearer,
    relying_party: &str,
    credential: Value,
    now: Timestamp,
) -> Result<(), Failure> {
    let invalid = || Failure::invalid_parameter("The credential is not a RegistrationResponseJSON.");
    let registration: Registration = serde_json::from_value(credential).map_err(|_| invalid())?;
    let well_formed = |text: &str| !text.is_empty() && from_base64_url(text).is_some();
    let client_data = from_base64_url(&registration.response.client_data).ok_or_else(invalid)?;
    let client_data: ClientData = serde_json::from_slice(&client_data).map_err(|_| invalid())?;
    if !well_formed(&registration.id) || !well_formed(&registration.response.attestation) {
        return Err(invalid());
    }
    if client_data.kind != "webauthn.create" {
        return Err(Failure::invalid_parameter("The type of the client data is not webauthn.create."));
    }
    let pending = take_pending(user, &client_data.challenge, now)?;
    check_pending(&pending, bearer, relying_party, &client_data.origin)?;
    let taken = user.passkeys.credentials.iter().any(|passkey| passkey.id == registration.id);
    if registration.kind != "public-key" || taken {
        let text = "The passkey credential is not supported.";
        return Err(Failure::new("WebAuthnCredentialNotSupportedException", text));
    }
    user.passkeys.credentials.push(Passkey {
        id: registration.id,
        name: format!("Passkey {}", user.passkeys.credentials.len().saturating_add(1)),
        relying_party: pending.relying_party,
        attachment: registration.authenticator_attachment,
        transports: registration.response.transports,
        created: now,
    });
    Ok(())
}

fn take_pending(user: &mut User, challenge: &str, now: Timestamp) -> Result<Pending, Failure> {
    let same = user.passkeys.pending.take_if(|pending| pending.challenge == challenge);
    same.filter(|pending| now < pending.expires).ok_or_else(|| {
        let text = "The challenge was not found or has expired. Start the registration again.";
        Failure::new("WebAuthnChallengeNotFoundException", text)
    })
}

fn check_pending(pending: &Pending, bearer: &Bearer, relying_party: &str, origin: &str) -> Result<(), Failure> {
    if pending.client_id != bearer.client_id {
        let text = "The registration was started by a different app client.";
        return Err(Failure::new("WebAuthnClientMismatchException", text));
    }
    if pending.relying_party != relying_party {
        let text = "The relying party id of the user pool is a different one now.";
        return Err(Failure::new("WebAuthnRelyingPartyMismatchException", text));
    }
    if !is_allowed(origin, relying_party) {
        let text = format!("The origin {origin} is not allowed for the relying party {relying_party}.");
        return Err(Failure::new("WebAuthnOriginNotAllowedException", text));
    }
    Ok(())
}

/// Returns whether an origin is `https://` and the relying party's domain or a subdomain, with any port.
///
/// For `localhost`, `http://` is allowed too.
fn is_allowed(origin: &str, relying_party: &str) -> bool {
    let secure = origin.strip_prefix("https://");
    let local = origin.strip_prefix("http://").filter(|_| relying_party == "localhost");
    let Some(authority) = secure.or(local) else { return false };
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let subdomain = host.strip_suffix(relying_party).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'));
    port.parse::<u16>().is_ok() && (host == relying_party || subdomain)
}

impl Passkey {
    /// Returns this passkey as the API's `WebAuthnCredentialDescription`.
    pub(crate) fn description(&self) -> Value {
        let mut description = json!({
            "CredentialId": self.id,
            "FriendlyCredentialName": self.name,
            "RelyingPartyId": self.relying_party,
            "AuthenticatorTransports": self.transports,
            "CreatedAt": self.created.as_unix_seconds(),
        });
        if let (Some(attachment), Some(members)) = (&self.attachment, description.as_object_mut()) {
            members.insert("AuthenticatorAttachment".to_owned(), json!(attachment));
        }
        description
    }
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Passkeys").field("count", &self.credentials.len()).finish_non_exhaustive()
    }
}
