//! How values travel between the browser and the server: server functions, what a page brings along, the live channel.
//!
//! Our own client speaks [postcard](https://postcard.jamesmunns.com): a reader of JSON, compiled for each type, would make the
//! first route 252 KiB instead of 220 and the planner 67 instead of 57. Everybody else (scripts, tests, people with curl) speaks JSON to the same
//! addresses. Postcard has no field names, so both ends must mean the same types: [`MEDIA_TYPE`] carries a version, and
//! a page that is older than the server is told to reload.

mod base64;
#[cfg(feature = "hydrate")]
mod browser;
mod protocol;
mod query;
#[cfg(all(test, feature = "ssr"))]
mod requests;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use base64::{from_base64, to_base64};
pub use protocol::Wire;
pub use query::{Answer, Query};

/// Raise it whenever a type that travels changes; `what_travels_has_not_changed_unnoticed` says when.
pub const VERSION: u32 = 8;

/// What a request or an answer in postcard calls itself.
pub const MEDIA_TYPE: &str = "application/vnd.callboard.8+postcard";

/// Where the live channel is, for a page of this version.
pub const LIVE: &str = "/live?wire=8";

/// Such a media type in any version.
#[cfg(feature = "ssr")]
const ANY_VERSION: &str = "application/vnd.callboard.";

/// Plain data has no way to fail: no maps with odd keys, no sequences of unknown length.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("what travels is plain data")
}

/// # Errors
/// The bytes were not made from a `T` of this version.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    postcard::from_bytes(bytes).map_err(|_| DecodeError)
}

/// The other end is of another version, or sent nonsense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError;

#[cfg(test)]
mod tests {
    use serde_reflection::{Samples, Tracer, TracerConfig};

    use super::*;
    use crate::auth::Session;
    use crate::batches::BatchState;
    use crate::contacts::{ContactDetails, ContactEvent, ContactForm, ContactHeader, ContactPage};
    use crate::domain::delivery::DeliveryStatus;
    use crate::domain::email_kind::EmailKind;
    use crate::domain::progress::Progress;
    use crate::domain::requests::{RequestKind, UploadState};
    use crate::domain::rsvp::Rsvp;
    use crate::domain::send_rules::SendRefusal;
    use crate::domain::suppression::SuppressionCause;
    use crate::emails::EmailPage;
    use crate::error::AppError;
    use crate::events::{EventPage, EventStatus};
    use crate::live::{ClientMessage, Row, RowId, ServerMessage, Topic};
    use crate::people::PeoplePage;
    use crate::planner::{LinkKind, LinkState, PlannerPage};
    use crate::rsvp::{Invitation, Question};
    use crate::share_page::RunOfShow;

    #[test]
    fn the_version_is_in_both_names() {
        assert_eq!(MEDIA_TYPE, format!("application/vnd.callboard.{VERSION}+postcard"));
        assert_eq!(LIVE, format!("/live?wire={VERSION}"));
    }

    /// Fails when a type that travels changed. Then raise `VERSION`, which names a new snapshot, and remove the old one:
    /// pages that were opened before are told to reload instead of reading nonsense.
    #[test]
    fn what_travels_has_not_changed_unnoticed() {
        let mut tracer = Tracer::new(TracerConfig::default());
        let samples = Samples::new();
        macro_rules! trace {
            ($($name:ty),+ $(,)?) => {$( tracer.trace_type::<$name>(&samples).expect("a plain type"); )+};
        }
        // Enums first: a type that holds one shows only its first variant.
        trace!(
            EventStatus,
            EmailKind,
            Rsvp,
            Progress,
            Question,
            DeliveryStatus,
            SuppressionCause,
            SendRefusal,
            AppError,
            LinkState,
            RequestKind,
            UploadState,
            LinkKind,
            BatchState,
            Topic,
            RowId,
            Row
        );
        trace!(
            ClientMessage,
            ServerMessage, Session, PlannerPage, EventPage, EmailPage, RunOfShow, Invitation, PeoplePage
        );
        trace!(ContactPage, ContactHeader, ContactDetails, ContactForm, Vec<ContactEvent>);
        let registry = tracer.registry().expect("every variant was seen");
        let lines: Vec<_> = registry.iter().map(|(name, format)| format!("{name}: {format:?}")).collect();
        insta::assert_snapshot!(format!("wire-{VERSION}"), lines.join("\n"));
    }

    #[test]
    fn nonsense_is_not_understood() {
        assert_eq!(decode::<ContactHeader>(b"\xff\xff"), Err(DecodeError));
        assert_eq!(decode::<ServerMessage>(&[250]), Err(DecodeError));
    }
}
