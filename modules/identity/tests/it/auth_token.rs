//! POST /api/auth/token, and what its tokens open.

use std::time::Duration;

use serde_json::{Value, json};
use stoa_core::Role;
use stoa_testing::{PASSWORD, Reply, TestApp, console, on_both_engines};

use crate::{COOKIE, Person, join, log_in, member, person, problem};

const TOKEN: &str = "/api/auth/token";

async fn ask(app: &TestApp, url: &str, body: &Value) -> Reply {
    app.client().post(url).json(body).send().await
}

fn password(email: &str) -> Value {
    json!({"grant": "password", "email": email, "password": PASSWORD})
}

fn refresh(tokens: &Value) -> Value {
    json!({"grant": "refresh_token", "refresh_token": tokens["refresh_token"]})
}

/// Tokens that reach whatever the person belongs to.
async fn tokens_of(app: &TestApp, person: &Person) -> Value {
    ask(app, &console(TOKEN), &password(&person.email))
        .await
        .expect_status(200)
        .json()
}

async fn get(app: &TestApp, url: &str, tokens: &Value) -> Reply {
    let token = tokens["access_token"].as_str().unwrap();
    app.client().get(url).bearer(token).send().await
}

#[track_caller]
fn refused(reply: Reply, status: u16, code: &str) {
    assert_eq!(reply.expect_status(status).json()["code"], code);
}

