//! The run of show as a list, day by day. Where the show stands now is marked and moves with the clock.

use leptos::prelude::*;

use super::TimelineItem;
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::ui::{Avatar, Now, changing, dotted, joined};

#[component]
pub fn Timeline(
    items: Vec<TimelineItem>,
    /// When the server read the page.
    now: Timestamp,
) -> impl IntoView {
    let count = items.len();
    let clock = Now::expect();
    let spans: Vec<_> = items.iter().map(|item| (item.starts.at, item.minutes)).collect();
    let current = Memo::new(move |_| current_item(&spans, clock.get().unwrap_or(now)));
    view! {
        <section class="card" aria-labelledby="run-of-show">
            <header>
                <h2 id="run-of-show">"Run of show"</h2>
                <span class="fine">{if count == 1 { "1 item".to_owned() } else { format!("{count} items") }}</span>
            </header>
            {if count == 0 {
                view! {
                    <div class="empty">
                        <h3>"Nothing is planned yet"</h3>
                        <p>"The items of the run of show will stand here in the order of the day."</p>
                    </div>
                }
                .into_any()
            } else {
                view! { <ol class="timeline">{changing(move || rows(&items, current.get()))}</ol> }.into_any()
            }}
        </section>
    }
}

fn rows(items: &[TimelineItem], current: Option<usize>) -> Vec<AnyView> {
    let mut day = "";
    let mut rows = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if item.starts.day != day {
            day = &item.starts.day;
            rows.push(view! { <li class="day">{day.to_owned()}</li> }.into_any());
        }
        rows.push(row(item, current == Some(index)));
    }
    rows
}

fn row(item: &TimelineItem, is_now: bool) -> AnyView {
    let people = item.responsible.iter().map(|person| person.name.as_str()).collect::<Vec<_>>();
    let people = joined(&people, ", ");
    let place = dotted(&[&item.location, &item.details]);
    let avatars =
        item.responsible.iter().map(|person| view! { <Avatar name=person.name.clone() /> }.into_any()).collect_view();
    view! {
        <li
            data-now=is_now.then_some("")
            aria-current=is_now.then_some("time")
            data-private=item.private.then_some("")
        >
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
        </li>
    }
    .into_any()
}

/// The latest item that has begun and not ended. An item without a length lasts until the next begins.
fn current_item(spans: &[(Timestamp, Option<u32>)], now: Timestamp) -> Option<usize> {
    let index = spans.iter().rposition(|(starts, _)| *starts <= now)?;
    let (starts, minutes) = spans[index];
    let ends = match minutes {
        Some(minutes) => starts.plus_ms(i64::from(minutes) * MINUTE_MS),
        None => spans.get(index + 1).map_or(starts, |next| next.0),
    };
    (now < ends).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_the_item_under_way_and_nothing_in_a_gap() {
        let minute = |m: i64| Timestamp(m * MINUTE_MS);
        let spans = [(minute(0), Some(10)), (minute(20), None), (minute(30), Some(5))];
        for (at, expected) in
            [(-1, None), (0, Some(0)), (9, Some(0)), (10, None), (25, Some(1)), (30, Some(2)), (35, None)]
        {
            assert_eq!(current_item(&spans, minute(at)), expected, "at minute {at}");
        }
    }
}
