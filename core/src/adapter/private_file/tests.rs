use core::time::Duration;
use std::env;
use std::process;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::*;

/// Creates an empty folder for one test.
fn folder(test: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("cognito-core-private-file-{}-{test}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Creates a file, and sets its modification time to this many seconds ago.
fn create_old(path: &Path, age_seconds: u64) -> File {
    fs::write(path, "half a fi").unwrap();
    let file = options().open(path).unwrap();
    let now = file.metadata().unwrap().modified().unwrap();
    file.set_modified(now - Duration::from_secs(age_seconds)).unwrap();
    file
}

/// Regression: a killed process left a temporary file behind, and a later process with the same process id
/// could not create its own.
#[test]
fn a_leftover_of_a_process_with_the_same_id_blocks_nothing() {
    let folder = folder("leftover");
    let path = folder.join("file");
    for name in [format!("file.{}.new", process::id()), format!("file.{}-0123abcd.new", process::id())] {
        create_old(&folder.join(name), 0);
    }
    replace(b"text", &path).unwrap();
    check_replaceable(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"text");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn leftovers_are_removed_when_they_are_old_and_unlocked() {
    let folder = folder("removed");
    let path = folder.join("file");
    create_old(&folder.join("file.7.new"), 3600);
    create_old(&folder.join("file.7-0123abcd.new"), 3600);
    create_old(&folder.join("file.7-0123abce.new"), 0);
    let locked = create_old(&folder.join("file.7-0123abcf.new"), 3600);
    locked.try_lock().unwrap();
    let others = ["file.new", "file.7-backup.new", "file..new", "file.7-.new", "other.7.new", "file.7.newer"];
    for name in others {
        create_old(&folder.join(name), 3600);
    }
    fs::create_dir(folder.join("file.8.new")).unwrap();
    replace(b"text", &path).unwrap();
    let kept = ["file", "file.7-0123abce.new", "file.7-0123abcf.new", "file.8.new"];
    let mut expected: Vec<&str> = kept.into_iter().chain(others).collect();
    expected.sort_unstable();
    assert_eq!(names(&folder), expected);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_failed_replacement_leaves_the_old_file_and_nothing_else() {
    let folder = folder("failed");
    let path = folder.join("occupied");
    fs::create_dir_all(path.join("content")).unwrap();
    let error = replace(b"text", &path).unwrap_err();
    assert!(error.to_string().ends_with("occupied"), "{error}");
    assert_eq!(names(&folder), ["occupied"]);
    let error = replace(b"text", &folder.join("missing/file")).unwrap_err();
    assert_eq!((error.kind(), error.to_string().ends_with("file")), (io::ErrorKind::NotFound, true));
    fs::remove_dir_all(folder).unwrap();
}

/// Replacing `/dev/null` would harm the whole system.
#[cfg(unix)]
#[test]
fn only_a_regular_file_is_replaced_or_removed() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::os::unix::net::UnixListener;

    let folder = folder("regular");
    let _listener = UnixListener::bind(folder.join("socket")).unwrap();
    symlink("socket", folder.join("link")).unwrap();
    for name in ["socket", "link"] {
        let path = folder.join(name);
        for result in [replace(b"text", &path), check_replaceable(&path), remove(&path)] {
            assert!(result.unwrap_err().to_string().ends_with("socket"));
        }
        assert!(fs::metadata(&path).unwrap().file_type().is_socket());
    }
    fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_stays_a_link() {
    use std::os::unix::fs::symlink;

    let folder = folder("links");
    let target = folder.join("data/target");
    fs::create_dir(folder.join("data")).unwrap();
    symlink("data/target", folder.join("link")).unwrap();
    symlink(folder.join("link"), folder.join("link to link")).unwrap();
    for text in ["created", "replaced"] {
        replace(text.as_bytes(), &folder.join("link to link")).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), text);
        assert!(!fs::symlink_metadata(&target).unwrap().is_symlink());
    }
    assert_eq!(names(&folder), ["data", "link", "link to link"]);
    assert_eq!(names(&folder.join("data")), ["target"]);
    remove(&folder.join("link")).unwrap();
    assert!(names(&folder.join("data")).is_empty(), "the secret is in the target, not in the link");
    remove(&folder.join("link")).unwrap();

    symlink("circle", folder.join("circle")).unwrap();
    assert!(replace(b"text", &folder.join("circle")).unwrap_err().to_string().ends_with("circle"));
    fs::remove_dir_all(folder).unwrap();
}

/// Regression: two processes could hold the lock at the same time, if one of them removed the lock file and
/// the other had already opened the removed file.
#[cfg(unix)]
#[test]
fn a_lock_file_that_was_removed_is_created_again() {
    let folder = folder("locks");
    let path = folder.join("lock");
    let held = try_lock(&path).unwrap().unwrap();
    assert!(try_lock(&path).unwrap().is_none() && is_locked_file(&held, &path));
    fs::remove_file(&path).unwrap();
    assert!(!is_locked_file(&held, &path));
    let other = try_lock(&path).unwrap().unwrap();
    assert!(is_locked_file(&other, &path) && !is_locked_file(&held, &path));
    fs::remove_dir_all(folder).unwrap();
}
