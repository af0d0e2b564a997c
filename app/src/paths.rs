//! Every address of the product: the table of pages, and the links that lead to them.

use leptos_router::params::ParamsMap;

use crate::domain::ids::{
    BatchId, ContactId, CrewId, EditId, EventFileId, EventId, ItemId, NoteId, RequestId, SpaceId, UploadId,
};

pub const HOME: &str = EVENTS;
pub const SIGN_IN: &str = "/sign-in";
/// Where a sign-up leads that is answered alike for every address, and where a new password leads: what was posted is done.
pub const SIGNED_UP: &str = "/sign-in?signed-up";
pub const RESET_DONE: &str = "/sign-in?reset";
pub const SIGN_UP: &str = "/sign-up";
pub const VERIFY: &str = "/verify";
pub const CODE_SENT: &str = "/verify?sent";
pub const FORGOT: &str = "/forgot";
pub const RESET_SENT: &str = "/forgot?sent";
pub const ACCOUNT: &str = "/account";
pub const EVENTS: &str = "/events";
pub const NEW_EVENT: &str = "/events/new";
pub const TEMPLATES: &str = "/templates";
pub const SPACES: &str = "/spaces";
pub const NEW_SPACE: &str = "/spaces/new";
pub const DELETED: &str = "/deleted";
/// Names the event that was just deleted, in the query of the list.
pub const DELETED_EVENT: &str = "deleted";
pub const CONTACTS: &str = "/contacts";
pub const NEW_CONTACT: &str = "/contacts/new";
pub const REQUESTS: &str = "/requests";
pub const SANDBOX: &str = "/sandbox";
/// Stands in the query of a page whose form was just saved.
pub const SAVED: &str = "saved";
/// Names the edit in the query of a planner that offers to undo it.
pub const UNDO: &str = "undo";
/// Names what was just deleted, in the query of an event's requests and of its notes.
pub const REMOVED: &str = "removed";
/// Names the person whom the requests of an event are shown for.
pub const OF_CREW: &str = "crew";
/// Names the batch whose progress is shown.
pub const BATCH: &str = "batch";
/// Names the item that a new one follows.
pub const AFTER: &str = "after";

/// In the query of a run sheet that shows private items too.
pub const PRIVATE: &str = "private";
/// In the query of a guest's page that shows their own items alone.
pub const MINE: &str = "mine";
/// In the query of a list of people that shows what they wrote with their answers.
pub const NOTES: &str = "notes";

/// What stands before the tokens of guests' calendars.
pub const CALENDAR: &str = "/calendar/";

/// What of an event is made for paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    RunSheet,
    People,
    NameTags,
}

impl Paper {
    pub const ALL: [Self; 3] = [Self::RunSheet, Self::People, Self::NameTags];

    /// As style calls it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RunSheet => "run-sheet",
            Self::People => "people",
            Self::NameTags => "name-tags",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::RunSheet => "Run sheet",
            Self::People => "People",
            Self::NameTags => "Name tags",
        }
    }
}

/// Who may see a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever is signed in; everybody else is asked to sign in first.
    Members,
    /// Whoever is not; members go home.
    SignedOut,
    /// Whoever has the link.
    Everybody,
}

/// A page, as the router knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// `{name}` stands for one segment, `{*name}` for all that follow.
    pub path: &'static str,
    pub audience: Audience,
    /// Without, the page is finished as the server sends it and does not load the client. Some have a small script of their own; and when
    /// its form was refused, one line puts the page's own address back.
    pub scripts: bool,
}

const fn members(path: &'static str) -> Page {
    Page { path, audience: Audience::Members, scripts: true }
}

const fn plain(path: &'static str, audience: Audience) -> Page {
    Page { path, audience, scripts: false }
}

