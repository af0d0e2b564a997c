//! Notes and files of an event: for everybody on it, or for members alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::convert::Infallible;

use app::domain::ids::{EventFileId, EventId, IdempotencyKey};
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::events::EventsPort;
use app::live::Topic;
use app::notes::{Audience, Deleted, EventNotes, FileForm, NoteForm, NotesPort};
use app::planner::{LinkKind, PlannerPort};
use app::share_page::SharePagePort;
use axum::body::Bytes;
use axum::http::StatusCode;
use futures_util::stream;
use server::db::Db;
use server::notes::{KEPT_MS, receive, tidy};

use crate::html::elements;
use crate::support::{NOON, TestApp, hear, open_page, published, server_fn};
use crate::uploads::{alert, kept, pdf, png, post};
use crate::venue::Venue;

/// Adds a file as a member does, in pieces of 16 bytes.
pub async fn add(
    venue: &Venue,
    event: EventId,
    audience: Audience,
    name: &str,
    file: &[u8],
) -> Result<EventFileId, AppError> {
    let pieces: Vec<_> = file.chunks(16).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    receive(&venue.core, &venue.caller, event, audience, name, stream::iter(pieces)).await
}

fn note(text: &str, audience: Audience) -> NoteForm {
    NoteForm { text: text.into(), audience }
}

async fn page(venue: &Venue) -> EventNotes {
    venue.notes.page(&venue.caller, venue.event).await.unwrap()
}

/// The names of the files, in their order.
async fn files(venue: &Venue) -> Vec<String> {
    page(venue).await.files.into_iter().map(|file| file.form.name).collect()
}

/// The token of a guest's live link.
async fn guest(venue: &Venue) -> String {
    let (_, crew) = venue.cast("Ann", "ann@example.com").await;
    venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap())
}

on_both_engines!(
    async fn a_note_is_written_once_changed_deleted_and_restored_and_each_of_it_is_heard(db: Db) {
        let venue = Venue::new(db).await;
        let (notes, caller, event) = (&venue.notes, &venue.caller, venue.event);
        let token = guest(&venue).await;
        let mut live = open_page(&venue.core, Topic::Event(event)).await;
        let key = || Some(IdempotencyKey("note".into()));
        let form = || note(" Yard 2,\r\n  behind the house ", Audience::Everybody);
        let made = notes.create(caller, event, form(), key()).await.unwrap();
        hear(&mut live).await;
        assert_eq!(notes.create(caller, event, form(), key()).await, Ok(made), "the same form is one note");
        notes.create(caller, event, note("Pay in cash", Audience::Members), None).await.unwrap();
        hear(&mut live).await;
        let seen = venue.share_page.open(token.clone()).await.unwrap().notes;
        assert_eq!(seen.notes, ["Yard 2,\n  behind the house"], "what is for members stays theirs");

        let theirs = note("Yard 3", Audience::Everybody);
        for _ in 0..2 {
            notes.save(caller, made, 1, theirs.clone()).await.unwrap();
        }
        hear(&mut live).await;
        published(&venue.core).await;
        assert!(live.next_waiting().is_none(), "a repetition is none");
        let mine = note("Yard 4", Audience::Everybody);
        assert_eq!(notes.save(caller, made, 1, mine.clone()).await, Err(AppError::Conflict));
        notes.save(caller, made, 2, mine).await.unwrap();
        notes.save(caller, made, 3, note("Yard 4", Audience::Members)).await.unwrap();
        assert_eq!(venue.share_page.open(token.clone()).await.unwrap().notes.notes, [""; 0]);
        for (text, message) in [("", "Write the note first."), (&"x".repeat(5_001), "may have 5000 characters")] {
            let refused = notes.create(caller, event, note(text, Audience::Members), None).await;
            assert!(matches!(refused, Err(AppError::Invalid { message: said, .. }) if said.contains(message)));
        }

        for _ in 0..2 {
            assert_eq!(notes.delete(caller, made).await, Ok(event));
        }
        assert_eq!(notes.save(caller, made, 5, note("x", Audience::Members)).await, Err(AppError::NotFound));
        let deleted = page(&venue).await.deleted;
        assert_eq!((deleted[0].what, deleted[0].label.as_str()), (Deleted::Note(made), "Yard 4"));
        for _ in 0..2 {
            notes.restore(caller, made).await.unwrap();
        }
        assert_eq!((page(&venue).await.notes.len(), page(&venue).await.deleted.len()), (2, 0));
        notes.delete(caller, made).await.unwrap();
        venue.core.clock.advance_ms(KEPT_MS + 1);
        tidy(&venue.core).await.unwrap();
        assert_eq!(notes.restore(caller, made).await, Err(AppError::NotFound), "a month later it is gone");

        let stranger = &venue.stranger;
        for denied in [
            notes.page(stranger, event).await.map(drop),
            notes.create(stranger, event, note("x", Audience::Members), None).await.map(drop),
            notes.save(stranger, made, 1, note("x", Audience::Members)).await.map(drop),
            notes.delete(stranger, made).await.map(drop),
            notes.restore(stranger, made).await.map(drop),
        ] {
            assert_eq!(denied, Err(AppError::NotFound));
        }
    }
);

