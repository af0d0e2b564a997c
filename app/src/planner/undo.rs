//! What was just done to the run of show, and the button that takes it back.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::ids::{EditId, EventId};
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};
use crate::run_of_show::{UndoEdit, undo_edit};
use crate::ui::{Announcer, dynamic, focus_soon};

/// The bar that offers to undo the last edit of this tab.
pub fn undo_bar(event: EventId, undo: RwSignal<Option<EditId>>) -> AnyView {
    let announcer = Announcer::expect();
    let refused = RefusedForm::of::<UndoEdit>();
    // With the edit that it speaks of; of an undo that was done, none.
    let problem = RwSignal::new(refused.map(|refused| (undo.get_untracked(), refused.error.to_string())));
    let working = RwSignal::new(false);
    let take_back = move |edit: EditId| {
        if working.get_untracked() {
            return;
        }
        working.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = undo_edit(edit).await;
            working.try_set(false);
            match answer {
                Ok(undone) => {
                    let kept = undone.kept;
                    announcer.say("Undone");
                    undo.try_set(None);
                    let left = || (None, format!("Undone, but for what somebody changed since ({kept})."));
                    problem.try_set((kept > 0).then(left));
                    focus_soon("run-of-show");
                }
                Err(error) => drop(problem.try_set(Some((Some(edit), error.to_string())))),
            }
        });
    };
    let bar = move || {
        let edit = undo.get();
        let sentence = problem.get().filter(|(of, _)| *of == edit).map(|(_, sentence)| sentence);
        let form = edit.map(|edit| {
            let form = PostForm::of::<UndoEdit>(paths::planner(event)).with("edit", edit.to_string());
            let button = view! {
                <button class="button" aria-busy=move || working.get().then_some("true")>"Undo"</button>
            };
            form.view(move || take_back(edit), button.into_any())
        });
        (form.is_some() || sentence.is_some()).then(|| {
            view! {
                <div class="undo" role="status">
                    <span>{sentence.unwrap_or_else(|| "The run of show was changed.".into())}</span>
                    {form}
                </div>
            }
            .into_any()
        })
    };
    dynamic(bar)
}
