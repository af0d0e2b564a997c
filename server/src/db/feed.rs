//! The way of a change from a commit to those who act on it: in this process at once, in the others by NOTIFY.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc};

use super::Change;
use crate::secret;

/// What the one who follows the feed hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Changed(Vec<Change>),
    /// Changes may have been missed: everything has to be looked at again.
    Gap,
}

/// Where commits tell their changes. Clones are the same feed.
#[derive(Clone, Debug)]
pub(super) struct Feed(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Names this process in its notifications.
    origin: String,
    follower: Mutex<Option<mpsc::UnboundedSender<News>>>,
    jobs: Notify,
}

impl Feed {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared { origin: secret::unique(), follower: Mutex::default(), jobs: Notify::new() }))
    }

    pub(super) fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Follows the feed from now on. Where somebody followed it before, what they left counts as missed.
    pub(super) fn follow(&self) -> mpsc::UnboundedReceiver<News> {
        let (follower, news) = mpsc::unbounded_channel();
        if self.0.follower.lock().unwrap_or_else(PoisonError::into_inner).replace(follower).is_some() {
            self.tell(News::Gap);
        }
        news
    }

    /// Tells the follower, if there is one, and wakes the outbox.
    pub(super) fn tell(&self, news: News) {
        let job = match &news {
            News::Changed(changes) => changes.contains(&Change::OutboxJob),
            News::Gap => true,
        };
        if let Some(follower) = &*self.0.follower.lock().unwrap_or_else(PoisonError::into_inner) {
            // A follower that ended is followed by another, which looks at everything.
            let _ = follower.send(news);
        }
        if job {
            self.0.jobs.notify_one();
        }
    }

    pub(super) async fn job_added(&self) {
        self.0.jobs.notified().await;
    }
}