on_both_engines!(
    async fn an_event_has_room_for_fifty_notes_and_fifty_files(db: Db) {
        let venue = Venue::new(db).await;
        let (notes, caller, event) = (&venue.notes, &venue.caller, venue.event);
        for place in 0..50 {
            notes.create(caller, event, note(&place.to_string(), Audience::Members), None).await.unwrap();
        }
        let more = notes.create(caller, event, note("more", Audience::Members), None).await;
        assert!(matches!(more, Err(AppError::Invalid { message, .. }) if message.contains("50 notes")));
        venue
            .run(&format!(
                "INSERT INTO event_file (account_id, event_id, name, file_name, media_type, object_key, audience, \
                 position, created_at, stored_at) SELECT account_id, event_id, 'f', 'f.pdf', 'application/pdf', \
                 'n/' || CAST(id AS TEXT), 'members', id, 0, 0 FROM event_note WHERE event_id = {event}"
            ))
            .await;
        let more = add(&venue, event, Audience::Members, "plan.pdf", &pdf()).await;
        assert!(matches!(more, Err(AppError::Invalid { message, .. }) if message.contains("50 files")));
        assert_eq!(kept(&venue), 0);
        let first = page(&venue).await.files[0].id;
        notes.delete_file(caller, first).await.unwrap();
        add(&venue, event, Audience::Members, "plan.pdf", &pdf()).await.unwrap();
        let full = notes.restore_file(caller, first).await;
        assert!(matches!(full, Err(AppError::Invalid { message, .. }) if message.contains("50 files")));
    }
);

on_both_engines!(
    async fn of_very_much_that_was_deleted_the_newest_is_listed(db: Db) {
        let venue = Venue::new(db.clone()).await;
        let (account, event, first) = (venue.caller.account, venue.event, NOON.plus_ms(-HOUR_MS).0);
        let series =
            |count| format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
        let notes = format!(
            "{} INSERT INTO event_note (account_id, event_id, text, audience, created_at, deleted_at) \
             SELECT {account}, {event}, 'Note ' || i, 'members', 0, {first} + i FROM n",
            series(60)
        );
        let files = format!(
            "{} INSERT INTO event_file (account_id, event_id, name, file_name, media_type, object_key, audience, \
             position, created_at, stored_at, deleted_at) SELECT {account}, {event}, 'Plan ' || i, 'f.pdf', \
             'application/pdf', 'gone/' || i, 'members', i, 0, 0, {first} + 1000 + i FROM n",
            series(3)
        );
        venue.run(&notes).await;
        venue.run(&files).await;
        assert!(page(&venue).await.more_deleted);
        let address = format!("/events/{event}/notes");
        venue.stop_publishing();
        let member = TestApp::new(db).await.signed_in_as(account, venue.caller.member).await;
        let text = member.get(&address).await.text();
        assert!(text.contains("More was deleted before these."), "{text}");
        let listed = page(&venue).await.deleted;
        let labels: Vec<_> = listed.iter().map(|row| row.label.as_str()).collect();
        assert_eq!((labels.len(), &labels[..5]), (50, &["Plan 3", "Plan 2", "Plan 1", "Note 60", "Note 59"][..]));
        let Deleted::Note(last) = listed[49].what else { panic!("a note, not {:?}", listed[49]) };
        venue.notes.restore(&venue.caller, last).await.unwrap();
        assert_eq!(page(&venue).await.deleted.len(), 50, "the next one is seen then");
        venue.run("DELETE FROM event_note WHERE text LIKE 'Note 1%' OR text LIKE 'Note 2%'").await;
        assert!(!page(&venue).await.more_deleted);
        assert!(!member.get(&address).await.text().contains("More was deleted"));
    }
);

