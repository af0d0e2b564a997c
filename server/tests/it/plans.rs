//! On a filled database nothing that people or providers do reads a whole table, whatever the size of the batch; and every
//! statement of the program is one of those that ran here, on both engines.
//!
//! No statement is written down here: the services run, at their largest batches. SQLite's are recorded as they run and
//! explained afterwards; PostgreSQL counts the scans of each table by itself.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::time::Duration;

use app::batches::{BatchesPort, Choice, Who};
use app::contacts::ContactsPort;
use app::domain::delivery::{DELAY_LIMIT_MS, DeliveryEvent, Report};
use app::domain::ids::{ContactId, CrewId, EmailId, EventId, IdempotencyKey, ItemId, SpaceId};
use app::domain::progress::Progress;
use app::domain::requests::RequestKind;
use app::domain::rsvp::Rsvp;
use app::domain::suppression::SuppressionCause;
use app::emails::EmailsPort;
use app::events::{CopyForm, EventForm, EventQuery, EventStatus, EventsPort, SaveEventOptions};
use app::notes::{Audience, FileForm, NoteForm, NotesPort};
use app::people::PeoplePort;
use app::planner::{LinkKind, PlannerPort};
use app::portal::PortalPort;
use app::public_page::PublicPagePort;
use app::requests::{RequestForm, RequestsPort};
use app::rsvp::RsvpPort;
use app::run_of_show::{ItemForm, RunOfShowPort};
use app::share_page::{Press, SharePagePort};
use app::spaces::{SpaceForm, SpacesPort};
use server::batches::run_due;
use server::calendar;
use server::db::Db;
use server::emails::fold::{Incoming, record};
use server::emails::sweep::sweep;
use server::planner::crew::{KEPT_MS, prune as prune_crew};
use server::portal::PortalService;
use server::requests::{reference_of_guest, reference_of_member};
use server::webhooks::{adopt_orphans, drop_old_orphans, rematch_orphans};
use sqlx::{AnyConnection, AssertSqlSafe, Executor};

use crate::database::{with_postgres_at, with_sqlite};
use crate::events::gala;
use crate::notes;
use crate::recorder::recorded;
use crate::rows::{self, connect, texts};
use crate::statements::{assert_all_ran, the_rest, what_may_scan};
use crate::support::NOON;
use crate::uploads;
use crate::venue::{Venue, form, plan, which};

/// An item of the person's own, started by them.
async fn press_at_own_item(venue: &Venue, crew: CrewId, token: String) {
    let item = venue
        .number("INSERT INTO item (event_id, starts_at, title) VALUES (5, 1795435200000, 'Own') RETURNING id")
        .await;
    let own =
        format!("INSERT INTO assignment (item_id, contact_id) SELECT {item}, contact_id FROM crew WHERE id = {crew}");
    venue.run(&own).await;
    let (from, to) = (Progress::Planned, Progress::Started);
    let press = Press { item: ItemId(item), from, to, key: Some(IdempotencyKey("press".into())), seconds_ago: 0 };
    for _ in 0..2 {
        venue.share_page.press(token.clone(), press.clone()).await.unwrap();
    }
    venue.run(&format!("DELETE FROM item WHERE id = {item}")).await;
}

/// More events than one webhook brings, and than any statement takes.
const BATCH: i64 = 3_000;

