//! What the browser loads of one contact: all tabs at once, since they are made of the same pieces.

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
    Events,
    Emails,
}

#[lazy]
fn contacts_part(screen: Screen) -> AnyView {
    match screen {
        Screen::New => view! { <NewContact /> }.into_any(),
        Screen::Contact => view! { <Contact /> }.into_any(),
        Screen::Details => view! { <Details /> }.into_any(),
        Screen::Events => view! { <Events /> }.into_any(),
        Screen::Emails => view! { <Emails /> }.into_any(),
    }
}

macro_rules! routes {
    ($($route:ident: $screen:ident),+ $(,)?) => {$(
        #[derive(Debug)]
        pub struct $route;

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                contacts_part(Screen::$screen).await
            }

            async fn preload() {
                #[cfg(target_arch = "wasm32")]
                __preload_contacts_part().await;
            }
        }
    )+};
}

routes! {
    NewContactRoute: New,
    ContactRoute: Contact,
    ContactDetailsRoute: Details,
    ContactEventsRoute: Events,
    ContactEmailsRoute: Emails,
}
