//! Mails to many: who is left out, what can be taken back, and that nobody gets two, whoever presses and whatever happens.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::backend::Caller;
use app::batches::{BatchState, BatchesPort, Choice, Outcome, Who};
use app::domain::ids::{BatchId, CrewId, IdempotencyKey};
use app::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use app::error::AppError;
use app::events::EventsPort;
use app::live::{Row, Topic};
use app::planner::{LinkKind, PlannerPort};
use server::batches::{BatchesService, run_due};
use server::core::Core;
use server::db::Db;
use server::mailer::{Mailer, Memory};
use server::outbox::Worker;

use crate::html::elements;
use crate::support::{NOON, TestApp, hear_rows, open_page};
use crate::venue::Venue;

const UNDO_MS: i64 = 60 * SECOND_MS;

fn share(who: Who) -> Choice {
    Choice { kind: LinkKind::Share, who, rows: String::new() }
}

impl Venue {
    async fn guests(&self, count: usize) -> Vec<CrewId> {
        let mut crew = Vec::new();
        for number in 0..count {
            crew.push(self.cast(&format!("Guest{number:03}"), &format!("guest{number}@x.test")).await.1);
        }
        crew
    }

    async fn start(&self, choice: Choice) -> Result<BatchId, AppError> {
        self.batches.start(&self.caller, self.event, choice, None).await
    }

    /// Lets the time pass in which it can be taken back, and sends what is due.
    async fn until_sent(&self) {
        self.core.clock.advance_ms(UNDO_MS);
        drain(&self.core).await;
    }

    async fn batch(&self, batch: BatchId) -> app::batches::BatchPage {
        self.batches.page(&self.caller, self.event, batch).await.unwrap()
    }

    /// The words for each person of a batch.
    async fn words(&self, batch: BatchId) -> Vec<(Outcome, String)> {
        self.batch(batch).await.people.into_iter().map(|person| (person.outcome, person.words)).collect()
    }

    async fn emails(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM email").await
    }
}

async fn drain(core: &Core) {
    while run_due(core).await.unwrap() > 0 {}
}

on_both_engines!(
    async fn two_hundred_are_sent_to_but_for_those_who_cannot_be(db: Db) {
        let venue = Venue::new(db).await;
        let crew = venue.guests(200).await;
        venue.run("UPDATE contact SET email = NULL, email_key = NULL WHERE first_name = 'Guest001'").await;
        venue.suppress("guest2@x.test").await;
        venue
            .run(
                "UPDATE contact SET email = 'guest4@x.test', email_key = 'guest4@x.test' WHERE first_name = 'Guest005'",
            )
            .await;
        venue.email(crew[3], "guest3@x.test").await.unwrap();

        let preview = venue.batches.choice(&venue.caller, venue.event, Some(share(Who::Everybody))).await.unwrap();
        let left_out: Vec<_> =
            preview.people.iter().filter_map(|person| Some((&*person.name, person.left_out.as_deref()?))).collect();
        let names: Vec<_> = left_out.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["Guest001", "Guest002", "Guest003", "Guest005"], "{left_out:?}");
        for (place, words) in [(0, "no address"), (1, "bounced"), (2, "five minutes"), (3, "same address")] {
            assert!(left_out[place].1.contains(words), "{left_out:?}");
        }

        let batch = venue.start(share(Who::Everybody)).await.unwrap();
        let waiting = venue.batch(batch).await;
        assert_eq!((waiting.batch.state, waiting.batch.waiting, waiting.batch.left_out), (BatchState::Waiting, 196, 4));
        assert_eq!(waiting.status, "Nothing has gone out yet. The mails go out at 12:01:00.");
        drain(&venue.core).await;
        assert_eq!(venue.emails().await, 1, "nothing goes out before its time");

        // Of those who wait one is taken back, one is blocked, one bounces.
        venue.batches.take_back_person(&venue.caller, batch, crew[10]).await.unwrap();
        venue.batches.take_back_person(&venue.caller, batch, crew[10]).await.unwrap();
        venue.suppress("guest11@x.test").await;
        venue.until_sent().await;
        let done = venue.batch(batch).await;
        let counts = (done.batch.state, done.batch.sent, done.batch.left_out, done.batch.taken_back, done.gone_out);
        assert_eq!(counts, (BatchState::Done, 194, 5, 1, 0));
        assert!(done.people[11].words.contains("bounced"), "{:?}", done.people[11]);
        let once = "SELECT COUNT(DISTINCT recipient_key) FROM email WHERE link_id IS NOT NULL";
        assert_eq!((venue.emails().await, venue.number(once).await), (195, 195));

        let memory = Memory::default();
        let worker = Worker::new(venue.core.clone(), Mailer::Memory(memory.clone()));
        while worker.run_due().await.unwrap() > 0 {}
        assert_eq!(memory.handed().len(), 195);
        let done = venue.batch(batch).await;
        assert_eq!((done.gone_out, done.given_up), (194, 0));
        venue
            .run("UPDATE email SET status = 'failed', handed_over_at = NULL WHERE recipient_key = 'guest20@x.test'")
            .await;
        let done = venue.batch(batch).await;
        assert_eq!((done.gone_out, done.given_up), (193, 1), "what was given up never went out");
        venue.run("UPDATE email SET status = 'sent', handed_over_at = 0 WHERE recipient_key = 'guest20@x.test'").await;
        assert!(
            venue
                .words(batch)
                .await
                .iter()
                .filter(|(outcome, words)| *outcome == Outcome::Sent && words == "sent")
                .count()
                == 194
        );
        let late = venue.batches.take_back(&venue.caller, batch).await;
        assert!(matches!(late, Err(AppError::Invalid { .. })), "{late:?}");
    }
);

