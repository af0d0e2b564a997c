//! The open pages that the server alone draws, those of guests and of an event's notes: which of them has to be read anew, and whose
//! reader may have lost the right to.
//!
//! A page hears only that something changed, never what: it reads itself anew, as its link or its session lets it. So nothing can be
//! told here to whom it is not for, and what is told twice does no harm.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use app::domain::ids::{CrewId, EventId, LinkId};
use tokio::sync::Notify;

use crate::db::Change;

/// Whose page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest {
    pub link: LinkId,
    pub event: EventId,
    pub crew: CrewId,
}

/// What an open page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Their event, to a guest.
    Guest(Guest),
    /// The notes and files of an event, to a member.
    Notes(EventId),
}

impl Shown {
    fn event(self) -> EventId {
        match self {
            Self::Guest(guest) => guest.event,
            Self::Notes(event) => event,
        }
    }
}

/// Every open page. Clones are the same ones.
#[derive(Clone, Debug, Default)]
pub struct OpenPages(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    events: HashMap<EventId, Vec<Arc<Page>>>,
    /// The server is going down: whoever joins now is closed at once.
    closing: bool,
}

#[derive(Debug)]
struct Page {
    shown: Shown,
    changed: AtomicBool,
    /// Whether its reader may have lost the right to it.
    doubted: AtomicBool,
    closing: AtomicBool,
    wake: Notify,
}

impl Page {
    fn raise(&self, flag: &AtomicBool) {
        flag.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

/// What a page's socket has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSignal {
    /// What the page shows may have changed.
    Changed,
    /// It may have, and its reader may have lost the right to it: look, before anything is said.
    Doubted,
    /// Its reader has lost the right to it.
    Ended,
    /// The server goes down.
    Close,
}

/// One open page's end; it is forgotten when this is dropped.
#[derive(Debug)]
pub struct OpenPage {
    pages: OpenPages,
    page: Arc<Page>,
}

impl OpenPages {
    /// One more page, unless `most` are open that show the same.
    pub fn join_within(&self, shown: Shown, most: usize) -> Option<OpenPage> {
        let joined = self.join(shown);
        let mut open = 0;
        self.each_of(shown.event(), |page| open += usize::from(page.shown == shown));
        (open <= most).then_some(joined)
    }

    /// One more page.
    pub fn join(&self, shown: Shown) -> OpenPage {
        let mut state = self.state();
        let page = Arc::new(Page {
            shown,
            changed: AtomicBool::new(false),
            doubted: AtomicBool::new(false),
            closing: AtomicBool::new(state.closing),
            wake: Notify::new(),
        });
        state.events.entry(shown.event()).or_default().push(Arc::clone(&page));
        OpenPage { pages: self.clone(), page }
    }

    /// Tells the pages that show what a commit changed.
    pub fn follow(&self, change: &Change) {
        match *change {
            Change::Item(_, event) => self.each_guest_of(event, |page, _| page.raise(&page.changed)),
            Change::Event(event) => self.each_of(event, |page| page.raise(&page.doubted)),
            Change::Crew(crew, event) => self.each_page_of(crew, event, |page| page.raise(&page.doubted)),
            Change::Asked(crew, event) => self.each_page_of(crew, event, |page| page.raise(&page.changed)),
            // Mails change their contact too, and stand on none of these pages.
            Change::Contact(_)
            | Change::Email(..)
            | Change::Batch(..)
            | Change::OutboxJob
            | Change::Session(_)
            | Change::Membership(..) => {}
        }
    }

    /// Has every page look again: nobody knows what was missed.
    pub fn doubt_all(&self) {
        for page in self.state().events.values().flatten() {
            page.raise(&page.doubted);
        }
    }

    /// Closes every page's socket, and those that still come.
    pub fn close(&self) {
        let mut state = self.state();
        state.closing = true;
        for page in state.events.values().flatten() {
            page.raise(&page.closing);
        }
    }

    /// How many pages are open.
    pub fn open(&self) -> usize {
        self.state().events.values().map(Vec::len).sum()
    }

    fn each_of(&self, event: EventId, mut act: impl FnMut(&Page)) {
        for page in self.state().events.get(&event).into_iter().flatten() {
            act(page);
        }
    }

    fn each_guest_of(&self, event: EventId, act: impl Fn(&Page, Guest)) {
        self.each_of(event, |page| {
            if let Shown::Guest(guest) = page.shown {
                act(page, guest);
            }
        });
    }

    fn each_page_of(&self, crew: CrewId, event: EventId, act: impl Fn(&Page)) {
        self.each_guest_of(event, |page, guest| {
            if guest.crew == crew {
                act(page);
            }
        });
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenPage {
    /// Waits for the next thing to do. Cancel-safe.
    pub async fn next(&self) -> PageSignal {
        loop {
            if self.page.closing.load(Ordering::Acquire) {
                return PageSignal::Close;
            }
            if self.page.doubted.swap(false, Ordering::AcqRel) {
                self.page.changed.store(false, Ordering::Release);
                return PageSignal::Doubted;
            }
            if self.page.changed.swap(false, Ordering::AcqRel) {
                return PageSignal::Changed;
            }
            self.page.wake.notified().await;
        }
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let mut state = self.pages.state();
        let event = self.page.shown.event();
        if let Some(pages) = state.events.get_mut(&event) {
            pages.retain(|page| !Arc::ptr_eq(page, &self.page));
            if pages.is_empty() {
                state.events.remove(&event);
            }
        }
    }
}
