//! Tests whether operations on a secret take the same time for every secret, with the statistical test of
//! dudect.
//!
//! ```text
//! cargo bench -p cognito-core --bench constant_time            # about a minute
//! cargo bench -p cognito-core --bench constant_time -- 100000  # measurements of each
//! ```
//!
//! Each operation is timed with a fixed secret and with random secrets, in random order. Welch's t-value says
//! how likely it is that the mean times of these two classes differ. The t-value is computed for all
//! measurements, for the fastest nine tenths and for the fastest half, because an interruption makes a
//! measurement longer. The result is the largest of the three t-values.
//!
//! A t-value below 4.5 is no evidence of a leak. A t-value above 10 is evidence of a leak, and the exit code
//! is 1. For a t-value between 4.5 and 10, repeat the test with ten times as many measurements: the t-value
//! of a real difference grows with the square root of the number of measurements, and the t-value of chance
//! does not. The control operations leak on purpose. If the t-value of a control is below 10, the machine was
//! too busy to measure anything, and the exit code is also 1.
//!
//! The method is from "Dude, is my code constant time?": <https://eprint.iacr.org/2016/1123>

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use cognito_core::secret::Password;
use cognito_core::srp::{DeviceVerifier, EphemeralKey, Identity};
use num_bigint::BigUint;

const MEASUREMENTS: usize = 4_000;
const NO_EVIDENCE: f64 = 4.5;
const EVIDENCE: f64 = 10.0;

/// Whether an operation must take constant time.
#[derive(Clone, Copy, PartialEq)]
enum Claim {
    Constant,
    Leaks,
}

