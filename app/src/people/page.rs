//! Puts people on an event: contacts by a search, new ones in place, several at once by pasting. It stays open for the next
//! one, and whoever was just added can be taken off again.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::following::Following;
use super::new_people::NewPeople;
use super::{AddPerson, LoadPeople, PeoplePage, PersonRow, add_person, load_people};
use crate::contacts::SearchField;
use crate::domain::ids::EventId;
use crate::error::AppError;
use crate::lazy_screens::lazy_screens;
use crate::live::{Live, Topic, Update};
use crate::paths;
use crate::plain_form::PostForm;
use crate::planner::{RemoveCrew, RestoreCrew, remove_crew, restore_crew};
use crate::ui::{Announcer, Avatar, ErrorNotice, PageTitle, dynamic, focus_soon, for_each_id, keep_focus, query_view};
use crate::wire::Query;

lazy_screens! { contacts_screens, preload_people_screens, PeopleScreen: PEOPLE_SCREEN => People }

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
    // The frame tells of a post that was refused.
    let problem = RwSignal::new(None::<String>);
    let screen = Screen {
        shown: RwSignal::new(None),
        following: StoredValue::new(Following::default()),
        problem,
        announcer: Announcer::expect(),
    };
    screen.follow(event);
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
            Ok((LoadPeople { search, .. }, page)) => {
                screen.show(Shown { search, page });
                lists(screen)
            }
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
        {dynamic(move || view! { <NewPeople event=event.get() /> }.into_any())}
    }
}

/// What is shown, and what changes it. Owned by the whole screen: a list stays until the answer to another search is there.
#[derive(Clone, Copy)]
struct Screen {
    /// `None` before the first answer.
    shown: RwSignal<Option<Shown>>,
    following: StoredValue<Following>,
    problem: RwSignal<Option<String>>,
    announcer: Announcer,
}

/// The page as it was last read.
struct Shown {
    search: String,
    page: PeoplePage,
}

impl Shown {
    fn path(&self) -> String {
        let path = paths::people(self.page.event);
        if self.search.is_empty() { path } else { format!("{path}{}", query_of(&self.search)) }
    }
}

impl Screen {
    /// Returns what `of` makes of the page; tracked.
    fn with<T: Default>(self, of: impl FnOnce(&PeoplePage) -> T) -> T {
        self.shown.with(|shown| shown.as_ref().map(|shown| of(&shown.page))).unwrap_or_default()
    }

    /// A form on this page.
    fn form<F: ServerFn>(self) -> PostForm {
        PostForm::of::<F>(self.shown.with(|shown| shown.as_ref().map(Shown::path)).unwrap_or_default())
    }

    /// Takes in the answer to a search, before it is drawn. What is on the screen by then is about to go, and not told.
    fn show(self, new: Shown) {
        self.shown.try_update_untracked(|shown| *shown = Some(new));
        self.following.try_update_value(|following| following.news = true);
        self.check();
    }

    /// Reads the page anew when somebody is put on the event or taken off elsewhere.
    fn follow(self, event: Memo<EventId>) {
        let on_update = move |update: &Update| {
            self.following.try_update_value(|following| following.hear(update));
            self.check();
        };
        Live::expect().subscribe(move || Some(Topic::Event(event.get())), || 0, on_update);
    }

    /// Reads the page anew if somebody came or went whom it does not show so.
    fn check(self) {
        let is_behind = self.shown.try_with_untracked(|shown| {
            let page = &shown.as_ref()?.page;
            self.following.try_update_value(|following| following.is_behind(page))
        });
        if is_behind.flatten() == Some(true) {
            self.read();
        }
    }

    fn read(self) {
        let asked =
            self.shown.try_with_untracked(|shown| shown.as_ref().map(|shown| (shown.page.event, shown.search.clone())));
        let Some((event, search)) = asked.flatten() else { return };
        let Some(read) = self.following.try_update_value(Following::begin_read) else { return };
        spawn_local(async move {
            let answer = load_people(event, search.clone()).await;
            if self.following.try_update_value(|following| following.end_read(read)) != Some(true) {
                return;
            }
            match answer {
                Ok(page) => self.merge(Shown { search, page }),
                Err(error) => {
                    self.problem.try_set(Some(error.to_string()));
                }
            }
            self.check();
        });
    }

    /// Takes in the page as it was read anew, unless another search was answered meanwhile.
    fn merge(self, new: Shown) {
        let is_same = self.shown.try_with_untracked(|shown| {
            shown.as_ref().is_some_and(|shown| shown.page.event == new.page.event && shown.search == new.search)
        });
        if is_same == Some(true) {
            keep_focus();
            self.shown.try_set(Some(new));
        }
    }

    /// Changes something on the server, and reads the page anew. `said` is what those hear who do not see it.
    fn run(self, said: String, change: Pin<Box<dyn Future<Output = Result<(), AppError>>>>) {
        let begin = |following: &mut Following| std::mem::replace(&mut following.working, true);
        if self.following.try_update_value(begin) != Some(false) {
            return;
        }
        spawn_local(async move {
            let answer = change.await;
            self.following.try_update_value(|following| following.working = false);
            match answer {
                Ok(()) => {
                    self.problem.try_set(None);
                    self.announcer.say(said);
                    self.read();
                    focus_soon(SEARCH);
                }
                Err(error) => {
                    self.problem.try_set(Some(error.to_string()));
                    self.check();
                }
            }
        });
    }
}

