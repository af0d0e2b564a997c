//! Two processes over one PostgreSQL are one product: what is committed in one is seen in the other, also after the one that
//! listens was cut off for a while. And a command that writes to a SQLite file reaches the pages of the process that serves it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::time::Duration;

use app::domain::delivery::DeliveryStatus;
use app::domain::suppression::SuppressionCause;
use app::live::{ServerMessage, Topic};
use app::planner::LinkState;
use server::auth::store::{end_session, remove_member};
use server::db::Db;
use server::emails::suppressions;
use tokio::time::timeout;

use crate::cable::Cable;
use crate::database::{with_postgres_at, with_sqlite};
use crate::live::{SESSION, Tab, changed, delivered, member, serve, sign_in, snapshot};
use crate::sent_mail::{ADDRESS, SentMail};
use crate::support::{NOON, TestApp};

/// What the issue allows between two processes.
const WITHIN: Duration = Duration::from_secs(1);

async fn soon<T>(heard: impl Future<Output = T>) -> T {
    timeout(WITHIN, heard).await.expect("within a second")
}

/// Two processes, a tab on each that shows the event, and the email that its crew row shows.
struct Two {
    here: TestApp,
    _there: TestApp,
    sent: SentMail,
    tabs: [Tab; 2],
}

impl Two {
    /// `there` is how the other process reaches the database.
    async fn start(db: Db, there: &str) -> Self {
        let (here, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let there = here.beside(Db::open(there).await.unwrap());
        here.listen();
        let email = sent.email("r").await;
        sent.execute(&format!("UPDATE crew SET invite_email_id = {email}")).await;
        sign_in(&sent).await;
        let mut tabs =
            [Tab::open(&serve(&here, member(&sent)).await).await, Tab::open(&serve(&there, member(&sent)).await).await];
        for tab in &mut tabs {
            tab.subscribe(Topic::Event(sent.event)).await;
        }
        let mut two = Self { here, _there: there, sent, tabs };
        two.both_listen().await;
        two
    }

    /// Waits until what one process commits reaches the other: from then on nothing is missed.
    async fn both_listen(&mut self) {
        let [_, there] = &mut self.tabs;
        loop {
            self.sent.touch().await;
            if timeout(Duration::from_millis(200), there.hear()).await.is_ok() {
                break;
            }
        }
        self.be_quiet().await;
    }

    /// Reads what is still under way.
    async fn be_quiet(&mut self) {
        for tab in &mut self.tabs {
            while timeout(Duration::from_millis(300), tab.hear()).await.is_ok() {}
        }
    }
}

#[tokio::test]
async fn a_badge_that_flips_in_one_flips_in_the_other() {
    with_postgres_at(|db, url| async move {
        let mut two = Two::start(db, &url).await;
        two.here.state.ingest.submit("resend", delivered("r")).await.unwrap();
        for tab in &mut two.tabs {
            let crew = changed(soon(tab.hear()).await).crew;
            assert_eq!(crew[0].invite.as_ref().unwrap().status, Some(DeliveryStatus::Delivered));
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_revoked_in_one_is_gone_in_the_other() {
    with_postgres_at(|db, url| async move {
        let mut two = Two::start(db, &url).await;
        let signed_in = two.here.with_cookie(&two.sent.open_session().await);
        let crew = serde_json::json!({ "crew": two.sent.crew });
        signed_in.post_json(crate::support::server_fn("generate_link"), &crew).await;
        for tab in &mut two.tabs {
            let crew = changed(soon(tab.hear()).await).crew;
            assert!(matches!(crew[0].link, LinkState::Live { .. }));
        }
        signed_in.post_json(crate::support::server_fn("revoke_link"), &crew).await;
        for tab in &mut two.tabs {
            assert_eq!(changed(soon(tab.hear()).await).crew[0].link, LinkState::None);
        }
    })
    .await;
}

#[tokio::test]
async fn e19_signing_out_of_one_ends_the_sockets_of_the_other() {
    with_postgres_at(|db, url| async move {
        let mut two = Two::start(db.clone(), &url).await;
        end_session(&db, SESSION).await.unwrap();
        for tab in &mut two.tabs {
            assert_eq!(soon(tab.closed()).await, 4401);
        }
    })
    .await;
}

#[tokio::test]
async fn e19_a_member_removed_in_one_is_out_of_the_other() {
    with_postgres_at(|db, url| async move {
        let mut two = Two::start(db.clone(), &url).await;
        assert!(remove_member(&db, two.sent.account, two.sent.member).await.unwrap());
        for tab in &mut two.tabs {
            assert_eq!(soon(tab.closed()).await, 4401);
        }
    })
    .await;
}

#[tokio::test]
async fn a_command_reaches_the_pages_of_both() {
    with_postgres_at(|db, url| async move {
        let mut two = Two::start(db.clone(), &url).await;
        two.sent.suppress().await;
        // As `callboard suppressions remove` does it: a process of its own, that serves nobody.
        let command = Db::open(&url).await.unwrap();
        assert!(suppressions::lift(&command, ADDRESS, "command line", NOON).await.unwrap());
        for tab in &mut two.tabs {
            assert_eq!(changed(soon(tab.hear()).await).crew[0].blocked, None);
        }
        command.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_command_on_a_sqlite_file_reaches_its_pages() {
    with_sqlite(|db| async move {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        app.listen();
        sign_in(&sent).await;
        sent.suppress().await;
        let mut tab = Tab::open(&serve(&app, member(&sent)).await).await;
        let shown = snapshot(tab.subscribe(Topic::Event(sent.event)).await);
        assert_eq!(shown.crew[0].blocked, Some(SuppressionCause::Bounce));
        // What the serving process itself writes is not taken for another's.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let file: String = sqlx::query_scalar("SELECT file FROM pragma_database_list")
            .fetch_one(&mut *db.reader().await.unwrap())
            .await
            .unwrap();
        let command = Db::open(&format!("sqlite://{file}")).await.unwrap();
        assert!(suppressions::lift(&command, ADDRESS, "command line", NOON).await.unwrap());
        assert_eq!(snapshot(soon(tab.hear()).await).crew[0].blocked, None);
        command.close().await;
    })
    .await;
}

#[tokio::test]
async fn after_ten_seconds_without_its_database_the_other_is_right_again() {
    with_postgres_at(|db, url| async move {
        let cable = Cable::to(&url).await;
        let mut two = Two::start(db, &cable.url).await;
        cable.plugged.send_replace(false);
        two.here.state.ingest.submit("resend", delivered("r")).await.unwrap();
        let [here, there] = &mut two.tabs;
        let crew = changed(soon(here.hear()).await).crew;
        assert_eq!(crew[0].invite.as_ref().unwrap().status, Some(DeliveryStatus::Delivered));
        assert!(timeout(Duration::from_secs(10), there.hear()).await.is_err(), "it cannot know");
        cable.plugged.send_replace(true);
        // The pause between two attempts is two seconds at most.
        let caught_up = timeout(Duration::from_secs(8), there.hear()).await.expect("in time");
        let ServerMessage::Snapshot { rows, .. } = caught_up else { panic!("a snapshot, not {caught_up:?}") };
        let crew = crate::live::Rows::from(rows).crew;
        assert_eq!(crew[0].invite.as_ref().unwrap().status, Some(DeliveryStatus::Delivered));
        // And what happens from now on is heard at once.
        two.be_quiet().await;
        two.sent.touch().await;
        for tab in &mut two.tabs {
            assert_eq!(changed(soon(tab.hear()).await).events.len(), 1);
        }
    })
    .await;
}