fn main() -> ExitCode {
    let measurements = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(MEASUREMENTS);
    println!("{measurements} measurements of each operation; |t| below {NO_EVIDENCE} is no evidence of a leak");
    let results = [
        ephemeral_key(measurements),
        premaster_secret(measurements),
        device_verifier(measurements),
        comparison(measurements),
        control_comparison(measurements),
        control_power(measurements),
    ];
    if results.into_iter().all(|is_as_claimed| is_as_claimed) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures g^a. The fixed `a` of this measurement has a single bit, so it is as sparse as possible.
fn ephemeral_key(measurements: usize) -> bool {
    let mut sparse = [0; 32];
    sparse[0] = 0x80;
    let sample = Sample::take(measurements, sparse, |a| EphemeralKey::from_bytes(a).is_ok());
    sample.report("g^a", Claim::Constant)
}

/// Measures (B - k*g^x)^(a + u*x), where x is derived from the password.
fn premaster_secret(measurements: usize) -> bool {
    let Ok(key) = EphemeralKey::from_bytes(&[7; 32]) else { return false };
    let Ok(server) = EphemeralKey::from_bytes(&[9; 32]) else { return false };
    let srp_b = server.srp_a();
    let sample = Sample::take(measurements, [0; 12], |bytes: &[u8; 12]| {
        let password = hexadecimal(bytes);
        let identity = Identity { pool: "QdbSdK39m", user: "0d4f1c2e", password: &password };
        key.exchange(identity, "22cb089ced3d3d89cbba8f0440f29226", &srp_b).is_ok()
    });
    sample.report("(B - k*g^x)^(a + u*x)", Claim::Constant)
}

/// Measures g^x, where x is derived from the device's password.
fn device_verifier(measurements: usize) -> bool {
    let sample = Sample::take(measurements, [0; 40], |password| {
        DeviceVerifier::from_random_bytes("-group", "us-east-1_0d4f", password, &[2; 16])
    });
    sample.report("g^x of a device", Claim::Constant)
}

/// Measures the comparison of two secrets, which differ only in the last byte or already in the first byte.
fn comparison(measurements: usize) -> bool {
    let secret = Password::from(hexadecimal(&[0; 256]));
    let sample = compared(measurements, |guess| secret == *guess);
    sample.report("comparison of secrets", Claim::Constant)
}

/// Measures the ordinary comparison of two texts, as a control that leaks.
fn control_comparison(measurements: usize) -> bool {
    let secret = hexadecimal(&[0; 256]);
    let sample = compared(measurements, |guess| *secret == *guess.expose());
    sample.report("control: == of texts", Claim::Leaks)
}

/// Measures 100 comparisons at a time, because one comparison is too short for the clock.
fn compared(measurements: usize, is_equal: impl Fn(&Password) -> bool) -> Sample {
    let mut close = [0; 256];
    close[255] = 1;
    let guess = |bytes: &[u8; 256]| Password::from(hexadecimal(bytes));
    Sample::take_prepared(measurements * 10, close, guess, |guess| {
        (0..100).filter(|_| is_equal(black_box(guess))).count()
    })
}

/// Measures square-and-multiply exponentiation, which multiplies only where a bit of the exponent is set, as
/// a control that leaks.
fn control_power(measurements: usize) -> bool {
    let modulus = (BigUint::from(1_u8) << 3072) - 1_103_717_u32;
    let base = BigUint::from_bytes_be(&[0x5a; 384]);
    let mut sparse = [0; 32];
    sparse[0] = 0x80;
    let sample = Sample::take(measurements.div_ceil(10), sparse, |exponent| {
        let bits = exponent.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
        bits.fold(base.clone(), |power, is_set| {
            let square = &power * &power % &modulus;
            if is_set { square * &base % &modulus } else { square }
        })
    });
    sample.report("control: square and multiply", Claim::Leaks)
}

/// The measurements in the order in which they were made: whether the secret was the fixed one, and the time
/// in nanoseconds.
struct Sample(Vec<(bool, f64)>);

impl Sample {
    fn take<const N: usize, T>(measurements: usize, fixed: [u8; N], operation: impl Fn(&[u8; N]) -> T) -> Self {
        Self::take_prepared(measurements, fixed, |secret| *secret, operation)
    }

    /// Measures the operation, but not the preparation of the secret. The preparation is the same for both
    /// classes, so that the processor's caches favour neither class.
    #[expect(clippy::disallowed_methods, reason = "the benchmark measures time")]
    fn take_prepared<const N: usize, P, T>(
        measurements: usize,
        fixed: [u8; N],
        prepare: impl Fn(&[u8; N]) -> P,
        operation: impl Fn(&P) -> T,
    ) -> Self {
        let mut random = SplitMix(0x5eed);
        let mut times = Vec::with_capacity(measurements);
        for number in 0..measurements + measurements / 10 {
            let drawn: [u8; N] = core::array::from_fn(|_| random.byte());
            let is_fixed = random.byte() & 1 == 0;
            let secret = prepare(black_box(if is_fixed { &fixed } else { &drawn }));
            let started = Instant::now();
            black_box(operation(black_box(&secret)));
            let nanoseconds = started.elapsed().as_secs_f64() * 1e9;
            // The first measurements are skipped because the caches are cold.
            if number >= measurements / 10 {
                times.push((is_fixed, nanoseconds));
            }
        }
        Self(times)
    }

    /// Prints the t-values, and returns whether they confirm the claim.
    fn report(self, name: &str, claim: Claim) -> bool {
        let mut sorted: Vec<f64> = self.0.iter().map(|(_, time)| *time).collect();
        sorted.sort_by(f64::total_cmp);
        let quantile = |tenths: usize| sorted.get(sorted.len() * tenths / 10).copied().unwrap_or(f64::INFINITY);
        let t = [10, 9, 5].map(|tenths| self.welch_t(quantile(tenths)));
        let largest = t.iter().fold(0.0, |largest: f64, t| largest.max(t.abs()));
        let (is_as_claimed, verdict) = match claim {
            Claim::Leaks => (largest > EVIDENCE, if largest > EVIDENCE { "leaks, as expected" } else { "TOO NOISY" }),
            Claim::Constant if largest > EVIDENCE => (false, "LEAKS"),
            Claim::Constant if largest > NO_EVIDENCE => (true, "repeat with more measurements"),
            Claim::Constant => (true, "no evidence of a leak"),
        };
        let [all, most, half] = t;
        let median = quantile(5) / 1000.0;
        println!("{name:30} t = {all:8.2} {most:8.2} {half:8.2}   median {median:9.2} us   {verdict}");
        is_as_claimed
    }

    /// Computes Welch's t-value of the two classes, from the times that are shorter than `below`.
    fn welch_t(&self, below: f64) -> f64 {
        let moments = |class: bool| {
            let times = || self.0.iter().filter(|(is_fixed, time)| *is_fixed == class && *time < below);
            let count = times().count() as f64;
            let mean = times().map(|(_, time)| time).sum::<f64>() / count;
            let variance = times().map(|(_, time)| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
            (mean, variance / count)
        };
        let ((fixed, fixed_error), (random, random_error)) = (moments(true), moments(false));
        (fixed - random) / (fixed_error + random_error).sqrt()
    }
}

/// The random number generator SplitMix64, which is random enough to choose inputs.
struct SplitMix(u64);

impl SplitMix {
    fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed.to_be_bytes()[0]
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
