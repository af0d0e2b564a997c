//! "2 min ago" beside a time. It needs a clock that runs, so it appears once the page is hydrated.

use leptos::prelude::*;

use super::after_hydration;
use crate::domain::time::{Moment, SECOND_MS, Timestamp, relative};

/// The server's clock as a signal that ticks; `None` on the server and until the page is hydrated. A browser's own clock may
/// be minutes or days off: what counts is how far it is from the server's, measured when the page came.
#[derive(Clone, Copy)]
pub struct Now(RwSignal<Option<Timestamp>>);

const TICK_MS: i64 = 10 * SECOND_MS;

impl Now {
    pub fn provide() {
        let now = Self(RwSignal::new(None));
        provide_context(now);
        after_hydration(move || {
            let ahead = server_ahead_ms();
            now.0.set(Some(browser_now().plus_ms(ahead)));
            let tick = set_interval_with_handle(
                move || now.0.set(Some(browser_now().plus_ms(ahead))),
                std::time::Duration::from_millis(TICK_MS.unsigned_abs()),
            );
            if let Ok(tick) = tick {
                on_cleanup(move || tick.clear());
            }
        });
    }

    /// The ticking clock of this page.
    pub fn expect() -> Self {
        expect_context()
    }

    pub fn get(self) -> Option<Timestamp> {
        self.0.get()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit in 53 bits")]
fn browser_now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// How far the server's clock is ahead of the browser's, as the shell's first script measured it.
fn server_ahead_ms() -> i64 {
    let ahead = document().document_element().and_then(|root| root.get_attribute("data-server-ahead"));
    ahead.and_then(|ahead| ahead.parse().ok()).unwrap_or_default()
}

/// "2 min ago", kept current, of something that has happened: what we reckon may be a little behind it.
#[component]
pub fn Ago(at: Timestamp) -> impl IntoView {
    let now = Now::expect();
    view! { <span class="ago">{move || now.get().map(|now| relative(at, now.max(at))).unwrap_or_default()}</span> }
}

/// A moment in the event's zone with "2 min ago" under or beside it.
#[component]
pub fn When(
    moment: Moment,
    /// The day it is, so that today needs no date.
    #[prop(into)]
    today: String,
) -> impl IntoView {
    let at = moment.at;
    let text = if moment.day == today {
        format!("Today {}", moment.clock)
    } else {
        format!("{}, {}", moment.day, moment.clock)
    };
    view! {
        <time datetime=at.to_iso()>
            {text} <Ago at />
        </time>
    }
}
