//! Scripts of pages that load no client: each is one file, without comments and indents, which browsers keep for ever under the name of
//! its content.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Keeps an open page as the server's is; shared by those that follow theirs.
pub const FOLLOW: &str =
    concat!(include_str!("page_script/exchange.js"), "\n", include_str!("page_script/follow.js"), "\n");
/// Shows how far files have got that a form sends.
pub const UPLOAD: &str = concat!(include_str!("page_script/upload.js"), "\n");

/// The script of one kind of page.
#[derive(Clone, Debug)]
pub struct PageScript {
    text: String,
    address: String,
}

impl PageScript {
    /// What is served at `path`. It stands in a block of its own, so that nothing of it is global.
    pub fn new(path: &str, parts: &[&str]) -> Self {
        let text = format!("{{\n{}\n}}", without_comments(&parts.concat()));
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let address = format!("{path}?{:016x}", hasher.finish());
        Self { text, address }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where pages ask for it; names its content.
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// A script as it is sent.
pub fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}
