//! Editing a run of show: what is read, what is undone, and what two people at once make of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write;

use app::domain::ids::{ContactId, IdempotencyKey, ItemId};
use app::error::AppError;
use app::events::{EventForm, EventsPort};
use app::live::{RowId, Topic};
use app::planner::{LinkKind, PlannerPort, TimelineItem};
use app::run_of_show::{Edited, ItemForm, RunOfShowPort};
use app::share_page::SharePagePort;
use server::db::Db;
use tokio::join;

use crate::database::with_postgres;
use crate::events::over;
use crate::support::{hear, published};
use crate::venue::Venue;

/// A venue with an event in Berlin on 12 December.
async fn venue(db: Db) -> Venue {
    let venue = Venue::new(db).await;
    // 2026-12-12 17:00 to 23:00 in Berlin.
    let sql =
        "UPDATE event SET time_zone = 'Europe/Berlin', starts_at = 1797091200000, ends_at = 1797112800000 WHERE id =";
    venue.run(&format!("{sql} {}", venue.event)).await;
    venue
}

fn form(starts: &str, minutes: &str, title: &str) -> ItemForm {
    ItemForm {
        day: "2026-12-12".into(),
        starts: starts.into(),
        minutes: minutes.into(),
        title: title.into(),
        ..ItemForm::default()
    }
}

fn field(error: &AppError) -> &str {
    match error {
        AppError::Invalid { field, .. } => field,
        other => panic!("{other:?}"),
    }
}

impl Venue {
    async fn add(&self, starts: &str, minutes: &str, title: &str) -> ItemId {
        self.add_form(form(starts, minutes, title)).await.unwrap().item.id
    }

    async fn add_form(&self, form: ItemForm) -> Result<Edited, AppError> {
        self.run_of_show.add(&self.caller, self.event, form, None).await
    }

    /// Saves an item as somebody who just opened it.
    async fn change(&self, item: ItemId, change: impl FnOnce(&mut ItemForm)) -> Result<Edited, AppError> {
        let page = self.run_of_show.item(&self.caller, self.event, Some(item), None).await.unwrap();
        let mut form = page.form;
        change(&mut form);
        self.run_of_show.save(&self.caller, item, page.seen, None, form, false).await
    }

    async fn timeline(&self) -> Vec<TimelineItem> {
        self.planner.page(&self.caller, self.event).await.unwrap().items
    }

    /// "18:00 Doors" of each item.
    async fn shown(&self) -> Vec<String> {
        self.timeline().await.into_iter().map(|item| format!("{} {}", item.starts.clock, item.title)).collect()
    }

    /// Moves the event and all its items to another day, by its form.
    async fn move_to(&self, day: &str) {
        let page = self.events.form(&self.caller, Some(self.event)).await.unwrap();
        let (starts, ends) = (format!("{day}T17:00"), format!("{day}T23:00"));
        let form = EventForm { starts, ends, move_items: true, ..page.form };
        self.events.save(&self.caller, self.event, form, over(page.revision)).await.unwrap();
    }

    async fn pinned(&self, item: ItemId) {
        self.change(item, |form| form.pinned = true).await.unwrap();
    }
}

on_both_engines!(
    async fn an_item_is_read_as_it_was_typed_and_the_next_begins_where_it_ends(db: Db) {
        let venue = venue(db).await;
        let (ann, _) = venue.cast("Ann", "").await;
        let first = venue.run_of_show.item(&venue.caller, venue.event, None, None).await.unwrap();
        assert_eq!((first.form.day.as_str(), first.form.starts.as_str()), ("2026-12-12", "17:00"));
        let typed = ItemForm {
            details: " two\r\nlines ".into(),
            location: "Foyer".into(),
            private: true,
            responsible: vec![ann, ann],
            ..form("6pm", "1:30", "  Doors ")
        };
        let added = venue.add_form(typed).await.unwrap().item;
        assert_eq!(
            (added.starts.clock.as_str(), added.minutes, added.ends.as_deref()),
            ("18:00", Some(90), Some("19:30"))
        );
        assert_eq!((added.title.as_str(), added.details.as_str()), ("Doors", "two\nlines"));
        assert!(added.private && added.responsible.len() == 1);
        let crew = venue.planner.page(&venue.caller, venue.event).await.unwrap().crew;
        assert_eq!(crew[0].items, 1);
        let next = venue.run_of_show.item(&venue.caller, venue.event, None, None).await.unwrap();
        assert_eq!(next.form.starts, "19:30");
        let late = venue.add_form(ItemForm { ends: "0:30".into(), ..form("23:30", "", "Dance") }).await.unwrap();
        assert_eq!(late.next_day, "2026-12-13");
        let late = late.item;
        assert_eq!((late.minutes, late.ends.as_deref()), (Some(60), Some("00:30")));
        let next = venue.run_of_show.item(&venue.caller, venue.event, None, None).await.unwrap();
        assert_eq!((next.form.day.as_str(), next.form.starts.as_str()), ("2026-12-13", "00:30"));
    }
);

