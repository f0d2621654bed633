//! Replays every committed fuzz input with the stable compiler.

use cognito_integration_tests::fuzz;
use std::fs;
use std::path::Path;

type Body = fn(&[u8]);

fn replay(target: &str, body: Body) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!inputs.is_empty());
    for input in inputs {
        println!("{}", input.display());
        body(&fs::read(input).unwrap());
    }
}

/// Each fuzz target must have a corpus, and must be in the list of this test.
#[test]
fn every_input_of_every_fuzz_corpus_still_passes() {
    let targets: [(&str, Body); 11] = [
        ("answers", fuzz::answers),
        ("credentials", fuzz::credentials),
        ("keepers", fuzz::keepers),
        ("refresh", fuzz::refresh),
        ("refusals", fuzz::refusals),
        ("sign_in", fuzz::sign_in),
        ("simulator", fuzz::simulator),
        ("srp_inputs", fuzz::srp_inputs),
        ("stored_records", fuzz::stored_records),
        ("tokens", fuzz::tokens),
        ("xml", fuzz::xml),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let mut files: Vec<_> =
        fs::read_dir(folder.join("fuzz_targets")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let names: Vec<_> = files.iter().map(|file| file.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, targets.map(|(name, _)| name));
    for (name, body) in targets {
        replay(name, body);
    }
}
