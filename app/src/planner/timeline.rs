//! The run of show as a list, day by day. Where the show stands now is marked and moves with the clock.

use leptos::prelude::*;

use super::TimelineItem;
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::live::{LiveCell, LiveList};
use crate::ui::{Avatar, Now, dotted, dynamic, joined};

#[component]
pub fn Timeline(
    items: LiveList<TimelineItem>,
    /// When the server read the page.
    now: Timestamp,
) -> impl IntoView {
    let clock = Now::expect();
    let current = Memo::new(move |_| {
        let spans = each(items, |item| (item.id.0, item.starts.at, item.minutes));
        current_item(&spans, clock.get().unwrap_or(now))
    });
    // The items that a day begins with.
    let firsts = Memo::new(move |_| {
        let mut days = each(items, |item| (item.id.0, item.starts.day.clone()));
        days.dedup_by(|next, previous| next.1 == previous.1);
        days.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    });
    let count = move || match items.len() {
        1 => "1 item".to_owned(),
        count => format!("{count} items"),
    };
    let some = Memo::new(move |_| !items.is_empty());
    let rows = move || {
        if some.get() {
            view! { <ol class="timeline">{items.view(move |item| row(&item, firsts, current))}</ol> }.into_any()
        } else {
            view! {
                <div class="empty">
                    <h3>"Nothing is planned yet"</h3>
                    <p>"The items of the run of show will stand here in the order of the day."</p>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="run-of-show">
            <header>
                <h2 id="run-of-show">"Run of show"</h2>
                <span class="fine">{count}</span>
            </header>
            {dynamic(rows)}
        </section>
    }
}

fn each<T>(items: LiveList<TimelineItem>, read: impl Fn(&TimelineItem) -> T) -> Vec<T> {
    items.rows().iter().map(|item| item.with(&read)).collect()
}

/// One item, under the heading of its day if it is the first one.
fn row(item: &LiveCell<TimelineItem>, firsts: Memo<Vec<i64>>, current: Memo<Option<i64>>) -> AnyView {
    let id = item.with_untracked(|item| item.id.0);
    let (day, private, content) = (item.clone(), item.clone(), item.clone());
    let is_first = move || firsts.with(|firsts| firsts.contains(&id));
    let heading = move || {
        is_first().then(|| view! { <li class="day">{day.with(|item| item.starts.day.clone())}</li> }.into_any())
    };
    let is_now = move || current.get() == Some(id);
    view! {
        {dynamic(heading)}
        <li
            data-now=move || is_now().then_some("")
            aria-current=move || is_now().then_some("time")
            data-private=move || private.with(|item| item.private).then_some("")
        >
            {dynamic(move || content.with(words))}
        </li>
    }
    .into_any()
}

fn words(item: &TimelineItem) -> AnyView {
    let people = item.responsible.iter().map(|person| person.name.as_str()).collect::<Vec<_>>();
    let people = joined(&people, ", ");
    let place = dotted(&[&item.location, &item.details]);
    let avatars =
        item.responsible.iter().map(|person| view! { <Avatar name=person.name.clone() /> }.into_any()).collect_view();
    view! {
        <time datetime=item.starts.at.to_iso()>
            {item.starts.clock.clone()} {item.minutes.map(|minutes| view! { <span>{format!("{minutes} min")}</span> }.into_any())}
        </time>
        <div>
            <h3>
                {item.title.clone()}
                {item.private.then(|| view! { <span class="visually-hidden">" (private)"</span> }.into_any())}
            </h3>
            {(!place.is_empty()).then(|| view! { <p class="fine">{place}</p> }.into_any())}
        </div>
        {(!people.is_empty()).then(|| view! {
            <div class="who" title=people.clone()>
                <span class="visually-hidden">{format!("Responsible: {people}")}</span>
                {avatars}
            </div>
        }
        .into_any())}
    }
    .into_any()
}

/// The latest item that has begun and not ended. An item without a length lasts until the next begins.
fn current_item(spans: &[(i64, Timestamp, Option<u32>)], now: Timestamp) -> Option<i64> {
    let index = spans.iter().rposition(|(_, starts, _)| *starts <= now)?;
    let (id, starts, minutes) = spans[index];
    let ends = match minutes {
        Some(minutes) => starts.plus_ms(i64::from(minutes) * MINUTE_MS),
        None => spans.get(index + 1).map_or(starts, |next| next.1),
    };
    (now < ends).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_the_item_under_way_and_nothing_in_a_gap() {
        let minute = |m: i64| Timestamp(m * MINUTE_MS);
        let spans = [(7, minute(0), Some(10)), (8, minute(20), None), (9, minute(30), Some(5))];
        for (at, expected) in
            [(-1, None), (0, Some(7)), (9, Some(7)), (10, None), (25, Some(8)), (30, Some(9)), (35, None)]
        {
            assert_eq!(current_item(&spans, minute(at)), expected, "at minute {at}");
        }
    }
}