/// 200 events of 100 people each, an invite for everybody, 50,000 emails, and reports that wait for theirs.
const MANY: &[(i64, &str)] = &[
    (
        200,
        "event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
         SELECT 1, 'Event ' || i, 'confirmed', 1795435200000 + i, 1795435200000 + i, 'UTC', i",
    ),
    (
        20_000,
        "contact (account_id, first_name, email, email_key, sort_name, created_at) \
         SELECT 1, 'Name' || i, 'p' || i || '@x.test', 'p' || i || '@x.test', 'name' || i, i",
    ),
    (20_000, "contact_word (account_id, word, contact_id) SELECT 1, 'name' || i, i + 2"),
    (20_000, "contact_word (account_id, word, contact_id) SELECT 1, 'p' || i, i + 2"),
    (200, "event_word (account_id, word, event_id) SELECT 1, 'event' || i, i + 2"),
    (200, "space (account_id, name, address, sort_name) SELECT 1, 'Space ' || i, '', 'space ' || i"),
    (200, "space_word (account_id, word, space_id) SELECT 1, 'space' || i, i + 1"),
    (20_000, "crew (account_id, event_id, contact_id, created_at) SELECT 1, 3 + (i - 1) / 100, i + 2, i"),
    (20_000, "link (crew_id, seed, token_hash, created_at) SELECT i + 3, 's' || i, 'h' || i, i"),
    (
        50_000,
        "email (account_id, contact_id, event_id, crew_id, member_id, kind, recipient, recipient_key, subject, \
         event_name, reference, message_id, provider, provider_message_id, idempotency_key, status, created_at, \
         handed_over_at) SELECT 1, (i - 1) % 20000 + 3, 3 + (i - 1) % 20000 / 100, CASE WHEN i <= 20000 THEN i + 3 END, 1, \
         'share_link', 'p' || i || '@x.test', 'p' || i || '@x.test', 's', 'Event', 'ref' || i, 'mid' || i, 'resend', \
         CASE WHEN i % 2 = 1 THEN 'pid' || i END, 'idem' || i, CASE WHEN i % 50 = 0 THEN 'delayed' ELSE 'sent' END, \
         1795435200000, 1795435200000",
    ),
    (
        50_000,
        "delivery_event (provider, event_key, email_id, report, occurred_at, received_at) \
         SELECT 'callboard', 'sent' || i, i + 3, 'sent', i, i",
    ),
    (
        8_000,
        "event_note (account_id, event_id, text, audience, created_at) SELECT 1, 3 + (i - 1) / 40, 'Note', 'everybody', i",
    ),
    (
        8_000,
        "event_file (account_id, event_id, name, file_name, media_type, object_key, audience, position, created_at, stored_at) \
         SELECT 1, 3 + (i - 1) / 40, 'f', 'f.pdf', 'application/pdf', 'event' || i, 'everybody', i, i, i",
    ),
    (150, "public_link (event_id, seed, token_hash, created_at) SELECT i + 10, 'p' || i, 'hp' || i, i"),
    (
        20_000,
        "request (account_id, event_id, kind, label, created_at) SELECT 1, 3 + (i - 1) / 100, 'file', 'Plot ' || i, i",
    ),
    (20_000, "request_answer (request_id, crew_id, text, answered_at) SELECT i + 5, i + 3, 'a', i"),
    (
        20_000,
        "upload (account_id, request_id, crew_id, file_name, media_type, object_key, created_at, stored_at) \
         SELECT 1, i + 5, i + 3, 'f.pdf', 'application/pdf', 'many' || i, i, i",
    ),
    (
        20_000,
        "request_file (account_id, request_id, file_name, media_type, object_key, created_at, stored_at) \
         SELECT 1, i + 5, 't.pdf', 'application/pdf', 'hangs' || i, i, i",
    ),
    (
        5_000,
        "suppression (address_key, cause, seriousness, provider, first_seen_at, last_seen_at) \
         SELECT 'q' || i || '@x.test', 'bounce', 30, 'resend', 0, 0",
    ),
    (
        300,
        "orphan_event (provider, event_key, reference, provider_message_id, report, occurred_at, received_at) \
         SELECT 'resend', 'by reference ' || i, 'ref' || 2 * i, 'new' || i, 'delivered', i, 1795435200000",
    ),
    (
        300,
        "orphan_event (provider, event_key, provider_message_id, report, occurred_at, received_at) \
         SELECT 'resend', 'by provider id ' || i, 'pid' || (2 * i + 1), 'delivered', i, 1795435200000",
    ),
    (
        300,
        "orphan_event (provider, event_key, message_id, report, occurred_at, received_at) \
         SELECT 'resend', 'by message id ' || i, 'mid' || 3 * i, 'delivered', i, 1795435200000",
    ),
];

