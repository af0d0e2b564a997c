//! The address book.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::contacts::{ContactForm, ContactPage, ContactsPort};
use app::domain::ids::ContactId;
use app::domain::suppression::SuppressionCause;
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::live::Topic;
use app::planner::PlannerPort;
use server::db::Db;

use crate::support::{NOON, hear_crew, open_page};
use crate::venue::{Venue, form, plan};

fn names(page: &ContactPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.name.as_str()).collect()
}

async fn found(venue: &Venue, search: &str) -> Vec<String> {
    let page = venue.contacts.list(&venue.caller, search.to_owned(), None).await.unwrap();
    names(&page).into_iter().map(str::to_owned).collect()
}

on_both_engines!(
    async fn the_list_is_by_name_and_paged(db: Db) {
        let venue = Venue::new(db).await;
        for number in 0..60 {
            // Namesakes in pairs, so that the id has to decide.
            venue.contact(&format!("Guest {:02}", number / 2), "").await;
        }
        venue.contact("éva", "").await;
        venue.contact("Zoë", "").await;
        let first = venue.contacts.list(&venue.caller, String::new(), None).await.unwrap();
        assert_eq!((first.rows.len(), first.rows[0].name.as_str()), (50, "éva"));
        // Somebody arrives before the place where the next page begins.
        venue.contact("Aaron", "").await;
        let second = venue.contacts.list(&venue.caller, " ".into(), first.next).await.unwrap();
        assert_eq!((second.rows.len(), second.next), (12, None));
        assert_eq!(second.rows[11].name, "Zoë");
        let ids: std::collections::HashSet<_> = first.rows.iter().chain(&second.rows).map(|row| row.id).collect();
        assert_eq!(ids.len(), 62);
    }
);

on_both_engines!(
    async fn every_word_of_a_search_begins_a_word_of_the_contact(db: Db) {
        let venue = Venue::new(db).await;
        let people = [
            ("Zoë", "Achterberg", "Studio Achterberg", "zoe@achterberg.example"),
            ("Zora", "Abel", "", "zora@post.example"),
            ("Luis", "Ferreira", "Ferreira Quartet", "luis@ferreiraquartet.example"),
        ];
        for (first, last, organisation, email) in people {
            let form = ContactForm { organisation: organisation.into(), ..form(first, last, email) };
            venue.contacts.create(&venue.caller, form, None).await.unwrap();
        }
        assert_eq!(found(&venue, "ZO").await, ["Zoë Achterberg", "Zora Abel"]);
        assert_eq!(found(&venue, "zoe").await, ["Zoë Achterberg"]);
        assert_eq!(found(&venue, "a zo").await, ["Zoë Achterberg", "Zora Abel"]);
        assert_eq!(found(&venue, "studio zoë ach").await, ["Zoë Achterberg"]);
        assert_eq!(found(&venue, "luis@ferreiraquartet.ex").await, ["Luis Ferreira"]);
        assert_eq!(found(&venue, "uis").await, Vec::<String>::new());
        assert_eq!(found(&venue, "zo luis").await, Vec::<String>::new());
        assert_eq!(found(&venue, "%").await, Vec::<String>::new());
        assert_eq!(venue.contacts.list(&venue.stranger, "zo".into(), None).await.unwrap().rows, []);
    }
);

on_both_engines!(
    async fn a_search_is_paged_too(db: Db) {
        let venue = Venue::new(db).await;
        for number in 0..55 {
            venue.contact(&format!("Ann Annette {number:02}"), "").await;
        }
        venue.contact("Bob", "").await;
        let first = venue.contacts.list(&venue.caller, "an ann".into(), None).await.unwrap();
        let second = venue.contacts.list(&venue.caller, "an ann".into(), first.next).await.unwrap();
        assert_eq!((first.rows.len(), second.rows.len(), second.next), (50, 5, None));
        assert_eq!(second.rows[4].name, "Ann Annette 54");
    }
);

