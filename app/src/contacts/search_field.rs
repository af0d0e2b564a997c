//! The field that searches contacts. The question is in the address (`?q=`), so it survives a reload and works as a plain form.

use leptos::ev;
use leptos::html::Input;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_router::params::ParamsMap;

use super::search_box::{PAUSE, SearchBox};

/// Asks while one types, and at once on Enter. Without WASM it is a plain form.
#[component]
pub fn SearchField(
    /// The page that shows what is found, as a path.
    action: String,
    id: &'static str,
    label: &'static str,
    /// What the address asks for now.
    question: Memo<String>,
) -> impl IntoView {
    let first = question.get_untracked();
    let state = StoredValue::new(SearchBox::new(&first));
    let pause = StoredValue::new(None::<TimeoutHandle>);
    let input = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let stop = move || {
        if let Some(Some(running)) = pause.try_update_value(Option::take) {
            running.clear();
        }
    };
    let path = action.clone();
    let ask = move || {
        stop();
        if let Some(Some(question)) = state.try_update_value(SearchBox::ask) {
            navigate(
                &with_question(&path, &question),
                NavigateOptions { replace: true, scroll: false, ..Default::default() },
            );
        }
    };
    let type_in = {
        let ask = ask.clone();
        move |text: String| {
            stop();
            if state.try_update_value(|state| state.type_in(&text)) == Some(true) {
                pause.set_value(set_timeout_with_handle(ask.clone(), PAUSE).ok());
            }
        }
    };
    // The field is the browser's own between two questions, so that nothing overwrites what is typed.
    Effect::new({
        let type_in = type_in.clone();
        move |was_hydrated: Option<bool>| {
            let question = question.get();
            let Some(input) = input.get() else { return false };
            if was_hydrated != Some(true) && input.value().trim() != question {
                // Typed before the page was hydrated.
                type_in(input.value());
            } else if let Some(Some(text)) = state.try_update_value(|state| state.follow(&question)) {
                input.set_value(&text);
            }
            true
        }
    });
    on_cleanup(stop);
    let on_submit = move |ev: ev::SubmitEvent| {
        ev.prevent_default();
        ask();
    };
    view! {
        <form class="search" role="search" method="get" action=action on:submit=on_submit>
            <input
                id=id
                type="search"
                name="q"
                aria-label=label
                placeholder="Search by name, business or address"
                autocomplete="off"
                value=first
                node_ref=input
                on:input=move |ev| type_in(event_target_value(&ev))
            />
            <button class="button">"Search"</button>
        </form>
    }
    .into_any()
}

fn with_question(path: &str, question: &str) -> String {
    let mut query = ParamsMap::new();
    if !question.is_empty() {
        query.insert("q", question.to_owned());
    }
    format!("{path}{}", query.to_query_string())
}

#[cfg(test)]
mod tests {
    use super::with_question;

    #[test]
    fn the_question_is_escaped_in_the_address() {
        assert_eq!(with_question("/contacts", ""), "/contacts");
        assert_eq!(with_question("/contacts", "luis"), "/contacts?q=luis");
        assert_eq!(with_question("/contacts", "a&b#c"), "/contacts?q=a%26b%23c");
    }
}
