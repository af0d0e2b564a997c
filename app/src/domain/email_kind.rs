//! The three kinds of tracked email. Nothing else is ever tracked.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailKind {
    ShareLink,
    RsvpInvite,
    UploadRejection,
}

impl EmailKind {
    pub const ALL: [Self; 3] = [Self::ShareLink, Self::RsvpInvite, Self::UploadRejection];

    /// As the Emails tab says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ShareLink => "share link",
            Self::RsvpInvite => "RSVP invite",
            Self::UploadRejection => "upload rejection",
        }
    }

    /// As the database stores it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ShareLink => "share_link",
            Self::RsvpInvite => "rsvp_invite",
            Self::UploadRejection => "upload_rejection",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Invites are what "Invited at" speaks of; an upload rejection is not one.
    pub const fn is_invite(self) -> bool {
        matches!(self, Self::ShareLink | Self::RsvpInvite)
    }
}
