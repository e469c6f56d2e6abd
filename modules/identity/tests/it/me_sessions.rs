//! GET /api/me/sessions and DELETE /api/me/sessions/{id}.

use serde_json::Value;
use stoa_core::SessionId;
use stoa_testing::{Client, PASSWORD, console, on_both_engines};

use crate::{log_in, problem, session};

async fn sessions(browser: &Client) -> Vec<Value> {
    let list = browser
        .get(&console("/api/me/sessions"))
        .send()
        .await
        .expect_status(200)
        .json();
    list["items"].as_array().unwrap().clone()
}

fn id_of(sessions: &[Value], current: bool) -> String {
    let found = sessions
        .iter()
        .find(|session| session["current"] == current)
        .unwrap();
    found["id"].as_str().unwrap().to_owned()
}

fn url_of(id: impl std::fmt::Display) -> String {
    console(&format!("/api/me/sessions/{id}"))
}

on_both_engines! {
    stoa::compose;

    async fn ends_another_browsers_session(app: TestApp) {
        let shop = app.shop().await;
        let other = app.browser();
        log_in(&other, &shop.email, PASSWORD).await.expect_status(200);
        session(&other).await.expect_status(200);
        let seen = sessions(&shop.owner).await;
        assert_eq!(seen.len(), 2);

        shop.owner.delete(&url_of(id_of(&seen, false))).send().await.expect_status(204);

        session(&other).await.expect_status(401);
        session(&shop.owner).await.expect_status(200);
        assert_eq!(id_of(&sessions(&shop.owner).await, true), id_of(&seen, true));
    }

    /// ATK-O1
    async fn somebody_elses_session_is_not_found(app: TestApp) {
        let (mine, theirs) = (app.shop().await, app.shop().await);
        let foreign = id_of(&sessions(&theirs.owner).await, true);
        let denied = mine.owner.delete(&url_of(foreign)).send().await.expect_status(404);
        let unknown = url_of(SessionId::new(app.db.clock().now()));
        let unknown = mine.owner.delete(&unknown).send().await.expect_status(404);
        assert_eq!(problem(&denied), problem(&unknown));
        session(&theirs.owner).await.expect_status(200);
    }

    async fn only_the_signed_in_have_sessions(app: TestApp) {
        app.client().get(&console("/api/me/sessions")).send().await.expect_status(401);
        app.client().delete(&url_of(SessionId::new(app.db.clock().now()))).send().await.expect_status(401);
    }
}
