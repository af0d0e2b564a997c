//! The history of every tracked email to a contact: newest first, 25 at a time, live.

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
use crate::live::{Live, Row, ServerMessage, Topic};
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
    id: EmailId,
    row: ArcRwSignal<EmailRow>,
    fresh: ArcRwSignal<bool>,
}

impl Shown {
    fn new(row: &EmailRow) -> Self {
        Self { id: row.id, row: ArcRwSignal::new(row.clone()), fresh: ArcRwSignal::new(false) }
    }

    fn pulse(&self) {
        self.fresh.set(true);
        let fresh = self.fresh.clone();
        set_timeout(move || fresh.set(false), FRESH);
    }
}

/// `History` decides, `shown` is what it decided.
struct Held {
    history: History,
    shown: Vec<Shown>,
}

impl Held {
    fn new(page: EmailPage) -> Self {
        let mut held = Self { history: History::new(page), shown: Vec::new() };
        held.show();
        held
    }

    /// Takes over which rows there are, and what is newer in them.
    fn show(&mut self) {
        let rows = self.history.rows();
        self.shown.retain(|shown| rows.iter().any(|row| row.id == shown.id));
        for row in rows {
            match self.shown.iter().find(|shown| shown.id == row.id) {
                Some(known) if known.row.with_untracked(|known| known.revision < row.revision) => {
                    known.row.set(row.clone());
                }
                Some(_) => {}
                None => self.shown.push(Shown::new(row)),
            }
        }
    }

    fn shown(&self, id: EmailId) -> Option<Shown> {
        self.shown.iter().find(|shown| shown.id == id).cloned()
    }

    fn order(&self) -> Vec<i64> {
        self.history.rows().iter().map(|row| row.id.0).collect()
    }

    /// "25 of 61"
    fn progress(&self) -> String {
        format!("{} of {}", self.history.rows().len(), self.history.total())
    }
}

/// The list as signals.
#[derive(Clone, Copy)]
struct MailList {
    held: StoredValue<Held>,
    order: RwSignal<Vec<i64>>,
    more: RwSignal<bool>,
    progress: RwSignal<String>,
}

impl MailList {
    fn new(page: EmailPage) -> Self {
        let held = Held::new(page);
        Self {
            order: RwSignal::new(held.order()),
            more: RwSignal::new(held.history.next().is_some()),
            progress: RwSignal::new(held.progress()),
            held: StoredValue::new(held),
        }
    }

    /// Changes the history and puts on the screen what changed. `None` once the screen is gone.
    fn merge(self, change: impl FnOnce(&mut History) -> Merged) -> Option<Merged> {
        let merged = self.held.try_update_value(|held| {
            let merged = change(&mut held.history);
            held.show();
            merged
        })?;
        let (order, more, progress) =
            self.held.with_value(|held| (held.order(), held.history.next().is_some(), held.progress()));
        if self.order.get_untracked() != order {
            self.order.set(order);
        }
        self.more.set(more);
        self.progress.set(progress);
        Some(merged)
    }

    fn shown(self, id: EmailId) -> Option<Shown> {
        self.held.with_value(|held| held.shown(id))
    }

    fn pulse(self, ids: &[EmailId]) {
        for shown in ids.iter().filter_map(|id| self.shown(*id)) {
            shown.pulse();
        }
    }

    fn rows(self) -> u32 {
        let rows = self.held.try_with_value(|held| held.history.rows().len()).unwrap_or_default();
        u32::try_from(rows).unwrap_or(u32::MAX)
    }
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
        let Some(Some(after)) = list.held.try_with_value(|held| held.history.next()) else { return };
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
                    announcer.say(format!("{} emails shown", list.progress.get_untracked()));
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
    let some = Memo::new(move |_| !list.order.get().is_empty());
    let rows = move || {
        if !some.get() {
            return view! { <NothingSent /> }.into_any();
        }
        view! {
            <section class="card" aria-label="Emails">
                <ol class="mails">
                    {keyed(move || list.order.get(), row)}
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
            progress=list.progress
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
            let (rows, whole) = match message {
                ServerMessage::Snapshot { topic, rows } if *topic == Topic::Contact(contact) => (rows, true),
                ServerMessage::Changed { topic, rows, .. } if *topic == Topic::Contact(contact) => (rows, false),
                _ => return,
            };
            let total = rows.iter().find_map(|row| if let Row::Contact(row) = row { Some(row.emails) } else { None });
            let emails = rows.iter().filter_map(|row| if let Row::Email(row) = row { Some(row.clone()) } else { None });
            let merged = list.merge(|history| {
                let total = total.unwrap_or(history.total());
                let mut merged = Merged::default();
                if whole {
                    merged = history.snapshot(emails.collect(), total);
                } else {
                    for row in emails {
                        let Merged { added, changed } = history.upsert(row);
                        merged.added.extend(added);
                        merged.changed.extend(changed);
                    }
                }
                history.count(total);
                merged
            });
            let Some(merged) = merged else { return };
            list.pulse(&merged.added);
            list.pulse(&merged.changed);
            if let Some(sentence) = list.held.with_value(|held| spoken(&held.history, &merged)) {
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
                <StatusBadge id=format!("email-{id}-why") state=move || state.get() fresh=shown.fresh />
                <span class="fine">{first.kind.label()}</span>
            </div>
            {changing(move || story(state.get()).map(|(word, reason)| view! {
                <div class="story">
                    <div><b>{word}</b><q>{reason}</q></div>
                </div>
            }))}
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
