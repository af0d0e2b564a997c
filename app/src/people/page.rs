//! Puts people on an event: contacts by a search, new ones in place, several at once by pasting. It stays open for the next
//! one, and whoever was just added can be taken off again.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::new_people::NewPeople;
use super::{AddPerson, LoadPeople, PeoplePage, PersonRow, add_person};
use crate::contacts::SearchField;
use crate::domain::ids::EventId;
use crate::error::AppError;
use crate::lazy_screens::lazy_screens;
use crate::live::{Gone, Live, RowId, Topic, Update};
use crate::paths;
use crate::plain_form::PostForm;
use crate::planner::{RemoveCrew, RestoreCrew, remove_crew, restore_crew};
use crate::ui::{Announcer, Avatar, ErrorNotice, PageTitle, dynamic, focus_soon, query_view};
use crate::wire::Query;

lazy_screens! { contacts_screens, preload_people_screens, PeopleScreen: PeopleRoute => People }

/// Where the keyboard is after somebody was added: at the next one.
const SEARCH: &str = "search-people";

#[component]
fn People() -> impl IntoView {
    let params = use_params_map();
    // Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
    let event = Memo::new(move |_| {
        params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()).unwrap_or(EventId(0)))
    });
    let query = use_query_map();
    let question = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default().trim().to_owned()));
    let people = Query::new(move || LoadPeople { event: event.get(), search: question.get() });
    follow(event, people);
    // The frame tells of a post that was refused.
    let problem = RwSignal::new(None::<String>);
    let change = Change { people, problem, working: RwSignal::new(false), announcer: Announcer::expect() };
    view! {
        <PageTitle text=|| "Add people".into() />
        <div class="head">
            <div>
                <a class="back" href=move || paths::planner(event.get())>"Back to the event"</a>
                <h1>"Add people"</h1>
            </div>
        </div>
        {dynamic(move || {
            let action = paths::people(event.get());
            view! { <SearchField action id=SEARCH label="Search your contacts" question /> }.into_any()
        })}
        {dynamic(move || problem.get().map(|sentence| view! { <p class="error" role="alert">{sentence}</p> }.into_any()))}
        {query_view(people, 6, move |answer| match answer {
            Ok((LoadPeople { search, .. }, page)) => shown(&search, page, change),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
        {dynamic(move || view! { <NewPeople event=event.get() /> }.into_any())}
    }
}

/// Reads the page anew when somebody is put on the event or taken off elsewhere.
fn follow(event: Memo<EventId>, people: Query<LoadPeople>) {
    let known = RefCell::new(None::<Vec<RowId>>);
    let on_update = move |update: &Update| {
        let before = known.take();
        let told: Vec<_> = update.rows.iter().map(|row| row.id()).collect();
        let now = people_after(before.as_deref().unwrap_or_default(), update.is_snapshot, &told, &update.gone);
        // The page came with what the first snapshot holds.
        if before.is_some_and(|before| before != now) {
            people.refetch();
        }
        known.replace(Some(now));
    };
    Live::expect().subscribe(move || Some(Topic::Event(event.get())), || 0, on_update);
}

/// Who is on the event after an update.
fn people_after(before: &[RowId], is_snapshot: bool, told: &[RowId], gone: &[Gone]) -> Vec<RowId> {
    let is_gone = |id: &RowId| gone.iter().any(|gone| gone.id == *id);
    let stay = before.iter().filter(|id| !is_snapshot && !is_gone(id));
    let told = told.iter().filter(|id| matches!(id, RowId::Crew(_)));
    stay.chain(told).copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Something is changed on the server, and the page read anew.
#[derive(Clone, Copy)]
struct Change {
    people: Query<LoadPeople>,
    problem: RwSignal<Option<String>>,
    working: RwSignal<bool>,
    announcer: Announcer,
}

impl Change {
    /// `said` is what those hear who do not see it.
    fn run(self, said: String, change: Pin<Box<dyn Future<Output = Result<(), AppError>>>>) {
        if self.working.get_untracked() {
            return;
        }
        self.working.set(true);
        spawn_local(async move {
            let answer = change.await;
            self.working.try_set(false);
            match answer {
                Ok(()) => {
                    self.problem.try_set(None);
                    self.announcer.say(said);
                    self.people.refetch();
                    focus_soon(SEARCH);
                }
                Err(error) => drop(self.problem.try_set(Some(error.to_string()))),
            }
        });
    }
}

fn shown(search: &str, page: PeoplePage, change: Change) -> AnyView {
    let PeoplePage { event, name, people, found, more, recent, removed } = page;
    let here =
        if search.is_empty() { paths::people(event) } else { format!("{}{}", paths::people(event), query_of(search)) };
    let nobody = found.is_empty().then(|| {
        let sentence = if search.is_empty() {
            "You have no contacts yet. Add the first one below."
        } else {
            "No contact matches. Try fewer letters, or add them below as a new contact."
        };
        view! { <p class="body" role="status">{sentence}</p> }.into_any()
    });
    let offered = {
        let here = here.clone();
        rows(found, move |row| {
            if row.crew.is_some() {
                return view! { <span class="fine">"on this event"</span> }.into_any();
            }
            let contact = row.contact;
            let said = format!("{} is on the event", row.name);
            let form = PostForm::of::<AddPerson>(here.clone())
                .with("event", event.to_string())
                .with("contact", contact.to_string());
            let submit = move || {
                change.run(said.clone(), Box::pin(async move { add_person(event, contact).await.map(drop) }));
            };
            form.view(submit, button("Add", &row.name))
        })
    };
    let taken_off = {
        let here = here.clone();
        move |row: &PersonRow| {
            let Some(crew) = row.crew else { return ().into_any() };
            let said = format!("{} is off the event", row.name);
            let form = PostForm::of::<RemoveCrew>(here.clone()).with("crew", crew.to_string());
            form.view(move || change.run(said.clone(), Box::pin(remove_crew(crew))), button("Take off", &row.name))
        }
    };
    let brought_back = move |row: &PersonRow| {
        let Some(crew) = row.crew else { return ().into_any() };
        let said = format!("{} is on the event again", row.name);
        let form = PostForm::of::<RestoreCrew>(here.clone()).with("crew", crew.to_string());
        let submit = move || {
            change.run(said.clone(), Box::pin(async move { restore_crew(crew).await.map(drop) }));
        };
        form.view(submit, button("Bring back", &row.name))
    };
    let some_recent = !recent.is_empty();
    let some_removed = !removed.is_empty();
    view! {
        <section class="card" aria-label="Contacts">
            {nobody}
            {offered}
            {more.then(|| view! { <p class="body fine">"More contacts match. Type more letters to find them."</p> }.into_any())}
        </section>
        <section class="card" aria-labelledby="recent">
            <header>
                <h2 id="recent">{name}</h2>
                <span class="fine">{people}</span>
            </header>
            {some_recent.then(|| view! { <p class="body fine">"Added last:"</p> }.into_any())}
            {rows(recent, taken_off)}
        </section>
        {some_removed.then(|| view! {
            <details class="accordion card">
                <summary>
                    <h2>"Recently deleted"</h2>
                    <span class="fine">"kept for 30 days"</span>
                </summary>
                {rows(removed, brought_back)}
            </details>
        }
        .into_any())}
    }
    .into_any()
}

fn query_of(search: &str) -> String {
    let mut query = leptos_router::params::ParamsMap::new();
    query.insert("q", search.to_owned());
    query.to_query_string()
}

fn rows(people: Vec<PersonRow>, action: impl Fn(&PersonRow) -> AnyView) -> AnyView {
    if people.is_empty() {
        return ().into_any();
    }
    let rows = people
        .into_iter()
        .map(|row| {
            let action = action(&row);
            view! {
                <li>
                    <Avatar name=row.name.clone() />
                    <span>
                        <a class="name" href=paths::contact(row.contact)>{row.name}</a>
                        <span class="fine">{row.details}</span>
                    </span>
                    {action}
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! { <ul class="people">{rows}</ul> }.into_any()
}

/// Each says whom it is about, for those who hear one after the other.
fn button(label: &'static str, name: &str) -> AnyView {
    let name = format!(" {name}");
    view! { <button class="button">{label} <span class="visually-hidden">{name}</span></button> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{CrewId, ItemId};

    #[test]
    fn only_who_is_put_on_or_taken_off_makes_a_difference() {
        let people = |ids: &[i64]| ids.iter().map(|id| RowId::Crew(CrewId(*id))).collect::<Vec<_>>();
        let before = people(&[1, 2]);
        let gone = |id| [Gone { id, revision: 9 }];
        let after = |told: &[RowId], gone: &[Gone]| people_after(&before, false, told, gone);
        assert_eq!(after(&people(&[2]), &[]), before, "a badge that flips");
        assert_eq!(after(&[RowId::Item(ItemId(3))], &gone(RowId::Item(ItemId(1)))), before, "an item");
        assert_eq!(after(&people(&[3]), &[]), people(&[1, 2, 3]));
        assert_eq!(after(&[], &gone(before[0])), people(&[2]));
        assert_eq!(people_after(&before, true, &people(&[4, 2]), &[]), people(&[2, 4]));
    }
}
