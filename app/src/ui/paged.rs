//! A list that grows page by page: its rows, and how the next page is asked for.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Announcer, InlineError, LoadMore, changing, focus_soon, keyed};
use crate::error::AppError;

/// Rows and where the next page begins. Owned by the component that shows one question's answer, so a page that comes
/// after the question changed reaches nobody.
pub struct Paged<R: 'static, C: 'static> {
    rows: RwSignal<Vec<R>>,
    next: RwSignal<Option<C>>,
    loading: RwSignal<bool>,
    problem: RwSignal<Option<AppError>>,
    /// The id of a row's element, which also tells two rows apart.
    element: fn(&R) -> String,
    /// "contacts"
    noun: &'static str,
}

impl<R, C> Clone for Paged<R, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, C> Copy for Paged<R, C> {}

impl<R, C> Paged<R, C>
where
    R: Clone + Send + Sync + 'static,
    C: Clone + Send + Sync + 'static,
{
    pub fn new(rows: Vec<R>, next: Option<C>, element: fn(&R) -> String, noun: &'static str) -> Self {
        Self {
            rows: RwSignal::new(rows),
            next: RwSignal::new(next),
            loading: RwSignal::new(false),
            problem: RwSignal::new(None),
            element,
            noun,
        }
    }

    /// The list, each row drawn by `row`.
    fn view(self, id: fn(&R) -> i64, row: fn(R) -> AnyView) -> AnyView {
        let one = move |wanted| {
            self.rows.with_untracked(|rows| rows.iter().find(|known| id(known) == wanted).cloned()).map(row).into_any()
        };
        keyed(move || self.rows.with(|rows| rows.iter().map(id).collect()), one)
    }

    /// Asks for the page after the last row. The button stays while there is more, also when asking failed; with the
    /// last page it goes, and the keyboard goes on at the first new row.
    fn load<F>(self, announcer: Announcer, ask: impl FnOnce(C) -> F)
    where
        F: Future<Output = Result<(Vec<R>, Option<C>), AppError>> + 'static,
    {
        let Some(after) = self.next.try_get_untracked().flatten() else { return };
        self.loading.set(true);
        self.problem.set(None);
        let answer = ask(after);
        spawn_local(async move {
            let answer = answer.await;
            if self.loading.is_disposed() {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok((rows, next)) => {
                    let last = next.is_none();
                    let first = self.append(rows, next);
                    announcer.say(format!("{} {} shown", self.rows.with_untracked(Vec::len), self.noun));
                    if let Some(first) = first.filter(|_| last) {
                        focus_soon(first);
                    }
                }
                Err(error) => self.problem.set(Some(error)),
            }
        });
    }

    /// Puts a page at the end, without rows that stand there already; gives the element of the first new one.
    fn append(self, page: Vec<R>, next: Option<C>) -> Option<String> {
        self.next.set(next);
        let element = self.element;
        let mut first = None;
        self.rows.update(|rows| {
            for row in page {
                let id = element(&row);
                if rows.iter().all(|known| element(known) != id) {
                    first.get_or_insert(id);
                    rows.push(row);
                }
            }
        });
        first
    }
}

/// A card with the rows of a growing list; under it what went wrong with the last page, and the button for the next.
#[component]
pub fn PagedCard<R, C, A, F>(
    label: &'static str,
    list: Paged<R, C>,
    /// Tells two rows apart.
    id: fn(&R) -> i64,
    row: fn(R) -> AnyView,
    /// Asks for the page after a cursor.
    ask: A,
) -> impl IntoView
where
    R: Clone + Send + Sync + 'static,
    C: Clone + Send + Sync + 'static,
    A: Fn(C) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(Vec<R>, Option<C>), AppError>> + 'static,
{
    let announcer = Announcer::expect();
    let problem = move || {
        list.problem.get().map(|error| view! { <InlineError title="No more could be loaded." error /> }.into_any())
    };
    view! {
        <section class="card" aria-label=label>
            <ul class="rows">{list.view(id, row)}</ul>
        </section>
        {changing(problem)}
        <LoadMore
            more=Signal::derive(move || list.next.with(Option::is_some))
            loading=list.loading
            progress=Signal::derive(move || format!("{} shown", list.rows.with(Vec::len)))
            on_more=move |()| list.load(announcer, &ask)
        />
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::{GetUntracked, Owner};

    use super::Paged;

    #[test]
    fn a_page_goes_to_the_end_without_repeats() {
        Owner::new().with(|| {
            let list = Paged::new(vec![1, 2], Some(2), |row: &i32| format!("row-{row}"), "rows");
            assert_eq!(list.append(vec![2, 3, 4], Some(4)), Some("row-3".into()));
            assert_eq!((list.rows.get_untracked(), list.next.get_untracked()), (vec![1, 2, 3, 4], Some(4)));
            assert_eq!(list.append(vec![4], None), None);
            assert_eq!((list.rows.get_untracked(), list.next.get_untracked()), (vec![1, 2, 3, 4], None));
        });
    }
}