on_both_engines!(
    async fn lists_and_searches_are_ranges_of_an_index(db: Db) {
        let venue = Venue::new(db).await;
        let list = plan(venue.db(), server::contacts::LIST, &[]).await;
        let search = plan(venue.db(), &server::contacts::search(2), &[]).await;
        if !venue.db().is_shared() {
            assert!(list[0].contains("USING INDEX contact_by_name (account_id=? AND sort_name>?)"), "{list:?}");
            assert!(!list.iter().any(|step| step.contains("SCAN") || step.contains("TEMP B-TREE")), "{list:?}");
            let words = "sqlite_autoindex_contact_word_1 (account_id=? AND word>? AND word<?)";
            assert!(search.iter().any(|step| step.contains(words)), "{search:?}");
            assert!(search.iter().any(|step| step.contains("SEARCH c USING INTEGER PRIMARY KEY")), "{search:?}");
            // The one scan is that of the candidates found.
            assert!(search.iter().all(|step| !step.contains("SCAN") || step.contains("SCAN found")), "{search:?}");
        }
    }
);

on_both_engines!(
    async fn b07_an_address_is_saved_as_it_was_cleaned_and_refused_with_its_reason(db: Db) {
        let venue = Venue::new(db).await;
        let contact = venue.contact("Ann", "Ann Lee <ann\u{200b}@example.com>;\u{a0}").await;
        let seen = venue.contacts.details(&venue.caller, contact).await.unwrap();
        assert_eq!(seen.form.email, "ann@example.com");
        let mut revision = seen.revision;
        for (typed, shown) in
            [("mailto:zoe%CC%88@b\u{fc}cher.example?subject=x", "zoë@bücher.example"), ("\u{200b}", "")]
        {
            let saved = venue.contacts.save(&venue.caller, contact, revision, form("Ann", "", typed)).await.unwrap();
            assert_eq!(saved.form.email, shown);
            revision = saved.revision;
        }
        let both = form("Ann", "", "ann@example.com, bob@example.com");
        let refused = venue.contacts.save(&venue.caller, contact, revision, both).await.unwrap_err();
        let AppError::Invalid { field, message } = refused else { panic!("{refused:?}") };
        assert_eq!(field, "email");
        assert!(message.starts_with("“ann@example.com” and “bob@example.com” are two addresses."), "{message}");
    }
);

on_both_engines!(
    async fn a_save_of_an_older_revision_is_a_conflict_and_changes_nothing(db: Db) {
        let venue = Venue::new(db).await;
        let contact = venue.contact("Ann", "ann@example.com").await;
        let seen = venue.contacts.details(&venue.caller, contact).await.unwrap().revision;
        let saved =
            venue.contacts.save(&venue.caller, contact, seen, form("Anna", "Lee", "anna@example.com")).await.unwrap();
        assert_eq!((saved.revision, saved.form.first_name.as_str()), (seen + 1, "Anna"));

        let late = venue.contacts.save(&venue.caller, contact, seen, form("Annie", "", "annie@example.com")).await;
        assert_eq!(late, Err(AppError::Conflict));
        assert_eq!(venue.contacts.details(&venue.caller, contact).await.unwrap(), saved);
        assert_eq!(found(&venue, "annie").await, Vec::<String>::new());
        assert_eq!(found(&venue, "lee anna@").await, ["Anna Lee"]);
        assert_eq!(found(&venue, "ann@example").await, ["Anna Lee"], "anna begins with ann");
    }
);