async fn fill(connection: &mut AnyConnection) {
    for (rows, into) in MANY {
        let series = format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})");
        let sql = format!("{series} INSERT INTO {into} FROM n");
        connection.execute(AssertSqlSafe(sql.clone())).await.unwrap_or_else(|error| panic!("{error} in {sql}"));
    }
    let update = "UPDATE crew SET invite_email_id = id, link_id = id WHERE id > 3";
    connection.execute(update).await.unwrap();
}

/// All that services and workers do, on event 5, its people and their emails.
async fn everything(venue: &Venue) {
    let (caller, core) = (&venue.caller, &venue.core);
    let (contact, crew) = (ContactId(204), CrewId(205));
    let key = |key: &str| IdempotencyKey(format!("{key:-<22}"));

    venue.events.list(caller, which(false), None, None).await.unwrap();
    venue.events.list(caller, which(true), None, None).await.unwrap();
    Box::pin(events_and_spaces(venue)).await;
    venue.contacts.list(caller, String::new(), None).await.unwrap();
    venue.contacts.list(caller, "name1234".into(), None).await.unwrap();
    venue.contacts.list(caller, "name1234 p1234".into(), None).await.unwrap();
    venue.contacts.header(caller, contact).await.unwrap();
    venue.contacts.events(caller, contact).await.unwrap();
    let details = venue.contacts.details(caller, contact).await.unwrap();
    venue.contacts.save(caller, contact, details.revision, form("Zoe", "", "zoe@x.test")).await.unwrap();
    let create = || venue.contacts.create(caller, form("Yan", "", "yan@x.test"), Some(key("new")));
    let new = create().await.unwrap();
    assert_eq!(create().await.unwrap(), new);
    assert_eq!(venue.emails.page_for_contact(caller, new, None).await.unwrap().total, 0);
    assert_eq!(venue.emails.page_for_contact(caller, contact, None).await.unwrap().rows.len(), 3);

    assert_eq!(venue.planner.page(caller, EventId(5)).await.unwrap().crew.len(), 100);
    assert!(!server::planner::is_deleted(venue.db(), caller.account, EventId(5)).await.unwrap());
    venue.planner.revoke_link(caller, crew, LinkKind::Share).await.unwrap();
    let row = venue.planner.generate_link(caller, crew, LinkKind::Share).await.unwrap();
    let show = venue.share_page.open(venue.token(&row)).await.unwrap();
    let portal = PortalService::new(core.clone()).open(show.portal.replace("/c/", "")).await.unwrap();
    assert_eq!(portal.past.len() + portal.upcoming.len(), 1);
    Box::pin(go_public(venue)).await;
    let calendar = show.calendar;
    press_at_own_item(venue, crew, venue.token(&row)).await;
    calendar::of_guest(core, calendar.split('/').nth_back(1).unwrap()).await.unwrap();
    calendar::of_event(core, caller, EventId(5)).await.unwrap();
    venue.run("UPDATE event SET rsvp = 1 WHERE id = 5").await;
    let row = venue.planner.send_invite(caller, CrewId(206), "p203+new@x.test".into(), key("asked")).await.unwrap();
    let token = venue.rsvp_token(&row);
    venue.rsvp.answer(token.clone(), Rsvp::Accepted, "with pleasure".into()).await.unwrap();
    venue.rsvp.open(token).await.unwrap();
    venue.planner.set_rsvp(caller, CrewId(207), Rsvp::Declined).await.unwrap();
    venue.planner.set_role(caller, CrewId(207), "Host".into()).await.unwrap();
    for _ in 0..2 {
        venue.planner.remove(caller, CrewId(207)).await.unwrap();
        venue.people.page(caller, EventId(5), "name1234".into()).await.unwrap();
        venue.planner.restore(caller, CrewId(207)).await.unwrap();
    }
    venue.planner.remove(caller, CrewId(208)).await.unwrap();
    venue.people.add(caller, EventId(5), ContactId(207)).await.unwrap();
    venue.people.add_new(caller, EventId(5), form("Ada", "", ""), Some(key("ada"))).await.unwrap();
    let lines = "Ida <ida@x.test>\nName1300 <p1300@x.test>";
    assert_eq!(venue.people.add_lines(caller, EventId(5), lines.into(), Some(key("lines"))).await.unwrap(), 2);
    venue.planner.remove(caller, CrewId(209)).await.unwrap();
    prune_crew(venue.db(), NOON.plus_ms(KEPT_MS + 1)).await.unwrap();
    venue.planner.revoke_link(caller, CrewId(206), LinkKind::Rsvp).await.unwrap();
    venue.planner.email_link(caller, CrewId(405), "p402+new@x.test".into(), key("sent")).await.unwrap();
    venue.planner.correct_address(caller, CrewId(605), "new@x.test".into(), key("corrected")).await.unwrap();

    edit_the_run_of_show(venue).await;
    Box::pin(ask_and_review(venue)).await;
    Box::pin(write_notes(venue)).await;
    Box::pin(send_to_many(venue)).await;

    let reports = [Report::Bounced, Report::Delivered, Report::Delayed, Report::SpamReported];
    let events = (1_000..1_000 + BATCH).zip(reports.into_iter().cycle()).map(|(email, report)| Incoming {
        email: EmailId(email),
        provider: "resend",
        event_key: format!("batch {email}"),
        event: DeliveryEvent { report, reason: None, occurred_at: NOON },
        suppress: match report {
            Report::Bounced => Some(SuppressionCause::Bounce),
            Report::SpamReported => Some(SuppressionCause::Complaint),
            _ => None,
        },
    });
    let mut transaction = venue.db().write().await.unwrap();
    record(&mut transaction, events.collect(), NOON).await.unwrap();
    adopt_orphans(&mut transaction, EmailId(9), NOON).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(rematch_orphans(core, NOON.plus_ms(-1), NOON).await.unwrap() > 200);
    assert!(sweep(core, NOON.plus_ms(DELAY_LIMIT_MS + 1)).await.unwrap() > 500);
    drop_old_orphans(venue.db(), NOON).await.unwrap();

    for delete in ["item WHERE id = 1", "crew WHERE id = 806", "event WHERE id = 150", "contact WHERE id = 3000"] {
        venue.run(&format!("DELETE FROM {delete}")).await;
    }
}

