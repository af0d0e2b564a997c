//! The history of every tracked email to a contact: newest first, 25 at a time, live.

use std::collections::HashMap;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::form::{TabError, contact_of_route};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::ids::{ContactId, EmailId};
use crate::emails::{
    BadgeState, EmailPage, EmailRow, History, LoadContactEmails, Merged, PAGE_ROWS, StatusBadge, load_contact_emails,
};
use crate::error::AppError;
use crate::live::{Live, ServerMessage, Topic};
use crate::routes;
use crate::ui::{Announcer, InlineError, LoadMore, When, answered, changing, focus_soon, keyed};
use crate::wire::Query;

#[component]
pub fn Emails() -> impl IntoView {
    let contact = contact_of_route();
    let emails = Query::new(move || LoadContactEmails { contact: contact.get(), after: None });
    answered(emails, 6, |answer| match answer {
        Ok((LoadContactEmails { contact, .. }, page)) => view! { <Mails contact page /> }.into_any(),
        Err(error) => view! { <TabError error /> }.into_any(),
    })
}

/// How long a badge that changed live stands out.
const FRESH: Duration = Duration::from_secs(3);

/// One email on the screen. Its signals live as long as the list, so that a change touches this row alone.
#[derive(Clone)]
struct Shown {
    row: ArcRwSignal<EmailRow>,
    fresh: ArcRwSignal<bool>,
}

impl Shown {
    fn new(row: EmailRow) -> Self {
        Self { row: ArcRwSignal::new(row), fresh: ArcRwSignal::new(false) }
    }

    fn pulse(&self) {
        self.fresh.set(true);
        let fresh = self.fresh.clone();
        set_timeout(move || fresh.set(false), FRESH);
    }
}

/// The list as signals: `History` decides, this shows what it decided.
#[derive(Clone, Copy)]
struct MailList {
    history: StoredValue<History>,
    shown: StoredValue<HashMap<EmailId, Shown>>,
    order: RwSignal<Vec<EmailId>>,
    more: RwSignal<bool>,
    total: RwSignal<u64>,
}

impl MailList {
    fn new(page: EmailPage) -> Self {
        let history = History::new(page);
        let shown = history.rows().iter().map(|row| (row.id, Shown::new(row.clone()))).collect();
        Self {
            order: RwSignal::new(order(&history)),
            more: RwSignal::new(history.next().is_some()),
            total: RwSignal::new(history.total()),
            shown: StoredValue::new(shown),
            history: StoredValue::new(history),
        }
    }

    /// Changes the history and puts on the screen what changed. `None` once the screen is gone.
    fn merge(self, change: impl FnOnce(&mut History) -> Merged) -> Option<Merged> {
        let merged = self.history.try_update_value(change)?;
        self.history.with_value(|history| {
            self.shown.update_value(|shown| {
                for row in history.rows() {
                    if merged.changed.contains(&row.id)
                        && let Some(known) = shown.get(&row.id)
                    {
                        known.row.set(row.clone());
                    } else {
                        shown.entry(row.id).or_insert_with(|| Shown::new(row.clone()));
                    }
                }
            });
            let order = order(history);
            if self.order.with_untracked(|known| *known != order) {
                self.order.set(order);
            }
            self.more.set(history.next().is_some());
            self.total.set(history.total());
        });
        Some(merged)
    }

    fn shown(self, id: EmailId) -> Option<Shown> {
        self.shown.with_value(|shown| shown.get(&id).cloned())
    }

    fn pulse(self, ids: &[EmailId]) {
        for shown in ids.iter().filter_map(|id| self.shown(*id)) {
            shown.pulse();
        }
    }

    fn rows(self) -> u32 {
        self.order.try_with_untracked(|order| u32::try_from(order.len()).unwrap_or(u32::MAX)).unwrap_or_default()
    }
}

fn order(history: &History) -> Vec<EmailId> {
    history.rows().iter().map(|row| row.id).collect()
}

