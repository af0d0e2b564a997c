//! Server functions of an event's public link. Both are posted by plain forms.

use leptos::prelude::*;

use crate::domain::ids::{EventId, PublicLinkId};
use crate::error::AppError;
use crate::wire::Wire;

/// Makes a public link; with `replaces`, in the place of that one, which stops at once. The same form twice makes one.
#[server(protocol = Wire, endpoint = "make_public_link")]
pub async fn make_public_link(
    event: EventId,
    #[server(default)] replaces: Option<PublicLinkId>,
) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.public_page.make(&caller, event, replaces).await.map_err(backend::report)
}

/// Ends the public link, if there is one.
#[server(protocol = Wire, endpoint = "revoke_public_link")]
pub async fn revoke_public_link(event: EventId) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.public_page.revoke(&caller, event).await.map_err(backend::report)
}
