//! Every page that names something of an account, out of the table of pages.

use super::*;

/// The page's path with the ids in it; `None` of a page that names nothing of an account.
fn filled(path: &str, Ids { contact, event, crew, item, space, request, .. }: Ids) -> Option<String> {
    let mut filled = path.replace("{item}", &item.to_string()).replace("{crew}", &crew.to_string());
    filled = filled.replace("{request}", &request.to_string());
    for (folder, id) in [("/events/", event.0), ("/contacts/", contact.0), ("/spaces/", space.0)] {
        filled = filled.replace(&format!("{folder}{{id}}"), &format!("{folder}{id}"));
    }
    // The holder of a link; the mailbox is the installation's.
    let rest = filled.replace("{token}", "").replace("{*rest}", "");
    assert!(!rest.contains('{'), "{path}: whose is it? Say so here");
    (filled != path).then_some(filled)
}

on_both_engines!(
    async fn pages_of_another_account_are_not_found(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, stranger) = (app.sign_in().await, app.as_stranger().await);
        let ids = set(&owner).await;
        let guest = as_guest(&app, &link(&owner, ids).await);
        let mut seen = 0;
        for page in PAGES {
            let Some(path) = filled(page.path, ids) else { continue };
            seen += 1;
            let own = owner.get(&path).await;
            let names = ["Ann", "Gala", "Hall"];
            assert_eq!(own.status, StatusCode::OK, "{path}");
            assert!(names.iter().any(|name| own.text().contains(name)), "{path} shows what it is about");
            let unknown = filled(page.path, UNKNOWN).expect("it names something");
            for (who, path) in [(&stranger, &path), (&owner, &unknown)] {
                let foreign = who.get(path).await;
                assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{path}");
                assert!(names.iter().all(|name| !foreign.text().contains(name)), "{path}: {}", foreign.text());
            }
            for who in [&app, &guest] {
                let answer = who.get(&path).await;
                assert!(answer.header("location").starts_with("/sign-in?next="), "{path}: {}", answer.status);
            }
        }
        assert!(seen >= 10, "the table has them");
    }
);

on_both_engines!(
    async fn a_share_link_opens_for_whoever_holds_it_until_it_is_revoked(db: Db) {
        let app = TestApp::new(db).await;
        let owner = app.sign_in().await;
        let ids = set(&owner).await;
        let token = link(&owner, ids).await;
        let path = format!("/v/{token}");
        let open = async |token: &str| {
            let answer = app.post_json(server_fn("load_run_of_show"), &json!({ "token": token })).await;
            answer.status
        };
        assert_eq!((app.get(&path).await.status, open(&token).await), (StatusCode::OK, StatusCode::OK));
        owner.post_json(server_fn("revoke_link"), &json!({ "crew": ids.crew })).await;
        assert_eq!((app.get(&path).await.status, open(&token).await), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(open("no-such-token").await, StatusCode::NOT_FOUND);
    }
);

on_both_engines!(
    async fn a_share_link_opens_nothing_but_its_own_page(db: Db) {
        let app = TestApp::new(db).await;
        let owner = app.sign_in().await;
        let ids = set(&owner).await;
        let token = link(&owner, ids).await;
        for page in PAGES.into_iter().filter(|page| page.path.contains("{token}")) {
            let answer = app.get(&page.path.replace("{token}", &token)).await;
            let its_own = page.path == "/v/{token}";
            assert_eq!(answer.text().contains("Gala"), its_own, "{}", page.path);
            assert!(its_own || !answer.text().contains("Ann"), "{}", page.path);
        }
        for (function, body) in [
            ("load_invitation", json!({ "token": token })),
            ("reset_password", json!({ "token": token, "new_password": "an-uncommon-pass-4711" })),
            ("confirm_email", json!({ "token": token })),
        ] {
            let answer = ask(&app, function, &body).await;
            assert!(answer.status.is_client_error(), "{function}: {}", answer.status);
        }
    }
);
