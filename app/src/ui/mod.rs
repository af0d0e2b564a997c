//! Components that know no feature.

mod ago;
mod announcer;
mod avatar;
mod dynamic;
mod field;
mod focus;
mod form_guard;
mod hydration;
mod joined;
mod load_more;
mod notice;
mod page_title;
mod query_view;
pub mod raw_text;
mod script_button;
mod tip;
mod typed;

/// Names what fields and buttons are driven by, for [`crate::frame`].
pub fn keep_in_main() {
    std::hint::black_box((typed::bind as fn(_, _, _), script_button::button as fn(_, _, _) -> _));
}

pub use ago::{Ago, Now, When};
pub use announcer::{AnnouncementRegion, Announcer};
pub use avatar::Avatar;
pub use dynamic::{dynamic, for_each_id};
pub use field::{FieldError, TextArea, TextField};
pub use focus::{focus_soon, keep_focus};
pub use form_guard::{on_save_key, warn_on_leaving};
pub use hydration::{after_hydration, hydrated, is_hydrated, mark_hydrated};
pub use joined::{dotted, joined};
pub use load_more::LoadMore;
pub use notice::{ErrorNotice, InlineError, Notice, NoticeKind, Skeleton};
pub use page_title::PageTitle;
pub use query_view::query_view;
pub use raw_text::raw_text;
pub use script_button::script_button;
pub use tip::WithTip;
pub use typed::bind_field;
