//! Copies, templates, and events from templates.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::contacts::ContactsPort;
use app::domain::ids::{EventId, IdempotencyKey};
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::events::{CopyForm, EventForm, EventsPort};
use app::live::{Row, Topic};
use app::notes::{Audience, NoteForm, NotesPort};
use app::planner::{LinkState, PlannerPort};
use server::db::Db;

use super::{form_of, gala, over};
use crate::support::{hear_rows, open_page};
use crate::venue::{Venue, which};

fn on(name: &str, date: &str) -> CopyForm {
    CopyForm { name: name.into(), date: date.into() }
}

/// A Gala with two people, of whom Ann was invited, and three items, one of them Ann's and one deleted.
async fn filled(db: Db) -> Venue {
    let venue = Venue::new(db).await;
    let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
    let (bo, _) = venue.cast("Bo", "").await;
    venue.email(crew, "ann@example.com").await.unwrap();
    venue.item(24 * HOUR_MS, "Doors", false, &[ann, bo]).await;
    venue.item(30 * HOUR_MS, "Cake", true, &[]).await;
    venue.item(31 * HOUR_MS, "Never", true, &[]).await;
    for text in ["Yard 2", "Never"] {
        let form = NoteForm { text: text.into(), audience: Audience::Everybody };
        venue.notes.create(&venue.caller, venue.event, form, None).await.unwrap();
    }
    venue.run("UPDATE event_note SET deleted_at = 1 WHERE text = 'Never'").await;
    crate::notes::add(&venue, venue.event, Audience::Everybody, "map.pdf", &crate::uploads::pdf()).await.unwrap();
    venue.run("UPDATE item SET deleted_at = 1 WHERE title = 'Never'").await;
    venue.run("UPDATE item SET pinned = 1, tie = 3, details = 'd', location = 'l' WHERE title = 'Cake'").await;
    let form = form_of(&venue, venue.event).await;
    let form = EventForm { client: "Cleo".into(), pax: "80".into(), space: "Hall".into(), rsvp: true, ..form };
    venue.events.save(&venue.caller, venue.event, form, over(1)).await.unwrap();
    venue
}

on_both_engines!(
    async fn a_copy_has_the_run_of_show_and_the_people_on_another_day_and_no_links_or_mails(db: Db) {
        let venue = filled(db).await;
        let ann = venue.number("SELECT id FROM contact WHERE first_name = 'Ann'").await;
        let mut page = open_page(&venue.core, Topic::Contact(app::domain::ids::ContactId(ann))).await;
        let copy = venue.events.copy(&venue.caller, venue.event, on(" Gala II ", "2027-07-01"), None).await.unwrap();
        let kept = venue.notes.page(&venue.caller, copy).await.unwrap();
        assert_eq!((kept.notes.len(), kept.files.len(), kept.deleted.len()), (1, 0, 0), "its notes, and no files");
        assert_eq!(kept.notes[0].form, NoteForm { text: "Yard 2".into(), audience: Audience::Everybody });
        let planner = venue.planner.page(&venue.caller, copy).await.unwrap();
        assert_eq!((planner.event.name.as_str(), planner.event.date.as_str()), ("Gala II", "Thu 1 Jul 2027"));
        let items: Vec<_> = planner
            .items
            .iter()
            .map(|item| {
                (item.title.as_str(), item.starts.day.as_str(), item.starts.clock.as_str(), item.responsible.len())
            })
            .collect();
        assert_eq!(
            items,
            [("Doors", "1 Jul 2027", "12:00", 2), ("Cake", "1 Jul 2027", "18:00", 0)],
            "by the clock, in summer too"
        );
        let cake = &planner.items[1];
        assert_eq!((cake.minutes, cake.private, cake.pinned, cake.tie), (Some(30), true, true, 3));
        assert_eq!((cake.details.as_str(), cake.location.as_str()), ("d", "l"));
        let crew: Vec<_> = planner.crew.iter().map(|row| (row.name.as_str(), row.role.as_str(), row.items)).collect();
        assert_eq!(crew, [("Ann", "Singer", 1), ("Bo", "Singer", 1)]);
        assert!(planner.crew.iter().all(|row| row.invite.is_none() && row.link == LinkState::None));
        let form = form_of(&venue, copy).await;
        assert_eq!((form.starts.as_str(), form.ends.as_str()), ("2027-07-01T12:00", "2027-07-01T16:00"));
        assert_eq!((form.status.as_str(), form.client.as_str(), form.space.as_str()), ("enquiry", "Cleo", "Hall"));
        assert_eq!((form.pax.as_str(), form.rsvp), ("80", true));
        let rows = hear_rows(&mut page).await;
        assert!(matches!(&rows[..], [Row::Contact(header)] if header.events == 2), "{rows:?}");
        assert_eq!(venue.number("SELECT COUNT(*) FROM email").await, 1);
        assert_eq!(venue.number("SELECT COUNT(*) FROM link").await, 1);
    }
);

