//! The pages of guests that are open: which of them has to look at its event again, and which link may have ended.
//!
//! A guest hears only that something changed, never what: the page reads itself anew, as its link lets it. So nothing can be told here
//! to whom it is not for, and what is told twice does no harm.

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

/// Every open page of a guest. Clones are the same ones.
#[derive(Clone, Debug, Default)]
pub struct Guests(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    events: HashMap<EventId, Vec<Arc<Page>>>,
    /// The server is going down: whoever joins now is closed at once.
    closing: bool,
}

#[derive(Debug)]
struct Page {
    guest: Guest,
    changed: AtomicBool,
    /// Whether the link may have ended.
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
pub enum GuestSignal {
    /// What the page shows may have changed.
    Changed,
    /// It may have, and the link may have ended: look, before anything is said.
    Doubted,
    Close,
}

/// One open page's end; it is forgotten when this is dropped.
#[derive(Debug)]
pub struct OpenPage {
    guests: Guests,
    page: Arc<Page>,
}

impl Guests {
    /// A page of this guest, unless their link has `most` open already.
    pub fn join_within(&self, guest: Guest, most: usize) -> Option<OpenPage> {
        let mut state = self.state();
        let pages = state.events.entry(guest.event).or_default();
        if pages.iter().filter(|page| page.guest.link == guest.link).count() >= most {
            return None;
        }
        let page = Arc::new(Page {
            guest,
            changed: AtomicBool::new(false),
            doubted: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            wake: Notify::new(),
        });
        pages.push(Arc::clone(&page));
        page.closing.store(state.closing, Ordering::Release);
        Some(OpenPage { guests: self.clone(), page })
    }

    /// Tells the pages that show what a commit changed.
    pub fn follow(&self, change: &Change) {
        match *change {
            Change::Item(_, event) => self.each_of(event, |page| page.raise(&page.changed)),
            Change::Event(event) => self.each_of(event, |page| page.raise(&page.doubted)),
            Change::Crew(crew, event) => self.each_page_of(crew, event, |page| page.raise(&page.doubted)),
            Change::Asked(crew, event) => self.each_page_of(crew, event, |page| page.raise(&page.changed)),
            // Mails change their contact too, and are no business of guests.
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

    fn each_of(&self, event: EventId, act: impl Fn(&Page)) {
        for page in self.state().events.get(&event).into_iter().flatten() {
            act(page);
        }
    }

    fn each_page_of(&self, crew: CrewId, event: EventId, act: impl Fn(&Page)) {
        self.each_of(event, |page| {
            if page.guest.crew == crew {
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
    pub async fn next(&self) -> GuestSignal {
        loop {
            if self.page.closing.load(Ordering::Acquire) {
                return GuestSignal::Close;
            }
            if self.page.doubted.swap(false, Ordering::AcqRel) {
                self.page.changed.store(false, Ordering::Release);
                return GuestSignal::Doubted;
            }
            if self.page.changed.swap(false, Ordering::AcqRel) {
                return GuestSignal::Changed;
            }
            self.page.wake.notified().await;
        }
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let mut state = self.guests.state();
        let event = self.page.guest.event;
        if let Some(pages) = state.events.get_mut(&event) {
            pages.retain(|page| !Arc::ptr_eq(page, &self.page));
            if pages.is_empty() {
                state.events.remove(&event);
            }
        }
    }
}
