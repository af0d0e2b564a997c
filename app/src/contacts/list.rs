//! The address book: everybody by name, or those a search finds.
//!
//! The question is in the address (`?q=`), so it survives a reload and works as a plain form.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::search_field::SearchField;
use super::{ContactPage, ContactRow, LoadContacts, load_contacts};
use crate::lazy_screens::lazy_screens;
use crate::live::{LiveList, Order, PagedCard, Place};
use crate::paths;
use crate::ui::{Avatar, ErrorNotice, PageTitle, dotted, query_view};
use crate::wire::Query;

lazy_screens! { contacts_screens, preload_contacts_screens, ContactsScreen: CONTACTS_SCREEN => Contacts }

#[component]
fn Contacts() -> impl IntoView {
    let query = use_query_map();
    let question = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default().trim().to_owned()));
    let contacts = Query::new(move || LoadContacts { search: question.get(), after: None });
    view! {
        <PageTitle text=|| "Contacts".into() />
        <div class="head">
            <div>
                <h1>"Contacts"</h1>
            </div>
            <div class="end">
                <a class="button" data-kind="primary" href=paths::NEW_CONTACT>"New contact"</a>
            </div>
        </div>
        <SearchField action=paths::CONTACTS.into() id="search" label="Search contacts" question />
        {query_view(contacts, 6, |answer| match answer {
            Ok((LoadContacts { search, .. }, page)) if page.rows.is_empty() => {
                view! { <Nobody question=search /> }.into_any()
            }
            Ok((LoadContacts { search, .. }, page)) => view! { <ContactRows question=search page /> }.into_any(),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

#[component]
fn Nobody(question: String) -> impl IntoView {
    if question.is_empty() {
        view! {
            <section class="card">
                <div class="empty">
                    <h2>"No contacts yet"</h2>
                    <p>"Add the people you put on events: crew, vendors, guests."</p>
                    <a class="button" data-kind="primary" href=paths::NEW_CONTACT>"New contact"</a>
                </div>
            </section>
        }
        .into_any()
    } else {
        view! {
            <section class="card">
                <div class="empty" role="status">
                    <h2>"Nobody matches “" {question} "”"</h2>
                    <p>"Each word must begin a name, a business or an address. Try fewer letters, or add a new contact."</p>
                    <div class="cluster">
                        <a class="button" href=paths::CONTACTS>"Show everybody"</a>
                        <a class="button" data-kind="plain" href=paths::NEW_CONTACT>"New contact"</a>
                    </div>
                </div>
            </section>
        }
        .into_any()
    }
}

/// The rows of one question. Another question gets rows of its own.
#[component]
fn ContactRows(question: String, page: ContactPage) -> impl IntoView {
    let list = LiveList::new(Order::LowestFirst, page.rows, page.next.map(Place::from));
    let ask = move |after: Place| {
        let question = question.clone();
        async move { load_contacts(question, Some(after.into())).await.map(|page| (page.rows, page.next.map(Place::from))) }
    };
    let row = |row| view! { <Row row /> }.into_any();
    view! { <PagedCard label="Contacts" list row ask element=row_id noun="contacts" /> }.into_any()
}

fn row_id(contact: i64) -> String {
    format!("contact-{contact}")
}

#[component]
fn Row(row: ContactRow) -> impl IntoView {
    let id = row_id(row.id.0);
    let what = dotted(&[&row.role, &row.organisation]);
    view! {
        <li>
            <a class="row-link" id=id href=paths::contact(row.id)>
                <Avatar name=row.name.clone() />
                <span class="name">{row.name}</span>
                {(!what.is_empty()).then(|| view! { <span class="secondary">{what}</span> }.into_any())}
                <span class="meta">{row.address.unwrap_or_else(|| "No address".into())}</span>
                <span class="counts">
                    {row.blocked.map(|_| view! { <span class="badge" data-status="bounced">"blocked"</span> }.into_any())}
                    <span><b>{row.emails.to_string()}</b> {if row.emails == 1 { " email" } else { " emails" }}</span>
                </span>
            </a>
        </li>
    }
    .into_any()
}