on_both_engines!(
    async fn a_file_that_was_cut_off_takes_no_place_from_those_that_come(db: Db) {
        let venue = Venue::new(db).await;
        let event = venue.event;
        // 49 files are there, and one is on its way that never comes.
        venue
            .run(&format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) \
                 INSERT INTO event_file (account_id, event_id, name, file_name, media_type, object_key, audience, \
                 position, created_at, stored_at) SELECT {}, {event}, 'f', 'f.pdf', 'application/pdf', 'n/' || i, \
                 'members', i, {}, CASE WHEN i < 50 THEN 0 END FROM n",
                venue.caller.account, NOON.0
            ))
            .await;
        let file = pdf();
        let two = tokio::join!(
            add(&venue, event, Audience::Members, "a.pdf", &file),
            add(&venue, event, Audience::Members, "b.pdf", &file)
        );
        let refused: Vec<_> = [two.0, two.1].into_iter().filter_map(Result::err).collect();
        assert!(
            matches!(refused.as_slice(), [AppError::Invalid { message, .. }] if message.contains("50 files")),
            "one of them fits: {refused:?}"
        );
        assert_eq!((files(&venue).await.len(), kept(&venue)), (50, 1));
    }
);

on_both_engines!(
    async fn files_stand_in_an_order_under_names_and_for_readers_that_members_choose(db: Db) {
        let venue = Venue::new(db).await;
        let (notes, caller, event) = (&venue.notes, &venue.caller, venue.event);
        let token = guest(&venue).await;
        let mut live = open_page(&venue.core, Topic::Event(event)).await;
        for (name, audience) in
            [("a.pdf", Audience::Everybody), ("b.pdf", Audience::Members), ("c.pdf", Audience::Everybody)]
        {
            add(&venue, event, audience, name, &pdf()).await.unwrap();
            hear(&mut live).await;
        }
        let seen = async || -> Vec<String> {
            let show = venue.share_page.open(token.clone()).await.unwrap();
            show.notes.files.into_iter().map(|file| file.name).collect()
        };
        assert_eq!(seen().await, ["a.pdf", "c.pdf"]);
        let last = page(&venue).await.files.pop().unwrap();
        // Once pressed, twice posted: one move.
        for _ in 0..2 {
            notes.move_file_up(caller, last.id, last.position).await.unwrap();
        }
        hear(&mut live).await;
        published(&venue.core).await;
        assert!(live.next_waiting().is_none());
        assert_eq!(files(&venue).await, ["a.pdf", "c.pdf", "b.pdf"]);
        let first = page(&venue).await.files.remove(0);
        notes.move_file_up(caller, first.id, first.position).await.unwrap();
        assert_eq!(files(&venue).await, ["a.pdf", "c.pdf", "b.pdf"], "nothing stands above it");

        let named = |name: &str, audience| FileForm { name: name.into(), audience };
        notes.save_file(caller, last.id, last.revision, named("Way there", Audience::Members)).await.unwrap();
        let stale = notes.save_file(caller, last.id, last.revision, named("Map", Audience::Everybody)).await;
        assert_eq!(stale, Err(AppError::Conflict));
        assert_eq!(seen().await, ["a.pdf"]);
        let unnamed = notes.save_file(caller, last.id, 2, named(" ", Audience::Members)).await;
        assert!(matches!(unnamed, Err(AppError::Invalid { field, .. }) if field == "name"));
        notes.delete_file(caller, first.id).await.unwrap();
        assert_eq!((files(&venue).await, seen().await), (vec!["Way there".into(), "b.pdf".into()], vec![]));
        for _ in 0..2 {
            notes.restore_file(caller, first.id).await.unwrap();
        }
        assert_eq!(files(&venue).await, ["a.pdf", "Way there", "b.pdf"], "where it was");

        let stranger = &venue.stranger;
        for denied in [
            notes.save_file(stranger, first.id, 1, named("x", Audience::Members)).await.map(drop),
            notes.move_file_up(stranger, last.id, 2).await.map(drop),
            notes.delete_file(stranger, first.id).await.map(drop),
            notes.restore_file(stranger, first.id).await.map(drop),
            receive(&venue.core, stranger, event, Audience::Members, "a.pdf", pieces()).await.map(drop),
        ] {
            assert_eq!(denied, Err(AppError::NotFound));
        }
    }
);

