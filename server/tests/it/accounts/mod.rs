//! Signing up, proving an address, new passwords, and what members change about their own login.

mod codes;
mod links;
mod mails;
mod profile;
mod sign_up;

use app::accounts::Profile;
use app::domain::ids::MemberId;
use axum::http::StatusCode;
use mail_parser::MessageParser;
use serde_json::json;
use server::db::Db;
use server::mailer::{EnhancedCode, HandOver, Handed, Mailer, Memory, Refusal, SmtpStage};
use server::outbox::Worker;
use sqlx::AssertSqlSafe;

use crate::auth::cookies_of;
use crate::support::{Answer, TestApp, server_fn};

pub const GOOD: &str = "tidal otter lamp";
pub const OTHER: &str = "green tram at noon";

/// What was mailed, handed over by a worker of the test's own.
pub struct Post {
    db: Db,
    memory: Memory,
    worker: Worker,
}

impl Post {
    pub fn of(app: &TestApp) -> Self {
        let memory = Memory::default();
        Self { worker: Worker::new(app.core.clone(), Mailer::Memory(memory.clone())), memory, db: app.db().clone() }
    }

    pub fn answer_next(&self, answer: HandOver) {
        self.memory.answer_next(answer);
    }

    /// All that went out so far, in the order in which it was written.
    pub async fn all(&self) -> Vec<Handed> {
        while self.worker.run_due().await.expect("the database works") > 0 {}
        let written: Vec<String> = sqlx::query_scalar("SELECT message_id FROM system_mail WHERE id > 0 ORDER BY id")
            .fetch_all(&mut *self.db.reader().await.expect("a reader"))
            .await
            .expect("the mails");
        let mut handed = self.memory.handed();
        handed.sort_by_key(|mail| written.iter().position(|id| mail.source.contains(id.as_str())));
        handed
    }

    /// The texts of the mails to an address, in order.
    pub async fn to(&self, address: &str) -> Vec<String> {
        let all = self.all().await;
        let own = all.iter().filter(|mail| mail.envelope.to.to_string() == address);
        own.map(|mail| text(&mail.source)).collect()
    }

    pub async fn newest_to(&self, address: &str) -> String {
        self.to(address).await.pop().unwrap_or_else(|| panic!("a mail to {address}"))
    }

    /// The code in the newest mail to an address.
    pub async fn code(&self, address: &str) -> String {
        let mail = self.newest_to(address).await;
        let code = mail.split_whitespace().find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
        code.unwrap_or_else(|| panic!("a code in {mail}")).to_owned()
    }

    /// The path of the link in the newest mail to an address.
    pub async fn path(&self, address: &str) -> String {
        let mail = self.newest_to(address).await;
        let link = mail.lines().find_map(|line| line.trim().strip_prefix("http://callboard.test"));
        link.unwrap_or_else(|| panic!("a link in {mail}")).to_owned()
    }
}

pub fn text(source: &str) -> String {
    let mail = MessageParser::default().parse(source).expect("a mail");
    mail.body_text(0).expect("text").into_owned()
}

pub fn token_of(path: &str) -> &str {
    path.rsplit('/').next().expect("a token")
}

/// One form of the sign-up page, as a browser posts it.
#[derive(Clone)]
pub struct Form {
    pub key: String,
    pub name: String,
    pub venue: String,
    pub email: String,
    pub password: String,
}

pub fn mira() -> Form {
    Form {
        key: "a-key-of-this-form".into(),
        name: "Mira Okafor".into(),
        venue: "The Mill".into(),
        email: "mira@mill.example".into(),
        password: GOOD.into(),
    }
}

pub fn of(email: &str) -> Form {
    Form { key: format!("the-form-of-{}", email.replace(['@', '.'], "-")), email: email.into(), ..mira() }
}

impl Form {
    pub async fn post(&self, app: &TestApp) -> Answer {
        let Self { key, name, venue, email, password } = self;
        let fields = [
            ("page", "/sign-up"),
            ("key", key),
            ("name", name),
            ("venue", venue),
            ("email", email),
            ("password", password),
        ];
        app.post_form(server_fn("sign_up"), &fields).await
    }

    /// Signs up as the first, who is signed in at once.
    pub async fn enter(&self, app: &TestApp) -> TestApp {
        let answer = self.post(app).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/verify"), "{}", answer.text());
        app.with_cookie(&cookies_of(&answer))
    }
}

