//! Where files are kept that people send: a folder, through an object store, so that another kind of store is another line here.
//!
//! Guarantees: what is read and written passes through in pieces, whatever its size; a file is there whole or not at all, and stays
//! there when the power fails; nothing is found by a name that somebody typed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};

use crate::secret;

/// Pieces in which a file is written.
const PIECE: usize = 256 * 1024;

/// The store did not do what it was asked: it is full, or away.
#[derive(Debug, thiserror::Error)]
#[error("the store of files: {0}")]
pub struct FileStoreError(#[from] object_store::Error);

/// Clones are the same store.
#[derive(Clone, Debug)]
pub struct FileStore {
    store: Arc<dyn ObjectStore>,
    folder: PathBuf,
}

impl FileStore {
    /// Files in a folder, which is made when the first one comes.
    pub fn in_folder(folder: &Path) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self { store: Arc::new(LocalFileSystem::new().with_fsync(true)), folder }
    }

    /// A name for a new file, which nobody can guess.
    pub fn new_key() -> String {
        let key = secret::token();
        format!("{}/{key}", &key[..2])
    }

    /// Where the files lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(key)
    }

    fn location(&self, key: &str) -> Result<Location, FileStoreError> {
        Ok(Location::from_absolute_path(self.path(key)).map_err(object_store::Error::from)?)
    }

    /// Begins to write a file. Dropped before `finish`, it leaves nothing.
    pub async fn begin(&self, key: &str) -> Result<NewFile, FileStoreError> {
        let upload = self.store.put_multipart(&self.location(key)?).await?;
        Ok(NewFile { upload, waiting: Vec::with_capacity(PIECE) })
    }

    /// How long a file is, and its bytes; `None` if there is none.
    pub async fn open(
        &self,
        key: &str,
    ) -> Result<Option<(u64, BoxStream<'static, Result<Bytes, FileStoreError>>)>, FileStoreError> {
        match self.store.get(&self.location(key)?).await {
            Ok(found) => {
                let size = found.meta.size;
                Ok(Some((size, found.into_stream().map(|piece| piece.map_err(FileStoreError)).boxed())))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a file, and what a crash left of one that was being written. One that is not there is no error.
    pub async fn delete(&self, key: &str) -> Result<(), FileStoreError> {
        // What is not finished is kept under the name with a number behind it.
        let mut unfinished = self.path(key).into_os_string();
        unfinished.push("#1");
        // Most have none.
        let _ = tokio::fs::remove_file(unfinished).await;
        match self.store.delete(&self.location(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A file that is being written.
pub struct NewFile {
    upload: Box<dyn MultipartUpload>,
    /// What does not make a piece yet.
    waiting: Vec<u8>,
}

impl NewFile {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FileStoreError> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE {
            self.put_waiting().await?;
        }
        Ok(())
    }

    async fn put_waiting(&mut self) -> Result<(), FileStoreError> {
        let piece = std::mem::replace(&mut self.waiting, Vec::with_capacity(PIECE));
        self.upload.put_part(PutPayload::from(piece)).await?;
        Ok(())
    }

    /// From now on the file is there, also after the power failed.
    pub async fn finish(mut self) -> Result<(), FileStoreError> {
        self.put_waiting().await?;
        self.upload.complete().await?;
        Ok(())
    }
}
