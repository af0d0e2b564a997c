//! The run of show as a table, day by day. Private items are left out unless asked for: paper is passed on.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Printed;
use super::frame::{choice, paper};
use crate::paths::{self, Paper};
use crate::planner::{PlannerPage, TimelineItem};
use crate::ui::joined;

#[component]
pub fn RunSheetPage() -> impl IntoView {
    let with_private = use_query_map().with_untracked(|query| query.get(paths::PRIVATE).is_some());
    paper(Paper::RunSheet, move |Printed { page, days, .. }| sheet(page, days, with_private))
}

fn sheet(PlannerPage { event, items, .. }: PlannerPage, days: Vec<String>, with_private: bool) -> AnyView {
    let private = items.iter().filter(|item| item.private).count();
    let empty = if items.is_empty() {
        "Nothing is planned yet."
    } else {
        "Every item of this run of show is private, so none stands here."
    };
    let items: Vec<_> = items.into_iter().zip(days).filter(|(item, _)| with_private || !item.private).collect();
    let private = (private > 0).then(|| {
        let plain = paths::paper(event.id, Paper::RunSheet);
        let (sentence, href, label) = if with_private {
            (format!("With {}.", counted(private)), plain, "Leave them out")
        } else {
            (format!("Without {}.", counted(private)), format!("{plain}?{}", paths::PRIVATE), "Print them too")
        };
        choice(sentence, href, label)
    });
    if items.is_empty() {
        return view! { {private} <p>{empty}</p> }.into_any();
    }
    let days: Vec<_> = items.chunk_by(|(_, one), (_, next)| one == next).map(day).collect();
    view! {
        {private}
        <table>
            <caption class="visually-hidden">"The run of show, day by day"</caption>
            <thead>
                <tr>
                    <th scope="col" class="time">"Time"</th>
                    <th scope="col" class="length">"Length"</th>
                    <th scope="col">"What"</th>
                    <th scope="col" class="side">"Where"</th>
                    <th scope="col" class="side">"Who"</th>
                </tr>
            </thead>
            {days}
        </table>
    }
    .into_any()
}

fn counted(private: usize) -> String {
    if private == 1 { "1 private item".into() } else { format!("{private} private items") }
}

fn day(items: &[(TimelineItem, String)]) -> AnyView {
    let day = items.first().map(|(_, day)| day.clone());
    let rows: Vec<_> = items.iter().map(|(item, _)| row(item)).collect();
    view! {
        <tbody>
            <tr class="day"><th scope="rowgroup" colspan="5">{day}</th></tr>
            {rows}
        </tbody>
    }
    .into_any()
}

fn row(item: &TimelineItem) -> AnyView {
    let ends = item.ends.as_ref().filter(|_| item.minutes != Some(0));
    let time = ends.map_or_else(|| item.starts.clock.clone(), |ends| format!("{}–{ends}", item.starts.clock));
    let length = item.minutes.filter(|minutes| *minutes > 0).map(|minutes| format!("{minutes} min"));
    let who = item.responsible.iter().map(|person| person.name.as_str()).collect::<Vec<_>>();
    let marks = [(item.pinned, "pinned"), (item.private, "private")];
    let marks: Vec<_> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
    let marks = (!marks.is_empty()).then(|| view! { " " <span class="mark">{joined(&marks, ", ")}</span> }.into_any());
    let details =
        (!item.details.is_empty()).then(|| view! { <p class="details">{item.details.clone()}</p> }.into_any());
    view! {
        <tr>
            <td class="time">{time}</td>
            <td class="length">{length}</td>
            <th scope="row" abbr=item.title.clone()>{item.title.clone()} {marks} {details}</th>
            <td>{item.location.clone()}</td>
            <td>{joined(&who, ", ")}</td>
        </tr>
    }
    .into_any()
}