on_both_engines!(
    async fn two_members_who_press_at_once_send_one_mail_each(db: Db) {
        let venue = Venue::new(db).await;
        venue.guests(30).await;
        let other = Caller { name: "Hugo".into(), ..venue.caller.clone() };
        let press = async |caller: &Caller, key: &str| {
            let key = IdempotencyKey(key.into());
            let choice = share(Who::NotInvited);
            BatchesService::new(venue.core.clone()).start(caller, venue.event, choice, Some(key)).await
        };
        let (first, second, again) =
            tokio::join!(press(&venue.caller, "one"), press(&other, "two"), press(&venue.caller, "one"));
        let made: Vec<_> = [&first, &second].into_iter().flatten().collect();
        assert_eq!(made.len(), 1, "{first:?} {second:?}");
        let refused = [&first, &second].into_iter().find_map(|answer| answer.as_ref().err()).unwrap();
        assert!(refused.to_string().contains("another batch"), "{refused}");
        assert_eq!(again.is_ok(), first.is_ok(), "the same post is the same batch");
        assert_eq!(press(&venue.caller, "one").await.ok(), first.ok());

        venue.core.clock.advance_ms(UNDO_MS);
        // As several processes do.
        tokio::join!(drain(&venue.core), drain(&venue.core), drain(&venue.core));
        let keys = "SELECT COUNT(DISTINCT recipient_key) FROM email";
        assert_eq!((venue.emails().await, venue.number(keys).await), (30, 30));
        drain(&venue.core).await;
        assert_eq!(venue.emails().await, 30);
        assert_eq!(venue.number("SELECT COUNT(*) FROM outbox_job WHERE is_batch = 1 AND account_id = 1").await, 30);
    }
);

on_both_engines!(
    async fn a_batch_is_taken_back_as_a_whole(db: Db) {
        let venue = Venue::new(db).await;
        venue.guests(3).await;
        let batch = venue.start(share(Who::Everybody)).await.unwrap();
        let stranger = venue.batches.take_back(&venue.stranger, batch).await;
        assert_eq!(stranger, Err(AppError::NotFound));
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        venue.batches.take_back(&venue.caller, batch).await.unwrap();
        let rows = hear_rows(&mut page).await;
        let [Row::Batch(row)] = rows.as_slice() else { panic!("a batch, not {rows:?}") };
        assert_eq!((row.state, row.taken_back, row.waiting, row.revision), (BatchState::Cancelled, 3, 0, 2));
        venue.batches.take_back(&venue.caller, batch).await.unwrap();
        venue.until_sent().await;
        assert_eq!((venue.emails().await, venue.batch(batch).await.batch.state), (0, BatchState::Cancelled));

        // They can be sent to again, and the last one who waits may be taken back alone.
        let rows = Choice { rows: "1".into(), ..share(Who::Rows) };
        let one = venue.start(rows).await.unwrap();
        venue.batches.take_back_person(&venue.caller, one, CrewId(1)).await.unwrap();
        assert_eq!(venue.batch(one).await.batch.state, BatchState::Cancelled);
        assert_eq!(venue.batches.list(&venue.caller, venue.event).await.unwrap().batches.len(), 2);
    }
);

