//! Where a SQLite database lies: that it can be written there, that nobody but its owner reads it, and that one process
//! serves it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::with_suffix;

/// The files of one database, by what is added to its name (SQLite's manual, "Temporary Files").
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];
const FOR_OTHERS: u32 = 0o077;

/// A place that cannot hold the database. Says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error("{0} is a folder; name a file in it, such as sqlite://{0}/callboard.db")]
    Folder(String),
    #[error("{path} cannot be written: {cause}. {remedy}")]
    Closed { path: String, cause: io::Error, remedy: String },
}

/// Checks that a database in `file` could be written, and its companions beside it. Changes nothing.
pub fn check(file: &Path) -> Result<(), PlaceError> {
    if file.is_dir() {
        return Err(PlaceError::Folder(file.display().to_string()));
    }
    for file in files(file).into_iter().filter(|file| file.exists()) {
        OpenOptions::new().write(true).open(&file).map_err(|cause| closed(&file, cause))?;
    }
    let mut folder = folder(file);
    // What is missing will be made in the first folder that is there.
    while let Some(above) = folder.parent().filter(|_| !folder.exists()) {
        folder = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    }
    may_make_files(folder).map_err(|cause| closed(folder, cause))
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the folder of a file if it is missing, for its owner alone.
pub fn make_folder(file: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder(file))
}

fn files(file: &Path) -> Vec<PathBuf> {
    SUFFIXES.iter().map(|suffix| with_suffix(file, suffix)).collect()
}

#[cfg(unix)]
fn may_make_files(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    if !std::fs::metadata(folder)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn may_make_files(folder: &Path) -> io::Result<()> {
    std::fs::metadata(folder).map(drop)
}

fn closed(path: &Path, cause: io::Error) -> PlaceError {
    let shown = path.display();
    let remedy = match cause.kind() {
        io::ErrorKind::PermissionDenied => owner(path),
        io::ErrorKind::ReadOnlyFilesystem => "Mount that file system for writing, or name a file elsewhere.".to_owned(),
        io::ErrorKind::NotADirectory => format!("{shown} is a file; move it away, or name another folder."),
        _ => "Mend that, or name a file elsewhere.".to_owned(),
    };
    PlaceError::Closed { path: shown.to_string(), cause, remedy }
}

#[cfg(unix)]
fn owner(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid();
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(about) if about.uid() != own.as_raw() => format!(
            "It belongs to user {}, and Callboard runs as user {own}. Give it to that one (chown {own} {shown}), or start \
             Callboard as user {}.",
            about.uid(),
            about.uid()
        ),
        Ok(_) => format!(
            "It belongs to the user that Callboard runs as, {own}: let that one write it (chmod u+rwX {shown})."
        ),
        Err(_) => format!("Let user {own}, as which Callboard runs, into that folder."),
    }
}

#[cfg(not(unix))]
fn owner(_: &Path) -> String {
    "Let the user that Callboard runs as write it.".to_owned()
}

/// From now on every file and folder that this process makes is for its owner alone: SQLite's files take after the
/// database, and a backup after this process.
#[cfg(unix)]
pub fn keep_new_files_private() {
    use rustix::fs::Mode;
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

#[cfg(not(unix))]
pub fn keep_new_files_private() {}

/// Takes the files of a database, and the key beside it, away from everybody but their owner. Returns those that others
/// could open before. An older version, or a copy, may have left them open.
#[cfg(unix)]
pub fn make_private(file: &Path) -> io::Result<Vec<PathBuf>> {
    use std::os::unix::fs::PermissionsExt;
    let mut mended = Vec::new();
    for file in files(file).into_iter().chain([file.with_extension("key")]) {
        let mode = match std::fs::metadata(&file) {
            Ok(about) => about.permissions().mode(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if mode & FOR_OTHERS != 0 {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode & !FOR_OTHERS))?;
            mended.push(file);
        }
    }
    Ok(mended)
}

#[cfg(not(unix))]
pub fn make_private(_: &Path) -> io::Result<Vec<PathBuf>> {
    Ok(Vec::new())
}

/// The right to serve a database file, held by one process. It ends with the process, however that ends: the system lets go
/// of the lock, so a crash leaves none behind.
#[derive(Debug)]
pub struct Claim(File);

/// Another process serves the file.
#[derive(Debug, thiserror::Error)]
#[error(
    "{file} is served by another Callboard{}; stop that one first, or use PostgreSQL, which several may share",
    by.as_ref().map_or_else(String::new, |by| format!(" (process {by})"))
)]
pub struct Claimed {
    file: String,
    by: Option<String>,
}

