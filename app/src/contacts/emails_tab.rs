//! The history of every tracked email to a contact: newest first, 25 at a time, live.

use leptos::prelude::*;

use super::ContactHeader;
use super::form::{TabError, contact_of_route};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::ids::ContactId;
use crate::emails::{BadgeState, EmailPage, EmailRow, LoadContactEmails, PAGE_ROWS, StatusBadge, load_contact_emails};
use crate::live::{Extent, Live, LiveCell, LiveList, MorePages, Order, Place, Topic, Update};
use crate::paths;
use crate::ui::{Announcer, When, dynamic, query_view};
use crate::wire::Query;

#[component]
pub fn Emails() -> impl IntoView {
    let contact = contact_of_route();
    let emails = Query::new(move || LoadContactEmails { contact: contact.get(), after: None });
    query_view(emails, 6, |answer| match answer {
        Ok((LoadContactEmails { contact, .. }, page)) => view! { <Mails contact page /> }.into_any(),
        Err(error) => view! { <TabError error /> }.into_any(),
    })
}

#[component]
fn Mails(contact: ContactId, page: EmailPage) -> impl IntoView {
    let today = page.today;
    let list = LiveList::new(Order::HighestFirst, page.rows, page.next.map(Place::from));
    // Empty until the live channel tells; until then the page's count holds.
    let head = LiveList::<ContactHeader>::whole(Vec::new());
    let total = move || head.first().map_or(page.total, |head| head.with(|head| head.emails));
    follow(contact, list, head);
    let some = Memo::new(move |_| !list.is_empty());
    let rows = move || {
        if !some.get() {
            return view! { <NothingSent /> }.into_any();
        }
        let today = today.clone();
        let row = move |row| view! { <Mail row today=today.clone() /> }.into_any();
        view! {
            <section class="card" aria-label="Emails">
                <ol class="mails">{list.view(row)}</ol>
            </section>
        }
        .into_any()
    };
    let ask = move |after: Place| async move {
        let page = load_contact_emails(contact, Some(after.into())).await?;
        Ok((page.rows, page.next.map(Place::from)))
    };
    view! {
        {dynamic(rows)}
        <MorePages list ask element=row_id noun="emails" total=Signal::derive(total) />
    }
    .into_any()
}

/// Takes in what the live channel says about this contact.
fn follow(contact: ContactId, list: LiveList<EmailRow>, head: LiveList<ContactHeader>) {
    let announcer = Announcer::expect();
    // A page more than is shown, so that what is new after a gap leaves no shown row out of the snapshot.
    let rows = move || u32::try_from(list.len_untracked()).unwrap_or(u32::MAX).saturating_add(PAGE_ROWS);
    let on_update = move |update: &Update| {
        head.update(update, Extent::Whole);
        let noticed = list.update(update, extent(update));
        if let Some(sentence) = spoken(&noticed) {
            announcer.say(sentence);
        }
    };
    Live::expect().subscribe(move || Some(Topic::Contact(contact)), rows, on_update);
}

/// Whether a snapshot holds all emails of the contact.
fn extent(update: &Update) -> Extent {
    let held = update.rows_of::<EmailRow>().count() as u64;
    let all = update.rows_of::<ContactHeader>().all(|head| head.emails <= held);
    if all { Extent::Whole } else { Extent::Beginning }
}

/// What changed, for those who hear it.
fn spoken(noticed: &[LiveCell<EmailRow>]) -> Option<String> {
    match noticed {
        [] => None,
        [row] => Some(row.with_untracked(|row| format!("{}: {}", BadgeState::from(row).word(), row.subject))),
        many => Some(format!("{} emails changed", many.len())),
    }
}

fn row_id(email: i64) -> String {
    format!("email-{email}")
}

#[component]
fn NothingSent() -> impl IntoView {
    view! {
        <section class="card">
            <div class="empty">
                <h2>"No emails yet"</h2>
                <p>"Share links and RSVP invites appear here once you send them from an event’s run of show."</p>
                <a class="button" href=paths::EVENTS>"Go to your events"</a>
            </div>
        </section>
    }
}

/// One email: when, what, for which event, to which address, and how it fared.
#[component]
fn Mail(row: LiveCell<EmailRow>, today: String) -> impl IntoView {
    let EmailRow { id, event, subject, recipient, sent_at, kind, .. } = row.get_untracked();
    let fresh = row.fresh();
    let state = Memo::new(move |_| row.with(|row| BadgeState::from(row)));
    let event = match event.id {
        Some(id) => view! { <a class="text" href=paths::planner(id)>{event.name}</a> }.into_any(),
        None => view! { <span>{event.name}</span> }.into_any(),
    };
    view! {
        <li id=row_id(id.0) tabindex="-1">
            <When moment=sent_at today />
            <div>
                <span class="subject">{subject}</span>
                <p class="fine">{event} " · to " {recipient}</p>
            </div>
            <div class="end">
                <StatusBadge id=format!("email-{id}-why") state=move || state.get() fresh />
                <span class="fine">{kind.label()}</span>
            </div>
            {dynamic(move || story(state.get()).map(|(word, reason)| view! {
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
    state.reason.filter(|_| state.status.is_some_and(DeliveryStatus::needs_attention)).map(|reason| (word, reason))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::domain::cursor::TimeCursor;
    use crate::domain::email_kind::EmailKind;
    use crate::domain::ids::{EmailId, EventId};
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