on_both_engines!(
    async fn what_cannot_be_saved_names_its_field(db: Db) {
        let venue = Venue::new(db).await;
        let contact = venue.contact("Ann", "ann@example.com").await;
        let wrong = venue.contacts.save(&venue.caller, contact, 1, form("Ann", "", "ann@example")).await;
        assert!(matches!(&wrong, Err(AppError::Invalid { field, .. }) if field == "email"), "{wrong:?}");
        let wrong = venue.contacts.create(&venue.caller, form(" ", "", ""), None).await;
        assert!(matches!(&wrong, Err(AppError::Invalid { field, .. }) if field == "first_name"), "{wrong:?}");
        assert_eq!(venue.number("SELECT COUNT(*) FROM contact").await, 1);
        assert_eq!(venue.number("SELECT revision FROM contact").await, 1);
    }
);

on_both_engines!(
    async fn saving_a_corrected_address_is_all_it_takes(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "amn@example.com").await;
        venue.suppress("amn@example.com").await;
        let header = venue.contacts.header(&venue.caller, contact).await.unwrap();
        assert_eq!(header.blocked, Some(SuppressionCause::Bounce));
        assert!(venue.email(crew, "amn@example.com").await.is_err());

        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        let saved = venue.contacts.save(&venue.caller, contact, 1, form("Ann", "", "ann@example.com")).await.unwrap();
        assert_eq!(saved.blocked, None);
        let row = hear_crew(&mut page).await;
        assert_eq!((row.address.as_deref(), row.blocked), (Some("ann@example.com"), None));
        venue.email(crew, "ann@example.com").await.unwrap();
        assert_eq!(venue.number("SELECT COUNT(*) FROM suppression WHERE lifted_at IS NULL").await, 1);

        // Case and spaces are no correction.
        let again = venue.contacts.save(&venue.caller, contact, 2, form("Ann", "", " AMN@Example.com ")).await.unwrap();
        assert_eq!(again.blocked, Some(SuppressionCause::Bounce));
        // And no address is an address that nobody blocks.
        let none = venue.contacts.save(&venue.caller, contact, 3, form("Ann", "", "")).await.unwrap();
        assert_eq!((none.blocked, none.form.email.as_str()), (None, ""));
    }
);

on_both_engines!(
    async fn the_events_tab_is_newest_first_with_each_newest_invite(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        let later = venue.event("Later", NOON.plus_ms(99 * HOUR_MS)).await;
        venue.crew(later, contact).await;
        venue.email(crew, "ann@example.com").await.unwrap();
        venue.run("UPDATE email SET status = 'bounced', reason = '550'").await;
        let events = venue.contacts.events(&venue.caller, contact).await.unwrap();
        let shown: Vec<_> = events.iter().map(|event| (event.name.as_str(), event.invite_reason.as_deref())).collect();
        assert_eq!(shown, [("Later", None), ("Gala", Some("550"))]);
        assert_eq!(events[1].invited_at.as_ref().map(|at| at.at), Some(NOON));
        assert_eq!(venue.contacts.header(&venue.caller, contact).await.unwrap().events, 2);

        let alone = venue.contact("Bob", "").await;
        assert_eq!(venue.contacts.events(&venue.caller, alone).await.unwrap(), []);
    }
);

on_both_engines!(
    async fn another_accounts_contact_does_not_exist(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, _) = venue.cast("Ann", "ann@example.com").await;
        let (stranger, contacts) = (&venue.stranger, &venue.contacts);
        for contact in [contact, ContactId(999)] {
            assert_eq!(contacts.header(stranger, contact).await, Err(AppError::NotFound));
            assert_eq!(contacts.details(stranger, contact).await, Err(AppError::NotFound));
            assert_eq!(contacts.events(stranger, contact).await, Err(AppError::NotFound));
            let save = contacts.save(stranger, contact, 1, form("Mine", "", "")).await;
            assert_eq!(save, Err(AppError::NotFound));
        }
        assert_eq!(contacts.list(stranger, String::new(), None).await.unwrap().rows, []);
        let details = contacts.details(&venue.caller, contact).await.unwrap();
        assert_eq!((details.form.first_name.as_str(), details.revision), ("Ann", 1));
        assert!(venue.planner.page(&venue.caller, venue.event).await.is_ok());
    }
);