/// All that is done with an event's public link.
async fn go_public(venue: &Venue) {
    let (caller, event) = (&venue.caller, EventId(5));
    venue.public_page.make(caller, event, None).await.unwrap();
    let live = venue.public_page.link(caller, event).await.unwrap().live.unwrap();
    venue.public_page.make(caller, event, Some(live.id)).await.unwrap();
    let url = venue.public_page.link(caller, event).await.unwrap().live.unwrap().url.unwrap();
    venue.public_page.open(url.rsplit('/').next().unwrap().to_owned()).await.unwrap();
    venue.public_page.revoke(caller, event).await.unwrap();
}

/// All that is done with notes and files, on event 6.
async fn write_notes(venue: &Venue) {
    let (caller, event, service) = (&venue.caller, EventId(6), &venue.notes);
    let form = |text: &str| NoteForm { text: text.into(), audience: Audience::Everybody };
    let key = || Some(IdempotencyKey("note".into()));
    let note = service.create(caller, event, form("Yard 2"), key()).await.unwrap();
    assert_eq!(service.create(caller, event, form("Yard 2"), key()).await.unwrap(), note);
    service.save(caller, note, 1, form("Yard 3")).await.unwrap();
    service.delete(caller, note).await.unwrap();
    service.restore(caller, note).await.unwrap();
    for name in ["a.pdf", "b.pdf"] {
        notes::add(venue, event, Audience::Everybody, name, &uploads::pdf()).await.unwrap();
    }
    notes::add(venue, event, Audience::Everybody, "c.pdf", b"x").await.unwrap_err();
    let files = service.page(caller, event).await.unwrap().files;
    let last = files.last().unwrap();
    service.move_file_up(caller, last.id, last.position).await.unwrap();
    let named = FileForm { name: "Plan".into(), audience: Audience::Everybody };
    service.save_file(caller, last.id, last.revision, named).await.unwrap();
    service.delete_file(caller, last.id).await.unwrap();
    service.restore_file(caller, last.id).await.unwrap();
    let row = venue.planner.generate_link(caller, CrewId(311), LinkKind::Share).await.unwrap();
    let show = venue.share_page.open(venue.token(&row)).await.unwrap();
    assert_eq!((show.notes.notes.len(), show.notes.files.is_empty()), (41, false));
    server::notes::tidy(&venue.core).await.unwrap();
}

