//! The bodies of the fuzz targets.
//!
//! The bodies are in this package so that the ordinary build compiles them and the ordinary tests replay
//! their corpora. For each body, `fuzz/` has a target of three lines.

mod flows;
mod parsing;

use cognito_core::{
    AppClient, DeviceRecord, Devices, IdentityPool, IdentityPoolId, Request, Seed, Timestamp, UserPoolId,
};

use cognito_testkit::{Config, Simulator};

pub use flows::{credentials, keepers, refresh, sign_in};
pub use parsing::{answers, refusals, srp_inputs, stored_records, tokens, xml};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
const IDENTITY: &str = "us-east-1:11111111-1111-4111-8111-111111111111";
const ROLE: &str = "arn:aws:iam::123456789012:role/guest";

/// Sends requests to the simulated service and checks that each response has a known status.
///
/// Each line of `data` is a request: the operation, a space, and the body. The name of an operation outside
/// user pools starts with the prefix of its service, for example `AWSCognitoIdentityService.`. A line that
/// starts with `?` is a form.
pub fn simulator(data: &[u8]) {
    let Ok(mut simulator) = Simulator::from_config([7; 32], NOW, Config::standard()) else { return };
    for line in data.split(|byte| *byte == b'\n').take(16) {
        let space = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (name, body) = line.split_at(space);
        let name = String::from_utf8_lossy(name);
        let headers = match &*name {
            "?" => ("content-type", "application/x-www-form-urlencoded".to_owned()),
            name if name.contains('.') => ("x-amz-target", name.to_owned()),
            name => ("x-amz-target", format!("AWSCognitoIdentityProviderService.{name}")),
        };
        let headers = [headers].into_iter().collect();
        let request = Request::post("http://127.0.0.1/", headers, body.trim_ascii().to_vec());
        let status = simulator.handle(NOW, &request).status();
        assert!([200, 400, 403, 500].contains(&status), "{status}");
    }
}

fn app_client() -> Option<AppClient> {
    let pool = UserPoolId::new("us-east-1_QdbSdK39m").ok()?;
    AppClient::new(pool, "3pu8tnp684l4lmlfoth25ojmd2").ok()
}

fn identity_pool() -> Option<IdentityPool> {
    let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a").ok()?;
    IdentityPool::new(id).ok()
}

fn seed() -> Seed {
    Seed::new([7; 32])
}

fn devices() -> Devices {
    DeviceRecord::new("alice", "us-east-1_0d4f", "-group", "device password").into_iter().collect()
}
