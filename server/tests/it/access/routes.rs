//! Every route of the router, read off the router itself: pages and server functions have tables of their own, and each of the
//! others has a rule here.

use std::collections::BTreeSet;

use axum::body::Body;

use super::*;

/// Who may ask at a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Whoever is signed in, of whatever account: what it shows is the installation's, or is asked for by ids that are checked.
    Members,
    /// Whoever was given this address, which no other secret opens, as long as the link it belongs to is not revoked.
    Holders,
    /// Whoever holds a link, by its token in the path; asked for nothing, it leads to the page of the link.
    Guests,
    /// A provider, by its signature.
    Signed,
    /// Whoever asks: it holds nothing of anybody's.
    Everybody,
}

/// The routes that are neither pages of the app nor server functions.
const ROUTES: [(&str, Rule); 27] = [
    ("/live", Rule::Members),
    ("/events/{id}/calendar.ics", Rule::Members),
    ("/calendar/{token}/run-of-show.ics", Rule::Holders),
    ("/sandbox", Rule::Members),
    ("/sandbox/{id}", Rule::Members),
    ("/sandbox/{id}/html", Rule::Members),
    ("/sandbox/{id}/source", Rule::Members),
    ("/uploads/{id}", Rule::Members),
    ("/v/{token}/files/{request}", Rule::Guests),
    ("/v/{token}/live", Rule::Guests),
    ("/v/{token}/shared/{file}", Rule::Guests),
    ("/events/{id}/notes/live", Rule::Members),
    ("/events/{id}/files", Rule::Members),
    ("/events/{id}/files/{file}", Rule::Members),
    ("/v/{token}/reference/{request}", Rule::Guests),
    ("/requests/{request}/reference", Rule::Members),
    ("/webhooks/{provider}", Rule::Signed),
    ("/webhooks/{provider}/", Rule::Signed),
    ("/webhooks", Rule::Signed),
    ("/webhooks/", Rule::Signed),
    ("/webhooks/{provider}/{*rest}", Rule::Signed),
    ("/healthz", Rule::Everybody),
    ("/readyz", Rule::Everybody),
    // The scripts of pages that load no client.
    ("/guest.js", Rule::Everybody),
    ("/guest-worker.js", Rule::Everybody),
    ("/notes.js", Rule::Everybody),
    // The built client.
    ("/pkg", Rule::Everybody),
];

/// The paths of a router, as its debug output lists them; there is no other way to ask it.
fn listed(app: &TestApp) -> BTreeSet<String> {
    let output = format!("{:?}", server::router::router(app.state.clone()));
    let quoted = output.split('"').skip(1).step_by(2).filter(|text| text.starts_with('/'));
    // What is nested stands here with a name of axum's own for the rest.
    let path = |text: &str| text.split("/{*__private").next().unwrap_or_default().trim_end_matches("/pkg/").to_owned();
    quoted.map(path).filter(|path| !path.is_empty()).collect()
}

on_both_engines!(
    async fn no_route_is_left_out(db: Db) {
        let app = TestApp::new(db).await;
        let listed = listed(&app);
        for (path, _) in ROUTES {
            assert!(listed.contains(path), "{path} is no route any more: {listed:?}");
        }
        for path in &listed {
            let is_page = PAGES.iter().any(|page| page.path == path);
            let is_function = server_fns().contains(&path.as_str());
            let has_rule = ROUTES.iter().any(|(known, _)| known == path);
            assert!(
                is_page || is_function || has_rule,
                "{path}: who may ask there? A new route belongs into the table"
            );
        }
        assert!(server_fns().iter().all(|path| listed.contains(*path)), "so that the list is one of all routes");
    }
);

on_both_engines!(
    async fn every_route_keeps_to_its_rule(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, stranger) = (app.sign_in().await, app.as_stranger().await);
        let ids = set(&owner).await;
        let token = link(&owner, ids).await;
        let guest = as_guest(&app, &token);
        for (route, rule) in ROUTES {
            for id in [ids.contact.to_string(), ids.event.to_string(), ids.upload.to_string(), token.clone()] {
                let path = route
                    .replace("{id}", &id)
                    .replace("{token}", &id)
                    .replace("{request}", &id)
                    .replace("{file}", &ids.files[0].to_string())
                    .replace("{provider}", "resend")
                    .replace("{*rest}", &id);
                for (who, signed_in) in [(&app, false), (&guest, false), (&stranger, true)] {
                    let get = who.request(Method::GET, &path).header("origin", "http://callboard.test");
                    let get = who.send(get.body(Body::empty()).expect("a request")).await;
                    assert!(
                        !get.text().contains("Ann") && !get.text().contains("ann@guests.test"),
                        "{path}: {}",
                        get.text()
                    );
                    if rule == Rule::Members && !signed_in {
                        assert!(
                            get.status == StatusCode::UNAUTHORIZED || get.header("location").starts_with("/sign-in"),
                            "{path}: {}",
                            get.status
                        );
                    }
                    if rule == Rule::Holders {
                        assert_eq!(get.status, StatusCode::NOT_FOUND, "{path}");
                    }
                    let request = who.request(Method::POST, &path).header("sec-fetch-site", "same-origin");
                    let post = who.send(request.body(Body::from("{}")).expect("a request")).await;
                    assert!(post.status.is_client_error(), "{path}: {}", post.status);
                }
            }
        }
        let left = "SELECT (SELECT COUNT(*) FROM delivery_event) + (SELECT COUNT(*) FROM orphan_event)";
        assert_eq!(number(app.db(), left.to_owned()).await, 0, "nobody reported anything");
    }
);
