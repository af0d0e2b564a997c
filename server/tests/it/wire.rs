//! The same server functions in the encoding of our own client, and what a page of another version is told.

use app::contacts::{ContactForm, ContactPage, CreateContact, LoadContacts};
use app::domain::ids::ContactId;
use app::error::AppError;
use app::wire::{MEDIA_TYPE, decode, encode};
use axum::http::StatusCode;
use serde_json::json;
use server::db::Db;

use crate::support::{TestApp, server_fn};

on_both_engines!(
    async fn postcard_and_json_say_the_same(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        let form = ContactForm { first_name: "Ann".into(), last_name: "Lee".into(), ..ContactForm::default() };
        let created =
            app.post_wire(server_fn("create_contact"), MEDIA_TYPE, encode(&CreateContact { form, key: None })).await;
        assert_eq!((created.status, created.header("content-type")), (StatusCode::OK, MEDIA_TYPE));
        decode::<Result<ContactId, AppError>>(&created.body).expect("understood").expect("a contact");

        let question = encode(&LoadContacts { search: String::new(), after: None });
        let ours = app.post_wire(server_fn("load_contacts"), MEDIA_TYPE, question).await;
        let ours = decode::<Result<ContactPage, AppError>>(&ours.body).expect("understood").expect("a page");
        let theirs = app.post_json(server_fn("load_contacts"), &json!({ "search": "", "after": null })).await;
        assert_eq!(ours, theirs.json());
        assert!(ours.rows.iter().any(|row| row.name == "Ann Lee"));
    }
);

on_both_engines!(
    async fn a_refusal_has_its_status_and_its_words(db: Db) {
        let app = TestApp::new(db).await;
        let question = encode(&LoadContacts { search: String::new(), after: None });
        let refused = app.post_wire(server_fn("load_contacts"), MEDIA_TYPE, question.clone()).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(decode::<Result<ContactPage, AppError>>(&refused.body), Ok(Err(AppError::Unauthenticated)));

        let app = app.sign_in().await;
        for (media_type, body) in [("application/vnd.callboard.0+postcard", question), (MEDIA_TYPE, vec![0xff; 3])] {
            let refused = app.post_wire(server_fn("load_contacts"), media_type, body).await;
            assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
            assert_eq!(decode::<Result<ContactPage, AppError>>(&refused.body), Ok(Err(AppError::VersionMismatch)));
        }
    }
);
