//! What a member sees of their own login.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    pub email: String,
    /// Mail to the address was seen to arrive.
    pub verified: bool,
    /// A new address whose link was not used yet.
    pub next_email: Option<String>,
}
