//! Files and programs of a test run.

use std::fs;
use std::path::PathBuf;

/// The folder of the test programs: `target/debug`, as a rule.
fn output_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(2).unwrap().to_owned()
}

/// The program of an example of this package, which `cargo test` builds.
pub fn example(name: &str) -> PathBuf {
    output_folder().join("examples").join(name)
}

/// An empty folder for the files of the test of this name.
#[track_caller]
pub fn folder(test: &str) -> PathBuf {
    let folder = output_folder().join("test_files").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Where sessions are stored in the test of this name. The file does not exist yet.
pub fn session_file(test: &str) -> PathBuf {
    folder(test).join("sessions.json")
}
