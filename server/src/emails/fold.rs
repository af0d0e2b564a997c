//! Delivery events become statuses here, and only here: webhooks, the hand-over and the sweep all come through `record`.
//!
//! Guarantees: an event counts once, in any order; whenever an email is shown as bounced or spam reported the address it
//! went to is suppressed, in the same transaction, and no other status ever suppresses one.

use std::collections::{BTreeMap, HashMap};

use app::domain::delivery::{Applied, DeliveryEvent, Report};
use app::domain::ids::EmailId;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;

use super::fold_store::{self, Tracked};
use super::suppressions::{self, NewSuppression};
use crate::db::Write;
use crate::error::StoreError;

/// A fact about one known email.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub email: EmailId,
    /// Who reports: a provider's code, or "callboard" for the hand-over and the sweep.
    pub provider: &'static str,
    /// Unique per provider; a repetition is ignored.
    pub event_key: String,
    pub event: DeliveryEvent,
    /// Why the address is refused from now on, for the reports that block it; the others never do.
    pub suppress: Option<SuppressionCause>,
}

/// What became of some events.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Per incoming event, in order: whether it was new.
    pub fresh: Vec<bool>,
    /// Emails that people see in another state now.
    pub changed: usize,
}

/// Inserts each event once, folds the new ones into their emails through `Delivery::apply`, raises revisions, and lists
/// addresses, in the caller's transaction: a constant number of statements for any number of events.
pub async fn record(transaction: &mut Write, events: Vec<Incoming>, now: Timestamp) -> Result<Recorded, StoreError> {
    let mut fresh = vec![false; events.len()];
    if events.is_empty() {
        return Ok(Recorded::default());
    }
    // The emails are locked before anything is written: a PostgreSQL foreign key would otherwise share-lock them first,
    // and two transactions that both want more would wait for each other.
    let mut tracked = fold_store::lock(transaction, events.iter().map(|event| event.email)).await?;
    let mut first: HashMap<(&str, &str), usize> = HashMap::with_capacity(events.len());
    for (index, event) in events.iter().enumerate() {
        if tracked.contains_key(&event.email) {
            first.entry((event.provider, &event.event_key)).or_insert(index);
        }
    }
    let mut candidates: Vec<usize> = first.values().copied().collect();
    candidates.sort_unstable();
    let candidates: Vec<&Incoming> = candidates.into_iter().map(|index| &events[index]).collect();
    for (provider, key) in fold_store::insert_new(transaction, &candidates, now).await? {
        if let Some(index) = first.get(&(provider.as_str(), key.as_str())) {
            fresh[*index] = true;
        }
    }

    let mut touched: BTreeMap<EmailId, Applied> = BTreeMap::new();
    for event in events.iter().zip(&fresh).filter_map(|(event, fresh)| fresh.then_some(event)) {
        let email = tracked.get_mut(&event.email).expect("only events of known emails were inserted");
        let applied = email.delivery.apply(&event.event);
        match (applied, touched.get(&event.email)) {
            (Applied::Ignored, _) | (Applied::Refreshed, Some(_)) => {}
            (Applied::Changed | Applied::Refreshed, _) => {
                touched.insert(event.email, applied);
            }
        }
    }
    for email in touched.iter().filter(|(_, applied)| **applied == Applied::Changed).map(|(email, _)| email) {
        tracked.get_mut(email).expect("it was just folded").revision += 1;
    }
    let blocked: Vec<NewSuppression> = events
        .iter()
        .zip(&fresh)
        .filter(|(_, fresh)| **fresh)
        .filter_map(|(event, _)| {
            Some(NewSuppression {
                cause: blocks(event)?,
                address_key: tracked[&event.email].recipient_key.clone(),
                reason: event.event.reason.clone(),
                email_id: Some(event.email.0),
                provider: event.provider.to_owned(),
            })
        })
        .collect();

    let touched_emails: Vec<&Tracked> = touched.keys().map(|email| &tracked[email]).collect();
    fold_store::update(transaction, &touched_emails).await?;
    let mut changed = 0;
    for email in touched.iter().filter(|(_, applied)| **applied == Applied::Changed).map(|(email, _)| email) {
        changed += 1;
        transaction.changed(tracked[email].change());
    }
    suppressions::add(transaction, &blocked, now).await?;
    Ok(Recorded { fresh, changed })
}

/// The cause under which an event suppresses the address; only what is shown as bounced or spam reported ever does.
fn blocks(event: &Incoming) -> Option<SuppressionCause> {
    match event.event.report {
        Report::SpamReported => Some(event.suppress.unwrap_or(SuppressionCause::Complaint)),
        Report::Bounced => Some(event.suppress.unwrap_or(SuppressionCause::Bounce)),
        Report::HandOverUnconfirmed | Report::Sent | Report::Delayed | Report::Failed | Report::Delivered => None,
    }
}
