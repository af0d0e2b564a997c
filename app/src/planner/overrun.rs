//! A row that starts before the one above it has ended, and the two ways to push it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::TimelineItem;
use super::timeline::Shared;
use crate::domain::ids::ItemId;
use crate::domain::timetable::overrun;
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};
use crate::run_of_show::{PushItem, push_item};
use crate::ui::{dynamic, focus_soon};

/// What a row runs into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overrun {
    above: String,
    /// When the row above ends, on the event's clock.
    ends: String,
}

impl Overrun {
    /// Whether a row starts before the one `above` it has ended. One that is pinned is meant to.
    pub fn of(above: &TimelineItem, row: &TimelineItem) -> Option<Self> {
        if row.pinned {
            return None;
        }
        overrun((above.starts.at, above.minutes), row.starts.at)?;
        Some(Self { above: above.title.clone(), ends: above.ends.clone()? })
    }
}

/// What is said at a row while it overruns.
pub fn overrun_view(id: ItemId, overrun: ArcRwSignal<Option<Overrun>>, shared: Shared) -> AnyView {
    let posted = RefusedForm::of::<PushItem>().filter(|posted| posted.field("item") == Some(&id.to_string()));
    let refused = RwSignal::new(posted.map(|posted| (posted.error.clone(), posted.field("rest").is_some())));
    dynamic(move || overrun.get().map(|overrun| told(id, shared, overrun, refused)))
}

type Refused = RwSignal<Option<(AppError, bool)>>;

fn told(id: ItemId, shared: Shared, overrun: Overrun, refused: Refused) -> AnyView {
    let Shared { event, undo, announcer, .. } = shared;
    let working = RwSignal::new(false);
    let push = move |rest: bool, confirmed: bool| {
        if working.get_untracked() {
            return;
        }
        working.set(true);
        refused.set(None);
        spawn_local(async move {
            let answer = push_item(id, rest, confirmed).await;
            working.try_set(false);
            match answer {
                Ok(taken) => {
                    if taken.items > 0 {
                        undo.try_set(Some(taken.edit));
                    }
                    // The buttons go.
                    focus_soon(format!("item-{id}"));
                    announcer.say(if taken.items == 1 {
                        "1 item was moved".into()
                    } else {
                        format!("{} items were moved", taken.items)
                    });
                }
                Err(error) => drop(refused.try_set(Some((error, rest)))),
            }
        });
    };
    let button = move |label: String, rest: bool, confirmed: bool| {
        let mut form =
            PostForm::of::<PushItem>(format!("{}#item-{id}", paths::planner(event))).with("item", id.to_string());
        if rest {
            form = form.with("rest", "true".into());
        }
        if confirmed {
            form = form.with("confirmed", "true".into());
        }
        form.view(move || push(rest, confirmed), view! { <button class="button">{label}</button> }.into_any())
    };
    let outcome = move || {
        let (error, rest) = refused.get()?;
        let collides = matches!(&error, AppError::Invalid { field, .. } if field == "push");
        let again = collides
            .then(|| button(if rest { "Push all the same".into() } else { "Push it all the same".into() }, rest, true));
        Some(view! { <p class="error" role="alert">{error.to_string()}</p> {again} }.into_any())
    };
    let Overrun { above, ends } = overrun;
    view! {
        <div class="do overrun">
            <span>{format!("Starts before “{above}” ends.")}</span>
            {button(format!("Push to {ends}"), false, false)}
            {button("Push all".into(), true, false)}
            {dynamic(outcome)}
        </div>
    }
    .into_any()
}
