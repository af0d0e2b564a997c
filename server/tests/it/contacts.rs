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

use crate::stage::{Stage, form, plan};
use crate::support::{NOON, hear_crew, open_page};

fn names(page: &ContactPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.name.as_str()).collect()
}

async fn found(stage: &Stage, search: &str) -> Vec<String> {
    let page = stage.contacts.list(&stage.caller, search.to_owned(), None).await.unwrap();
    names(&page).into_iter().map(str::to_owned).collect()
}

on_both_engines!(
    async fn the_list_is_by_name_and_paged(db: Db) {
        let stage = Stage::new(db).await;
        for number in 0..60 {
            // Namesakes in pairs, so that the id has to decide.
            stage.contact(&format!("Guest {:02}", number / 2), "").await;
        }
        stage.contact("éva", "").await;
        stage.contact("Zoë", "").await;
        let first = stage.contacts.list(&stage.caller, String::new(), None).await.unwrap();
        assert_eq!((first.rows.len(), first.rows[0].name.as_str()), (50, "éva"));
        // Somebody arrives before the place where the next page begins.
        stage.contact("Aaron", "").await;
        let second = stage.contacts.list(&stage.caller, " ".into(), first.next).await.unwrap();
        assert_eq!((second.rows.len(), second.next), (12, None));
        assert_eq!(second.rows[11].name, "Zoë");
        let ids: std::collections::HashSet<_> = first.rows.iter().chain(&second.rows).map(|row| row.id).collect();
        assert_eq!(ids.len(), 62);
    }
);

on_both_engines!(
    async fn every_word_of_a_search_begins_a_word_of_the_contact(db: Db) {
        let stage = Stage::new(db).await;
        let people = [
            ("Zoë", "Achterberg", "Studio Achterberg", "zoe@achterberg.example"),
            ("Zora", "Abel", "", "zora@post.example"),
            ("Luis", "Ferreira", "Ferreira Quartet", "luis@ferreiraquartet.example"),
        ];
        for (first, last, organisation, email) in people {
            let form = ContactForm { organisation: organisation.into(), ..form(first, last, email) };
            stage.contacts.create(&stage.caller, form).await.unwrap();
        }
        assert_eq!(found(&stage, "ZO").await, ["Zoë Achterberg", "Zora Abel"]);
        assert_eq!(found(&stage, "zoe").await, ["Zoë Achterberg"]);
        assert_eq!(found(&stage, "a zo").await, ["Zoë Achterberg", "Zora Abel"]);
        assert_eq!(found(&stage, "studio zoë ach").await, ["Zoë Achterberg"]);
        assert_eq!(found(&stage, "luis@ferreiraquartet.ex").await, ["Luis Ferreira"]);
        assert_eq!(found(&stage, "uis").await, Vec::<String>::new());
        assert_eq!(found(&stage, "zo luis").await, Vec::<String>::new());
        assert_eq!(found(&stage, "%").await, Vec::<String>::new());
        assert_eq!(stage.contacts.list(&stage.stranger, "zo".into(), None).await.unwrap().rows, []);
    }
);

on_both_engines!(
    async fn a_search_is_paged_too(db: Db) {
        let stage = Stage::new(db).await;
        for number in 0..55 {
            stage.contact(&format!("Ann Annette {number:02}"), "").await;
        }
        stage.contact("Bob", "").await;
        let first = stage.contacts.list(&stage.caller, "an ann".into(), None).await.unwrap();
        let second = stage.contacts.list(&stage.caller, "an ann".into(), first.next).await.unwrap();
        assert_eq!((first.rows.len(), second.rows.len(), second.next), (50, 5, None));
        assert_eq!(second.rows[4].name, "Ann Annette 54");
    }
);