/// A post of one of the forms of signed-in members.
pub async fn post(app: &TestApp, function: &str, page: &str, fields: &[(&str, &str)]) -> Answer {
    let fields: Vec<_> = [("page", page)].into_iter().chain(fields.iter().copied()).collect();
    app.post_form(server_fn(function), &fields).await
}

pub async fn forgot(app: &TestApp, email: &str) -> Answer {
    post(app, "forgot_password", "/forgot", &[("email", email)]).await
}

pub async fn reset(app: &TestApp, path: &str, password: &str) -> Answer {
    let fields = [("token", token_of(path)), ("new_password", password)];
    post(app, "reset_password", path, &fields).await
}

pub async fn profile(app: &TestApp) -> Profile {
    app.post_json(server_fn("load_profile"), &json!({})).await.json()
}

/// Where a post led; fails when it was refused.
pub fn lead(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location")
}

/// What stands at the fields of a form that was refused, and above it.
pub fn said(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    let page = crate::html::elements(&answer.text());
    let wrong = page.iter().filter(|one| one.attribute("class") == "error" || one.attribute("role") == "alert");
    wrong.map(|one| one.text.trim().to_owned()).collect::<Vec<_>>().join(" ")
}

/// That the page which came back has no form any more.
pub fn is_shut(answer: &Answer) -> bool {
    let text = answer.text();
    answer.status == StatusCode::UNPROCESSABLE_ENTITY && text.contains("any more") && !text.contains("<form")
}

pub async fn number(db: &Db, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(&mut *db.reader().await.expect("a reader"))
        .await
        .expect("good SQL")
}

pub async fn execute(db: &Db, sql: &str) {
    let mut transaction = db.write().await.expect("a transaction");
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await.expect("good SQL");
    transaction.commit().await.expect("a commit");
}

/// Makes the members of the test's own account proved ones.
pub async fn verify_all(app: &TestApp) {
    let mut transaction = app.db().write().await.expect("a transaction");
    for member in [app.owner, app.handler] {
        server::accounts::mark_verified(&mut transaction, member, app.now()).await.expect("a member");
    }
    transaction.commit().await.expect("a commit");
}

/// A mail server's no to the recipient.
pub fn refused(words: &str) -> HandOver {
    let (code, text) = words.split_once(' ').expect("code and text");
    let enhanced = EnhancedCode::leading(text);
    let code = code.parse().expect("a code");
    HandOver::Refused(Refusal { stage: SmtpStage::Recipient, code, enhanced, words: words.into() })
}

/// All that can be done here, for the test that looks at statements. Everybody may sign up.
pub async fn everything(app: &TestApp) {
    let mail = Post::of(app);
    assert_eq!(app.get("/sign-in").await.status, StatusCode::OK);
    for _ in 0..2 {
        lead(&mira().post(app).await);
    }
    lead(&Form { key: "another".into(), ..mira() }.post(app).await);
    let member = MemberId(number(app.db(), "SELECT id FROM member WHERE email_key = 'mira@mill.example'").await);
    let account = server::auth::store::login(app.db(), "mira@mill.example").await.expect("an answer").expect("a login");
    let mira = app.signed_in_as(app::domain::ids::AccountId(account.account_id), member).await;
    app.advance_ms(120_000);
    lead(&post(&mira, "send_code", "/verify", &[]).await);
    let code = mail.code("mira@mill.example").await;
    for code in ["000000x", "999999", &code] {
        post(&mira, "verify_email", "/verify", &[("code", code)]).await;
    }
    assert!(profile(&mira).await.verified);
    lead(&forgot(app, "mira@mill.example").await);
    let path = mail.path("mira@mill.example").await;
    assert_eq!(app.get(&path).await.status, StatusCode::OK);
    lead(&reset(app, &path, OTHER).await);
    let mira = app.signed_in_as(app::domain::ids::AccountId(account.account_id), member).await;
    lead(&post(&mira, "rename_member", "/account", &[("name", "Mira")]).await);
    let fields = [("present_password", OTHER), ("new_password", GOOD)];
    lead(&post(&mira, "change_password", "/account", &fields).await);
    // Somebody else's first: the newest link is the one that works.
    for email in ["dana@house.test", "new@mill.example"] {
        let fields = [("present_password", GOOD), ("email", email)];
        lead(&post(&mira, "change_email", "/account", &fields).await);
    }
    let path = mail.path("new@mill.example").await;
    lead(&post(app, "confirm_email", &path, &[("token", token_of(&path))]).await);
    for answer in [HandOver::Unsent("no connection".into()), refused("550 5.1.1 no such user")] {
        mail.answer_next(answer);
        mail.all().await;
        app.advance_ms(60_000);
    }
}