/// All that can be done with batches, on events 10 to 12.
async fn send_to_many(venue: &Venue) {
    let (caller, batches) = (&venue.caller, &venue.batches);
    let choice = |rows: &str| Choice { kind: LinkKind::Share, who: Who::Rows, rows: rows.into() };
    let key = |key: &str| Some(IdempotencyKey(format!("{key:-<22}")));
    venue.run("UPDATE email SET created_at = created_at - 600000 WHERE event_id >= 10 AND event_id <= 12").await;
    let all = Choice { kind: LinkKind::Share, who: Who::Everybody, rows: String::new() };
    assert_eq!(batches.choice(caller, EventId(10), Some(all.clone())).await.unwrap().people.len(), 100);
    let batch = batches.start(caller, EventId(10), all, key("batch")).await.unwrap();
    let rows = venue.number("SELECT MIN(id) FROM crew WHERE event_id = 10").await;
    batches.take_back_person(caller, batch, CrewId(rows)).await.unwrap();
    let lone = venue.number("SELECT MIN(id) FROM crew WHERE event_id = 11").await;
    let other = batches.start(caller, EventId(11), choice(&lone.to_string()), None).await.unwrap();
    batches.take_back(caller, other).await.unwrap();
    let stopped = batches.start(caller, EventId(11), choice(&lone.to_string()), None).await.unwrap();
    venue.run("UPDATE event SET status = 'cancelled' WHERE id = 11").await;
    venue.core.clock.advance_ms(60_000);
    while run_due(&venue.core).await.unwrap() > 0 {}
    venue.core.clock.advance_ms(-60_000);
    assert_eq!(batches.list(caller, EventId(11)).await.unwrap().batches.len(), 2);
    assert_eq!(batches.page(caller, EventId(11), stopped).await.unwrap().batch.left_out, 1);
    assert_eq!(batches.page(caller, EventId(10), batch).await.unwrap().batch.taken_back, 1);
}

