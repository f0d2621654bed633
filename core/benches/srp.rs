//! Measures the SRP arithmetic of a sign-in: each part, the complete arithmetic, and the verifier of a
//! device.
//!
//! ```text
//! cargo bench -p cognito-core --bench srp
//! ```
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macros have no documentation; benchmarks may panic")]

use std::hint::black_box;

use cognito_core::srp::{DeviceVerifier, EphemeralKey, Identity, verifier};
use criterion::{Criterion, criterion_group, criterion_main};

const ALICE: Identity<'static> = Identity { pool: "QdbSdK39m", user: "0d4f1c2e", password: "correct horse" };
const SALT: &str = "22cb089ced3d3d89cbba8f0440f29226";
const TIMESTAMP: &str = "Tue Jan 1 06:06:09 UTC 2019";

fn srp(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("srp");
    let server = EphemeralKey::from_bytes(&[9; 32]).unwrap().srp_a();
    // The JavaScript package and pycognito draw 128 bytes; 32 are enough.
    for (name, a) in [("a of 256 bits", vec![7; 32]), ("a of 1024 bits", vec![7; 128])] {
        group.bench_function(format!("A, {name}"), |bencher| bencher.iter(|| EphemeralKey::from_bytes(black_box(&a))));
        let key = EphemeralKey::from_bytes(&a).unwrap();
        group.bench_function(format!("claim, {name}"), |bencher| bencher.iter(|| claim(&key, black_box(&server))));
        group.bench_function(format!("complete sign-in, {name}"), |bencher| {
            bencher.iter(|| {
                let key = EphemeralKey::from_bytes(black_box(&a)).unwrap();
                (key.srp_a(), claim(&key, &server))
            });
        });
    }
    group.bench_function("g^x", |bencher| bencher.iter(|| verifier(black_box(ALICE), SALT)));
    group.bench_function("verifier of a new device", |bencher| {
        bencher.iter(|| DeviceVerifier::from_random_bytes("-group", "us-east-1_0d4f", black_box(&[3; 40]), &[2; 16]));
    });
    group.finish();
}

fn claim(key: &EphemeralKey, server: &str) -> String {
    key.exchange(ALICE, SALT, server).unwrap().claim_signature("b3BhcXVl", TIMESTAMP).unwrap()
}

criterion_group!(benches, srp);
criterion_main!(benches);
