//! A fuzz body that reads a store's file.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::{fs, io, process};

use cognito_blocking::{FileStore, Store};
use cognito_core::storage::Record;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("cognito-fuzz-{}", process::id()));
    fs::create_dir_all(&folder).expect("the folder for temporary files must be writable");
    folder
});

/// Reads `data` as the file of a [`FileStore`].
///
/// Checks that an invalid file is an error and stays unchanged, and that saving a record in a valid file
/// changes no other record.
pub fn file_store(data: &[u8]) {
    let path = FOLDER.join("sessions.json");
    fs::write(&path, data).expect("the file must be writable");
    let store = FileStore::new(&path);
    let record = Record::new(vec![0, 159, 255]);
    let Ok(keys) = store.keys() else {
        assert!(store.save("new", &record).is_err());
        assert_eq!(fs::read(&path).expect("the file must exist"), data);
        return;
    };
    let load = |key: &String| store.load(key).map_err(|error| error.kind());
    let before: Vec<_> = keys.iter().map(load).collect();
    for (key, loaded) in keys.iter().zip(&before) {
        assert!(!matches!(loaded, Ok(None)), "a listed record is absent");
        if let Err(kind) = loaded {
            assert_eq!(*kind, io::ErrorKind::InvalidData, "{key}");
        }
    }
    store.save("new", &record).expect("a valid file must be writable");
    assert_eq!(store.load("new").expect("the new record must be readable"), Some(record));
    for (key, loaded) in keys.iter().zip(&before).filter(|(key, _)| *key != "new") {
        assert_eq!(&load(key), loaded, "{key}");
    }
}