on_both_engines!(
    async fn lists_and_searches_are_ranges_of_an_index(db: Db) {
        let stage = Stage::new(db).await;
        let list = plan(stage.db(), server::contacts::LIST, &[]).await;
        let search = plan(stage.db(), &server::contacts::search(2), &[]).await;
        if !stage.db().is_shared() {
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
    async fn a_save_of_an_older_revision_is_a_conflict_and_changes_nothing(db: Db) {
        let stage = Stage::new(db).await;
        let contact = stage.contact("Ann", "ann@example.com").await;
        let seen = stage.contacts.details(&stage.caller, contact).await.unwrap().revision;
        let saved =
            stage.contacts.save(&stage.caller, contact, seen, form("Anna", "Lee", "anna@example.com")).await.unwrap();
        assert_eq!((saved.revision, saved.form.first_name.as_str()), (seen + 1, "Anna"));

        let late = stage.contacts.save(&stage.caller, contact, seen, form("Annie", "", "annie@example.com")).await;
        assert_eq!(late, Err(AppError::Conflict));
        assert_eq!(stage.contacts.details(&stage.caller, contact).await.unwrap(), saved);
        assert_eq!(found(&stage, "annie").await, Vec::<String>::new());
        assert_eq!(found(&stage, "lee anna@").await, ["Anna Lee"]);
        assert_eq!(found(&stage, "ann@example").await, ["Anna Lee"], "anna begins with ann");
    }
);

on_both_engines!(
    async fn what_cannot_be_saved_names_its_field(db: Db) {
        let stage = Stage::new(db).await;
        let contact = stage.contact("Ann", "ann@example.com").await;
        let wrong = stage.contacts.save(&stage.caller, contact, 1, form("Ann", "", "ann@example")).await;
        assert!(matches!(&wrong, Err(AppError::Invalid { field, .. }) if field == "email"), "{wrong:?}");
        let wrong = stage.contacts.create(&stage.caller, form(" ", "", "")).await;
        assert!(matches!(&wrong, Err(AppError::Invalid { field, .. }) if field == "first_name"), "{wrong:?}");
        assert_eq!(stage.number("SELECT COUNT(*) FROM contact").await, 1);
        assert_eq!(stage.number("SELECT revision FROM contact").await, 1);
    }
);

on_both_engines!(
    async fn saving_a_corrected_address_is_all_it_takes(db: Db) {
        let stage = Stage::new(db).await;
        let (contact, crew) = stage.cast("Ann", "amn@example.com").await;
        stage.suppress("amn@example.com").await;
        let header = stage.contacts.header(&stage.caller, contact).await.unwrap();
        assert_eq!(header.blocked, Some(SuppressionCause::Bounce));
        assert!(stage.email(crew, "amn@example.com").await.is_err());

        let mut page = open_page(&stage.core, Topic::Event(stage.event)).await;
        let saved = stage.contacts.save(&stage.caller, contact, 1, form("Ann", "", "ann@example.com")).await.unwrap();
        assert_eq!(saved.blocked, None);
        let row = hear_crew(&mut page).await;
        assert_eq!((row.address.as_deref(), row.blocked), (Some("ann@example.com"), None));
        stage.email(crew, "ann@example.com").await.unwrap();
        assert_eq!(stage.number("SELECT COUNT(*) FROM suppression WHERE lifted_at IS NULL").await, 1);

        // Case and spaces are no correction.
        let again = stage.contacts.save(&stage.caller, contact, 2, form("Ann", "", " AMN@Example.com ")).await.unwrap();
        assert_eq!(again.blocked, Some(SuppressionCause::Bounce));
        // And no address is an address that nobody blocks.
        let none = stage.contacts.save(&stage.caller, contact, 3, form("Ann", "", "")).await.unwrap();
        assert_eq!((none.blocked, none.form.email.as_str()), (None, ""));
    }
);

on_both_engines!(
    async fn the_events_tab_is_newest_first_with_each_newest_invite(db: Db) {
        let stage = Stage::new(db).await;
        let (contact, crew) = stage.cast("Ann", "ann@example.com").await;
        let later = stage.event("Later", NOON.plus_ms(99 * HOUR_MS)).await;
        stage.crew(later, contact).await;
        stage.email(crew, "ann@example.com").await.unwrap();
        stage.run("UPDATE email SET status = 'bounced', reason = '550'").await;
        let events = stage.contacts.events(&stage.caller, contact).await.unwrap();
        let shown: Vec<_> = events.iter().map(|event| (event.name.as_str(), event.invite_reason.as_deref())).collect();
        assert_eq!(shown, [("Later", None), ("Gala", Some("550"))]);
        assert_eq!(events[1].invited_at.as_ref().map(|at| at.at), Some(NOON));
        assert_eq!(stage.contacts.header(&stage.caller, contact).await.unwrap().events, 2);

        let alone = stage.contact("Bob", "").await;
        assert_eq!(stage.contacts.events(&stage.caller, alone).await.unwrap(), []);
    }
);

on_both_engines!(
    async fn another_accounts_contact_does_not_exist(db: Db) {
        let stage = Stage::new(db).await;
        let (contact, _) = stage.cast("Ann", "ann@example.com").await;
        let (stranger, contacts) = (&stage.stranger, &stage.contacts);
        for contact in [contact, ContactId(999)] {
            assert_eq!(contacts.header(stranger, contact).await, Err(AppError::NotFound));
            assert_eq!(contacts.details(stranger, contact).await, Err(AppError::NotFound));
            assert_eq!(contacts.events(stranger, contact).await, Err(AppError::NotFound));
            let save = contacts.save(stranger, contact, 1, form("Mine", "", "")).await;
            assert_eq!(save, Err(AppError::NotFound));
        }
        assert_eq!(contacts.list(stranger, String::new(), None).await.unwrap().rows, []);
        let details = contacts.details(&stage.caller, contact).await.unwrap();
        assert_eq!((details.form.first_name.as_str(), details.revision), ("Ann", 1));
        assert!(stage.planner.page(&stage.caller, stage.event).await.is_ok());
    }
);