/// All that can be done to a run of show, on event 5 and its people.
async fn edit_the_run_of_show(venue: &Venue) {
    let (caller, event, shows) = (&venue.caller, EventId(5), &venue.run_of_show);
    let key = |key: &str| Some(IdempotencyKey(format!("{key:-<22}")));
    let page = shows.item(caller, event, None, None).await.unwrap();
    let form = ItemForm { title: "Doors".into(), minutes: "30".into(), responsible: vec![ContactId(203)], ..page.form };
    let item = shows.add(caller, event, form.clone(), key("item")).await.unwrap().item.id;
    let page = shows.item(caller, event, Some(item), None).await.unwrap();
    let responsible = vec![ContactId(204)];
    shows.save(caller, item, page.seen, None, ItemForm { responsible, ..page.form }, false).await.unwrap();
    let copy = shows.duplicate(caller, item, key("copy")).await.unwrap().item.id;
    let moved = shows.move_before(caller, copy, Some(item)).await.unwrap();
    shows.push(caller, copy, true, true).await.unwrap();
    let history = shows.item(caller, event, Some(item), None).await.unwrap().history;
    shows.put_back(caller, history[0].change).await.unwrap();
    let deleted = shows.delete(caller, item).await.unwrap();
    assert_eq!(shows.deleted(caller, event).await.unwrap().items.len(), 1);
    shows.undo(caller, deleted.edit).await.unwrap();
    shows.delete(caller, copy).await.unwrap();
    shows.delete(caller, copy).await.unwrap();
    shows.restore(caller, copy).await.unwrap();
    let page = shows.item(caller, event, Some(copy), None).await.unwrap();
    shows.save(caller, copy, page.seen, None, ItemForm { pinned: true, ..page.form }, false).await.unwrap();
    shows.undo(caller, moved.edit).await.unwrap();
    let rows = "Start\tTitle\n18:00\tDinner\n19:00\tCake".to_owned();
    shows.read_paste(caller, event, rows.clone()).await.unwrap();
    let pasted = shows.paste(caller, event, rows, true, key("rows")).await.unwrap();
    shows.undo(caller, pasted.edit).await.unwrap();
}

/// All that is done with requests, on event 6 and its people.
async fn ask_and_review(venue: &Venue) {
    let (caller, event, requests) = (&venue.caller, EventId(6), &venue.requests);
    let key = || Some(IdempotencyKey("ask".into()));
    let (crew, form) = (CrewId(310), |kind| uploads::request(kind, "Rider"));
    let row = venue.planner.generate_link(caller, crew, LinkKind::Share).await.unwrap();
    let token = venue.token(&row);
    let file = requests.create(caller, event, None, form(RequestKind::File), key()).await.unwrap();
    assert_eq!(requests.create(caller, event, None, form(RequestKind::File), key()).await.unwrap(), file);
    let text = requests.create(caller, event, Some(crew), form(RequestKind::Text), None).await.unwrap();
    requests.answer(token.clone(), text, "at nine".into()).await.unwrap();
    requests.answer(token.clone(), text, String::new()).await.unwrap();
    for name in ["a.pdf", "b.pdf", "c.pdf"] {
        uploads::send(venue, &token, file, name, &uploads::pdf()).await.unwrap();
    }
    uploads::send(venue, &token, file, "d.pdf", b"x").await.unwrap_err();
    venue.share_page.open(token.clone()).await.unwrap();
    for crew in [None, Some(crew)] {
        requests.page(caller, event, crew).await.unwrap();
    }
    let page = requests.page(caller, event, Some(crew)).await.unwrap();
    let sent = &page.requests.iter().find(|request| request.id == file).unwrap().uploads;
    requests.withdraw(token.clone(), sent[2].id).await.unwrap();
    requests.approve(caller, sent[0].id, 1).await.unwrap();
    requests.reject(caller, sent[1].id, 1, "Dark".into()).await.unwrap();
    requests.reject(caller, sent[1].id, 2, "Too dark".into()).await.unwrap();
    requests.overview(caller).await.unwrap();
    let known = requests.form(caller, file).await.unwrap();
    let changed = RequestForm { kind: RequestKind::Text, ..known.form.clone() };
    requests.save(caller, file, known.revision, changed).await.unwrap_err();
    let renamed = RequestForm { label: "Riders".into(), ..known.form };
    requests.save(caller, file, known.revision, renamed).await.unwrap();
    uploads::hang(venue, file, "template.pdf", &uploads::pdf()).await.unwrap();
    uploads::hang(venue, file, "template.pdf", b"x").await.unwrap_err();
    assert!(reference_of_member(&venue.core, caller, file).await.unwrap().is_some());
    assert!(reference_of_guest(&venue.core, &token, file).await.unwrap().is_some());
    requests.remove_reference(caller, file).await.unwrap();
    requests.delete(caller, file).await.unwrap();
    requests.restore(caller, file).await.unwrap();
    requests.delete(caller, text).await.unwrap();
    server::requests::tidy(&venue.core).await.unwrap();
}