on_both_engines!(
    async fn what_cannot_be_right_is_said_at_its_field_and_nothing_is_written(db: Db) {
        let venue = venue(db).await;
        let item = venue.add("18:00", "30", "Doors").await;
        let cases: Vec<(&str, ItemForm)> = vec![
            ("title", form("18:00", "", " ")),
            ("title", form("18:00", "", &"é".repeat(201))),
            ("title", form("18:00", "", "a\0b")),
            ("details", ItemForm { details: "x".repeat(2_001), ..form("18:00", "", "A") }),
            ("location", ItemForm { location: "x".repeat(201), ..form("18:00", "", "A") }),
            ("starts", form("", "", "A")),
            ("starts", form("25:00", "", "A")),
            ("starts", form("18:00 CEST", "", "A")),
            ("minutes", form("18:00", "long", "A")),
            ("minutes", form("18:00", "99999", "A")),
            ("ends", ItemForm { ends: "soon".into(), ..form("18:00", "", "A") }),
            ("ends", ItemForm { ends: "19:00".into(), ..form("18:00", "45", "A") }),
            ("day", ItemForm { day: "2062-12-12".into(), ..form("18:00", "", "A") }),
            ("day", ItemForm { day: "12.12.2026".into(), ..form("18:00", "", "A") }),
            ("responsible", ItemForm { responsible: vec![ContactId(987_654)], ..form("18:00", "", "A") }),
        ];
        for (expected, form) in cases {
            let added = venue.add_form(form.clone()).await.unwrap_err();
            assert_eq!(field(&added), expected, "{form:?}");
            let saved = venue.change(item, |typed| *typed = form.clone()).await.unwrap_err();
            assert_eq!(field(&saved), expected, "{form:?}");
        }
        assert_eq!(venue.number("SELECT COUNT(*) FROM timeline_edit").await, 1);
        assert_eq!(venue.shown().await, ["18:00 Doors"]);
    }
);

on_both_engines!(
    async fn a_time_that_the_clocks_skip_or_repeat_is_asked_about(db: Db) {
        let venue = venue(db).await;
        let at = |ms: i64| format!("UPDATE event SET starts_at = {ms}, ends_at = {ms} WHERE id = {}", venue.event);
        // The night of 29 March 2026, when 02:00 to 03:00 is left out, and that of 25 October, when it comes twice.
        venue.run(&at(1_774_738_800_000)).await;
        let night = |day: &str, starts: &str| ItemForm { day: day.into(), ..form(starts, "", "Dance") };
        let skipped = venue.add_form(night("2026-03-29", "2:30")).await.unwrap_err();
        assert_eq!(field(&skipped), "starts");
        assert!(skipped.to_string().contains("Write 01:30 or 03:30"), "{skipped}");
        venue.run(&at(1_792_882_800_000)).await;
        let twice = venue.add_form(night("2026-10-25", "2:30")).await.unwrap_err();
        assert!(twice.to_string().contains("Write 02:30 CEST or 02:30 CET"), "{twice}");
        let first = venue.add_form(night("2026-10-25", "2:30 cest")).await.unwrap().item;
        let second = venue.add_form(night("2026-10-25", "02:30 CET")).await.unwrap().item;
        assert_eq!(second.starts.at.since_ms(first.starts.at), 3_600_000);
        // What the form shows is read back as the same time.
        let same = venue.change(first.id, |form| form.title = "Slow dance".into()).await.unwrap().item;
        assert_eq!(same.starts.at, first.starts.at);
    }
);

