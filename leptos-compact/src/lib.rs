//! Leptos, with one type for all elements in the browser.
//!
//! To Leptos each tag, each attribute and each kind of event is a type of its own, and what draws, takes over and redraws
//! it is compiled for each. That is 3 KB of WebAssembly a tag and 1 KB an attribute, however often they stand in a view.
//! Here they are values of one type. By this alone the planner's part shrank from 62 to 46 KiB (brotli), a contact's from 78
//! to 65.
//!
//! `view!` writes paths such as `::leptos::tachys::html::element::div()`. The workspace knows this crate by the name
//! `leptos`, so those paths end here. **The server's build has Leptos' own elements**: it writes the same HTML, and an
//! attribute that an element cannot have does not compile. A tag that is missing here is Leptos' own; an attribute that is
//! missing does not compile.

pub use upstream::*;

#[cfg(feature = "hydrate")]
mod element;

/// What `view!` names, with our elements in the place of Leptos' own.
#[cfg(feature = "hydrate")]
pub mod tachys {
    pub use upstream::tachys::*;

    pub mod html {
        pub use upstream::tachys::html::*;

        pub mod element {
            pub use crate::element::Element;
            pub use upstream::tachys::html::element::*;

            macro_rules! elements {
                ($($tag:ident)*) => {$(
                    pub fn $tag() -> Element {
                        Element::new(stringify!($tag))
                    }
                )*};
            }

            elements! {
                a aside b button details div form h1 h2 h3 header i input label li main nav ol p q section span summary
                textarea time ul
            }
        }
    }
}