fn pieces() -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> + Send + Unpin {
    stream::iter([Ok(Bytes::from(pdf()))])
}

on_both_engines!(
    async fn no_file_of_an_event_is_left_over(db: Db) {
        let venue = Venue::new(db).await;
        let (core, event) = (&venue.core, venue.event);
        // A file where the folder has to be: nothing can be written there.
        std::fs::write(core.files.folder(), "").unwrap();
        assert_eq!(add(&venue, event, Audience::Members, "a.pdf", &pdf()).await, Err(AppError::Unavailable));
        std::fs::remove_file(core.files.folder()).unwrap();
        for (name, file) in [("a.pdf", &b""[..]), ("a.pdf", b"<html>"), ("a.exe", b"MZ"), ("../a.pdf", &pdf())] {
            let refused = add(&venue, event, Audience::Everybody, name, file).await;
            assert!(matches!(refused, Err(AppError::Invalid { .. })), "{name}: {refused:?}");
        }
        tidy(core).await.unwrap();
        core.clock.advance_ms(HOUR_MS + 1);
        tidy(core).await.unwrap();
        assert_eq!((venue.number("SELECT COUNT(*) FROM event_file").await, kept(&venue)), (0, 0));

        // One that a crash left behind, one that was deleted a month ago, and those of an event that is gone.
        let other = venue.event("Ball", core.clock.now()).await;
        let deleted = add(&venue, event, Audience::Members, "a.pdf", &pdf()).await.unwrap();
        add(&venue, other, Audience::Members, "b.pdf", &pdf()).await.unwrap();
        venue
            .run(&format!(
                "INSERT INTO event_file (account_id, event_id, name, file_name, media_type, object_key, audience, \
                 position, created_at) SELECT account_id, event_id, name, file_name, media_type, 'ha/half', audience, 9, \
                 created_at FROM event_file WHERE id = {deleted}"
            ))
            .await;
        venue.notes.delete_file(&venue.caller, deleted).await.unwrap();
        assert_eq!((tidy(core).await.unwrap(), kept(&venue)), (0, 2), "it may be on its way, and it may be restored");
        core.clock.advance_ms(KEPT_MS + 1);
        assert_eq!((tidy(core).await.unwrap(), kept(&venue)), (2, 1));
        venue.run(&format!("DELETE FROM event WHERE id = {other}")).await;
        assert_eq!((tidy(core).await.unwrap(), kept(&venue)), (1, 0));
        assert_eq!(venue.number("SELECT COUNT(*) FROM event_file").await, 0);
    }
);

