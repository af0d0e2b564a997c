//! The demo account: what it promises, and that it could have come about by real use.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use server::db::Db;
use std::collections::HashSet;

use app::auth::Role;
use app::backend::Caller;
use app::contacts::ContactsPort;
use app::domain::delivery::DeliveryStatus;
use app::domain::email_kind::EmailKind;
use app::domain::ids::{AccountId, ContactId, MemberId};
use app::emails::{EmailRow, EmailsPort};
use app::events::{EventStatus, EventsPort};
use app::planner::{LinkState, PlannerPort};
use app::share_page::SharePagePort;
use server::demo;

use crate::venue::{Venue, which};

/// The demo's owner.
async fn owner(venue: &Venue) -> Caller {
    let member = venue.number("SELECT id FROM member WHERE email_key = 'demo@callboard.test'").await;
    let account = venue.number(&format!("SELECT account_id FROM membership WHERE member_id = {member}")).await;
    Caller {
        member: MemberId(member),
        account: AccountId(account),
        role: Role::Owner,
        name: "Mira Okafor".into(),
        session: String::new(),
    }
}

async fn filled(db: server::db::Db) -> (Venue, Caller) {
    let venue = Venue::new(db).await;
    assert!(demo::fill(&venue.core).await.unwrap());
    let owner = owner(&venue).await;
    (venue, owner)
}

/// All of a contact's emails, page after page.
async fn history(venue: &Venue, caller: &Caller, contact: ContactId) -> Vec<EmailRow> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = venue.emails.page_for_contact(caller, contact, after).await.unwrap();
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

on_both_engines!(
    async fn filling_twice_fills_once(db: Db) {
        let (venue, _) = filled(db).await;
        let emails = venue.number("SELECT COUNT(*) FROM email").await;
        assert!(!demo::fill(&venue.core).await.unwrap());
        assert_eq!(venue.number("SELECT COUNT(*) FROM email").await, emails);
        assert_eq!(venue.number("SELECT COUNT(*) FROM member WHERE email LIKE '%@callboard.test'").await, 4);
    }
);

on_both_engines!(
    async fn luis_has_more_than_sixty_emails_of_every_kind_and_state(db: Db) {
        let (venue, owner) = filled(db).await;
        let found = venue.contacts.list(&owner, "luis ferreira".into(), None).await.unwrap().rows;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].role.as_str(), found[0].organisation.as_str()), ("Band leader", "Ferreira Quartet"));
        assert_eq!(found[0].blocked, None);
        let rows = history(&venue, &owner, found[0].id).await;
        assert!(rows.len() > 60, "{}", rows.len());
        assert_eq!(rows.len() as u64, found[0].emails);
        for status in DeliveryStatus::ALL {
            assert!(rows.iter().any(|row| row.status == Some(status)), "{status:?}");
        }
        for kind in EmailKind::ALL {
            assert!(rows.iter().any(|row| row.kind == kind), "{kind:?}");
        }
        let events: HashSet<_> = rows.iter().map(|row| row.event.id).collect();
        assert_eq!(events.len(), 9);
        let page = venue.emails.page_for_contact(&owner, found[0].id, None).await.unwrap();
        assert_eq!(page.rows.len(), 25);
    }
);