/// The pages of the app, as `App` routes them (a test compares the two), then the sandbox's, which it serves itself.
pub const PAGES: [Page; 43] = [
    members("/"),
    members(EVENTS),
    members(NEW_EVENT),
    members("/events/{id}"),
    members("/events/{id}/items/new"),
    members("/events/{id}/items/{item}"),
    members("/events/{id}/paste"),
    members("/events/{id}/deleted"),
    members("/events/{id}/edit"),
    members(TEMPLATES),
    members(SPACES),
    members(NEW_SPACE),
    members("/spaces/{id}"),
    members(DELETED),
    members("/events/{id}/people"),
    members("/events/{id}/requests"),
    members("/events/{id}/requests/{request}"),
    members(REQUESTS),
    members("/events/{id}/batch"),
    members(CONTACTS),
    members(NEW_CONTACT),
    members("/contacts/{id}"),
    members("/contacts/{id}/events"),
    members("/contacts/{id}/emails"),
    members(ACCOUNT),
    plain("/events/{id}/print", Audience::Members),
    plain("/events/{id}/print/people", Audience::Members),
    plain("/events/{id}/print/tags", Audience::Members),
    plain("/events/{id}/qr/{crew}", Audience::Members),
    plain("/events/{id}/public", Audience::Members),
    plain("/events/{id}/notes", Audience::Members),
    plain(VERIFY, Audience::Members),
    plain(SIGN_IN, Audience::SignedOut),
    plain(SIGN_UP, Audience::SignedOut),
    plain(FORGOT, Audience::SignedOut),
    plain("/reset/{token}", Audience::Everybody),
    plain("/change-email/{token}", Audience::Everybody),
    plain("/v/{token}", Audience::Everybody),
    plain("/rsvp/{token}", Audience::Everybody),
    plain("/c/{token}", Audience::Everybody),
    plain("/r/{token}", Audience::Everybody),
    plain(SANDBOX, Audience::Members),
    plain("/sandbox/{*rest}", Audience::Members),
];

/// Returns the page at `path`, if there is one.
pub fn page_at(path: &str) -> Option<Page> {
    PAGES.into_iter().find(|page| matches(page.path, path))
}

/// A slash at the end makes no difference, as in the router.
fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.trim_end_matches('/').split('/');
    for wanted in pattern.trim_end_matches('/').split('/') {
        let Some(segment) = segments.next() else { return false };
        if wanted.starts_with("{*") {
            return true;
        }
        let any = wanted.starts_with('{') && !segment.is_empty();
        if !any && wanted != segment {
            return false;
        }
    }
    segments.next().is_none()
}

pub fn planner(event: EventId) -> String {
    format!("{EVENTS}/{event}")
}

/// The planner after an edit: it offers to undo it.
pub fn planner_after(event: EventId, edit: EditId) -> String {
    format!("{}?{UNDO}={edit}", planner(event))
}

/// An item of the run of show, to be changed.
pub fn item(event: EventId, item: ItemId) -> String {
    format!("{EVENTS}/{event}/items/{item}")
}

/// A new item, which follows `after` or else the last one.
pub fn new_item(event: EventId, after: Option<ItemId>) -> String {
    let after = after.map(|after| format!("?{AFTER}={after}")).unwrap_or_default();
    format!("{EVENTS}/{event}/items/new{after}")
}

/// The form for the next item, after one was added.
pub fn item_added(event: EventId, added: ItemId) -> String {
    format!("{}&{SAVED}", new_item(event, Some(added)))
}

pub fn paste_items(event: EventId) -> String {
    format!("{EVENTS}/{event}/paste")
}

pub fn deleted_items(event: EventId) -> String {
    format!("{EVENTS}/{event}/deleted")
}

pub fn edit_event(event: EventId) -> String {
    format!("{EVENTS}/{event}/edit")
}

/// The list of events, from which this one was just deleted: the page offers to take that back.
pub fn event_deleted(event: EventId) -> String {
    format!("{EVENTS}?{DELETED_EVENT}={event}")
}

pub fn space(space: SpaceId) -> String {
    format!("{SPACES}/{space}")
}

/// The space after it was saved: the page says so.
pub fn space_saved(space: SpaceId) -> String {
    format!("{}?{SAVED}", self::space(space))
}

/// Where people are put on an event.
pub fn people(event: EventId) -> String {
    format!("{EVENTS}/{event}/people")
}

/// The event, made for paper.
pub fn paper(event: EventId, paper: Paper) -> String {
    let rest = match paper {
        Paper::RunSheet => "",
        Paper::People => "/people",
        Paper::NameTags => "/tags",
    };
    format!("{EVENTS}/{event}/print{rest}")
}

/// A person's share link as a code for a camera.
pub fn link_code(event: EventId, crew: CrewId) -> String {
    format!("{EVENTS}/{event}/qr/{crew}")
}

/// Where the public link of an event is made and revoked.
pub fn public_link(event: EventId) -> String {
    format!("{EVENTS}/{event}/public")
}