on_both_engines!(
    async fn members_add_files_by_a_plain_form_and_guests_get_those_for_everybody_until_their_link_ends(db: Db) {
        let venue = Venue::new(db.clone()).await;
        let token = guest(&venue).await;
        venue.stop_publishing();
        let anybody = TestApp::new(db).await.with_files(venue.core.files.clone());
        let member = anybody.signed_in_as(venue.caller.account, venue.caller.member).await;
        let stranger = anybody.as_stranger().await;
        let event = venue.event;
        let notes = format!("/events/{event}/notes");
        let (back, all, own) = (
            format!("{notes}#files"),
            format!("/events/{event}/files?for=everybody"),
            format!("/events/{event}/files?for=members"),
        );
        let empty = member.get(&notes).await.text();
        assert!(empty.contains("Nothing is noted yet"), "{empty}");
        let form = elements(&empty);
        assert!(form.iter().any(|one| one.attribute("formaction") == all));
        assert!(form.iter().any(|one| one.attribute("action") == own && one.attribute("method") == "post"));
        let added = post(&member, &all, &[("map.pdf", &pdf()), ("yard \u{fc}.png", &png())]).await;
        assert_eq!(
            (added.status, added.header("location")),
            (StatusCode::SEE_OTHER, back.as_str()),
            "{}",
            added.text()
        );
        assert_eq!(post(&member, &own, &[("prices.pdf", &pdf())]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(
            post(&member, &format!("/events/{event}/files"), &[("x.pdf", &pdf())]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(files(&venue).await, ["map.pdf", "yard \u{fc}.png", "prices.pdf", "x.pdf"]);

        let show = anybody.get(&format!("/v/{token}")).await.text();
        let links: Vec<String> = elements(&show)
            .iter()
            .map(|one| one.attribute("href").to_owned())
            .filter(|href| href.contains("/shared/"))
            .collect();
        assert_eq!(links, [format!("/v/{token}/shared/1"), format!("/v/{token}/shared/2")]);
        assert!(!show.contains("prices") && !show.contains("x.pdf"), "{show}");
        let got = anybody.get(&links[0]).await;
        assert_eq!((got.status, got.body.as_slice()), (StatusCode::OK, pdf().as_slice()));
        assert_eq!(got.header("content-disposition"), "attachment; filename=\"map.pdf\"; filename*=UTF-8''map%2Epdf");
        assert_eq!(
            [got.header("x-content-type-options"), got.header("cache-control"), got.header("x-robots-tag")],
            ["nosniff", "no-store", "noindex, nofollow"]
        );
        assert!(got.header("content-security-policy").starts_with("default-src 'none'"));
        for file in ["3", "4", "987", "x", "-1"] {
            let hidden = anybody.get(&format!("/v/{token}/shared/{file}")).await;
            assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{file}");
        }
        for file in 1..=4 {
            let path = format!("/events/{event}/files/{file}");
            assert_eq!(member.get(&path).await.status, StatusCode::OK, "{path}");
            assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
            assert!(anybody.get(&path).await.header("location").starts_with("/sign-in?next="), "{path}");
        }
        assert_eq!(member.get("/events/987/files/1").await.status, StatusCode::NOT_FOUND, "of another event");

        // Renamed, it is saved under its new name with the ending that opens it.
        let fields = [
            ("page", back.as_str()),
            ("file", "1"),
            ("revision", "1"),
            ("form[name]", "Way there"),
            ("form[audience]", "everybody"),
        ];
        assert_eq!(member.post_form(server_fn("save_event_file"), &fields).await.status, StatusCode::SEE_OTHER);
        assert!(anybody.get(&links[0]).await.header("content-disposition").contains("\"Way there.pdf\""));

        // Who may not, and what is refused.
        for who in [&stranger, &anybody] {
            let denied = post(who, &all, &[("map.pdf", &pdf())]).await;
            let is_denied = denied.status == StatusCode::NOT_FOUND || denied.header("location").starts_with("/sign-in");
            assert!(is_denied, "{}", denied.status);
        }
        let refused = post(&member, &all, &[("map.pdf", b"<html>")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(alert(&refused).contains("it is none inside"), "{}", alert(&refused));
        assert!(refused.text().contains("Notes and files"), "with its page");
        assert_eq!(member.get(&format!("/events/{event}/files")).await.header("location"), notes);
        assert_eq!(kept(&venue), 4);

        venue.notes.delete_file(&venue.caller, EventFileId(2)).await.unwrap();
        assert_eq!(anybody.get(&links[1]).await.status, StatusCode::NOT_FOUND, "deleted");
        venue.planner.revoke_link(&venue.caller, app::domain::ids::CrewId(1), LinkKind::Share).await.unwrap();
        let revoked = anybody.get(&links[0]).await;
        assert_eq!(revoked.status, StatusCode::NOT_FOUND);
        assert!(!revoked.text().contains("Gala") && !revoked.text().contains("Way there"), "{}", revoked.text());
        venue.events.delete(&venue.caller, event).await.unwrap();
        assert_eq!(member.get(&format!("/events/{event}/files/1")).await.status, StatusCode::NOT_FOUND);
    }
);

on_both_engines!(
    async fn notes_are_kept_by_plain_forms_and_read_with_their_lines_and_links(db: Db) {
        let venue = Venue::new(db.clone()).await;
        let token = guest(&venue).await;
        venue.stop_publishing();
        let anybody = TestApp::new(db).await;
        let member = anybody.signed_in_as(venue.caller.account, venue.caller.member).await;
        let event = venue.event.to_string();
        let path = format!("/events/{event}/notes");
        assert!(
            !anybody.get(&format!("/v/{token}")).await.text().contains("notes-title"),
            "absent when there are none"
        );
        let form = |text, audience| {
            [
                ("page", path.as_str()),
                ("event", event.as_str()),
                ("key", "k"),
                ("form[text]", text),
                ("form[audience]", audience),
            ]
        };
        let text = "Parking: https://venue.example/yard.\r\n<b>Ring</b> twice";
        let made = member.post_form(server_fn("create_note"), &form(text, "everybody")).await;
        assert_eq!(made.header("location"), format!("{path}#note-1"), "{}", made.text());
        for page in [member.get(&path).await.text(), anybody.get(&format!("/v/{token}")).await.text()] {
            let elements = elements(&page);
            let link = elements.iter().find(|one| one.attribute("href") == "https://venue.example/yard").unwrap();
            assert_eq!((link.text.trim(), link.attribute("target")), ("https://venue.example/yard", "_blank"));
            assert!(link.attribute("rel").contains("noopener") && link.attribute("rel").contains("nofollow"));
            assert!(page.contains(".\n&lt;b"), "the full stop is no part of it, and lines stay: {page}");
        }
        let long = "é".repeat(5_001);
        let refused = member.post_form(server_fn("create_note"), &form(&long, "members")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = elements(&refused.text());
        let typed = page.iter().find(|one| one.attribute("id") == "new-text").unwrap();
        assert!(typed.text.trim() == long && typed.attribute("aria-invalid") == "true");
        let chosen = page.iter().filter(|one| one.attribute("value") == "members" && one.has("selected"));
        assert_eq!(chosen.count(), 1, "as it was chosen");

        // Somebody else was faster: both versions stand there.
        let save = |revision, text| {
            [
                ("page", path.as_str()),
                ("note", "1"),
                ("revision", revision),
                ("form[text]", text),
                ("form[audience]", "everybody"),
            ]
        };
        let saved = member.post_form(server_fn("save_note"), &save("1", "Yard 3")).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER);
        let conflict = member.post_form(server_fn("save_note"), &save("1", "Yard 4")).await;
        assert_eq!(conflict.status, StatusCode::CONFLICT);
        assert!(conflict.text().contains("Theirs: Yard 3") && conflict.text().contains("Save mine instead"));
        let over: Vec<_> = save("1", "Yard 4").into_iter().chain([("over", "2")]).collect();
        assert_eq!(member.post_form(server_fn("save_note"), &over).await.status, StatusCode::SEE_OTHER);
        assert!(anybody.get(&format!("/v/{token}")).await.text().contains("Yard 4"));

        let fields = [("page", path.as_str()), ("note", "1")];
        let deleted = member.post_form(server_fn("delete_note"), &fields).await;
        assert_eq!(deleted.header("location"), format!("{path}?removed=note-1"));
        let page = member.get(deleted.header("location")).await.text();
        assert!(page.contains("was just deleted") && page.contains("Restore"), "{page}");
        assert!(!anybody.get(&format!("/v/{token}")).await.text().contains("Yard 4"));
        assert_eq!(member.post_form(server_fn("restore_note"), &fields).await.status, StatusCode::SEE_OTHER);
        assert!(anybody.get(&format!("/v/{token}")).await.text().contains("Yard 4"));
        let gone = member.post_form(server_fn("delete_note"), &[("page", path.as_str()), ("note", "987")]).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    }
);
