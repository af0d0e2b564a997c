//! Server functions of the email history.

use leptos::prelude::*;

use super::EmailPage;
use crate::domain::cursor::TimeCursor;
use crate::domain::ids::ContactId;
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_contact_emails")]
pub async fn load_contact_emails(contact: ContactId, after: Option<TimeCursor>) -> Result<EmailPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.emails.page_for_contact(&caller, contact, after).await.map_err(backend::report)
}
