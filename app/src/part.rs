//! Parts of the browser's code: each is fetched when somebody first goes where it is needed.
//!
//! Leptos' `#[lazy]` ends all that runs on the page when a part does not arrive. Here that is an error like another. Leptos 0.9
//! will make it one too; once that is stable this module can go.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen_futures::JsFuture;

use crate::ui::{PageTitle, is_alive};

pub use leptos::wasm_split::SplitLoaderError;

/// How long to wait before a part is asked for again.
const WAITS_MS: [i32; 3] = [300, 1_000, 2_000];

/// `part! { name, preload_name, Screens: Route => Component, … }` makes one part of these components, and a route for each.
/// Write the part's name into `.ci/budget.mjs` too.
macro_rules! part {
    ($part:ident, $preload:ident, $Screen:ident: $($route:ident => $screen:ident),+ $(,)?) => {
        enum $Screen {
            $($screen),+
        }

        #[leptos::wasm_split::wasm_split($part, wasm_split_path = leptos::wasm_split, preload($preload), fallible)]
        fn $part(screen: $Screen) -> Result<leptos::prelude::AnyView, $crate::part::SplitLoaderError> {
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
                    $crate::part::shown($part($Screen::$screen).await)
                }

                async fn preload() {
                    $crate::part::fetched($preload).await;
                }
            }
        )+
    };
}
pub(crate) use part;

/// Fetches a part. Gives up after a while if the reader can be told; a page that is not alive yet waits for ever, since
/// its HTML stands there already and waits for this very part.
pub async fn fetched<F>(fetch: fn() -> F)
where
    F: Future<Output = Result<(), SplitLoaderError>>,
{
    let mut waits = WAITS_MS.into_iter();
    let longest = WAITS_MS[WAITS_MS.len() - 1];
    while fetch().await.is_err() {
        match waits.next() {
            Some(wait) => pause(wait).await,
            None if is_alive() => return,
            None => pause(longest).await,
        }
    }
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
    screen.unwrap_or_else(|_| view! { <NotArrived /> }.into_any())
}

#[component]
fn NotArrived() -> impl IntoView {
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