on_both_engines!(
    async fn a_repeated_form_adds_one_item_and_a_changed_one_another(db: Db) {
        let venue = venue(db).await;
        let key = || Some(IdempotencyKey("k".into()));
        let add = |title| venue.run_of_show.add(&venue.caller, venue.event, form("18:00", "30", title), key());
        let (one, other) = join!(add("Doors"), add("Doors"));
        assert_eq!(one.unwrap().item.id, other.unwrap().item.id);
        assert_ne!(add("Dinner").await.unwrap().item.id, add("Cake").await.unwrap().item.id);
        assert_eq!(venue.shown().await, ["18:00 Doors", "18:00 Dinner", "18:00 Cake"]);
        let copy = || venue.run_of_show.duplicate(&venue.caller, ItemId(1), key());
        assert_eq!(copy().await.unwrap().item.id, copy().await.unwrap().item.id);
        assert_eq!(venue.shown().await.len(), 4);
    }
);

on_both_engines!(
    async fn two_people_who_change_different_fields_both_win_and_the_same_one_is_asked(db: Db) {
        let venue = venue(db).await;
        let item = venue.add("18:00", "30", "Doors").await;
        let page = venue.run_of_show.item(&venue.caller, venue.event, Some(item), None).await.unwrap();
        let save = async |change: &dyn Fn(&mut ItemForm)| {
            let mut form = page.form.clone();
            change(&mut form);
            venue.run_of_show.save(&venue.caller, item, page.seen.clone(), None, form, false).await
        };
        save(&|form| form.title = "Doors open".into()).await.unwrap();
        save(&|form| form.starts = "18:15".into()).await.unwrap();
        save(&|form| form.ends = "19:15".into()).await.unwrap();
        let now = &venue.timeline().await[0];
        assert_eq!((now.title.as_str(), now.starts.clock.as_str(), now.minutes), ("Doors open", "18:15", Some(60)));
        // The same save again is the same save.
        let edits = venue.number("SELECT COUNT(*) FROM timeline_edit").await;
        save(&|form| form.title = "Doors open".into()).await.unwrap();
        assert_eq!(venue.number("SELECT COUNT(*) FROM timeline_edit").await, edits);

        // Told of each, with what it is now: the next save replaces what one was told of.
        let both = |form: &mut ItemForm| {
            form.title = "Welcome".into();
            form.starts = "18:20".into();
        };
        let conflict = save(&both).await.unwrap_err();
        assert_eq!(field(&conflict), "conflict");
        assert_eq!(
            conflict.to_string(),
            "Somebody else changed this meanwhile: the start (now “18:15”), the title (now “Doors open”)."
        );
        assert_eq!(venue.timeline().await[0].title, "Doors open");
        // Having been told of theirs, one may replace it; what one was not told of stays theirs.
        let told = venue.run_of_show.item(&venue.caller, venue.event, Some(item), None).await.unwrap().seen;
        venue.change(item, |form| form.details = "Theirs".into()).await.unwrap();
        let mine = ItemForm { title: "Welcome".into(), ..page.form.clone() };
        venue.run_of_show.save(&venue.caller, item, page.seen.clone(), Some(told), mine, false).await.unwrap();
        let now = &venue.timeline().await[0];
        assert_eq!(
            (now.title.as_str(), now.details.as_str(), now.starts.clock.as_str()),
            ("Welcome", "Theirs", "18:15")
        );
        let broken =
            venue.run_of_show.save(&venue.caller, item, "{".into(), None, page.form.clone(), false).await.unwrap_err();
        assert_eq!(field(&broken), "");
    }
);