impl Claim {
    /// Claims a database file, whatever name it goes by. Commands that write beside a server need no claim.
    ///
    /// Fails when it is claimed. A file system that knows no locks lets everybody have it, which is logged.
    pub fn of(file: &Path) -> Result<Self, ClaimError> {
        make_folder(file)?;
        // By the file that a link leads to; one that is not there yet goes by its folder.
        let real = file.canonicalize().or_else(|_| {
            let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
            folder(file).canonicalize().map(|folder| folder.join(name))
        })?;
        let path = with_suffix(&real, ".lock");
        let mut lock = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut by = String::new();
                let by = lock.read_to_string(&mut by).is_ok().then(|| by.trim().to_owned()).filter(|by| !by.is_empty());
                return Err(ClaimError::Claimed(Claimed { file: file.display().to_string(), by }));
            }
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "This file system has no locks. Make sure that one Callboard alone serves the file.");
            }
        }
        // For whoever comes second; nothing depends on it.
        let note = lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| writeln!(lock, "{}", std::process::id()));
        if let Err(error) = note {
            tracing::debug!(%error, "The number of this process could not be noted.");
        }
        Ok(Self(lock))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Closing the file would do as well, unless a child process has it too.
        let _ = self.0.unlock();
    }
}

/// Why a database file cannot be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error(transparent)]
    Claimed(#[from] Claimed),
    #[error("the lock beside the database cannot be made: {0}")]
    Io(#[from] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let folder = std::env::temp_dir().join(format!("callboard-place-{}", crate::secret::unique()));
            std::fs::create_dir_all(&folder).expect("a folder");
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn d15_a_place_that_cannot_be_written_is_named() {
        let folder = Folder::new();
        assert!(check(&folder.0.join("new.db")).is_ok());
        assert!(check(&folder.0.join("not/there/yet/new.db")).is_ok());
        assert!(!folder.0.join("not").exists(), "looking changes nothing");
        let words = check(&folder.0).expect_err("a folder is no file").to_string();
        assert!(words.contains("is a folder; name a file in it"), "{words}");
        std::fs::write(folder.0.join("file"), "").expect("a file");
        let words = check(&folder.0.join("file/new.db")).expect_err("a file is no folder").to_string();
        assert!(words.contains("file cannot be written") && words.contains("move it away"), "{words}");
    }

    #[test]
    fn d15_a_file_is_claimed_once_by_whatever_name_it_goes() {
        let folder = Folder::new();
        let file = folder.0.join("callboard.db");
        let claim = Claim::of(&file).expect("the first");
        let dotted = folder.0.join("./callboard.db");
        let words = Claim::of(&dotted).expect_err("the second").to_string();
        assert!(
            words.contains(&format!("process {}", std::process::id())) && words.contains("stop that one"),
            "{words}"
        );
        std::fs::write(&file, "").expect("a file");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&file, folder.0.join("link.db")).expect("a link");
            assert!(matches!(Claim::of(&folder.0.join("link.db")), Err(ClaimError::Claimed(_))));
        }
        assert!(Claim::of(&folder.0.join("other.db")).is_ok(), "another database");
        drop(claim);
        assert!(Claim::of(&file).is_ok(), "it was given back");
    }

    #[cfg(unix)]
    #[test]
    fn d16_files_that_others_could_open_are_closed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let mode = |name: &str| std::fs::metadata(folder.0.join(name)).expect("a file").permissions().mode() & 0o777;
        for (name, before) in
            [("a.db", 0o644), ("a.db-wal", 0o664), ("a.key", 0o640), ("a.db-shm", 0o600), ("b.db", 0o644)]
        {
            std::fs::write(folder.0.join(name), "").expect("a file");
            std::fs::set_permissions(folder.0.join(name), std::fs::Permissions::from_mode(before)).expect("its mode");
        }
        let mended = make_private(&folder.0.join("a.db")).expect("the owner may");
        assert_eq!(mended.len(), 3);
        for name in ["a.db", "a.db-wal", "a.key", "a.db-shm"] {
            assert_eq!(mode(name), 0o600, "{name}");
        }
        assert_eq!(mode("b.db"), 0o644, "another database is not ours");
        assert!(make_private(&folder.0.join("a.db")).expect("again").is_empty());
    }
}
