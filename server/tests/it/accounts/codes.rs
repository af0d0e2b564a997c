//! The six digits that prove an address.

use app::domain::time::{HOUR_MS, MINUTE_MS};
use server::db::Db;

use super::*;

const ADDRESS: &str = "mira@mill.example";

async fn try_code(app: &TestApp, code: &str) -> Answer {
    post(app, "verify_email", "/verify", &[("code", code)]).await
}

/// Six digits that are not the code.
fn wrong(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..5])
}

on_both_engines!(
    async fn the_code_of_the_welcome_mail_proves_the_address(db: Db) {
        let app = TestApp::empty(db, |_| {});
        let mail = Post::of(&app);
        let owner = mira().enter(&app).await;
        let code = mail.code(ADDRESS).await;
        assert!(said(&try_code(&owner, &wrong(&code)).await).contains("not the code of the newest mail"));
        assert!(said(&try_code(&owner, "12 34").await).contains("six digits"));
        let asked = async || owner.get("/events").await.text().contains("Confirm your address, so that");
        assert!(asked().await, "every page says so");
        let spaced = format!(" {} {}\u{a0}\n", &code[..3], &code[3..]);
        assert_eq!(lead(&try_code(&owner, &spaced).await), "/verify");
        assert!(profile(&owner).await.verified && !asked().await);
        assert!(owner.get("/verify").await.text().contains("Your email is verified"));
        assert_eq!(lead(&try_code(&owner, &code).await), "/verify", "twice is once");
        assert_eq!(lead(&post(&owner, "send_code", "/verify", &[]).await), "/verify?sent");
        assert_eq!(mail.to(ADDRESS).await.len(), 1, "no further code is needed");
    }
);

on_both_engines!(
    async fn a_code_is_good_for_half_an_hour_and_only_the_newest_is(db: Db) {
        let app = TestApp::empty(db, |_| {});
        let mail = Post::of(&app);
        let owner = mira().enter(&app).await;
        let first = mail.code(ADDRESS).await;
        app.advance_ms(30 * MINUTE_MS);
        assert!(said(&try_code(&owner, &first).await).contains("30 minutes"));
        assert_eq!(lead(&post(&owner, "send_code", "/verify", &[]).await), "/verify?sent");
        lead(&post(&owner, "send_code", "/verify", &[]).await);
        assert_eq!(mail.to(ADDRESS).await.len(), 2, "clicked twice");
        let second = mail.code(ADDRESS).await;
        if first != second {
            assert!(said(&try_code(&owner, &first).await).contains("newest mail"));
        }
        app.advance_ms(30 * MINUTE_MS - 1);
        lead(&try_code(&owner, &second).await);
        assert!(profile(&owner).await.verified);
    }
);

on_both_engines!(
    async fn five_tries_are_all_that_a_code_has_and_those_at_once_count_in_full(db: Db) {
        let app = TestApp::empty(db, |_| {});
        let mail = Post::of(&app);
        let owner = mira().enter(&app).await;
        let code = mail.code(ADDRESS).await;
        let guess = wrong(&code);
        let guesses = (0..9).map(|_| try_code(&owner, &guess));
        let answers = futures_util::future::join_all(guesses).await;
        let looked_at = answers.iter().filter(|answer| said(answer).contains("not the code")).count();
        assert_eq!(looked_at, 5);
        assert!(said(&try_code(&owner, &code).await).contains("one try too many"));
        app.advance_ms(MINUTE_MS);
        lead(&post(&owner, "send_code", "/verify", &[]).await);
        lead(&try_code(&owner, &mail.code(ADDRESS).await).await);
    }
);

on_both_engines!(
    async fn five_codes_an_hour_are_sent(db: Db) {
        let app = TestApp::empty(db, |_| {});
        let mail = Post::of(&app);
        let owner = mira().enter(&app).await;
        for _ in 0..5 {
            lead(&post(&owner, "send_code", "/verify", &[]).await);
            app.advance_ms(2 * MINUTE_MS);
        }
        let answer = post(&owner, "send_code", "/verify", &[]).await;
        assert!(said(&answer).contains("Five codes were sent within an hour"), "{}", said(&answer));
        assert_eq!(mail.to(ADDRESS).await.len(), 6);
        lead(&try_code(&owner, &mail.code(ADDRESS).await).await);
        app.advance_ms(HOUR_MS);
    }
);

on_both_engines!(
    async fn another_members_code_proves_nothing(db: Db) {
        let app = TestApp::new(db).await.open_to_all();
        let mail = Post::of(&app);
        let first = mira().enter(&app).await;
        lead(&of("new@mill.example").post(&app).await);
        let theirs = mail.code("new@mill.example").await;
        if theirs != mail.code(ADDRESS).await {
            assert!(said(&try_code(&first, &theirs).await).contains("not the code"));
        }
        assert!(!profile(&first).await.verified);
        assert_eq!(lead(&try_code(&app, &theirs).await), "/sign-in?next=%2Fverify", "nobody");
        let demo = app.sign_in().await;
        assert!(said(&try_code(&demo, &theirs).await).contains("no code to compare with"));
    }
);
