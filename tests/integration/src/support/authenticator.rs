//! An authenticator app that computes one-time codes (RFC 6238).

use data_encoding::BASE32_NOPAD;
use ring::hmac;

/// Returns the code that an authenticator app shows for a Base32 secret at a Unix time in seconds.
#[track_caller]
pub fn app(secret: &str, unix_seconds: u64) -> String {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &(unix_seconds / 30).to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