/// Where the notes and files of an event are kept.
pub fn event_notes(event: EventId) -> String {
    format!("{EVENTS}/{event}/notes")
}

/// The same, with one note in view.
pub fn note(event: EventId, note: NoteId) -> String {
    format!("{}#note-{note}", event_notes(event))
}

/// The same, with the files in view.
pub fn notes_files(event: EventId) -> String {
    format!("{}#files", event_notes(event))
}

/// The same after something was deleted (`note-7`, `file-7`): the page offers to take that back.
pub fn removed_from_notes(event: EventId, what: &str) -> String {
    format!("{}?{REMOVED}={what}", event_notes(event))
}

/// Where a member's form sends files of an event. No page.
pub fn add_files(event: EventId) -> String {
    format!("{EVENTS}/{event}/files")
}

/// In the query of that address: for whom the files are.
pub const FOR: &str = "for";

/// A file of an event, for members alone. No page: a browser saves it.
pub fn event_file(event: EventId, file: EventFileId) -> String {
    format!("{EVENTS}/{event}/files/{file}")
}

/// A file of an event for everybody on it; the token is the secret. No page.
pub fn shared_file(token: &str, file: EventFileId) -> String {
    format!("/v/{token}/shared/{file}")
}

/// The event for a calendar program, whole.
pub fn event_calendar(event: EventId) -> String {
    format!("{EVENTS}/{event}/calendar.ics")
}

/// What a calendar program of a guest subscribes to. The token is another secret than their link's.
pub fn guest_calendar(token: &str) -> String {
    format!("{CALENDAR}{token}/run-of-show.ics")
}

/// What an event asks of its people; with a person, what it asks of them.
pub fn requests(event: EventId, crew: Option<CrewId>) -> String {
    let crew = crew.map(|crew| format!("?{OF_CREW}={crew}")).unwrap_or_default();
    format!("{EVENTS}/{event}/requests{crew}")
}

/// The same, with one request in view.
pub fn requests_at(event: EventId, crew: Option<CrewId>, request: RequestId) -> String {
    format!("{}#request-{request}", requests(event, crew))
}

/// What the event asks after a request was deleted: the page offers to take that back.
pub fn request_deleted(event: EventId, request: RequestId) -> String {
    format!("{}?{REMOVED}={request}", requests(event, None))
}

/// A request, to be changed.
pub fn request(event: EventId, request: RequestId) -> String {
    format!("{EVENTS}/{event}/requests/{request}")
}

/// A file that somebody sent, for members alone. No page: a browser saves it.
pub fn upload(upload: UploadId) -> String {
    format!("/uploads/{upload}")
}

/// Where a guest's form sends files; the token is the secret. No page.
pub fn send_files(token: &str, request: RequestId) -> String {
    format!("/v/{token}/files/{request}")
}

/// The file that hangs on a request: members send it there, and get it back. No page.
pub fn reference(request: RequestId) -> String {
    format!("{REQUESTS}/{request}/reference")
}

/// The same file, for whoever is asked; the token is the secret. No page.
pub fn guest_reference(token: &str, request: RequestId) -> String {
    format!("/v/{token}/reference/{request}")
}

/// Where mails are sent to several people of an event.
pub fn batch(event: EventId) -> String {
    format!("{EVENTS}/{event}/batch")
}

/// How such a batch fares.
pub fn batch_progress(event: EventId, batch: BatchId) -> String {
    format!("{}?{BATCH}={batch}", self::batch(event))
}

pub fn contact(contact: ContactId) -> String {
    format!("{CONTACTS}/{contact}")
}

/// The contact after it was saved without scripts: the page says so.
pub fn contact_saved(contact: ContactId) -> String {
    format!("{}?{SAVED}", self::contact(contact))
}

pub fn contact_events(contact: ContactId) -> String {
    format!("{CONTACTS}/{contact}/events")
}

pub fn contact_emails(contact: ContactId) -> String {
    format!("{CONTACTS}/{contact}/emails")
}

/// Asks for the sign-in, then leads to `next`.
pub fn sign_in_then(next: &str) -> String {
    let mut query = ParamsMap::new();
    query.insert("next", next.to_owned());
    format!("{SIGN_IN}{}", query.to_query_string())
}

/// What a guest opens, with their own items alone.
pub fn own_items(token: &str) -> String {
    format!("{}?{MINE}", share_page(token))
}

