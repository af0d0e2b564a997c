//! What the chrome of every signed-in page shows.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub member_name: String,
    /// Mail stays on this machine; the banner links to the mailbox.
    pub sandbox: bool,
    /// They have not proved their address yet, so a forgotten password locks them out.
    pub unverified: bool,
}