fn lists(screen: Screen) -> AnyView {
    // Not owned by this view, which is drawn anew while the old one still stands.
    let some_removed = ArcMemo::new(move |_| screen.with(|page| !page.removed.is_empty()));
    let nobody = move || {
        let found_nobody = |shown: &Shown| shown.page.found.is_empty().then_some(shown.search.is_empty());
        let searched_all = screen.shown.with(|shown| shown.as_ref().and_then(found_nobody));
        searched_all.map(|all| {
            let sentence = if all {
                "You have no contacts yet. Add the first one below."
            } else {
                "No contact matches. Try fewer letters, or add them below as a new contact."
            };
            view! { <p class="body" role="status">{sentence}</p> }.into_any()
        })
    };
    let more = move || {
        let more = screen.with(|page| page.more);
        more.then(|| {
            view! { <p class="body fine">"More contacts match. Type more letters to find them."</p> }.into_any()
        })
    };
    let added_last = move || {
        let some = screen.with(|page| !page.recent.is_empty());
        some.then(|| view! { <p class="body fine">"Added last:"</p> }.into_any())
    };
    let removed = move || {
        some_removed.get().then(|| {
            view! {
                <details class="accordion card">
                    <summary>
                        <h2>"Recently deleted"</h2>
                        <span class="fine">"kept for 30 days"</span>
                    </summary>
                    {rows(screen, |page| page.removed.as_slice(), brought_back)}
                </details>
            }
            .into_any()
        })
    };
    view! {
        <section class="card" aria-label="Contacts">
            {dynamic(nobody)}
            {rows(screen, |page| page.found.as_slice(), offered)}
            {dynamic(more)}
        </section>
        <section class="card" aria-labelledby="recent">
            <header>
                <h2 id="recent">{dynamic(move || screen.with(|page| page.name.clone()))}</h2>
                <span class="fine">{dynamic(move || screen.with(|page| page.people.clone()))}</span>
            </header>
            {dynamic(added_last)}
            {rows(screen, |page| page.recent.as_slice(), taken_off)}
        </section>
        {dynamic(removed)}
    }
    .into_any()
}

fn offered(screen: Screen, row: &PersonRow) -> AnyView {
    if row.crew.is_some() {
        return view! { <span class="fine">"on this event"</span> }.into_any();
    }
    let Some(event) = screen.with(|page| Some(page.event)) else { return ().into_any() };
    let contact = row.contact;
    let said = format!("{} is on the event", row.name);
    let form = screen.form::<AddPerson>().with("event", event.to_string()).with("contact", contact.to_string());
    let submit = move || {
        screen.run(said.clone(), Box::pin(async move { add_person(event, contact).await.map(drop) }));
    };
    form.view(submit, button("Add", &row.name))
}

fn taken_off(screen: Screen, row: &PersonRow) -> AnyView {
    let Some(crew) = row.crew else { return ().into_any() };
    let said = format!("{} is off the event", row.name);
    let form = screen.form::<RemoveCrew>().with("crew", crew.to_string());
    form.view(move || screen.run(said.clone(), Box::pin(remove_crew(crew))), button("Take off", &row.name))
}

fn brought_back(screen: Screen, row: &PersonRow) -> AnyView {
    let Some(crew) = row.crew else { return ().into_any() };
    let said = format!("{} is on the event again", row.name);
    let form = screen.form::<RestoreCrew>().with("crew", crew.to_string());
    let submit = move || {
        screen.run(said.clone(), Box::pin(async move { restore_crew(crew).await.map(drop) }));
    };
    form.view(submit, button("Bring back", &row.name))
}

fn query_of(search: &str) -> String {
    let mut query = leptos_router::params::ParamsMap::new();
    query.insert("q", search.to_owned());
    query.to_query_string()
}

/// Draws one of the page's lists. A row is one person's for as long as it is there: whoever comes or goes, the button that has
/// the focus still does what it says.
fn rows(screen: Screen, list: fn(&PeoplePage) -> &[PersonRow], action: fn(Screen, &PersonRow) -> AnyView) -> AnyView {
    let row = move |contact: i64| {
        dynamic(move || {
            let row = screen.with(|page| list(page).iter().find(|row| row.contact.0 == contact).cloned());
            row.map(|row| {
                let action = action(screen, &row);
                person(row, action)
            })
        })
    };
    let rows = for_each_id(move || screen.with(|page| list(page).iter().map(|row| row.contact.0).collect()), row);
    view! { <ul class="people" hidden=move || screen.with(|page| list(page).is_empty())>{rows}</ul> }.into_any()
}

fn person(row: PersonRow, action: AnyView) -> AnyView {
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
}

/// Each says whom it is about, for those who hear one after the other.
fn button(label: &'static str, name: &str) -> AnyView {
    let name = format!(" {name}");
    view! { <button class="button">{label} <span class="visually-hidden">{name}</span></button> }.into_any()
}
