//! Where files are kept that people send: a folder, or a bucket of S3, both through an object store.
//!
//! Guarantees: what is read and written passes through in pieces, whatever its size; a file is there whole or not at all, and stays
//! there when the power fails; nothing is found by a name that somebody typed.

mod bucket;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use tokio::runtime::Handle;

pub use bucket::{Bucket, BucketError};

use crate::secret;

/// Pieces in which a file is written into a folder.
const PIECE: usize = 256 * 1024;
/// The smallest piece that S3 takes of a file that comes in several.
const BUCKET_PIECE: usize = 5 * 1024 * 1024;

/// The store did not do what it was asked: it is full, or away.
#[derive(Debug, thiserror::Error)]
#[error("the store of files: {0}")]
pub struct FileStoreError(#[from] object_store::Error);

/// Clones are the same store.
#[derive(Clone, Debug)]
pub struct FileStore {
    store: Arc<dyn ObjectStore>,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    /// What stands before every name in a bucket.
    Bucket(Location),
}

impl FileStore {
    /// Files in a folder, which is made when the first one comes.
    pub fn in_folder(folder: &Path) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self { store: Arc::new(LocalFileSystem::new().with_fsync(true)), place: Place::Folder(folder) }
    }

    /// Files in a bucket. `settings` are the variables of AWS, as the environment has them. Fails when one of them cannot be used; whether
    /// the bucket is there is found out when the first file comes.
    pub fn in_bucket(
        bucket: &Bucket,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, BucketError> {
        Ok(Self { store: bucket.connect(settings)?, place: Place::Bucket(bucket.prefix()) })
    }

    /// A name for a new file, which nobody can guess.
    pub fn new_key() -> String {
        let key = secret::token();
        format!("{}/{key}", &key[..2])
    }

    /// Where the files lie on this machine; nowhere when they are in a bucket.
    pub fn folder(&self) -> &Path {
        match &self.place {
            Place::Folder(folder) => folder,
            Place::Bucket(_) => Path::new(""),
        }
    }

    fn location(&self, key: &str) -> Result<Location, FileStoreError> {
        match &self.place {
            Place::Folder(folder) => {
                Ok(Location::from_absolute_path(folder.join(key)).map_err(object_store::Error::from)?)
            }
            Place::Bucket(prefix) => Ok(key.split('/').fold(prefix.clone(), Location::join)),
        }
    }

    /// Begins to write a file. Dropped before `finish`, it leaves nothing.
    pub async fn begin(&self, key: &str) -> Result<NewFile, FileStoreError> {
        let location = self.location(key)?;
        let (piece, upload) = match self.place {
            Place::Folder(_) => (PIECE, Some(self.store.put_multipart(&location).await?)),
            // What fits into one piece goes there by one request.
            Place::Bucket(_) => (BUCKET_PIECE, None),
        };
        Ok(NewFile { store: Arc::clone(&self.store), location, upload, piece, waiting: Vec::with_capacity(PIECE) })
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
        if let Place::Folder(folder) = &self.place {
            // What is not finished is kept under the name with a number behind it.
            let mut unfinished = folder.join(key).into_os_string();
            unfinished.push("#1");
            // Most have none.
            let _ = tokio::fs::remove_file(unfinished).await;
        }
        match self.store.delete(&self.location(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A file that is being written.
pub struct NewFile {
    store: Arc<dyn ObjectStore>,
    location: Location,
    /// None as long as all of it may go there by one request.
    upload: Option<Box<dyn MultipartUpload>>,
    piece: usize,
    /// What does not make a piece yet.
    waiting: Vec<u8>,
}

impl NewFile {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FileStoreError> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= self.piece {
            self.put_waiting().await?;
        }
        Ok(())
    }

    async fn put_waiting(&mut self) -> Result<(), FileStoreError> {
        let piece = PutPayload::from(std::mem::take(&mut self.waiting));
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.store.put_multipart(&self.location).await?),
        };
        upload.put_part(piece).await?;
        Ok(())
    }

    /// From now on the file is there, also after the power failed.
    pub async fn finish(mut self) -> Result<(), FileStoreError> {
        if self.upload.is_none() {
            let all = PutPayload::from(std::mem::take(&mut self.waiting));
            self.store.put(&self.location, all).await?;
            return Ok(());
        }
        if !self.waiting.is_empty() {
            self.put_waiting().await?;
        }
        if let Some(upload) = &mut self.upload {
            upload.complete().await?;
        }
        self.upload = None;
        Ok(())
    }
}

impl NewFile {
    /// Leaves nothing of a file that is not to be kept.
    pub async fn give_up(mut self) {
        if let Some(upload) = self.upload.take() {
            take_back(upload).await;
        }
    }
}

async fn take_back(mut upload: Box<dyn MultipartUpload>) {
    if let Err(error) = upload.abort().await {
        tracing::warn!(%error, "What is left of a file that did not come whole could not be taken back.");
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // A bucket keeps the pieces of a file that was given up until it is told.
        if let (Some(upload), Ok(runtime)) = (self.upload.take(), Handle::try_current()) {
            runtime.spawn(take_back(upload));
        }
    }
}
