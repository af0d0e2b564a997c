//! Components that know no feature.

mod ago;
mod alive;
mod announcer;
mod answered;
mod avatar;
mod changing;
mod field;
mod focus;
mod form_guard;
mod joined;
mod load_more;
mod notice;
mod page_title;
mod tip;

pub use ago::{Ago, Now, When};
pub use alive::{hydrated, is_alive, when_alive};
pub use announcer::{AnnouncementRegion, Announcer};
pub use answered::answered;
pub use avatar::Avatar;
pub use changing::{changing, keyed};
pub use field::{Fault, TextArea, TextField};
pub use focus::focus_soon;
pub use form_guard::{on_save_key, warn_on_leaving};
pub use joined::{dotted, joined};
pub use load_more::LoadMore;
pub use notice::{ErrorNotice, InlineError, Notice, NoticeKind, Skeleton};
pub use page_title::PageTitle;
pub use tip::WithTip;