on_both_engines!(
    async fn a_push_moves_one_row_or_the_rest_of_the_day_and_is_undone_around_other_edits(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let doors = venue.add("18:00", "45", "Doors").await;
        let dinner = venue.add("18:30", "30", "Dinner").await;
        let cake = venue.add("20:00", "10", "Cake").await;
        venue.add_form(ItemForm { day: "2026-12-13".into(), ..form("10:00", "", "Brunch") }).await.unwrap();
        let one = shows.push(caller, dinner, false, false).await.unwrap();
        assert_eq!(venue.shown().await, ["18:00 Doors", "18:45 Dinner", "20:00 Cake", "10:00 Brunch"]);
        shows.undo(caller, one.edit).await.unwrap();
        let all = shows.push(caller, dinner, true, false).await.unwrap();
        assert_eq!(all.items, 2);
        assert_eq!(venue.shown().await, ["18:00 Doors", "18:45 Dinner", "20:15 Cake", "10:00 Brunch"]);
        // Pressed twice, by two people: nothing overruns any more.
        let again = shows.push(caller, dinner, true, false).await.unwrap();
        assert_eq!((again.items, again.edit), (0, all.edit));

        venue.change(cake, |form| form.starts = "21:00".into()).await.unwrap();
        venue.change(dinner, |form| form.title = "Supper".into()).await.unwrap();
        let undone = shows.undo(caller, all.edit).await.unwrap();
        assert_eq!(undone.kept, 1, "somebody moved the cake since");
        assert_eq!(venue.shown().await, ["18:00 Doors", "18:30 Supper", "21:00 Cake", "10:00 Brunch"]);
        assert_eq!(shows.undo(caller, all.edit).await.unwrap().edit, undone.edit, "pressed twice");
        shows.undo(caller, undone.edit).await.unwrap();
        assert_eq!(venue.shown().await[1], "18:45 Supper", "an undo is undone");
        assert_eq!(shows.push(caller, doors, true, false).await.unwrap().items, 0);
    }
);

on_both_engines!(
    async fn a_pinned_row_stays_and_what_would_run_into_it_is_told_first(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        venue.add("18:00", "45", "Doors").await;
        let dinner = venue.add("18:30", "60", "Dinner").await;
        let sunset = venue.add("19:40", "5", "Sunset").await;
        venue.pinned(sunset).await;
        let refused = shows.push(caller, dinner, true, false).await.unwrap_err();
        assert_eq!(field(&refused), "push");
        assert!(refused.to_string().contains("“Sunset” at 19:40"), "{refused}");
        assert_eq!(venue.shown().await[1], "18:30 Dinner", "nothing moved yet");
        shows.push(caller, dinner, true, true).await.unwrap();
        assert_eq!(venue.shown().await, ["18:00 Doors", "18:45 Dinner", "19:40 Sunset"]);
        assert_eq!(field(&shows.move_before(caller, sunset, None).await.unwrap_err()), "move");
    }
);

