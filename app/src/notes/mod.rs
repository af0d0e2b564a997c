//! What an event holds besides its run of show: notes in words and files, each for everybody on the event or for members alone. Members
//! keep them on a page of plain forms, which follows while it is open; guests read them above their run of show. A guest's types have no room for what is not for them.

mod api;
#[cfg(feature = "ssr")]
mod files;
#[cfg(feature = "ssr")]
mod guest;
mod model;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod port;
#[cfg(feature = "ssr")]
mod script;
#[cfg(feature = "ssr")]
mod text;

#[cfg(not(feature = "ssr"))]
pub use crate::unscripted::Unscripted as NotesPage;
pub use api::*;
#[cfg(feature = "ssr")]
pub use guest::event_notes;
pub use model::{
    Audience, FILE_FIELDS, FileForm, GuestFile, GuestNotes, MAX_FILE_TITLE, MAX_TEXT, NOTE_FIELDS, NoteForm,
};
#[cfg(feature = "ssr")]
pub use page::NotesPage;
#[cfg(feature = "ssr")]
pub use port::{Deleted, DeletedRow, EventNotes, FileRow, NoteRow, NotesPort};
#[cfg(feature = "ssr")]
pub use script::{NOTES_SCRIPT, SCRIPT};
