//! Replays a file of SRP vectors through the public API of `cognito-core`, and reports each different value.
//!
//! ```text
//! cargo run -q -p cognito-integration-tests --example replay_srp -- FILE
//! ```
//!
//! The program accepts two file formats: that of `core/src/srp/vectors/srp.json`, and that of
//! `behaviour.json` in the same folder. The last line of its output is `N vectors, D differences`. The exit
//! status is 1 if there are differences, and 2 if the file cannot be read.

use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognito_core::Timestamp;
use cognito_core::srp::{DeviceVerifier, EphemeralKey, Identity, verifier};
use num_bigint::BigUint;
use serde_json::Value;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: replay_srp FILE");
        return ExitCode::from(2);
    };
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
    match text.and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string())) {
        Err(error) => {
            eprintln!("{}: {error}", path.to_string_lossy());
            ExitCode::from(2)
        }
        Ok(file) => replay(&file),
    }
}

type Replay = fn(&mut Vector<'_>) -> Result<(), String>;

fn replay(file: &Value) -> ExitCode {
    let sections: [(&str, Replay); 4] =
        [("sign_in", sign_in), ("srp", sign_in), ("device", device), ("timestamps", timestamp)];
    let (mut vectors, mut differences) = (0, 0);
    for (section, replay) in sections {
        for (index, fields) in file[section].as_array().into_iter().flatten().enumerate() {
            let mut vector = Vector { place: format!("{section}[{index}]"), fields, differences: 0 };
            if let Err(message) = replay(&mut vector) {
                vector.report_difference(&message);
            }
            vectors += 1;
            differences += vector.differences;
        }
    }
    println!("{vectors} vectors, {differences} differences");
    if vectors == 0 {
        eprintln!("the file must contain one of the sections sign_in, srp, device, timestamps");
        return ExitCode::from(2);
    }
    if differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One vector. A field can have a different name in each of the two file formats.
struct Vector<'a> {
    place: String,
    fields: &'a Value,
    differences: usize,
}

impl<'a> Vector<'a> {
    fn find(&self, names: &[&str]) -> Option<&'a Value> {
        names.iter().find_map(|name| self.fields.get(*name))
    }

    fn text(&self, names: &[&str]) -> Result<&'a str, String> {
        self.find(names).and_then(Value::as_str).ok_or(format!("the text {} is absent", names.join(" or ")))
    }

    fn bytes(&self, names: &[&str]) -> Result<Vec<u8>, String> {
        let digits = self.text(names)?;
        let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
        let pairs = even.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap_or("?"));
        pairs
            .map(|pair| u8::from_str_radix(pair, 16).map_err(|_| format!("{} is not hex", names.join(" or "))))
            .collect()
    }

    /// Compares a computed text with the expected text, if the vector contains an expected text.
    fn check(&mut self, names: &[&str], computed: &str) {
        if let Some(expected) = self.find(names)
            && expected.as_str() != Some(computed)
        {
            self.report_difference(&format!("{} is {computed}, expected {expected}", names.join(" or ")));
        }
    }

    /// Compares a computed integer with the expected integer in hexadecimal, if the vector contains one.
    /// Leading zeros make no difference.
    fn check_integer(&mut self, names: &[&str], computed: &[u8]) {
        let computed = BigUint::from_bytes_be(computed);
        if let Some(expected) = self.find(names) {
            let digits = expected.as_str().unwrap_or_default();
            if BigUint::parse_bytes(digits.as_bytes(), 16).as_ref() != Some(&computed) {
                self.report_difference(&format!("{} is {computed:x}, expected {expected}", names.join(" or ")));
            }
        }
    }

    fn report_difference(&mut self, message: &str) {
        println!("{}: {message}", self.place);
        self.differences += 1;
    }
}

fn sign_in(vector: &mut Vector<'_>) -> Result<(), String> {
    let identity = Identity {
        pool: vector.text(&["group", "pool_name"])?,
        user: vector.text(&["username"])?,
        password: vector.text(&["password"])?,
    };
    let salt = vector.text(&["salt", "salt_wire_hex"])?;
    let key = EphemeralKey::from_bytes(&vector.bytes(&["a", "a_hex"])?).map_err(|error| error.to_string())?;
    vector.check(&["srp_a"], &key.srp_a());
    let exchange = key.exchange(identity, salt, vector.text(&["srp_b"])?).map_err(|error| error.to_string())?;
    vector.check_integer(&["u", "u_hex"], exchange.scrambling_parameter());
    vector.check_integer(&["x", "x_hex"], exchange.private_key());
    vector.check_integer(&["s", "s_hex"], exchange.premaster_secret());
    vector.check_integer(&["key", "hkdf_key_hex"], exchange.claim_key());
    vector.check_integer(&["verifier"], &verifier(identity, salt).map_err(|error| error.to_string())?);

    let timestamp = vector.text(&["timestamp"])?;
    if let Some(seconds) = vector.find(&["unix_seconds"]).and_then(Value::as_u64) {
        vector.check(&["timestamp"], &Timestamp::from_unix_seconds(seconds).cognito_text());
    }
    let secret_block = vector.text(&["secret_block", "secret_block_b64"])?;
    let signature = exchange.claim_signature(secret_block, timestamp).map_err(|error| error.to_string())?;
    vector.text(&["signature", "signature_b64"])?;
    vector.check(&["signature", "signature_b64"], &signature);
    Ok(())
}

fn device(vector: &mut Vector<'_>) -> Result<(), String> {
    let password = vector.bytes(&["random_password_bytes", "random_password_bytes_hex"])?;
    let password = password.try_into().map_err(|_| "the password must have 40 bytes")?;
    let salt = vector.bytes(&["random_salt_bytes", "salt_random_hex"])?;
    let salt = salt.try_into().map_err(|_| "the salt must have 16 bytes")?;
    let (group, key) = (vector.text(&["device_group_key"])?, vector.text(&["device_key"])?);
    let device = DeviceVerifier::from_random_bytes(group, key, &password, &salt);
    vector.check(&["random_password", "random_password_b64"], device.password().expose());
    vector.check(&["salt_base64", "salt_b64"], device.salt());
    vector.check(&["password_verifier_base64", "password_verifier_b64"], device.password_verifier());
    vector.text(&["password_verifier_base64", "password_verifier_b64"])?;
    let verifier = STANDARD.decode(device.password_verifier()).map_err(|error| error.to_string())?;
    vector.check_integer(&["verifier_hex"], &verifier);
    Ok(())
}

fn timestamp(vector: &mut Vector<'_>) -> Result<(), String> {
    let seconds = vector.find(&["unix_seconds"]).and_then(Value::as_u64).map(Timestamp::from_unix_seconds);
    let millis = vector.find(&["unix_ms"]).and_then(Value::as_u64).map(Timestamp::from_unix_millis);
    let time = seconds.or(millis).ok_or("unix_seconds and unix_ms are absent: one of them is required")?;
    vector.text(&["timestamp", "text"])?;
    vector.check(&["timestamp", "text"], &time.cognito_text());
    Ok(())
}
