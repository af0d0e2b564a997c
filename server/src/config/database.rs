//! Where the data is, the files that people send, and the key beside it.

use std::path::{Path, PathBuf};

use super::Uploads;
use crate::db::{self, place};
use crate::file_store::Bucket;
use crate::secret::SecretKey;

/// Checks `DATABASE_URL`, and that a file of SQLite can be written where it says.
pub(super) fn database_url(text: &str) -> Result<String, String> {
    let file = db::sqlite_file(text);
    let known = file.is_some_and(|file| !file.is_empty())
        || text.starts_with("postgres://")
        || text.starts_with("postgresql://");
    // Not echoed: it may hold a password.
    if !known {
        return Err("expected sqlite://FILE or postgres://user:password@host/database".into());
    }
    if let Some(file) = file {
        place::check(Path::new(file)).map_err(|error| error.to_string())?;
    }
    Ok(text.to_owned())
}

/// Checks `CALLBOARD_UPLOADS`, and, of a folder, that files can be written there.
pub(super) fn uploads(given: Option<&str>, database_url: &str) -> Result<Uploads, String> {
    let folder = match given.filter(|text| !text.is_empty()) {
        Some(text) if text.contains("://") => return Bucket::parse(text).map(Uploads::Bucket),
        Some(text) => PathBuf::from(text),
        None => match db::sqlite_file(database_url) {
            Some(file) => Path::new(file).with_file_name("uploads"),
            None => PathBuf::from("data/uploads"),
        },
    };
    if folder.is_file() {
        return Err(format!("expected a folder, and {} is a file", folder.display()));
    }
    place::check(&folder.join("file")).map_err(|error| error.to_string())?;
    Ok(Uploads::Folder(folder))
}

/// Checks `CALLBOARD_SECRET_KEY`. With SQLite it may be absent: then it is kept beside the database.
pub(super) fn secret_key(given: Option<&str>, database_url: &str) -> Result<SecretKey, String> {
    if let Some(text) = given.filter(|text| !text.is_empty()) {
        return if text.len() < 32 {
            Err("expected at least 32 characters that nobody can guess".into())
        } else {
            Ok(SecretKey::from_text(text))
        };
    }
    let Some(file) = db::sqlite_file(database_url) else {
        return Err("expected with PostgreSQL: the same secret of at least 32 characters on every machine".into());
    };
    let file = Path::new(file).with_extension("key");
    place::make_folder(&file).map_err(|error| format!("cannot make the folder of {}: {error}", file.display()))?;
    SecretKey::load_or_create(&file).map_err(|error| format!("cannot keep a key in {}: {error}", file.display()))
}
