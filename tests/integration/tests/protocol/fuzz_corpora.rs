//! Every committed fuzz input, replayed on the ordinary compiler.

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

/// Every target has a corpus, and every one of the package's targets is replayed here.
#[test]
fn every_input_of_every_corpus_is_as_good_as_it_was() {
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
