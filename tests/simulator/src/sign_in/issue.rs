//! The tokens that a completed sign-in returns, as a new token family.

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::{Progress, device, later, refresh};
use crate::client::Client;
use crate::crypto::base64_url;
use crate::device::group_key;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::tokens::{Family, Kind};

pub(super) fn tokens(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: &Progress,
) -> Result<Value, Failure> {
    let Simulator { pools, random, .. } = simulator;
    let pool = pools.get_mut(&client.pool_id)?;
    let session_id = format!("tkn{}", random.lower_case(25));
    let new_device = device::new_key(pool, progress, random);
    let pool_id = pool.id.clone();
    let user = pool.user_mut(&progress.username).ok_or_else(Failure::incorrect)?;
    let known = progress.device_key.as_deref().and_then(|key| user.devices.find_mut(key).ok());
    let device_key = known.map(|device| device.record_sign_in(now)).or_else(|| new_device.clone());
    let family = Family {
        pool_id,
        client_id: client.id.clone(),
        sub: user.sub.clone(),
        device_key,
        auth_time: now.as_unix_seconds(),
        revoked: false,
        session_id,
        last_active: now.as_unix_seconds(),
        ends: later(now, client.config.refresh_token_validity.seconds()),
    };
    let id = random.uuid();
    let refresh_token = refresh_token(simulator);
    simulator.tokens.begin(id.clone(), family.clone());
    simulator.tokens.add(&refresh_token, Kind::Refresh, &id, family.ends);
    let mut result = refresh::new_tokens(simulator, now, client, &id, &family)?;
    if let Some(members) = result.as_object_mut() {
        members.insert("RefreshToken".to_owned(), json!(refresh_token));
        if let Some(key) = new_device {
            let group = group_key(&simulator.random, &family.sub);
            let metadata = json!({ "DeviceKey": key, "DeviceGroupKey": group });
            members.insert("NewDeviceMetadata".to_owned(), metadata);
        }
    }
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
}

/// Returns a new refresh token, which looks like an encrypted JWT, as in the real service.
pub(super) fn refresh_token(simulator: &mut Simulator) -> String {
    let header = json!({ "alg": "RSA-OAEP", "cty": "JWT", "enc": "A256GCM" });
    let random = &mut simulator.random;
    let (key, vector, text, tag) =
        (random.bytes::<256>(), random.bytes::<12>(), random.bytes::<384>(), random.bytes::<16>());
    let parts = [header.to_string().as_bytes(), &key, &vector, &text, &tag].map(base64_url);
    parts.join(".")
}