on_both_engines! {
    stoa::compose;

    async fn a_token_opens_what_its_person_may_on_every_host(app: TestApp) {
        let shop = app.shop().await;
        let (user, _) = member(&app, &shop, Role::Staff).await;
        let tokens = tokens_of(&app, &user).await;
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
        get(&app, &shop.api("/profile"), &tokens).await.expect_status(200);
        get(&app, &shop.site("/api/profile"), &tokens).await.expect_status(200);
        refused(get(&app, &shop.api("/members"), &tokens).await, 403, "auth.permission_missing");
        let me = get(&app, &console("/api/auth/session"), &tokens).await.expect_status(200).json();
        assert_eq!((&me["session"], &me["user"]["email"]), (&tokens["session"], &json!(user.email)));
        let sessions = get(&app, &console("/api/me/sessions"), &tokens).await.expect_status(200).json();
        let mut kinds: Vec<_> = sessions["items"].as_array().unwrap().iter()
            .map(|session| (session["kind"].as_str().unwrap(), session["current"].as_bool().unwrap()))
            .collect();
        // Both were started in one millisecond, which orders them by chance.
        kinds.sort_unstable();
        assert_eq!(kinds, [("browser", false), ("token", true)]);
        // What a program sends needs no word of a browser about its origin.
        let logged_out = app.client().post(&console("/api/auth/logout"))
            .bearer(tokens["access_token"].as_str().unwrap())
            .header("origin", "https://tool.example")
            .send().await;
        logged_out.expect_status(204);
        refused(get(&app, &shop.api("/profile"), &tokens).await, 401, "auth.required");
        refused(ask(&app, &console(TOKEN), &refresh(&tokens)).await, 401, "identity.refresh_token_invalid");
    }

    /// ATK-I7: a token of one business, at another that its person belongs to as well.
    async fn a_bound_token_reaches_its_business_alone(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let (user, _) = member(&app, &shop, Role::Admin).await;
        join(&app, &other, user.id, Role::Admin).await;
        let tokens = ask(&app, &shop.api("/auth/token"), &password(&user.email)).await.expect_status(200).json();
        assert_eq!(tokens["tenant"], shop.id.to_string());
        get(&app, &shop.api("/members"), &tokens).await.expect_status(200);
        let unnamed = get(&app, &console("/api/profile"), &tokens).await.expect_status(200).json();
        assert_eq!(unnamed["slug"], shop.slug);

        let denied = get(&app, &other.api("/members"), &tokens).await.expect_status(404);
        let nowhere = get(&app, &console("/api/tenant/no-such-business/members"), &tokens).await.expect_status(404);
        assert_eq!(problem(&denied), problem(&nowhere));
        refused(ask(&app, &other.api("/auth/token"), &refresh(&tokens)).await, 404, "tenant.not_found");
        user.browser.get(&other.api("/members")).send().await.expect_status(200);

        // Whoever is no member hears what they would hear of a business that is not.
        let stranger = person(&app).await;
        let denied = ask(&app, &shop.api("/auth/token"), &password(&stranger.email)).await.expect_status(404);
        assert_eq!(problem(&denied), problem(&nowhere));
        ask(&app, &shop.site(TOKEN), &password(&user.email)).await.expect_status(404);
    }

    /// ATK-I7: claims edited, no algorithm, expired, a browser's token, no token at all.
    async fn only_tokens_of_the_platform_count(app: TestApp) {
        let shop = app.shop().await;
        let (user, _) = member(&app, &shop, Role::Admin).await;
        let tokens = tokens_of(&app, &user).await;
        let token = tokens["access_token"].as_str().unwrap();
        let parts: Vec<_> = token.split('.').collect();
        let cookie = log_in(&user.browser, &user.email, PASSWORD).await.cookie(COOKIE).unwrap().to_owned();
        let none = "eyJhbGciOiJub25lIn0";
        for forged in [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{}x.{}", parts[0], parts[1], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            cookie,
            tokens["refresh_token"].as_str().unwrap().to_owned(),
            "stoa_".to_owned(),
            String::new(),
        ] {
            let reply = app.client().get(&shop.api("/profile")).bearer(&forged).send().await;
            refused(reply, 401, "auth.required");
        }
        let as_cookie = app.client().get(&shop.api("/profile")).cookie(COOKIE, token).send().await;
        refused(as_cookie, 401, "auth.required");
        get(&app, &shop.api("/profile"), &tokens).await.expect_status(200);
        app.clock.advance(Duration::from_secs(15 * 60));
        refused(get(&app, &shop.api("/profile"), &tokens).await, 401, "auth.required");
        ask(&app, &console(TOKEN), &refresh(&tokens)).await.expect_status(200);
    }

    async fn a_refresh_token_counts_once_and_its_copy_ends_the_session(app: TestApp) {
        let shop = app.shop().await;
        let (user, _) = member(&app, &shop, Role::Staff).await;
        let first = tokens_of(&app, &user).await;
        let second = ask(&app, &console(TOKEN), &refresh(&first)).await.expect_status(200).json();
        assert_eq!(first["session"], second["session"]);
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        get(&app, &shop.api("/profile"), &second).await.expect_status(200);

        refused(ask(&app, &console(TOKEN), &refresh(&first)).await, 401, "identity.refresh_token_invalid");
        for tokens in [&first, &second] {
            refused(get(&app, &shop.api("/profile"), tokens).await, 401, "auth.required");
            refused(ask(&app, &console(TOKEN), &refresh(tokens)).await, 401, "identity.refresh_token_invalid");
        }
        user.browser.get(&shop.api("/profile")).send().await.expect_status(200);
    }

    async fn of_two_who_renew_at_once_one_gets_tokens(app: TestApp) {
        let user = person(&app).await;
        let tokens = tokens_of(&app, &user).await;
        let (url, body) = (console(TOKEN), refresh(&tokens));
        let (one, other) = tokio::join!(ask(&app, &url, &body), ask(&app, &url, &body));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
    }

    /// ATK-I5: what happens to a member happens to their tokens, at the next request.
    async fn a_changed_or_removed_member_has_no_tokens_any_more(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let (user, id) = member(&app, &shop, Role::Admin).await;
        join(&app, &other, user.id, Role::Admin).await;
        let bound = || async {
            ask(&app, &shop.api("/auth/token"), &password(&user.email)).await.expect_status(200).json()
        };
        let tokens = bound().await;
        get(&app, &shop.api("/members"), &tokens).await.expect_status(200);
        let demoted = json!({"role": "STAFF", "version": 1});
        shop.owner.patch(&shop.api(&format!("/members/{id}"))).json(&demoted).send().await.expect_status(200);
        refused(get(&app, &shop.api("/profile"), &tokens).await, 401, "auth.required");
        refused(ask(&app, &console(TOKEN), &refresh(&tokens)).await, 401, "identity.refresh_token_invalid");

        let tokens = bound().await;
        refused(get(&app, &shop.api("/members"), &tokens).await, 403, "auth.permission_missing");
        shop.owner.delete(&shop.api(&format!("/members/{id}"))).send().await.expect_status(204);
        refused(get(&app, &shop.api("/profile"), &tokens).await, 401, "auth.required");
        // Not even by renewal do they reach the business that the person still belongs to.
        refused(ask(&app, &console(TOKEN), &refresh(&tokens)).await, 401, "identity.refresh_token_invalid");
        refused(get(&app, &other.api("/profile"), &tokens).await, 401, "auth.required");
    }

    async fn a_token_stays_with_what_it_was_made_for(app: TestApp) {
        let shop = app.shop().await;
        let (user, membership) = member(&app, &shop, Role::Staff).await;
        let tokens = tokens_of(&app, &user).await;
        let elected = app.client().post(&console("/api/auth/session/election"))
            .bearer(tokens["access_token"].as_str().unwrap())
            .json(&json!({"membership": membership.to_string()}))
            .send().await;
        assert_eq!(elected.set_cookies().count(), 0);
        refused(elected, 403, "identity.browser_only");
    }

    /// ATK-I11: a wrong password and an unknown email.
    async fn a_grant_says_nothing_about_who_is_known(app: TestApp) {
        let user = person(&app).await;
        let mut wrong = password(&user.email);
        wrong["password"] = json!("not the password");
        let known = ask(&app, &console(TOKEN), &wrong).await.expect_status(401);
        let unknown = ask(&app, &console(TOKEN), &password("nobody@example.org")).await.expect_status(401);
        assert_eq!(problem(&known), problem(&unknown));
        for body in [
            json!({"grant": "password", "email": user.email}),
            json!({"grant": "refresh_token"}),
            json!({"grant": "client_credentials"}),
            json!({"grant": "refresh_token", "refresh_token": "x", "email": user.email}),
        ] {
            refused(ask(&app, &console(TOKEN), &body).await, 422, "request.invalid");
        }
    }
}
