//! `/events/{id}/notes/live` over a real socket: what an open page of notes and files hears, and when it is cut off.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::backend::Caller;
use app::domain::time::HOUR_MS;
use app::notes::{Audience, NOTES_SCRIPT, NoteForm, NotesPort};
use axum::http::StatusCode;
use server::auth::store::{end_session, open_session, remove_member};
use server::db::{Change, Db};
use server::secret::{self, token_hash};
use tokio::sync::watch;

use crate::guest_live::{Heard, Page, serve};
use crate::html::elements;
use crate::notes::add;
use crate::support::{TestApp, published};
use crate::uploads::pdf;
use crate::venue::Venue;

/// A venue whose notes somebody has open.
struct Open {
    venue: Venue,
    address: String,
    path: String,
    _stop: watch::Sender<bool>,
}

impl Open {
    async fn new(db: Db) -> Self {
        let venue = Venue::new(db).await;
        let (address, stop) = serve(&venue.core).await;
        let path = format!("/events/{}/notes", venue.event);
        Self { venue, address, path, _stop: stop }
    }

    /// Signs somebody in. Gives the session's token.
    async fn sign_in(&self, caller: &Caller) -> String {
        let token = secret::token();
        let mut write = self.venue.db().write().await.unwrap();
        let now = self.venue.core.clock.now();
        open_session(&mut write, &token_hash(&token), caller.member, caller.account, now).await.unwrap();
        write.commit().await.unwrap();
        token
    }

    async fn open(&self, path: &str, session: &str) -> Result<Page, StatusCode> {
        let page = Page::at(&self.address, path, &format!("callboard_session={session}")).await;
        published(&self.venue.core).await;
        page
    }

    async fn page(&self, session: &str) -> Page {
        self.open(&self.path, session).await.unwrap()
    }

    async fn note(&self, text: &str) {
        let form = NoteForm { text: text.into(), audience: Audience::Members };
        self.venue.notes.create(&self.venue.caller, self.venue.event, form, None).await.unwrap();
        published(&self.venue.core).await;
    }
}

on_both_engines!(
    async fn an_open_page_of_notes_hears_of_notes_and_files_and_of_nothing_else(db: Db) {
        let open = Open::new(db).await;
        let venue = &open.venue;
        let session = open.sign_in(&venue.caller).await;
        let mut page = open.page(&session).await;
        open.note("Park in yard 2").await;
        assert_eq!(page.hear().await, Heard::Changed, "a note for members alone");
        add(venue, venue.event, Audience::Everybody, "plan.pdf", &pdf()).await.unwrap();
        assert_eq!(page.hear().await, Heard::Changed, "a file");
        // What stands on other pages.
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        let mut write = venue.db().write().await.unwrap();
        write.changed(Change::Crew(crew, venue.event));
        write.changed(Change::Contact(contact));
        write.commit().await.unwrap();
        published(&venue.core).await;
        open.note("Ring twice").await;
        assert_eq!(page.hear().await, Heard::Changed, "one for the note");
        venue.core.hub.close();
        assert_eq!(page.hear().await, Heard::Closed(1001), "and nothing was said of the others before that");
    }
);

on_both_engines!(
    async fn a_page_of_notes_is_for_those_of_the_account_while_they_are_signed_in(db: Db) {
        let open = Open::new(db).await;
        let venue = &open.venue;
        let session = open.sign_in(&venue.caller).await;
        assert_eq!(open.open(&open.path, "").await.err(), Some(StatusCode::UNAUTHORIZED));
        let stranger = open.sign_in(&venue.stranger).await;
        assert_eq!(open.open(&open.path, &stranger).await.err(), Some(StatusCode::NOT_FOUND));
        for nothing in ["0", "-1", "999", "99999999999999999999", "x"] {
            let path = format!("/events/{nothing}/notes");
            assert_eq!(open.open(&path, &session).await.err(), Some(StatusCode::NOT_FOUND), "{nothing}");
        }

        let mut page = open.page(&session).await;
        end_session(venue.db(), &token_hash(&session)).await.unwrap();
        assert_eq!(page.hear().await, Heard::Closed(4404), "signed out");

        let session = open.sign_in(&venue.caller).await;
        let mut page = open.page(&session).await;
        // Heard only once it listens, which is when the end of its session is known.
        open.note("Ring twice").await;
        assert_eq!(page.hear().await, Heard::Changed);
        venue.core.clock.advance_ms(400 * 24 * HOUR_MS);
        venue.core.hub.end_expired(venue.core.clock.now());
        assert_eq!(page.hear().await, Heard::Closed(4404), "the session has run out");

        let session = open.sign_in(&venue.caller).await;
        let mut page = open.page(&session).await;
        remove_member(venue.db(), venue.caller.account, venue.caller.member).await.unwrap();
        assert_eq!(page.hear().await, Heard::Closed(4404), "no member any more");
        while venue.core.hub.listeners() + venue.core.hub.pages().open() > 0 {
            // They are on their way out.
            tokio::task::yield_now().await;
        }
    }
);

on_both_engines!(
    async fn the_page_of_notes_has_a_small_script_and_leaves_what_is_typed_to_it(db: Db) {
        let open = Open::new(db.clone()).await;
        open.note("Park in yard 2").await;
        open.venue.stop_publishing();
        let member = TestApp::new(db).await.signed_in_as(open.venue.caller.account, open.venue.caller.member).await;
        let text = member.get(&open.path).await.text();
        assert_eq!(text.matches("<script").count(), 1, "{text}");
        assert!(text.contains(&format!("src=\"{}\"", NOTES_SCRIPT.address())), "{text}");
        let script = member.get(NOTES_SCRIPT.address()).await;
        assert!(script.header("cache-control").contains("immutable"));
        assert!(
            script.text().contains("form[data-upload]") && text.contains("data-upload="),
            "files show how far they are"
        );
        assert!(script.text().len() < 12_000, "{} bytes", script.text().len());
        let page = elements(&text);
        for id in ["pill", "said", "write-note", "add-files"] {
            let own = page.iter().find(|element| element.attribute("id") == id);
            assert!(own.is_some_and(|element| element.has("data-own")), "{id} is the script's");
        }
        let row = page.iter().find(|element| element.has("data-row"));
        assert!(row.is_some_and(|row| row.attribute("id").starts_with("note-")), "{text}");
    }
);
