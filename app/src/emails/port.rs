//! What the history of emails needs from the server.

use async_trait::async_trait;

use super::EmailPage;
use crate::backend::Caller;
use crate::domain::cursor::TimeCursor;
use crate::domain::ids::ContactId;
use crate::error::AppError;

#[async_trait]
pub trait EmailsPort: Send + Sync {
    /// The tracked emails of one contact after `after`, newest first.
    async fn page_for_contact(
        &self,
        caller: &Caller,
        contact: ContactId,
        after: Option<TimeCursor>,
    ) -> Result<EmailPage, AppError>;
}