/// What is planned of events and spaces.
async fn events_and_spaces(venue: &Venue) {
    let (caller, events, spaces) = (&venue.caller, &venue.events, &venue.spaces);
    server::events::tidy(&venue.core).await.unwrap();
    for (old, status, search) in [
        (false, Some(EventStatus::Confirmed), ""),
        (true, Some(EventStatus::Confirmed), ""),
        (false, None, "event12"),
        (true, Some(EventStatus::Confirmed), "event12 name5"),
        (false, None, "space7 event1 name5"),
    ] {
        let query = EventQuery { old, status, search: search.into() };
        events.list(caller, query, None, Some(EventId(7))).await.unwrap();
    }
    events.form(caller, None).await.unwrap();
    let form =
        EventForm { client: "Name1234".into(), organiser: "Somebody New".into(), space: "Cellar".into(), ..gala() };
    let key = || Some(IdempotencyKey("event".into()));
    let event = events.create(caller, form.clone(), key()).await.unwrap();
    assert_eq!(events.create(caller, form.clone(), key()).await.unwrap(), event);
    let moved = EventForm { starts: "2026-12-10T18:00".into(), time_zone: "UTC".into(), move_items: true, ..form };
    let options = |revision| SaveEventOptions { revision, restore: false };
    events.save(caller, EventId(1), moved, options(1)).await.unwrap();
    assert_eq!(events.form(caller, Some(EventId(1))).await.unwrap().revision, 2);
    let on_a_day = CopyForm { name: "Copy".into(), date: "2027-01-02".into() };
    events.copy(caller, EventId(1), on_a_day.clone(), key()).await.unwrap();
    events.copy(caller, EventId(5), on_a_day, None).await.unwrap();
    let template = events.save_template(caller, EventId(1), "Template".into(), key()).await.unwrap();
    events.rename_template(caller, template, "Another name".into()).await.unwrap();
    assert_eq!(events.templates(caller).await.unwrap().len(), 1);
    events.cancel(caller, event).await.unwrap();
    for event in [event, EventId(7), EventId(1)] {
        events.delete(caller, event).await.unwrap();
        events.delete(caller, event).await.unwrap();
    }
    events.deleted(caller).await.unwrap();
    assert!(server::planner::is_deleted(venue.db(), caller.account, EventId(7)).await.unwrap());
    for _ in 0..2 {
        for event in [EventId(7), EventId(1)] {
            events.restore(caller, event).await.unwrap();
        }
    }

    for search in ["", "space7", "space7 sp"] {
        spaces.list(caller, search.into()).await.unwrap();
    }
    let attic = |capacity: &str| SpaceForm {
        name: "Attic".into(),
        capacity: capacity.into(),
        venue_contact: "Name1234".into(),
        ..SpaceForm::default()
    };
    let space = spaces.create(caller, attic(""), key()).await.unwrap();
    spaces.save(caller, space, 1, attic("5")).await.unwrap();
    spaces.form(caller, Some(space)).await.unwrap();
    spaces.delete(caller, SpaceId(1)).await.unwrap();
    spaces.restore(caller, SpaceId(1)).await.unwrap();
    spaces.restore(caller, SpaceId(1)).await.unwrap();
}

/// What a plan may go through from end to end: rows of the statement's own, what waits for the outbox, and what is cleared
/// out every hour.
const SHORT: [&str; 19] = [
    "sqlite_schema",
    "event_to_index",
    "space_to_index",
    "sandbox_callback_due",
    "CONSTANT ROW",
    "batch_open",
    "SCAN (subquery",
    "SCAN due",
    "SCAN ours",
    "VALUES",
    "edited",
    "folded",
    "heard",
    "found",
    "matched",
    "moved",
    "outbox_job",
    "sandbox_mail",
    "sign_in_attempt",
];

