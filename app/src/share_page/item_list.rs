//! A run of show as guests see it, day by day: plain HTML, with the row under way marked. Every page for guests draws it so.

use leptos::prelude::*;

use super::GuestItem;
use crate::domain::progress::Progress;
use crate::domain::time::{MINUTE_MS, Timestamp};

/// The items, in order, each day under a heading. `buttons` are what can be pressed at an item, if anything.
pub fn item_list(items: Vec<GuestItem>, now: Timestamp, buttons: impl Fn(&GuestItem) -> Option<AnyView>) -> AnyView {
    let mut day = String::new();
    let rows = items.into_iter().map(|item| {
        let new_day = (item.starts.day != day).then(|| item.starts.day.clone());
        day.clone_from(&item.starts.day);
        let buttons = buttons(&item);
        view! {
            {new_day.map(|day| view! { <li class="day">{day}</li> })}
            {row(item, now, buttons)}
        }
    });
    let rows = rows.collect_view();
    view! { <ol class="timeline">{rows}</ol> }.into_any()
}

/// What is under way by its people's word, or else by the clock. The page's script, which follows the clock, says the same.
fn row(item: GuestItem, now: Timestamp, buttons: Option<AnyView>) -> AnyView {
    let ends = item.starts.at.plus_ms(i64::from(item.minutes.unwrap_or(0)) * MINUTE_MS);
    let is_over = item.progress.is_over();
    let is_running = item.progress == Progress::Started;
    let is_now = is_running || !is_over && item.starts.at <= now && now < ends;
    let progress = item.since.map(|since| {
        let word = item.progress.label();
        view! { <p class="fine" data-progress=word>{format!("{word} {since}")}</p> }
    });
    view! {
        <li
            id=format!("item-{}", item.id)
            data-ends=ends.0.to_string()
            data-mine=item.mine.then_some("")
            data-running=is_running.then_some("")
            data-state=is_over.then_some("done")
            data-now=is_now.then_some("")
            aria-current=is_now.then_some("time")
        >
            <time datetime=item.starts.at.to_iso()>
                <b>{item.starts.clock}</b>
                {item.minutes.map(|minutes| view! { <span>{minutes} " min"</span> })}
            </time>
            <div>
                <h3><span>{item.title}</span> {item.mine.then(|| view! { " " <span class="yours">"yours"</span> })}</h3>
                {(!item.location.is_empty()).then(|| view! { <p class="fine">{item.location}</p> })}
                {(!item.details.is_empty()).then(|| view! { <p class="fine">{item.details}</p> })}
                {progress}
            </div>
            {buttons}
        </li>
    }
    .into_any()
}