#[component]
fn Mails(contact: ContactId, page: EmailPage) -> impl IntoView {
    let announcer = Announcer::expect();
    let today = StoredValue::new(page.today.clone());
    let list = MailList::new(page);
    let loading = RwSignal::new(false);
    let problem = RwSignal::new(None::<AppError>);
    follow(list, contact, announcer);
    let load = move |()| {
        let Some(Some(after)) = list.history.try_with_value(History::next) else { return };
        loading.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = load_contact_emails(contact, Some(after)).await;
            if loading.is_disposed() {
                return;
            }
            loading.set(false);
            match answer {
                Ok(page) => {
                    let Some(merged) = list.merge(|history| history.page(after, page)) else { return };
                    announcer.say(format!("{} of {} emails shown", list.rows(), list.total.get_untracked()));
                    // The button is gone with the last page; the keyboard goes on at the first new row.
                    if let Some(first) = merged.added.first().filter(|_| !list.more.get_untracked()) {
                        focus_soon(row_id(*first));
                    }
                }
                Err(error) => problem.set(Some(error)),
            }
        });
    };
    let row = move |id| {
        let id = EmailId(id);
        let shown = list.shown(id);
        shown.map(|shown| view! { <Mail id shown today=today.get_value() /> }.into_any()).into_any()
    };
    let problem = move || {
        problem.get().map(|error| view! { <InlineError title="No more emails were loaded." error /> }.into_any())
    };
    let some = Memo::new(move |_| list.order.with(|order| !order.is_empty()));
    let rows = move || {
        if !some.get() {
            return view! { <NothingSent /> }.into_any();
        }
        view! {
            <section class="card" aria-label="Emails">
                <ol class="mails">
                    {keyed(move || list.order.with(|order| order.iter().map(|id| id.0).collect()), row)}
                </ol>
            </section>
        }
        .into_any()
    };
    view! {
        {changing(rows)}
        {changing(problem)}
        <LoadMore
            more=list.more
            loading
            progress=Signal::derive(move || format!("{} of {}", list.order.with(Vec::len), list.total.get()))
            on_more=load
        />
    }
    .into_any()
}

/// Takes in what the live channel says about this contact.
fn follow(list: MailList, contact: ContactId, announcer: Announcer) {
    Live::expect().subscribe(
        move || Some(Topic::Contact(contact)),
        move || list.rows().max(PAGE_ROWS),
        move |message| {
            let merged = match message {
                ServerMessage::EmailAdded(row) if row.contact == contact => {
                    list.merge(|history| history.add(row.clone()))
                }
                ServerMessage::EmailChanged(change) if change.contact == contact => {
                    list.merge(|history| history.change(change))
                }
                ServerMessage::ContactSnapshot(snapshot) if snapshot.header.id == contact => {
                    let total = snapshot.header.emails;
                    // A shorter one was asked for by the head of the page, which needs no whole list.
                    let ours = snapshot.emails.len() as u64 >= total.min(PAGE_ROWS.into());
                    ours.then(|| list.merge(|history| history.snapshot(snapshot.emails.clone(), total))).flatten()
                }
                _ => None,
            };
            let Some(merged) = merged else { return };
            list.pulse(&merged.added);
            list.pulse(&merged.changed);
            if let Some(sentence) = list.history.with_value(|history| spoken(history, &merged)) {
                announcer.say(sentence);
            }
        },
    );
}

/// What changed, for those who hear it.
fn spoken(history: &History, merged: &Merged) -> Option<String> {
    match merged.changed.as_slice() {
        [] => None,
        [id] => history.row(*id).map(|row| format!("{}: {}", BadgeState::from(row).word(), row.subject)),
        many => Some(format!("{} emails changed", many.len())),
    }
}

fn row_id(id: EmailId) -> String {
    format!("email-{id}")
}

#[component]
fn NothingSent() -> impl IntoView {
    view! {
        <section class="card">
            <div class="empty">
                <h2>"No emails yet"</h2>
                <p>"Share links and RSVP invites appear here once you send them from an event’s run of show."</p>
                <a class="button" href=routes::EVENTS>"Go to your events"</a>
            </div>
        </section>
    }
}