on_both_engines!(
    async fn a_template_has_no_people_and_shows_among_templates_alone(db: Db) {
        let venue = filled(db).await;
        let (caller, events) = (&venue.caller, &venue.events);
        let template = events.save_template(caller, venue.event, "A night".into(), None).await.unwrap();
        let templates = events.templates(caller).await.unwrap();
        let rows: Vec<_> =
            templates.iter().map(|row| (row.id, row.name.as_str(), row.place.as_deref(), row.items)).collect();
        assert_eq!(rows, [(template, "A night", Some("Hall"), 2)]);
        assert_eq!(events.templates(&venue.stranger).await.unwrap(), []);
        for old in [false, true] {
            let page = events.list(caller, which(old), None, None).await.unwrap();
            assert!(page.rows.iter().all(|row| row.id != template));
        }
        assert_eq!(venue.planner.page(caller, template).await.map(drop), Err(AppError::NotFound));
        assert_eq!(events.form(caller, Some(template)).await.map(drop), Err(AppError::NotFound));
        assert_eq!(events.save(caller, template, gala(), over(1)).await, Err(AppError::NotFound));
        assert_eq!(events.cancel(caller, template).await, Err(AppError::NotFound));
        let people = format!(
            "SELECT (SELECT COUNT(*) FROM crew WHERE event_id = {template}) + (SELECT COUNT(*) FROM assignment a \
             JOIN item i ON i.id = a.item_id WHERE i.event_id = {template}) \
             + (SELECT COUNT(*) FROM event WHERE id = {template} AND client_contact_id IS NOT NULL)"
        );
        assert_eq!(venue.number(&people).await, 0);

        let started = events.copy(caller, template, on("The night", "2027-01-02"), None).await.unwrap();
        let planner = venue.planner.page(caller, started).await.unwrap();
        let items: Vec<_> = planner.items.iter().map(|item| (item.title.as_str(), item.starts.day.as_str())).collect();
        assert_eq!(items, [("Doors", "2 Jan 2027"), ("Cake", "2 Jan 2027")]);
        assert_eq!(planner.crew, []);
        // It can have another name, which no event gets by this way.
        let rename = async |event: EventId, name: &str| events.rename_template(caller, event, name.into()).await;
        rename(template, " A gala night ").await.unwrap();
        assert_eq!(events.templates(caller).await.unwrap()[0].name, "A gala night");
        assert!(matches!(rename(template, " ").await, Err(AppError::Invalid { .. })));
        assert_eq!(rename(venue.event, "x").await, Err(AppError::NotFound));
        let theirs = events.rename_template(&venue.stranger, template, "x".into()).await;
        assert_eq!(theirs, Err(AppError::NotFound));
        // It goes and comes back as an event does.
        events.delete(caller, template).await.unwrap();
        assert_eq!(events.templates(caller).await.unwrap(), []);
        assert_eq!(rename(template, "x").await, Err(AppError::NotFound));
        assert_eq!(events.copy(caller, template, on("x", "2027-01-02"), None).await, Err(AppError::NotFound));
        assert_eq!(events.restore(caller, template).await, Ok(true));
        assert_eq!(events.templates(caller).await.unwrap().len(), 1);
    }
);

on_both_engines!(
    async fn a_repeated_post_makes_one_copy_and_a_wrong_one_none(db: Db) {
        let venue = filled(db).await;
        let key = || Some(IdempotencyKey("k".into()));
        let copy = async |form: CopyForm| venue.events.copy(&venue.caller, venue.event, form, key()).await;
        let first = copy(on("Twin", "2027-01-02")).await.unwrap();
        assert_eq!(copy(on("Twin", "2027-01-02")).await, Ok(first));
        assert_ne!(copy(on("Twin", "2027-01-03")).await, Ok(first));
        let template =
            async || venue.events.save_template(&venue.caller, venue.event, "T".into(), key()).await.unwrap();
        assert_eq!(template().await, template().await);
        assert_eq!(venue.number("SELECT COUNT(*) FROM event").await, 4);
        for (form, expected) in [
            (on("", "2027-01-02"), "name"),
            (on("Twin", ""), "date"),
            (on("Twin", "2027-02-30"), "date"),
            (on("Twin", "9999-01-01"), "date"),
            (on(&"x".repeat(201), "2027-01-02"), "name"),
        ] {
            let Err(AppError::Invalid { field, .. }) = copy(form).await else { panic!("a fault") };
            assert_eq!(field, expected);
        }
        assert_eq!(venue.number("SELECT COUNT(*) FROM event").await, 4);
        let theirs = venue.events.copy(&venue.stranger, venue.event, on("Mine", "2027-01-02"), None).await;
        assert_eq!(theirs, Err(AppError::NotFound));
        let nowhere = venue.events.copy(&venue.caller, EventId(999), on("Mine", "2027-01-02"), None).await;
        assert_eq!(nowhere, Err(AppError::NotFound));
        assert_eq!(venue.contacts.header(&venue.caller, app::domain::ids::ContactId(1)).await.unwrap().events, 3);
    }
);