#[tokio::test]
async fn sqlite_scans_no_table() {
    with_sqlite(async |db: Db| {
        let venue = Venue::new_filled(db).await;
        fill(&mut connect(venue.db()).await).await;
        let mut ran = recorded(async {
            Box::pin(everything(&venue)).await;
            Box::pin(the_rest(&venue)).await;
        })
        .await;
        let mut scans = Vec::new();
        for statement in &ran {
            let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
            // A new account's plan names the tables that refer to it: they would be read if one of them lacked theirs.
            if statement.starts_with("INSERT INTO account") || !verbs.iter().any(|verb| statement.starts_with(verb)) {
                continue;
            }
            let steps = plan(venue.db(), statement, &[]).await;
            let is_scan = |step: &&String| step.starts_with("SCAN") && !SHORT.iter().any(|short| step.contains(short));
            let start: String = statement.chars().take(400).collect();
            scans.extend(steps.iter().filter(is_scan).map(|step| format!("{step}: {start}")));
        }
        assert!(scans.is_empty(), "{scans:#?}");
        ran.extend(recorded(what_may_scan(venue.db())).await);
        assert_all_ran(&ran, &["SELECT pg_notify", "SELECT 1", "SELECT txid_current", "SELECT CAST(pg_backend_pid()"]);
    })
    .await;
}

const CHEAP_PAGES: &str =
    "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET random_page_cost = 1.1'; END $$";

/// Tables of which PostgreSQL read all rows since the last reset.
const SCANNED: &str = "SELECT relname || ' ' || seq_scan FROM pg_stat_user_tables WHERE seq_scan > 0 AND relname IN \
     ('contact', 'contact_word', 'crew', 'link', 'email', 'delivery_event', 'suppression')";
const OTHER_SESSIONS: &str = "SELECT CAST(pid AS TEXT) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL";

#[tokio::test]
async fn postgres_scans_no_large_table() {
    with_postgres_at(async |db: Db, url: String| {
        let mut connection = connect(&db).await;
        rows::fill(&mut connection).await;
        fill(&mut connection).await;
        // What a page costs where the tables are in memory, or on a disk without a needle.
        connection.execute(CHEAP_PAGES).await.unwrap();
        db.close().await;
        let venue = Venue::of_dana(Db::open(&url).await.unwrap()).await;
        connection.execute("ANALYZE").await.unwrap();
        connection.execute("SELECT pg_stat_force_next_flush()").await.unwrap();
        connection.execute("SELECT pg_stat_reset()").await.unwrap();
        let mut ran = recorded(async {
            Box::pin(everything(&venue)).await;
            Box::pin(the_rest(&venue)).await;
        })
        .await;
        // A session's last counts arrive when it has ended.
        venue.db().close().await;
        for _ in 0..500 {
            if texts(&mut connection, OTHER_SESSIONS).await.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let scanned = texts(&mut connection, SCANNED).await;
        assert!(scanned.is_empty(), "{scanned:?}");
        let counted =
            texts(&mut connection, "SELECT CAST(idx_scan AS TEXT) FROM pg_stat_user_tables WHERE relname = 'email'");
        assert_ne!(counted.await, ["0"], "what ran was counted");

        let db = Db::open(&url).await.unwrap();
        // Nothing was committed by it yet, so it is proven by a write that changes can be kept.
        ran.extend(recorded(async { db.ping().await.unwrap() }).await);
        ran.extend(recorded(what_may_scan(&db)).await);
        db.close().await;
        assert_all_ran(
            &ran,
            &[
                "UPDATE outbox_job SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT",
                "UPDATE batch_person SET outcome = 'left_out', reason = $1 WHERE outcome = 'waiting'",
                "UPDATE batch SET state = 'done', done_at = $1, revision = revision + 1 WHERE done_at IS NULL",
                "SELECT 1 FROM sqlite_schema",
                "SELECT COUNT(*) FROM sqlite_schema",
                "SELECT version, checksum FROM _sqlx_migrations",
                "UPDATE outbox_job SET handing_over_at = COALESCE",
            ],
        );
    })
    .await;
}