/// What a guest opens; the token is the secret.
pub fn share_page(token: &str) -> String {
    format!("/v/{token}")
}

/// What somebody opens who is asked whether they come; the token is the secret.
pub fn rsvp_page(token: &str) -> String {
    format!("/rsvp/{token}")
}

/// What a contact opens to find all events of theirs; the token is the secret.
pub fn portal(token: &str) -> String {
    format!("/c/{token}")
}

/// What anybody opens who was given an event's public link; the token is the secret.
pub fn public_page(token: &str) -> String {
    format!("/r/{token}")
}

/// The account after `what` was saved: the page says so.
pub fn account_saved(what: &str) -> String {
    format!("{ACCOUNT}?{SAVED}={what}")
}

/// Where a new password is set; the token is the secret.
pub fn reset(token: &str) -> String {
    format!("/reset/{token}")
}

/// Where a new address is taken into use; the token is the secret.
pub fn change_email(token: &str) -> String {
    format!("/change-email/{token}")
}

/// A `next` that stays on this site; anything else goes home, so that a crafted link cannot send people elsewhere.
pub fn local_or_home(next: &str) -> &str {
    // Browsers read a backslash as a slash and drop tabs; a header takes nothing beyond ASCII.
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let local = plain && next.starts_with('/') && !next.starts_with("//");
    if local { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_never_leaves_the_site() {
        assert_eq!(local_or_home("/contacts/4?x=1"), "/contacts/4?x=1");
        for elsewhere in ["", "https://evil.example", "//evil.example", "/\\evil.example", "events", "/a\r\nb"] {
            assert_eq!(local_or_home(elsewhere), HOME);
        }
    }

    #[test]
    fn a_page_is_found_by_its_segments() {
        for (path, pattern) in [
            ("/", "/"),
            ("/events/", "/events"),
            ("/events/7", "/events/{id}"),
            ("/events/new", "/events/new"),
            ("/contacts/new", "/contacts/new"),
            ("/contacts/7/emails", "/contacts/{id}/emails"),
            ("/v/a-secret_token", "/v/{token}"),
            ("/sandbox/4/html", "/sandbox/{*rest}"),
        ] {
            assert_eq!(page_at(path).map(|page| page.path), Some(pattern), "{path}");
        }
        for path in ["/eventsx", "/events/7/x", "//events", "/contacts//emails", "/v", "/v/", "/pkg/callboard.css"] {
            assert_eq!(page_at(path), None, "{path}");
        }
    }

    #[test]
    fn links_lead_to_pages() {
        let id = ContactId(7);
        for (link, pattern) in [
            (planner(EventId(7)), "/events/{id}"),
            (item(EventId(7), ItemId(8)), "/events/{id}/items/{item}"),
            (new_item(EventId(7), None), "/events/{id}/items/new"),
            (paste_items(EventId(7)), "/events/{id}/paste"),
            (deleted_items(EventId(7)), "/events/{id}/deleted"),
            (edit_event(EventId(7)), "/events/{id}/edit"),
            (space(SpaceId(7)), "/spaces/{id}"),
            (people(EventId(7)), "/events/{id}/people"),
            (paper(EventId(7), Paper::RunSheet), "/events/{id}/print"),
            (paper(EventId(7), Paper::People), "/events/{id}/print/people"),
            (paper(EventId(7), Paper::NameTags), "/events/{id}/print/tags"),
            (link_code(EventId(7), CrewId(8)), "/events/{id}/qr/{crew}"),
            (requests(EventId(7), None), "/events/{id}/requests"),
            (request(EventId(7), RequestId(8)), "/events/{id}/requests/{request}"),
            (batch(EventId(7)), "/events/{id}/batch"),
            (contact(id), "/contacts/{id}"),
            (contact_events(id), "/contacts/{id}/events"),
            (contact_emails(id), "/contacts/{id}/emails"),
            (share_page("token"), "/v/{token}"),
            (rsvp_page("token"), "/rsvp/{token}"),
            (portal("token"), "/c/{token}"),
            (public_page("token"), "/r/{token}"),
            (event_notes(EventId(7)), "/events/{id}/notes"),
            (public_link(EventId(7)), "/events/{id}/public"),
            (reset("token"), "/reset/{token}"),
            (change_email("token"), "/change-email/{token}"),
        ] {
            assert_eq!(page_at(&link).map(|page| page.path), Some(pattern), "{link}");
        }
    }
}
