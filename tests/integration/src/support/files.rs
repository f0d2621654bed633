//! Paths of files and programs that tests use.

use std::fs;
use std::path::PathBuf;

/// Returns the folder of the test programs, usually `target/debug`.
fn output_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(2).unwrap().to_owned()
}

/// Returns the path of an example program of this package. `cargo test` builds the examples.
pub fn example(name: &str) -> PathBuf {
    output_folder().join("examples").join(name)
}

/// Creates an empty folder for the files of the test called `test`.
#[track_caller]
pub fn folder(test: &str) -> PathBuf {
    let folder = output_folder().join("test_files").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns a path at which the test called `test` can store sessions, without creating the file.
pub fn session_file(test: &str) -> PathBuf {
    folder(test).join("sessions.json")
}
