//! Parts of the browser's code: each is fetched when somebody first goes where it is needed.
//!
//! Leptos' `#[lazy]` ends all that runs on the page when a part does not arrive. Here that is an error like another. Leptos 0.9
//! will make it one too; once that is stable this module can go.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::ChooseView;
use leptos_router::hooks::use_location;
use wasm_bindgen_futures::JsFuture;

use crate::ui::{PageTitle, Skeleton, dynamic, is_hydrated};

pub use leptos::wasm_split::SplitLoaderError;

/// How long to wait before a part is asked for again.
const WAITS_MS: [i32; 3] = [300, 1_000, 2_000];

/// What stands behind a path and is fetched when somebody goes there. One type for all screens, unlike `leptos_router::Lazy`: the
/// router is compiled anew for each type of view it holds, which for two dozen screens is 1 KiB of the first download.
#[derive(Clone, Copy, Debug)]
pub struct LazyScreen {
    pub(crate) view: fn() -> Pin<Box<dyn Future<Output = AnyView>>>,
    pub(crate) preload: fn() -> Pin<Box<dyn Future<Output = ()>>>,
}

impl ChooseView for LazyScreen {
    async fn choose(self) -> AnyView {
        (self.view)().await
    }

    async fn preload(&self) {
        (self.preload)().await;
    }
}

/// `lazy_screens! { name, preload_name, Screens: SCREEN => Component, … }` makes one part of these components, and a [`LazyScreen`] of each.
/// The name ends in `_screens`. Several calls may name one part, so that what is seldom opened makes few pieces: the `desk_screens`
/// of the events' forms, spaces and the account. With `needs`, the screens wait for a part of [`lazy_panels`] if the page came with one of
/// its panels open. What two parts share is cut into pieces of its own, one for each set of parts, so few parts are smaller than many.
macro_rules! lazy_screens {
    ($part:ident, $preload:ident $(needs $panels:ident)?, $Screen:ident: $($route:ident => $screen:ident),+ $(,)?) => {
        enum $Screen {
            $($screen),+
        }

        #[leptos::wasm_split::wasm_split($part, wasm_split_path = leptos::wasm_split, preload($preload), fallible)]
        fn $part(screen: $Screen) -> Result<leptos::prelude::AnyView, $crate::lazy_screens::SplitLoaderError> {
            Ok(match screen {
                $($Screen::$screen => view! { <$screen /> }.into_any()),+
            })
        }

        impl $Screen {
            async fn view(self) -> leptos::prelude::AnyView {
                #[cfg(feature = "ssr")]
                $crate::shell::preload(stringify!($part));
                $crate::lazy_screens::shown($part(self).await)
            }

            async fn preload() {
                $crate::lazy_screens::fetched($preload).await;
                // What `view` still waited for would not be hydrated but drawn a second time.
                $(
                    if $crate::lazy_screens::comes_with_panel() {
                        $crate::lazy_screens::fetched($panels).await;
                    }
                )?
            }
        }

        $(
            pub const $route: $crate::lazy_screens::LazyScreen = $crate::lazy_screens::LazyScreen {
                view: || Box::pin($Screen::$screen.view()),
                preload: || Box::pin($Screen::preload()),
            };
        )+
    };
}
pub(crate) use lazy_screens;

/// `lazy_panels! { name, preload_name, Panel: Share(Props) => view, … }` makes one part of what opens by a click, and
/// `Panel::view`, which fetches it when it is first shown. The name ends in `_panels`.
macro_rules! lazy_panels {
    ($part:ident, $preload:ident, $Panel:ident: $($panel:ident($props:ty) => $view:path),+ $(,)?) => {
        #[derive(Clone)]
        pub enum $Panel {
            $($panel($props)),+
        }

        #[leptos::wasm_split::wasm_split($part, wasm_split_path = leptos::wasm_split, preload($preload), fallible)]
        pub(crate) fn $part(panel: $Panel) -> Result<leptos::prelude::AnyView, $crate::lazy_screens::SplitLoaderError> {
            Ok(match panel {
                $($Panel::$panel(props) => $view(props)),+
            })
        }

        impl $Panel {
            pub fn view(self) -> leptos::prelude::AnyView {
                #[cfg(feature = "ssr")]
                $crate::shell::preload(stringify!($part));
                $crate::lazy_screens::panel_view(self, $part, $preload)
            }
        }
    };
}
pub(crate) use lazy_panels;

/// Whether the page came with a panel open, so that its part is needed to hydrate it.
pub fn comes_with_panel() -> bool {
    cfg!(feature = "hydrate")
        && !is_hydrated()
        && document().query_selector("[data-panel]").is_ok_and(|panel| panel.is_some())
}

/// A panel, or grey lines until it has arrived. On the server, and in a page that came with it, it is there at once.
pub fn panel_view<P, F, G>(panel: P, part: fn(P) -> F, fetch: fn() -> G) -> AnyView
where
    P: Clone + Send + 'static,
    F: Future<Output = Result<AnyView, SplitLoaderError>> + 'static,
    G: Future<Output = Result<(), SplitLoaderError>> + 'static,
{
    let at_once = move |panel: P| {
        let shown = match pin!(part(panel)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(view)) => view,
            Poll::Ready(Err(_)) | Poll::Pending => view! {
                <p class="error" role="alert">
                    "This part did not arrive. Look whether there is a connection, then close and open it again."
                </p>
            }
            .into_any(),
        };
        view! { <div data-panel>{shown}</div> }.into_any()
    };
    if !is_hydrated() {
        return at_once(panel);
    }
    let arrived = RwSignal::new(false);
    spawn_local(async move {
        fetched(fetch).await;
        arrived.try_set(true);
    });
    dynamic(move || if arrived.get() { at_once(panel.clone()) } else { view! { <Skeleton lines=2 /> }.into_any() })
}

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
