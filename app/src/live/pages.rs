//! The end of a list that grows page by page: how the next page is asked for, and what went wrong with the last one.

use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::list::{List, LiveCell, LiveList};
use super::row::{AnyRow, LiveRow, Place};
use crate::error::AppError;
use crate::ui::{Announcer, InlineError, LoadMore, dynamic, focus_soon};

/// Rows of whatever kind, and where the next page begins.
type Page = (Vec<AnyRow>, Option<Place>);
type Answer = Pin<Box<dyn Future<Output = Result<Page, AppError>>>>;
type Ask = Arc<dyn Fn(Place) -> Answer + Send + Sync>;

/// A button that asks for the next page, with how far the list has come; above it why the last one did not come.
#[component]
pub fn MorePages<R, A, F>(
    list: LiveList<R>,
    /// Asks for the page after a row.
    ask: A,
    /// The id of a row's element, by the row's number.
    element: fn(i64) -> String,
    /// "contacts"
    noun: &'static str,
    /// How many rows there are on all pages, if that is known.
    #[prop(optional, into)]
    total: Option<Signal<u64>>,
) -> impl IntoView
where
    R: LiveRow,
    A: Fn(Place) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(Vec<R>, Option<Place>), AppError>> + 'static,
{
    let ask = move |after| -> Answer {
        let answer = ask(after);
        Box::pin(async move {
            let (rows, next) = answer.await?;
            Ok((rows.into_iter().map(|row| Arc::new(row) as AnyRow).collect(), next))
        })
    };
    let next = NextPage {
        list: list.erased(),
        ask: StoredValue::new(Arc::new(ask)),
        element,
        noun,
        total,
        loading: RwSignal::new(false),
        problem: RwSignal::new(None),
        announcer: Announcer::expect(),
    };
    next.view()
}

/// A card with the rows of a growing list, and its end.
#[component]
pub fn PagedCard<R, A, F>(
    label: &'static str,
    list: LiveList<R>,
    /// Draws one row.
    row: fn(R) -> AnyView,
    ask: A,
    element: fn(i64) -> String,
    noun: &'static str,
) -> impl IntoView
where
    R: LiveRow,
    A: Fn(Place) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(Vec<R>, Option<Place>), AppError>> + 'static,
{
    let rows = list.view(move |cell: LiveCell<R>| dynamic(move || row(cell.get())));
    view! {
        <section class="card" aria-label=label>
            <ul class="rows">{rows}</ul>
        </section>
        <MorePages list ask element noun />
    }
}

/// Knows no kind of row, so it is compiled once.
#[derive(Clone, Copy)]
struct NextPage {
    list: List,
    ask: StoredValue<Ask>,
    element: fn(i64) -> String,
    noun: &'static str,
    total: Option<Signal<u64>>,
    loading: RwSignal<bool>,
    problem: RwSignal<Option<AppError>>,
    announcer: Announcer,
}

impl NextPage {
    fn view(self) -> AnyView {
        let Self { list, loading, problem, .. } = self;
        let problem = move || {
            problem.get().map(|error| view! { <InlineError title="No more could be loaded." error /> }.into_any())
        };
        view! {
            {dynamic(problem)}
            <LoadMore
                more=Signal::derive(move || list.end().with(Option::is_some))
                loading
                progress=Signal::derive(move || self.progress())
                on_more=move |()| self.load()
            />
        }
        .into_any()
    }

    /// "25 of 61", "50 shown"
    fn progress(self) -> String {
        let shown = self.list.order().with(Vec::len);
        match self.total {
            Some(total) => format!("{shown} of {}", total.get().max(shown as u64)),
            None => format!("{shown} shown"),
        }
    }

    /// Asks for the page after the last row. The button stays while there is more, also when asking failed; with the
    /// last page it goes, and the keyboard goes on at the first new row.
    fn load(self) {
        let Some(after) = self.list.end().get_untracked() else { return };
        self.loading.set(true);
        self.problem.set(None);
        let answer = self.ask.with_value(|ask| ask(after.clone()));
        spawn_local(async move {
            let answer = answer.await;
            if self.loading.is_disposed() {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok((rows, next)) => {
                    let added = self.list.page(&after, rows, next);
                    self.announcer.say(untrack(move || self.spoken()));
                    let last = self.list.end().with_untracked(Option::is_none);
                    if let Some(first) = added.first().filter(|_| last) {
                        focus_soon((self.element)(*first));
                    }
                }
                Err(error) => self.problem.set(Some(error)),
            }
        });
    }

    /// "25 of 61 emails shown"
    fn spoken(self) -> String {
        let progress = self.progress();
        format!("{} {} shown", progress.trim_end_matches(" shown"), self.noun)
    }
}
