//! Who is on the event, to be ticked off at the door; with their answers while the event collects them. Never an address.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Printed;
use super::frame::{choice, paper};
use crate::domain::rsvp::Rsvp;
use crate::paths::{self, Paper};
use crate::planner::{CrewRow, PlannerPage};
use crate::ui::dotted;

#[component]
pub fn PeopleListPage() -> impl IntoView {
    let with_notes = use_query_map().with_untracked(|query| query.get(paths::NOTES).is_some());
    paper(Paper::People, move |Printed { page, .. }| list(page, with_notes))
}

fn list(PlannerPage { event, crew, .. }: PlannerPage, with_notes: bool) -> AnyView {
    if crew.is_empty() {
        return view! { <p>"Nobody is on this event yet."</p> }.into_any();
    }
    let asks = event.rsvp;
    let count = |rsvp| crew.iter().filter(|row| row.rsvp == rsvp).count();
    let people = if crew.len() == 1 { "1 person".into() } else { format!("{} people", crew.len()) };
    let counts = if asks {
        let [coming, declined, silent] = [Rsvp::Accepted, Rsvp::Declined, Rsvp::NoReply].map(count);
        dotted(&[&people, &format!("{coming} in"), &format!("{declined} out"), &format!("{silent} not replied")])
    } else {
        people
    };
    let is_noted = crew.iter().any(|row| row.answer.as_ref().is_some_and(|answer| !answer.note.is_empty()));
    let notes = (asks && is_noted).then(|| {
        let plain = paths::paper(event.id, Paper::People);
        if with_notes {
            choice("With what people wrote to you.".into(), plain, "Leave it out")
        } else {
            let href = format!("{plain}?{}", paths::NOTES);
            choice("Without what people wrote to you.".into(), href, "Print it too")
        }
    });
    let columns = Columns { answers: asks, notes: asks && is_noted && with_notes };
    let rows: Vec<_> = crew.iter().map(|person| row(person, columns)).collect();
    view! {
        <p>{counts}</p>
        {notes}
        <table>
            <caption class="visually-hidden">"The people of the event"</caption>
            <thead>
                <tr>
                    <th scope="col" class="tick"><span class="visually-hidden">"Here"</span></th>
                    <th scope="col">"Name"</th>
                    <th scope="col" class="side">"Role"</th>
                    {columns.answers.then(|| view! { <th scope="col" class="side">"Answer"</th> }.into_any())}
                    {columns.notes.then(|| view! { <th scope="col" class="note">"Note"</th> }.into_any())}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// Which columns there are besides name and role.
#[derive(Clone, Copy)]
struct Columns {
    answers: bool,
    notes: bool,
}

fn row(person: &CrewRow, columns: Columns) -> AnyView {
    let answer = columns.answers.then(|| view! { <td>{person.rsvp.label()}</td> }.into_any());
    let note = columns.notes.then(|| {
        let note = person.answer.as_ref().map(|answer| answer.note.clone());
        view! { <td class="details">{note}</td> }.into_any()
    });
    view! {
        <tr>
            <td class="tick" aria-hidden="true"></td>
            <th scope="row">{person.name.clone()}</th>
            <td>{person.role.clone()}</td>
            {answer}
            {note}
        </tr>
    }
    .into_any()
}
