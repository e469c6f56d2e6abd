//! GET /api/auth/session and POST /api/auth/session/election.

use serde_json::json;
use stoa_core::{MembershipId, Role};
use stoa_testing::{Client, PASSWORD, Reply, console, on_both_engines};

use crate::{COOKIE, join, log_in, member, person, problem, session};

async fn elect(browser: &Client, membership: impl ToString) -> Reply {
    let body = json!({"membership": membership.to_string()});
    browser
        .post(&console("/api/auth/session/election"))
        .json(&body)
        .send()
        .await
}

/// The slug of the tenant that a request without a named one means.
async fn default_slug(browser: &Client) -> String {
    let profile = browser
        .get(&console("/api/profile"))
        .send()
        .await
        .expect_status(200)
        .json();
    profile["slug"].as_str().unwrap().to_owned()
}

on_both_engines! {
    stoa::compose;

    /// ATK-I1: the console's cookie at a business's host.
    async fn the_cookie_counts_on_the_consoles_host_only(app: TestApp) {
        let shop = app.shop().await;
        let token = log_in(&shop.owner, &shop.email, PASSWORD).await.cookie(COOKIE).unwrap().to_owned();
        let at = |url: &str| app.client().get(url).cookie(COOKIE, &token).send();
        at(&console("/api/auth/session")).await.expect_status(200);
        at(&console("/api/me/sessions")).await.expect_status(200);
        at(&shop.site("/api/me/sessions")).await.expect_status(401);
        at(&shop.site("/api/profile")).await.expect_status(401);
        app.client().get(&console("/api/auth/session")).send().await.expect_status(401);
    }

    /// ATK-I3: an election renews the session, and what it was known by before is worth nothing.
    async fn elects_one_of_ones_own_memberships(app: TestApp) {
        let (first, second) = (app.shop().await, app.shop().await);
        let (user, _) = member(&app, &first, Role::Admin).await;
        let elected = join(&app, &second, user.id, Role::Staff).await;
        assert_eq!(default_slug(&user.browser).await, first.slug);
        let old = log_in(&user.browser, &user.email, PASSWORD).await.cookie(COOKIE).unwrap().to_owned();

        let reply = elect(&user.browser, elected).await.expect_status(200);

        assert_eq!(reply.json()["elected"], elected.to_string());
        assert_eq!(default_slug(&user.browser).await, second.slug);
        assert_ne!(reply.cookie(COOKIE).unwrap(), old);
        app.client().get(&console("/api/auth/session")).cookie(COOKIE, &old).send().await.expect_status(401);
    }

    /// ATK-I4: somebody else's membership is not found, and the session stays as it was.
    async fn somebody_elses_membership_is_not_found(app: TestApp) {
        let (first, second) = (app.shop().await, app.shop().await);
        let (_, foreign) = member(&app, &second, Role::Staff).await;
        let before = session(&first.owner).await.json();

        let denied = elect(&first.owner, foreign).await.expect_status(404);
        let unknown = elect(&first.owner, MembershipId::new(app.db.clock().now())).await.expect_status(404);

        assert_eq!(problem(&denied), problem(&unknown));
        assert_eq!(denied.set_cookies().count(), 0);
        assert_eq!(session(&first.owner).await.json(), before);
        elect(&first.owner, "mem_junk").await.expect_status(422);
    }

    /// ATK-I6: without any membership.
    async fn without_a_membership_there_is_no_business(app: TestApp) {
        let shop = app.shop().await;
        let nobody = person(&app).await;
        let view = log_in(&nobody.browser, &nobody.email, PASSWORD).await.expect_status(200).json();
        assert_eq!((&view["elected"], &view["memberships"]), (&json!(null), &json!([])));
        nobody.browser.get(&console("/api/profile")).send().await.expect_status(403);
        nobody.browser.get(&shop.api("/profile")).send().await.expect_status(404);
    }
}
