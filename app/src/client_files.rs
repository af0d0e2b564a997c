//! The files of the built client, as a page asks for them.

use std::collections::HashMap;

/// Where each file of the client is, as the root-relative address that a page names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFiles {
    pub stylesheet: String,
    pub script: String,
    pub module: String,
    /// What `script` imports to fetch parts; none in a build without parts.
    pub loader: Option<String>,
    /// Part by part, the modules that it needs.
    pub parts: HashMap<String, Vec<String>>,
}