on_both_engines!(
    async fn the_wedding_shows_every_badge_and_people_not_invited_yet(db: Db) {
        let (venue, owner) = filled(db).await;
        let upcoming = venue.events.list(&owner, which(false), None, None).await.unwrap().rows;
        let named = |name: &str| upcoming.iter().find(|event| event.name == name).expect("an upcoming event");
        assert_eq!(named("Amara & Jon").weekday, "Sat");
        assert!(upcoming.iter().any(|event| event.status == EventStatus::Tentative));
        assert!(venue.events.list(&owner, which(true), None, None).await.unwrap().rows.len() >= 5);

        let wedding = venue.planner.page(&owner, named("Amara & Jon").id).await.unwrap();
        let conference = venue.planner.page(&owner, named("Harbour Lights").id).await.unwrap();
        for page in [&wedding, &conference] {
            assert!(page.items.len() >= 20 && page.crew.len() >= 18, "{}", page.event.name);
            assert!(page.items.iter().any(|item| item.private));
            let on_it: HashSet<_> = page.crew.iter().map(|crew| crew.contact).collect();
            assert!(page.items.iter().flat_map(|item| &item.responsible).all(|person| on_it.contains(&person.contact)));
        }
        for status in DeliveryStatus::ALL {
            let shown = |crew: &app::planner::CrewRow| crew.invite.as_ref().is_some_and(|it| it.status == Some(status));
            assert!(wedding.crew.iter().any(shown), "{status:?}");
        }
        assert!(wedding.crew.iter().any(|crew| crew.invite.is_none() && crew.link == LinkState::None));
        assert!(wedding.crew.iter().any(|crew| crew.address.is_none()));
        // A bounced row is blocked, with the server's words.
        for crew in &wedding.crew {
            let bounced =
                crew.invite.as_ref().is_some_and(|invite| invite.status.is_some_and(DeliveryStatus::blocks_address));
            assert_eq!(crew.blocked.is_some(), bounced, "{}", crew.name);
            assert!(!bounced || crew.invite.as_ref().is_some_and(|invite| invite.reason.is_some()));
        }

        let luis = wedding.crew.iter().find(|crew| crew.name == "Luis Ferreira").expect("the band leader");
        let page = venue.share_page.open(venue.token(luis)).await.unwrap();
        assert!(page.items.iter().any(|item| item.mine));
    }
);

on_both_engines!(
    async fn exactly_the_addresses_that_bounced_or_complained_are_blocked(db: Db) {
        let (venue, _) = filled(db).await;
        let differing = venue
            .number(
                "SELECT (SELECT COUNT(*) FROM suppression WHERE NOT EXISTS (SELECT 1 FROM email e \
                 WHERE e.recipient_key = address_key AND e.status IN ('bounced', 'spam_reported'))) \
                 + (SELECT COUNT(*) FROM email e WHERE e.status IN ('bounced', 'spam_reported') \
                 AND NOT EXISTS (SELECT 1 FROM suppression WHERE address_key = e.recipient_key AND lifted_at IS NULL))",
            )
            .await;
        assert_eq!(differing, 0);
        assert!(venue.number("SELECT COUNT(*) FROM suppression").await >= 4);
        let sent_after_a_block = "SELECT COUNT(*) FROM email later JOIN email bad ON bad.recipient_key = later.recipient_key \
             AND bad.status IN ('bounced', 'spam_reported') AND later.created_at > bad.status_at";
        assert_eq!(venue.number(sent_after_a_block).await, 0);
    }
);

on_both_engines!(
    async fn the_history_could_have_come_about_by_use(db: Db) {
        let (venue, _) = filled(db).await;
        let now = venue.core.clock.now().0;
        for (what, sql) in [
            (
                "nothing lies in the future",
                format!("SELECT COUNT(*) FROM email WHERE created_at > {now} OR status_at > {now}"),
            ),
            ("nothing waits for the outbox", "SELECT COUNT(*) FROM outbox_job".to_owned()),
            (
                "every status was reported",
                "SELECT COUNT(*) FROM email e WHERE status IS NULL OR NOT EXISTS \
                 (SELECT 1 FROM delivery_event d WHERE d.email_id = e.id AND d.report = e.status)"
                    .to_owned(),
            ),
            (
                "no delay outlives the sweep",
                format!(
                    "SELECT COUNT(*) FROM email WHERE status = 'delayed' \
                 AND handed_over_at < {}",
                    now - 72 * 3_600_000
                ),
            ),
            (
                "counts are right",
                "SELECT COUNT(*) FROM contact c WHERE email_count <> \
                 (SELECT COUNT(*) FROM email e WHERE e.contact_id = c.id)"
                    .to_owned(),
            ),
            (
                "emails belong to their crew",
                "SELECT COUNT(*) FROM email e JOIN crew c ON c.id = e.crew_id \
                 WHERE c.contact_id <> e.contact_id OR c.event_id <> e.event_id"
                    .to_owned(),
            ),
            (
                "a link was there to be shared",
                "SELECT COUNT(*) FROM email WHERE kind = 'share_link' \
                 AND link_id IS NULL"
                    .to_owned(),
            ),
            (
                "addresses are of nobody",
                "SELECT COUNT(*) FROM email WHERE recipient NOT LIKE '%.example' \
                 AND recipient NOT LIKE '%.test'"
                    .to_owned(),
            ),
        ] {
            assert_eq!(venue.number(&sql).await, 0, "{what}");
        }
    }
);