/// One email: when, what, for which event, to which address, and how it fared.
#[component]
fn Mail(id: EmailId, shown: Shown, today: String) -> impl IntoView {
    let first = shown.row.get_untracked();
    let row = shown.row;
    let state = Memo::new(move |_| row.with(|row| BadgeState::from(row)));
    let fresh = shown.fresh;
    let event = match first.event.id {
        Some(event) => view! { <a class="text" href=routes::planner(event)>{first.event.name}</a> }.into_any(),
        None => view! { <span>{first.event.name}</span> }.into_any(),
    };
    view! {
        <li id=row_id(id) tabindex="-1">
            <When moment=first.sent_at today />
            <div>
                <span class="subject">{first.subject}</span>
                <p class="fine">{event} " · to " {first.recipient}</p>
            </div>
            <div class="end">
                <StatusBadge id=format!("email-{id}-why") state fresh=Signal::derive(move || fresh.get()) />
                <span class="fine">{first.kind.label()}</span>
            </div>
            {move || story(state.get()).map(|(word, reason)| view! {
                <div class="story">
                    <div><b>{word}</b><q>{reason}</q></div>
                </div>
            }
            .into_any())}
        </li>
    }
    .into_any()
}

/// What somebody has to look at also stands in the row itself, since a phone has no hover.
fn story(state: BadgeState) -> Option<(&'static str, String)> {
    let word = state.word();
    state.reason.filter(|_| state.status.is_some_and(DeliveryStatus::needs_a_look)).map(|reason| (word, reason))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::domain::cursor::TimeCursor;
    use crate::domain::email_kind::EmailKind;
    use crate::domain::ids::EventId;
    use crate::domain::time::{Moment, Timestamp};
    use crate::emails::EventRef;
    use crate::ui::Now;

    fn row(id: i64, status: DeliveryStatus, reason: Option<&str>) -> EmailRow {
        EmailRow {
            id: EmailId(id),
            contact: ContactId(1),
            event: EventRef { id: Some(EventId(7)), name: "Amara & Jon".into() },
            crew: None,
            link: None,
            kind: EmailKind::ShareLink,
            subject: format!("Mail {id}"),
            recipient: "luis@gmial.com".into(),
            sent_at: Moment { at: Timestamp(id * 60_000), day: "23 Nov".into(), clock: "14:05".into() },
            status: Some(status),
            reason: reason.map(Into::into),
            revision: 1,
        }
    }

    /// The tab as the server sends it.
    fn rendered(rows: Vec<EmailRow>, next: Option<TimeCursor>, total: u64) -> String {
        Owner::new().with(|| {
            Now::provide();
            Announcer::provide();
            Live::provide();
            let page = EmailPage { rows, next, total, today: "23 Nov".into() };
            view! { <Mails contact=ContactId(1) page /> }.to_html()
        })
    }

    #[test]
    fn a_row_says_when_what_for_whom_and_how_it_fared() {
        let html = rendered(vec![row(1, DeliveryStatus::Delivered, None)], None, 1);
        for part in ["Today 14:05", "Mail 1", "href=\"/events/7\"", "Amara &amp; Jon", "luis@gmial.com", "share link"] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        assert!(html.contains("data-status=\"delivered\""));
        assert!(!html.contains("Load more"));
    }

    #[test]
    fn the_button_stands_there_only_when_there_is_more() {
        let rows = (1..=25).map(|id| row(id, DeliveryStatus::Delivered, None)).collect();
        let html = rendered(rows, Some(TimeCursor { at: Timestamp(60_000), id: 1 }), 61);
        assert!(html.contains("Load more") && html.contains("25 of 61"));
        assert_eq!(html.matches("<li").count(), 25);
    }

    #[test]
    fn a_bounce_gives_its_reason_in_the_tip_and_in_the_row_as_plain_text() {
        let html = rendered(vec![row(1, DeliveryStatus::Bounced, Some("550 <b>no</b> such user"))], None, 1);
        assert_eq!(html.matches("550 &lt;b&gt;no&lt;/b&gt; such user").count(), 2);
        assert!(!html.contains("<b>no</b>"));
        let html = rendered(vec![row(1, DeliveryStatus::Delayed, Some("452 over quota"))], None, 1);
        assert_eq!(html.matches("452 over quota").count(), 1, "what needs nobody stays in the tip");
    }

    #[test]
    fn the_name_of_an_event_that_is_gone_is_no_link() {
        let mut gone = row(1, DeliveryStatus::Sent, None);
        gone.event.id = None;
        let html = rendered(vec![gone], None, 1);
        assert!(html.contains("Amara &amp; Jon") && !html.contains("<a "));
    }

    #[test]
    fn without_emails_it_says_where_they_come_from() {
        let html = rendered(Vec::new(), None, 0);
        assert!(html.contains("No emails yet") && html.contains("href=\"/events\""));
    }
}
