//! The script of the members' page.

use std::sync::LazyLock;

use crate::page_script::{FOLLOW, PageScript, UPLOAD};

/// Where it is.
pub const SCRIPT: &str = "/notes.js";

pub static NOTES_SCRIPT: LazyLock<PageScript> =
    LazyLock::new(|| PageScript::new(SCRIPT, &[FOLLOW, UPLOAD, include_str!("notes.js")]));
