//! What the browser loads of one contact, in two parts: the contact with the form to change it, and what happened.

use leptos::prelude::*;
use leptos_router::LazyRoute;

use super::details_tab::Details;
use super::emails_tab::Emails;
use super::events_tab::Events;
use super::form::Contact;
use super::new_contact::NewContact;

enum Screen {
    New,
    Contact,
    Details,
}

#[lazy]
fn contact_part(screen: Screen) -> AnyView {
    match screen {
        Screen::New => view! { <NewContact /> }.into_any(),
        Screen::Contact => view! { <Contact /> }.into_any(),
        Screen::Details => view! { <Details /> }.into_any(),
    }
}

enum History {
    Events,
    Emails,
}

#[lazy]
fn contact_history_part(history: History) -> AnyView {
    match history {
        History::Events => view! { <Events /> }.into_any(),
        History::Emails => view! { <Emails /> }.into_any(),
    }
}

macro_rules! routes {
    ($($route:ident: $part:ident($screen:expr), $preload:ident;)+) => {$(
        #[derive(Debug)]
        pub struct $route;

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                $part($screen).await
            }

            async fn preload() {
                #[cfg(target_arch = "wasm32")]
                $preload().await;
            }
        }
    )+};
}

routes! {
    NewContactRoute: contact_part(Screen::New), __preload_contact_part;
    ContactRoute: contact_part(Screen::Contact), __preload_contact_part;
    ContactDetailsRoute: contact_part(Screen::Details), __preload_contact_part;
    ContactEventsRoute: contact_history_part(History::Events), __preload_contact_history_part;
    ContactEmailsRoute: contact_history_part(History::Emails), __preload_contact_history_part;
}
