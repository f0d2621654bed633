//! A comparison of the public methods of both adapters.
//!
//! The methods are the same, so that adding `.await` is enough to move a program to the tokio adapter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Returns the public methods of each public type of an adapter, read from the adapter's source.
#[track_caller]
fn public_methods(adapter: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(adapter).join("src");
    let mut methods = BTreeMap::<String, BTreeSet<String>>::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            read_methods(&fs::read_to_string(path).unwrap(), &mut methods);
        }
    }
    methods
}

fn read_methods(source: &str, methods: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut type_name = None;
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("impl") {
            // The methods in an `impl` of a trait belong to the trait.
            let name = rest.trim_start_matches(|character| character != ' ').trim_start();
            let is_inherent = !line.contains(" for ");
            let name: String = name.chars().take_while(|character| character.is_alphanumeric()).collect();
            type_name = is_inherent.then_some(name);
        }
        let method =
            line.strip_prefix("    pub ").map(|rest| rest.trim_start_matches("async ").trim_start_matches("const "));
        if let (Some(type_name), Some(signature)) = (&type_name, method.and_then(|rest| rest.strip_prefix("fn "))) {
            let name = signature.chars().take_while(|character| character.is_alphanumeric() || *character == '_');
            methods.entry(type_name.clone()).or_default().insert(name.collect());
        }
    }
}

#[test]
fn both_adapters_have_the_same_public_methods() {
    let (blocking, tokio) = (public_methods("adapter-blocking"), public_methods("adapter-tokio"));
    for name in ["Client", "IdentityPoolClient", "Sessions", "SessionHandle", "CredentialsProvider"] {
        assert!(blocking[name].len() > 1, "no methods of {name} were found");
        assert_eq!(blocking[name], tokio[name], "{name}");
    }
}