on_both_engines!(
    async fn nothing_is_sent_for_an_event_that_was_cancelled_or_deleted_meanwhile(db: Db) {
        let venue = Venue::new(db).await;
        venue.guests(3).await;
        let batch = venue.start(share(Who::Everybody)).await.unwrap();
        venue.run("UPDATE event SET status = 'cancelled'").await;
        venue.until_sent().await;
        assert_eq!(venue.words(batch).await, vec![(Outcome::LeftOut, "The event was cancelled.".to_owned()); 3]);
        assert!(matches!(venue.start(share(Who::Everybody)).await, Err(AppError::Invalid { .. })));

        venue.run("UPDATE event SET status = 'confirmed'").await;
        let batch = venue.start(share(Who::Everybody)).await.unwrap();
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        assert_eq!(venue.start(share(Who::Everybody)).await, Err(AppError::NotFound));
        venue.until_sent().await;
        venue.events.restore(&venue.caller, venue.event).await.unwrap();
        assert_eq!(venue.words(batch).await, vec![(Outcome::LeftOut, "The event was deleted.".to_owned()); 3]);
        assert_eq!(venue.emails().await, 0);
    }
);

on_both_engines!(
    async fn the_page_of_a_batch_says_at_once_that_its_event_is_cancelled(db: Db) {
        let venue = Venue::new(db.clone()).await;
        venue.guests(2).await;
        let batch = venue.start(share(Who::Everybody)).await.unwrap();
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        venue.events.cancel(&venue.caller, venue.event).await.unwrap();
        let heard = hear_rows(&mut page).await;
        assert!(matches!(heard.as_slice(), [Row::Event(_)]), "it is read anew then: {heard:?}");
        let address = format!("/events/{}/batch?batch={batch}", venue.event);
        let status = async |member: &TestApp| {
            let html = elements(&member.get(&address).await.text());
            html.into_iter().find(|one| one.name == "p" && one.attribute("role") == "status").unwrap().text
        };
        let member = browser(&venue, db).await;
        assert!(status(&member).await.starts_with("The event is cancelled, so nothing goes out."));
        venue.run("UPDATE event SET status = 'confirmed'").await;
        assert_eq!(status(&member).await, "Nothing has gone out yet. The mails go out at 12:01:00.");
        venue.run("UPDATE event SET status = 'cancelled'").await;
        venue.run("UPDATE batch SET state = 'sending'").await;
        assert_eq!(status(&member).await, "The event is cancelled, so nobody else is sent anything.");
    }
);

/// What a member's browser sees of a venue.
async fn browser(venue: &Venue, db: Db) -> TestApp {
    venue.stop_publishing();
    TestApp::new(db).await.signed_in_as(venue.caller.account, venue.caller.member).await
}

on_both_engines!(
    async fn whoever_ticked_people_beside_another_choice_is_told(db: Db) {
        let venue = Venue::new(db.clone()).await;
        let crew = venue.guests(3).await;
        let member = browser(&venue, db).await;
        let page = async |query: &str| member.get(&format!("/events/{}/batch?kind=share&{query}", venue.event)).await;
        let ticks = format!("crew={}&crew={}", crew[0], crew[2]);
        let told = page(&format!("who=not_invited&{ticks}")).await.text();
        let html = elements(&told);
        let notice = html.iter().find(|one| one.attribute("class") == "notice").unwrap();
        assert!(notice.text.trim().starts_with("You ticked people, but another choice was made"), "{}", notice.text);
        let ticked: Vec<_> = html.iter().filter(|one| one.attribute("name") == "crew" && one.has("checked")).collect();
        assert_eq!(ticked.len(), 2, "so that one press is left to do");
        assert!(told.contains("3 people get the share link."));
        let meant = page(&format!("who=rows&{ticks}")).await.text();
        assert!(meant.contains("2 people get the share link.") && !meant.contains("You ticked"), "{meant}");
        assert!(!page("who=not_invited").await.text().contains("You ticked"));
    }
);

