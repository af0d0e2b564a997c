//! Parts of the browser's code: each is fetched when somebody first goes where it is needed.
//!
//! Leptos' `#[lazy]` ends all that runs on the page when a part does not arrive. Here that is an error like another. Leptos 0.9
//! will make it one too; once that is stable this module can go.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen_futures::JsFuture;

use crate::ui::{PageTitle, is_hydrated};

pub use leptos::wasm_split::SplitLoaderError;

/// How long to wait before a part is asked for again.
const WAITS_MS: [i32; 3] = [300, 1_000, 2_000];

/// `lazy_screens! { name, preload_name, Screens: Route => Component, … }` makes one part of these components, and a route for each.
/// The name ends in `_screens`. A part that is not reached from home is named in `.ci/budget.mjs` too.
macro_rules! lazy_screens {
    ($part:ident, $preload:ident, $Screen:ident: $($route:ident => $screen:ident),+ $(,)?) => {
        enum $Screen {
            $($screen),+
        }

        #[leptos::wasm_split::wasm_split($part, wasm_split_path = leptos::wasm_split, preload($preload), fallible)]
        fn $part(screen: $Screen) -> Result<leptos::prelude::AnyView, $crate::lazy_screens::SplitLoaderError> {
            Ok(match screen {
                $($Screen::$screen => view! { <$screen /> }.into_any()),+
            })
        }

        $(
            #[derive(Debug)]
            pub struct $route;

            impl leptos_router::LazyRoute for $route {
                // What is named here would be part of the first download of every page.
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> leptos::prelude::AnyView {
                    #[cfg(feature = "ssr")]
                    $crate::shell::preload(stringify!($part));
                    $crate::lazy_screens::shown($part($Screen::$screen).await)
                }

                async fn preload() {
                    $crate::lazy_screens::fetched($preload).await;
                }
            }
        )+
    };
}
pub(crate) use lazy_screens;

/// Fetches a part. Gives up after a while if the reader can be told; a page that is not hydrated yet waits for ever, since
/// its HTML stands there already and waits for this very part.
pub async fn fetched<F>(fetch: fn() -> F)
where
    F: Future<Output = Result<(), SplitLoaderError>>,
{
    let mut failures = 0;
    while fetch().await.is_err() {
        let Some(wait) = wait_ms(failures, is_hydrated()) else { return };
        pause(wait).await;
        failures += 1;
    }
}

/// Returns how long to wait after so many earlier failures; nothing when it is time to tell the reader.
fn wait_ms(earlier_failures: usize, can_be_told: bool) -> Option<i32> {
    let longest = if can_be_told { None } else { WAITS_MS.last() };
    WAITS_MS.get(earlier_failures).or(longest).copied()
}

async fn pause(ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        // A window always takes a timeout.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = JsFuture::from(promise).await;
}

/// The screen, or that it did not arrive.
pub fn shown(screen: Result<AnyView, SplitLoaderError>) -> AnyView {
    screen.unwrap_or_else(|_| view! { <LoadFailed /> }.into_any())
}

#[component]
fn LoadFailed() -> impl IntoView {
    let location = use_location();
    let here = format!("{}{}", location.pathname.get_untracked(), location.search.get_untracked());
    view! {
        <PageTitle text=|| "Not loaded".into() />
        <div class="notice" data-kind="error" role="alert">
            <div>
                <h1>"This page did not arrive"</h1>
                <p>"Look whether there is a connection, then try again."</p>
                <p><a class="text" href=here rel="external">"Try again"</a></p>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_told_after_three_more_tries() {
        let waits: Vec<_> = (0..4).map(|failures| wait_ms(failures, true)).collect();
        assert_eq!(waits, [Some(300), Some(1_000), Some(2_000), None]);
    }

    #[test]
    fn a_page_that_is_not_hydrated_waits_for_ever() {
        assert_eq!(wait_ms(0, false), Some(300));
        assert_eq!(wait_ms(1_000, false), Some(2_000));
    }
}
