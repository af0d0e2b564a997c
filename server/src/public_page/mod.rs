//! The public page of an event and its link. One link an event, revoked for good: the next one has another token, which is derived from
//! its seed and the installation's key and stored nowhere.

mod service;
mod store;

pub use service::PublicPageService;