on_both_engines!(
    async fn what_was_clicked_or_changed_meanwhile_counts(db: Db) {
        let venue = Venue::new(db).await;
        let crew = venue.guests(5).await;
        venue.collect_rsvps(true).await;
        let invite = Choice { kind: LinkKind::Rsvp, ..share(Who::NotAnswered) };
        let batch = venue.start(invite.clone()).await.unwrap();
        // A click, a corrected address, one taken off, and a share link, which is another kind of mail.
        venue.invite(crew[0], "guest0@x.test").await.unwrap();
        venue
            .run("UPDATE contact SET email = 'new@x.test', email_key = 'new@x.test' WHERE first_name = 'Guest001'")
            .await;
        venue.planner.remove(&venue.caller, crew[2]).await.unwrap();
        venue.email(crew[3], "guest3@x.test").await.unwrap();
        assert!(venue.start(share(Who::NotInvited)).await.is_ok(), "those who wait for an invite can be sent the link");
        venue.until_sent().await;
        let words = venue.words(batch).await;
        assert!(words[0].1.contains("five minutes"), "{words:?}");
        assert_eq!(words[2], (Outcome::LeftOut, "They were taken off the event.".to_owned()));
        assert!([1, 3, 4].into_iter().all(|place| words[place].0 == Outcome::Sent), "{words:?}");
        assert_eq!(venue.number("SELECT COUNT(*) FROM email WHERE kind = 'rsvp_invite'").await, 4);
        assert_eq!(
            venue
                .number("SELECT COUNT(*) FROM email WHERE recipient_key = 'new@x.test' AND kind = 'rsvp_invite'")
                .await,
            1
        );

        // No invites while answers are not collected.
        venue.core.clock.advance_ms(5 * MINUTE_MS);
        venue.collect_rsvps(false).await;
        assert!(matches!(venue.start(invite).await, Err(AppError::Invalid { .. })));
    }
);

on_both_engines!(
    async fn a_clock_that_was_set_back_keeps_no_batch(db: Db) {
        let venue = Venue::new(db).await;
        venue.guests(1).await;
        let batch = venue.start(share(Who::Everybody)).await.unwrap();
        venue.core.clock.advance_ms(-24 * 60 * MINUTE_MS);
        drain(&venue.core).await;
        assert_eq!(venue.batch(batch).await.batch.sent, 1);
    }
);

on_both_engines!(
    async fn two_batches_with_the_same_people_do_not_wait_for_each_other_in_a_circle(db: Db) {
        let venue = Venue::new(db).await;
        let mut contacts = Vec::new();
        for number in 0..5 {
            contacts.push(venue.contact("Guest", &format!("guest{number}@x.test")).await);
        }
        for contact in contacts.iter().rev() {
            venue.crew(venue.event, *contact).await;
        }
        venue.start(share(Who::Everybody)).await.unwrap();
        venue.until_sent().await;
        let turned = "SELECT COUNT(*) FROM email a JOIN email b ON b.id > a.id AND b.contact_id < a.contact_id";
        assert_eq!(
            (venue.emails().await, venue.number(turned).await),
            (5, 0),
            "contacts are locked in the order of their ids"
        );
    }
);

on_both_engines!(
    async fn a_batch_that_cannot_go_on_does_not_keep_the_others(db: Db) {
        let venue = Venue::new(db).await;
        venue.guests(2).await;
        let other = venue.event("Picnic", NOON.plus_ms(24 * HOUR_MS)).await;
        let contact = venue.contact("Zoe", "zoe@x.test").await;
        venue.crew(other, contact).await;
        let stuck = venue.start(share(Who::Everybody)).await.unwrap();
        let good = venue.batches.start(&venue.caller, other, share(Who::Everybody), None).await.unwrap();
        let event = venue.event;
        let poison = if venue.db().is_shared() {
            format!("ALTER TABLE email ADD CONSTRAINT poison CHECK (event_id <> {event})")
        } else {
            format!(
                "CREATE TRIGGER poison BEFORE INSERT ON email WHEN NEW.event_id = {event} \
                 BEGIN SELECT RAISE(ABORT, 'poison'); END"
            )
        };
        venue.run(&poison).await;
        venue.core.clock.advance_ms(UNDO_MS);
        while run_due(&venue.core).await.is_ok_and(|count| count > 0) {}
        let sent = venue.batches.page(&venue.caller, other, good).await.unwrap().batch;
        assert_eq!((sent.state, sent.sent), (BatchState::Done, 1));
        assert_eq!(venue.batch(stuck).await.batch.waiting, 2, "it waits, and nobody of it is forgotten");
        let cured =
            if venue.db().is_shared() { "ALTER TABLE email DROP CONSTRAINT poison" } else { "DROP TRIGGER poison" };
        venue.run(cured).await;
        drain(&venue.core).await;
        assert_eq!(venue.batch(stuck).await.batch.sent, 2);
    }
);

on_both_engines!(
    async fn only_those_whom_the_preview_named_are_sent_to(db: Db) {
        let venue = Venue::new(db).await;
        let crew = venue.guests(3).await;
        // As the button below the preview posts it; then somebody comes, and somebody answers for one of them by a click.
        let rows = crew.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        venue.cast("Late", "late@x.test").await;
        venue.email(crew[0], "guest0@x.test").await.unwrap();
        let batch = venue.start(Choice { rows, ..share(Who::NotInvited) }).await.unwrap();
        let people = venue.batch(batch).await.people;
        let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["Guest001", "Guest002"]);
    }
);
