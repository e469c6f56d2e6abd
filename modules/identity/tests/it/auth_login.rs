//! POST /api/auth/login and /api/auth/logout.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;
use stoa_db::control_sql;
use stoa_testing::{BASE, PASSWORD, console, on_both_engines, unique};

use crate::{COOKIE, log_in, person, problem, session};

on_both_engines! {
    stoa::compose;

    /// ATK-I2
    async fn signs_in_with_a_host_cookie(app: TestApp) {
        let shop = app.shop().await;
        let browser = app.browser();
        let reply = log_in(&browser, &shop.email.to_uppercase(), PASSWORD).await.expect_status(200);
        let (token, device) = (reply.cookie(COOKIE).unwrap(), reply.cookie("__Host-device").unwrap());
        assert_eq!(
            reply.set_cookies().collect::<Vec<_>>(),
            [
                format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000"),
                format!("__Host-device={device}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000"),
            ]
        );
        let body = reply.json();
        assert_eq!(body["user"]["email"], shop.email.as_str());
        assert_eq!(body["elected"], body["memberships"][0]["id"]);
        assert_eq!(body["memberships"][0]["role"], "OWNER");
        assert_eq!(body["memberships"][0]["tenant"]["slug"], shop.slug.as_str());
        assert_eq!(session(&browser).await.expect_status(200).json(), body);
    }

    /// ATK-I11
    async fn unknown_email_and_wrong_password_get_one_answer(app: TestApp) {
        let known = person(&app).await;
        let wrong = log_in(&app.browser(), &known.email, "not the password").await.expect_status(401);
        let unknown = format!("{}@example.org", unique("nobody"));
        let unknown = log_in(&app.browser(), &unknown, PASSWORD).await.expect_status(401);
        assert_eq!(problem(&wrong), problem(&unknown));
        assert_eq!(problem(&wrong)["code"], "identity.wrong_credentials");
        assert_eq!(wrong.set_cookies().count() + unknown.set_cookies().count(), 0);
        log_in(&app.browser(), &known.email, PASSWORD).await.expect_status(200);
    }

    /// ATK-I3
    async fn a_planted_cookie_is_worth_nothing_after_signing_in(app: TestApp) {
        let shop = app.shop().await;
        let browser = app.browser();
        let first = log_in(&browser, &shop.email, PASSWORD).await.cookie(COOKIE).unwrap().to_owned();
        let second = log_in(&browser, &shop.email, PASSWORD).await.expect_status(200);
        assert_ne!(second.cookie(COOKIE), Some(first.as_str()));
        let planted = app.client().get(&console("/api/auth/session")).cookie(COOKIE, &first);
        planted.send().await.expect_status(401);
        session(&browser).await.expect_status(200);
    }

    async fn a_session_ends_after_thirty_days(app: TestApp) {
        let shop = app.shop().await;
        app.clock.advance(Duration::from_secs(30 * 24 * 60 * 60 - 1));
        session(&shop.owner).await.expect_status(200);
        app.clock.advance(Duration::from_secs(1));
        session(&shop.owner).await.expect_status(401);
    }

    async fn expired_sessions_go_when_their_user_signs_in(app: TestApp) {
        let person = person(&app).await;
        let sessions = async || {
            let mut cx = app.db.platform_read().await.unwrap();
            let counted = cx.sql(control_sql!("SELECT count(*) FROM sessions WHERE user_id = $1")).bind(person.id).one();
            let (count,): (i64,) = counted.await.unwrap();
            count
        };
        for _ in 0..2 {
            log_in(&app.browser(), &person.email, PASSWORD).await.expect_status(200);
        }
        assert_eq!(sessions().await, 2);
        app.clock.advance(Duration::from_secs(30 * 24 * 60 * 60));
        log_in(&app.browser(), &person.email, PASSWORD).await.expect_status(200);
        assert_eq!(sessions().await, 1);
    }

    async fn a_business_s_own_host_signs_nobody_in(app: TestApp) {
        let shop = app.shop().await;
        let unknown = app.client().get(&shop.site("/api/nothing")).send().await.expect_status(404);
        let body = json!({"email": shop.email, "password": PASSWORD});
        for (method, path) in [
            (Method::POST, "/api/auth/login"), (Method::POST, "/api/auth/logout"),
            (Method::GET, "/api/auth/session"), (Method::POST, "/api/auth/session/election"),
        ] {
            let reply = app.browser().request(method, &shop.site(path)).json(&body).send().await.expect_status(404);
            assert_eq!(problem(&reply), problem(&unknown), "{path}");
            assert_eq!(reply.set_cookies().count(), 0, "{path}");
        }
        let domain = format!("http://{BASE}/api/auth/login");
        app.browser().post(&domain).json(&body).send().await.expect_status(200);
    }

    async fn malformed_bodies_are_told(app: TestApp) {
        let post = |body| app.client().post(&console("/api/auth/login")).json(&body).send();
        let reply = post(json!({"email": "nobody", "password": "x"})).await.expect_status(422);
        assert_eq!(reply.json()["errors"][0]["field"], "email");
        post(json!({"email": "a@example.org"})).await.expect_status(422);
        post(json!({"email": "a@example.org", "password": "x", "role": "OWNER"})).await.expect_status(422);
    }

    async fn signing_out_ends_the_session(app: TestApp) {
        let shop = app.shop().await;
        let token = log_in(&shop.owner, &shop.email, PASSWORD).await.cookie(COOKIE).unwrap().to_owned();
        let reply = shop.owner.post(&console("/api/auth/logout")).send().await.expect_status(204);
        assert_eq!(reply.cookie(COOKIE), Some(""));
        session(&shop.owner).await.expect_status(401);
        app.client().get(&console("/api/auth/session")).cookie(COOKIE, &token).send().await.expect_status(401);
        app.client().post(&console("/api/auth/logout")).send().await.expect_status(401);
    }
}
