//! What people on an event are asked for (a file, some words, a choice), what they answer, and what becomes of their files. Members ask
//! and review on pages of their own; guests answer on the page that their link opens, without scripts.

mod api;
mod form;
#[cfg(feature = "ssr")]
mod guest;
mod model;
mod overview;
mod page;
#[cfg(feature = "ssr")]
mod port;
mod screens;
mod upload;

pub use api::*;
#[cfg(feature = "ssr")]
pub use guest::{refusal_of_no_row, requests_card};
pub use model::{
    AnswerRow, Asked, DeletedRequest, FIELDS, GuestRequest, GuestUpload, OverviewPage, OverviewRow, ReferenceFile,
    RejectedRow, RequestForm, RequestFormPage, RequestRow, RequestsPage, UploadRow,
};
#[cfg(feature = "ssr")]
pub use port::RequestsPort;
pub use screens::{EVENT_REQUESTS_SCREEN, REQUEST_OVERVIEW_SCREEN, REQUEST_SCREEN};
