//! GET /api/members, PATCH and DELETE /api/members/{id}.

use serde_json::{Value, json};
use stoa_core::{MembershipId, Role};
use stoa_testing::{Client, PASSWORD, Reply, Shop, on_both_engines};

use crate::{log_in, member, problem};

fn url_of(shop: &Shop, id: impl std::fmt::Display) -> String {
    shop.api(&format!("/members/{id}"))
}

async fn set_role(by: &Client, shop: &Shop, id: impl std::fmt::Display, role: Role) -> Reply {
    let body = json!({"role": role, "version": 1});
    by.patch(&url_of(shop, id)).json(&body).send().await
}

async fn remove(by: &Client, shop: &Shop, id: impl std::fmt::Display) -> Reply {
    by.delete(&url_of(shop, id)).send().await
}

async fn members(shop: &Shop) -> Vec<Value> {
    shop.get("/members").await.expect_status(200).json()["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn owner_id(shop: &Shop) -> String {
    let members = members(shop).await;
    let owner = members
        .iter()
        .find(|member| member["email"] == shop.email.as_str())
        .unwrap();
    owner["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn refused(reply: Reply, status: u16, code: &str) {
    assert_eq!(reply.expect_status(status).json()["code"], code);
}

on_both_engines! {
    stoa::compose;

    /// ATK-O6: a cursor of another business is none.
    async fn lists_this_tenants_members(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let (staff, id) = member(&app, &shop, Role::Staff).await;
        member(&app, &other, Role::Staff).await;
        let listed = members(&shop).await;
        assert_eq!(listed.len(), 2);
        let found = listed.iter().find(|member| member["id"] == id.to_string()).unwrap();
        assert_eq!((&found["email"], &found["role"]), (&json!(staff.email), &json!("STAFF")));
        // When somebody last signed in, perhaps for another business, is theirs to know.
        assert!(listed.iter().all(|member| member.get("last_login_at").is_none()));

        let page = shop.get("/members?limit=1").await.expect_status(200).json();
        let next = page["next"].as_str().unwrap();
        let rest = shop.get(&format!("/members?limit=1&after={next}")).await.expect_status(200).json();
        assert_ne!(page["items"][0]["id"], rest["items"][0]["id"]);
        assert_eq!(rest["next"], json!(null));
        other.get(&format!("/members?after={next}")).await.expect_status(400);
    }

    /// ATK-O13: nobody grants more than they hold.
    async fn roles_bound_what_one_may_do(app: TestApp) {
        let shop = app.shop().await;
        let owner = owner_id(&shop).await;
        let (admin, _) = member(&app, &shop, Role::Admin).await;
        let (staff, id) = member(&app, &shop, Role::Staff).await;
        refused(staff.browser.get(&shop.api("/members")).send().await, 403, "auth.permission_missing");
        refused(set_role(&staff.browser, &shop, id, Role::Admin).await, 403, "auth.permission_missing");
        refused(set_role(&admin.browser, &shop, id, Role::Owner).await, 403, "identity.beyond_own_role");
        refused(set_role(&admin.browser, &shop, &owner, Role::Staff).await, 403, "identity.beyond_own_role");
        refused(remove(&admin.browser, &shop, &owner).await, 403, "identity.beyond_own_role");
        let changed = set_role(&admin.browser, &shop, id, Role::Admin).await.expect_status(200).json();
        assert_eq!((&changed["role"], &changed["version"]), (&json!("ADMIN"), &json!(2)));
        refused(set_role(&shop.owner, &shop, id, Role::Owner).await, 409, "identity.stale");
    }

    /// ATK-O13: the last owner, demoted or removed.
    async fn the_last_owner_stays(app: TestApp) {
        let shop = app.shop().await;
        let owner = owner_id(&shop).await;
        refused(set_role(&shop.owner, &shop, &owner, Role::Admin).await, 409, "identity.last_owner");
        refused(remove(&shop.owner, &shop, &owner).await, 409, "identity.last_owner");
        let (_, second) = member(&app, &shop, Role::Owner).await;
        set_role(&shop.owner, &shop, &owner, Role::Admin).await.expect_status(200);
        log_in(&shop.owner, &shop.email, PASSWORD).await.expect_status(200);
        refused(remove(&shop.owner, &shop, second).await, 403, "identity.beyond_own_role");
    }

    /// ATK-O13
    async fn two_owners_cannot_both_go(app: TestApp) {
        let shop = app.shop().await;
        let first = owner_id(&shop).await;
        let (partner, second) = member(&app, &shop, Role::Owner).await;
        let (one, other) = tokio::join!(
            set_role(&shop.owner, &shop, second, Role::Staff),
            set_role(&partner.browser, &shop, first, Role::Staff),
        );
        let done = [&one, &other].iter().filter(|reply| reply.status.is_success()).count();
        assert_eq!(done, 1, "{} {}", one.text(), other.text());
    }

    /// ATK-I3, ATK-I5: a role that changes ends the sessions that had the old one; the next has a new id and the new role.
    async fn a_demoted_member_is_denied_at_once(app: TestApp) {
        let shop = app.shop().await;
        let (user, id) = member(&app, &shop, Role::Admin).await;
        user.browser.get(&shop.api("/members")).send().await.expect_status(200);
        user.browser.get(&shop.api("/journal")).send().await.expect_status(200);
        let before = crate::session(&user.browser).await.json();
        set_role(&shop.owner, &shop, id, Role::Staff).await.expect_status(200);
        refused(user.browser.get(&shop.api("/members")).send().await, 401, "auth.required");
        let after = log_in(&user.browser, &user.email, PASSWORD).await.expect_status(200).json();
        assert_ne!(before["session"], after["session"]);
        user.browser.get(&shop.api("/members")).send().await.expect_status(403);
        user.browser.get(&shop.api("/journal")).send().await.expect_status(403);
        user.browser.get(&shop.api("/profile")).send().await.expect_status(200);
    }

    /// ATK-I5: a removed member.
    async fn a_removed_member_is_a_stranger_at_once(app: TestApp) {
        let shop = app.shop().await;
        let (user, id) = member(&app, &shop, Role::Admin).await;
        user.browser.get(&shop.api("/profile")).send().await.expect_status(200);
        remove(&shop.owner, &shop, id).await.expect_status(204);
        let gone = user.browser.get(&shop.api("/profile")).send().await.expect_status(404);
        let unknown = stoa_testing::console("/api/tenant/no-such-shop/profile");
        let unknown = user.browser.get(&unknown).send().await.expect_status(404);
        assert_eq!(problem(&gone), problem(&unknown));
        let session = crate::session(&user.browser).await.expect_status(200).json();
        assert_eq!((&session["elected"], &session["memberships"]), (&json!(null), &json!([])));
        remove(&shop.owner, &shop, id).await.expect_status(404);
    }

    async fn leaving_one_business_leaves_the_others(app: TestApp) {
        let (first, second) = (app.shop().await, app.shop().await);
        let (user, leaving) = member(&app, &first, Role::Staff).await;
        let staying = crate::join(&app, &second, user.id, Role::Staff).await;
        remove(&first.owner, &first, leaving).await.expect_status(204);
        let session = crate::session(&user.browser).await.expect_status(200).json();
        assert_eq!(session["elected"], staying.to_string());
        assert_eq!(session["memberships"][0]["is_default"], true);
    }

    /// ATK-O1
    async fn another_tenants_member_is_not_found(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let (user, foreign) = member(&app, &other, Role::Staff).await;
        let random = MembershipId::new(app.db.clock().now());
        let denied = remove(&shop.owner, &shop, foreign).await.expect_status(404);
        assert_eq!(problem(&denied), problem(&remove(&shop.owner, &shop, random).await.expect_status(404)));
        let denied = set_role(&shop.owner, &shop, foreign, Role::Admin).await.expect_status(404);
        let unknown = set_role(&shop.owner, &shop, random, Role::Admin).await.expect_status(404);
        assert_eq!(problem(&denied), problem(&unknown));
        refused(shop.owner.get(&other.api("/members")).send().await, 404, "tenant.not_found");
        user.browser.get(&other.api("/profile")).send().await.expect_status(200);
    }

    async fn changes_are_in_the_audit_log(app: TestApp) {
        let shop = app.shop().await;
        let (_, id) = member(&app, &shop, Role::Staff).await;
        set_role(&shop.owner, &shop, id, Role::Admin).await.expect_status(200);
        remove(&shop.owner, &shop, id).await.expect_status(204);
        let journal = shop.get("/journal").await.expect_status(200).json();
        let lines = journal["items"].as_array().unwrap();
        let kinds: Vec<_> = lines.iter().take(2).map(|line| line["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["member.removed", "member.role_changed"]);
        assert_eq!((&lines[1]["data"]["from"], &lines[1]["data"]["to"]), (&json!("STAFF"), &json!("ADMIN")));
    }
}
