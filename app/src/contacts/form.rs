//! One contact: who it is, whether mail to them is refused, and the tabs Details, Events and Emails.

use leptos::prelude::*;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::{use_location, use_params_map};

use super::{ContactHeader, LoadContactHeader};
use crate::domain::ids::ContactId;
use crate::domain::suppression::SuppressionCause;
use crate::error::AppError;
use crate::live::{Extent, Live, LiveCell, LiveList, Topic, Update};
use crate::paths;
use crate::ui::{Avatar, ErrorNotice, InlineError, Notice, NoticeKind, PageTitle, dotted, dynamic, query_view};
use crate::wire::Query;

/// The contact that the address names. Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
pub(super) fn contact_of_route() -> Memo<ContactId> {
    let params = use_params_map();
    Memo::new(move |_| {
        params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()).unwrap_or(ContactId(0)))
    })
}

/// Reads the header again, after a tab changed what it shows.
#[derive(Clone, Copy)]
pub(super) struct HeaderReload(Query<LoadContactHeader>);

impl HeaderReload {
    pub(super) fn expect() -> Self {
        expect_context()
    }

    pub(super) fn reload(self) {
        self.0.refetch();
    }
}

#[component]
pub fn Contact() -> impl IntoView {
    let contact = contact_of_route();
    let header = Query::new(move || LoadContactHeader { contact: contact.get() });
    provide_context(HeaderReload(header));
    view! {
        {query_view(header, 3, |answer| match answer {
            Ok((_, header)) => view! { <Head header /> }.into_any(),
            Err(error) => view! { <PageTitle text=|| "Contact".into() /> <ErrorNotice error /> }.into_any(),
        })}
        <Outlet />
    }
}

/// What failed in a tab. The head above already says when the contact is not there or the session ended.
#[component]
pub(super) fn TabError(error: AppError) -> impl IntoView {
    let said_above = matches!(error, AppError::NotFound | AppError::Unauthenticated);
    (!said_above).then(|| view! { <InlineError title="This could not be loaded." error /> }.into_any())
}

/// Follows the contact live: counts, address and block.
#[component]
fn Head(header: ContactHeader) -> impl IntoView {
    let contact = header.id;
    let (state, header) = LiveList::one(header);
    let on_update = move |update: &Update| drop(state.update(update, Extent::Whole));
    Live::expect().subscribe(move || Some(Topic::Contact(contact)), || 0, on_update);
    let header = StoredValue::new(header);
    let header = move || header.with_value(LiveCell::get);
    let name = Memo::new(move |_| header().name);
    let path = use_location().pathname;
    let tab = move || Tab::of(&path.get());
    view! {
        <PageTitle text=move || format!("{} · {}", name.get(), tab().label()) />
        <div class="head">
            {dynamic(move || view! { <Avatar name=name.get() large=true /> })}
            <div>
                <a class="back" href=paths::CONTACTS>"Contacts"</a>
                <h1>{move || name.get()}</h1>
                <p class="fine">{move || line(&header())}</p>
            </div>
        </div>
        {dynamic(move || blocked(&header(), tab()))}
        <nav class="tabs" aria-label="Contact">
            <A href=paths::contact(contact) exact=true>"Details"</A>
            <A href=paths::contact_events(contact)>
                "Events " <span class="count">{move || header().events.to_string()}</span>
            </A>
            <A href=paths::contact_emails(contact)>
                "Emails " <span class="count">{move || header().emails.to_string()}</span>
            </A>
        </nav>
    }
    .into_any()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Details,
    Events,
    Emails,
}

impl Tab {
    fn of(path: &str) -> Self {
        match path.trim_end_matches('/').rsplit('/').next() {
            Some("events") => Self::Events,
            Some("emails") => Self::Emails,
            _ => Self::Details,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Details => "Details",
            Self::Events => "Events",
            Self::Emails => "Emails",
        }
    }
}

/// "Band leader · Ferreira Quartet · luis@example.com"
fn line(header: &ContactHeader) -> String {
    let address = header.address.as_deref().unwrap_or("No address");
    dotted(&[&header.role, &header.organisation, address])
}

/// Why mail to the contact is refused, and what to do.
fn blocked(header: &ContactHeader, tab: Tab) -> Option<AnyView> {
    let cause = header.blocked?;
    let address = header.address.clone().unwrap_or_default();
    let way_on = match tab {
        Tab::Details => view! { "Fix the spelling below and save: that is all it takes to send again." }.into_any(),
        _ => view! {
            <a class="text" href=paths::contact(header.id)>"Fix the spelling in Details"</a>
            " and save: that is all it takes to send again."
        }
        .into_any(),
    };
    Some(
        view! {
            <Notice kind=NoticeKind::Warning>
                <p><b>{address}</b> " " {why_refused(cause)} " " {way_on}</p>
            </Notice>
        }
        .into_any(),
    )
}

/// Goes on after the address itself.
const fn why_refused(cause: SuppressionCause) -> &'static str {
    match cause {
        SuppressionCause::Bounce => "bounced, so mail to it is refused.",
        SuppressionCause::Complaint => {
            "reported an earlier mail as spam, so mail to it is refused. Ask for another address if this one is right."
        }
        SuppressionCause::ProviderSuppressed => "is refused by the mail provider.",
        SuppressionCause::Manual => {
            "is on the list of blocked addresses. Ask for another address if this one is right."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tab;

    #[test]
    fn the_tab_follows_from_the_path() {
        assert_eq!(Tab::of("/contacts/7"), Tab::Details);
        assert_eq!(Tab::of("/contacts/7/"), Tab::Details);
        assert_eq!(Tab::of("/contacts/7/events"), Tab::Events);
        assert_eq!(Tab::of("/contacts/7/emails/"), Tab::Emails);
    }
}