on_both_engines!(
    async fn rows_are_moved_among_those_that_start_together_too(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let [a, b, c] = [
            venue.add("18:00", "30", "A").await,
            venue.add("18:00", "", "B").await,
            venue.add("19:00", "30", "C").await,
        ];
        shows.move_before(caller, b, Some(a)).await.unwrap();
        assert_eq!(venue.shown().await, ["18:00 B", "18:00 A", "19:00 C"]);
        shows.move_before(caller, c, Some(a)).await.unwrap();
        assert_eq!(venue.shown().await, ["18:00 B", "18:00 C", "18:00 A"]);
        let last = shows.move_before(caller, b, None).await.unwrap();
        assert_eq!(venue.shown().await, ["18:00 C", "18:00 A", "18:30 B"]);
        shows.undo(caller, last.edit).await.unwrap();
        assert_eq!(venue.shown().await, ["18:00 B", "18:00 C", "18:00 A"]);
        assert_eq!(shows.move_before(caller, a, Some(a)).await.unwrap().items, 0);
        assert_eq!(shows.move_before(caller, a, Some(ItemId(987_654))).await, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn a_deleted_item_leaves_every_tab_and_comes_back_by_undo_and_from_recently_deleted(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let (ann, crew) = venue.cast("Ann", "").await;
        let row = venue.planner.generate_link(caller, crew, LinkKind::Share).await.unwrap();
        let item =
            venue.add_form(ItemForm { responsible: vec![ann], ..form("18:00", "30", "Doors") }).await.unwrap().item.id;
        published(&venue.core).await;
        let mut tab = venue.core.hub.join(caller);
        tab.subscribe(Topic::Event(venue.event));
        let deleted = shows.delete(caller, item).await.unwrap();
        assert_eq!(shows.delete(caller, item).await.unwrap().edit, deleted.edit, "pressed twice");
        let heard = hear(&mut tab).await;
        let app::live::ServerMessage::Changed { gone, .. } = heard else { panic!("{heard:?}") };
        assert_eq!((gone.len(), gone[0].id, gone[0].revision), (1, RowId::Item(item), 2));
        assert!(venue.shown().await.is_empty());
        assert_eq!(venue.planner.page(caller, venue.event).await.unwrap().crew[0].items, 0);
        assert!(venue.share_page.open(venue.token(&row)).await.unwrap().items.is_empty(), "guests see it no more");
        assert_eq!(
            venue.change(item, |form| form.title = "X".into()).await,
            Err(AppError::NotFound),
            "another tab saves"
        );
        let listed = shows.deleted(caller, venue.event).await.unwrap().items;
        assert_eq!((listed.len(), listed[0].title.as_str()), (1, "Doors"));

        shows.undo(caller, deleted.edit).await.unwrap();
        let back = &venue.timeline().await[0];
        assert_eq!((back.id, back.revision, back.responsible.len()), (item, 3, 1));
        shows.delete(caller, item).await.unwrap();
        let restored = shows.restore(caller, item).await.unwrap();
        assert_eq!(restored.item.id, item);
        assert_eq!(shows.restore(caller, item).await.unwrap().edit, restored.edit, "pressed twice");

        shows.delete(caller, item).await.unwrap();
        let after = |days: i64| venue.core.clock.now().plus_ms(days * 24 * 3_600_000);
        server::run_of_show::prune(venue.db(), after(29)).await.unwrap();
        assert_eq!(shows.deleted(caller, venue.event).await.unwrap().items.len(), 1);
        server::run_of_show::prune(venue.db(), after(31)).await.unwrap();
        assert_eq!(shows.restore(caller, item).await, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn what_was_typed_into_an_item_that_somebody_else_deleted_is_saved_with_its_restoration(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let (ann, crew) = venue.cast("Ann", "").await;
        let item =
            venue.add_form(ItemForm { responsible: vec![ann], ..form("18:00", "30", "Doors") }).await.unwrap().item.id;
        let page = shows.item(caller, venue.event, Some(item), None).await.unwrap();
        assert_eq!(page.deleted, None);
        shows.delete(caller, item).await.unwrap();
        let typed = ItemForm { title: "Doors open".into(), ..page.form.clone() };
        let save = async |restore| shows.save(caller, item, page.seen.clone(), None, typed.clone(), restore).await;
        assert_eq!(save(false).await, Err(AppError::NotFound));
        let now = shows.item(caller, venue.event, Some(item), None).await.unwrap();
        let who = now.history[0].who.clone();
        let at = &now.history[0].at;
        assert_eq!(now.deleted, Some(format!("{who} deleted this item on {}, {}.", at.day, at.clock)));

        let edits = venue.number("SELECT COUNT(*) FROM timeline_edit").await;
        let saved = save(true).await.unwrap();
        assert_eq!(save(true).await.unwrap().edit, saved.edit, "pressed twice");
        assert_eq!(venue.number("SELECT COUNT(*) FROM timeline_edit").await, edits + 1);
        let back = &venue.timeline().await[0];
        assert_eq!((back.id, back.title.as_str(), back.responsible.len()), (item, "Doors open", 1));
        let row = venue.planner.page(caller, venue.event).await.unwrap().crew.into_iter().find(|row| row.id == crew);
        assert_eq!(row.unwrap().items, 1, "the people are told");
        shows.undo(caller, saved.edit).await.unwrap();
        assert!(venue.shown().await.is_empty(), "it is one edit");

        // What is wrong with it is said, and nothing is restored.
        let wrong = ItemForm { starts: "late".into(), ..typed.clone() };
        assert!(shows.save(caller, item, page.seen.clone(), None, wrong, true).await.is_err());
        assert!(venue.shown().await.is_empty());
    }
);

on_both_engines!(
    async fn every_change_is_in_the_history_and_a_value_can_be_put_back(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let (ann, _) = venue.cast("Ann", "").await;
        let item = venue.add("18:00", "30", "Doors").await;
        venue.change(item, |form| form.title = "<b>نورة</b>".into()).await.unwrap();
        venue.change(item, |form| (form.starts, form.minutes) = ("18:15".into(), String::new())).await.unwrap();
        venue.change(item, |form| form.responsible = vec![ann]).await.unwrap();
        let history = shows.item(caller, venue.event, Some(item), None).await.unwrap().history;
        let lines: Vec<_> =
            history.iter().map(|entry| format!("{}: {} → {}", entry.field, entry.from, entry.to)).collect();
        assert_eq!(
            lines,
            [
                "Responsible: nobody → Ann",
                "Length: 30 min → no length",
                "Start: 12 Dec, 18:00 → 12 Dec, 18:15",
                "Title: Doors → <b>نورة</b>",
                "Added: yes → no",
            ]
        );
        assert!(!history[0].who.is_empty());
        shows.put_back(caller, history[2].change).await.unwrap();
        shows.put_back(caller, history[3].change).await.unwrap();
        assert_eq!(venue.shown().await, ["18:00 Doors"]);
    }
);

on_both_engines!(
    async fn a_pasted_sheet_of_120_rows_is_added_once_and_undone_at_once(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        venue.cast("Ann", "").await;
        let mut sheet = String::from("Title\tStart\tDuration\tWho\tColour\n");
        for number in 0..120 {
            let start =
                if number % 40 == 7 { "soon".into() } else { format!("{}:{:02}", 8 + number / 10, number % 10 * 6) };
            writeln!(sheet, "Cue {number}\t{start}\t5\tAnn\tred").unwrap();
        }
        let preview = shows.read_paste(caller, venue.event, sheet.clone()).await.unwrap();
        assert_eq!((preview.rows.len(), preview.good, preview.refusal), (120, 117, None));
        assert_eq!(preview.columns, ["Title", "Start", "Length", "Responsible", "“Colour” is left out"]);
        assert_eq!(preview.rows[7].problem.as_deref(), Some("“soon” is not a time."));
        let key = || Some(IdempotencyKey("k".into()));
        let paste = |confirmed| shows.paste(caller, venue.event, sheet.clone(), confirmed, key());
        assert_eq!(field(&paste(false).await.unwrap_err()), "preview");
        let (one, other) = (paste(true).await.unwrap(), paste(true).await.unwrap());
        assert_eq!((one.items, one.edit), (117, other.edit));
        assert_eq!(venue.timeline().await.len(), 117);
        assert_eq!(venue.planner.page(caller, venue.event).await.unwrap().crew[0].items, 117);
        // A row that somebody went on with is not thrown away with the rest.
        let kept = venue.timeline().await[3].id;
        venue.change(kept, |form| form.title = "Ours".into()).await.unwrap();
        assert_eq!(shows.undo(caller, one.edit).await.unwrap().kept, 1);
        assert_eq!(venue.timeline().await.iter().map(|item| item.title.as_str()).collect::<Vec<_>>(), ["Ours"]);
        shows.delete(caller, kept).await.unwrap();
        assert!(venue.timeline().await.is_empty());
        let nothing = shows.paste(caller, venue.event, " \n\t\n".into(), true, None).await.unwrap_err();
        assert_eq!(field(&nothing), "text");
    }
);

on_both_engines!(
    async fn rows_that_their_event_took_along_are_still_taken_back(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let sheet = "Start\tTitle\n18:00\tDoors\n19:00\tDinner".to_owned();
        let pasted = shows.paste(caller, venue.event, sheet, true, None).await.unwrap();
        venue.move_to("2026-12-13").await;
        let items = venue.timeline().await;
        assert!(items.len() == 2 && items.iter().all(|item| item.starts.day == "13 Dec"), "{items:?}");
        assert_eq!(shows.undo(caller, pasted.edit).await.unwrap().kept, 0);
        assert!(venue.shown().await.is_empty());
    }
);

on_both_engines!(
    async fn an_undo_that_took_nothing_back_can_be_tried_again(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        venue.add("18:00", "45", "Doors").await;
        let dinner = venue.add("18:30", "30", "Dinner").await;
        let push = shows.push(caller, dinner, false, false).await.unwrap();
        venue.change(dinner, |form| form.starts = "19:00".into()).await.unwrap();
        for _ in 0..2 {
            assert_eq!(shows.undo(caller, push.edit).await.unwrap().kept, 1);
            assert_eq!(venue.shown().await, ["18:00 Doors", "19:00 Dinner"]);
        }
        venue.change(dinner, |form| form.starts = "18:45".into()).await.unwrap();
        let undone = shows.undo(caller, push.edit).await.unwrap();
        assert_eq!(undone.kept, 0);
        assert_eq!(venue.shown().await, ["18:00 Doors", "18:30 Dinner"]);
        assert_eq!(shows.undo(caller, push.edit).await.unwrap().edit, undone.edit, "pressed twice");
    }
);

on_both_engines!(
    async fn a_start_far_from_the_event_is_not_put_back(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let item = venue.add("18:00", "30", "Doors").await;
        venue.change(item, |form| form.starts = "18:15".into()).await.unwrap();
        venue.move_to("2027-06-12").await;
        let history = shows.item(caller, venue.event, Some(item), None).await.unwrap().history;
        for change in &history[..2] {
            let refused = shows.put_back(caller, change.change).await.unwrap_err();
            assert!(field(&refused) == "day" && refused.to_string().contains("60 days"), "{refused}");
        }
        assert_eq!(venue.timeline().await[0].starts.day, "12 Jun 2027");
        venue.move_to("2027-06-13").await;
        let history = shows.item(caller, venue.event, Some(item), None).await.unwrap().history;
        shows.put_back(caller, history[0].change).await.unwrap();
        assert_eq!(venue.timeline().await[0].starts.day, "12 Jun 2027", "a day away is near");
    }
);

on_both_engines!(
    async fn the_501st_item_is_refused_however_it_comes(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let sheet = |rows: usize| (0..rows).map(|row| format!("Row {row}")).collect::<Vec<_>>().join("\n");
        let first = shows.paste(caller, venue.event, sheet(499), true, None).await.unwrap();
        assert_eq!(first.items, 499);
        assert!(shows.read_paste(caller, venue.event, sheet(2)).await.unwrap().refusal.is_some());
        assert!(shows.paste(caller, venue.event, sheet(2), true, None).await.is_err());
        let last = venue.add("18:00", "", "Last").await;
        let refused = venue.add_form(form("18:00", "", "One too many")).await.unwrap_err();
        assert!(refused.to_string().contains("500 items"), "{refused}");
        assert!(shows.duplicate(caller, last, None).await.is_err());
        let page = shows.item(caller, venue.event, Some(last), None).await.unwrap();
        let deleted = shows.delete(caller, last).await.unwrap();
        venue.add("18:00", "", "Instead").await;
        assert!(shows.save(caller, last, page.seen, None, page.form, true).await.is_err());
        assert!(shows.undo(caller, deleted.edit).await.is_err() && shows.restore(caller, last).await.is_err());
        assert_eq!(venue.timeline().await.len(), 500);
    }
);

/// A locked row kept rows that refer to it waiting, and PostgreSQL ended one of three that waited for each other. Found by
/// `faults.rs` on a busy machine.
#[tokio::test]
async fn an_event_that_is_edited_does_not_hold_up_what_refers_to_it() {
    with_postgres(async |db: Db| {
        let venue = venue(db).await;
        let contact = venue.contact("Ann", "").await;
        let mut edit = venue.db().write().await.unwrap();
        let lock = edit.locking("SELECT id FROM event WHERE id = $1");
        sqlx::query(lock).bind(venue.event.0).execute(&mut *edit).await.unwrap();
        venue.crew(venue.event, contact).await;
        edit.rollback().await.unwrap();
    })
    .await;
}

on_both_engines!(
    async fn people_who_move_and_push_at_once_all_see_the_same_order(db: Db) {
        let venue = venue(db).await;
        let (caller, shows) = (&venue.caller, &venue.run_of_show);
        let mut items = Vec::new();
        for number in 0..6 {
            items.push(venue.add(&format!("18:{:02}", number * 5), "10", &format!("Row {number}")).await);
        }
        let (a, b, c, d) = join!(
            shows.push(caller, items[1], true, true),
            shows.move_before(caller, items[5], Some(items[0])),
            shows.push(caller, items[3], false, true),
            shows.move_before(caller, items[2], None),
        );
        for done in [a, b, c, d] {
            done.unwrap();
        }
        let page = venue.timeline().await;
        let mut sorted = page.clone();
        sorted.sort_by_key(|item| (item.starts.at, item.tie, item.id));
        assert_eq!(page, sorted);
        assert_eq!(page.len(), 6);
    }
);
