//! An event on paper: its run sheet, who comes, name tags, and a person's link as a code for a phone's camera. The pages are
//! finished as the server sends them; the browser prints them.

#[cfg(feature = "ssr")]
mod frame;
#[cfg(feature = "ssr")]
mod link_code;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
mod port;
#[cfg(feature = "ssr")]
mod run_sheet;
#[cfg(feature = "ssr")]
mod tags;

#[cfg(not(feature = "ssr"))]
pub use crate::unscripted::{
    Unscripted as LinkCodePage, Unscripted as NameTagsPage, Unscripted as PeopleListPage, Unscripted as RunSheetPage,
};
#[cfg(feature = "ssr")]
pub(crate) use frame::{doubt, id_of_address};
#[cfg(feature = "ssr")]
pub use link_code::LinkCodePage;
#[cfg(feature = "ssr")]
pub use people::PeopleListPage;
#[cfg(feature = "ssr")]
pub use port::{LinkCode, PrintPort, Printed};
#[cfg(feature = "ssr")]
pub use run_sheet::RunSheetPage;
#[cfg(feature = "ssr")]
pub use tags::NameTagsPage;
