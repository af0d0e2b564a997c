//! The scripts of guests' pages.

use std::sync::LazyLock;

use crate::page_script::{FOLLOW, PageScript, UPLOAD, without_comments};

/// Where the page's own script is.
pub const SCRIPT: &str = "/guest.js";
/// Where the worker is that keeps the page for when there is no network.
pub const WORKER: &str = "/guest-worker.js";

/// Uploads are in it always: a request of a file may come while the page is open.
pub static GUEST_SCRIPT: LazyLock<PageScript> =
    LazyLock::new(|| PageScript::new(SCRIPT, &[FOLLOW, UPLOAD, include_str!("guest.js")]));
pub static GUEST_WORKER: LazyLock<String> = LazyLock::new(|| without_comments(include_str!("guest_worker.js")));
