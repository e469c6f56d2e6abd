//! Denials for every route, generated from the API's own description: without credentials, from another business,
//! without the permission, with another business's things, with the feature off, while suspended. Each stands beside a
//! call that is let through.

use axum::http::Method;
use stoa::Stoa;
use stoa_core::{Actor, Clock, Feature, FeatureSet};
use stoa_http::{
    HttpConfig,
    openapi::{Access, Route, document, routes},
};
use stoa_tenants::{FeatureChange, Reason};
use stoa_testing::{BASE, Client, PASSWORD, Reply, Request, Shop, TestApp, console, on_both_engines};

use crate::cases::{Things, api_key, upload};

fn described() -> Vec<Route> {
    let routes = routes(&document(&stoa::every_module()));
    assert!(routes.len() > 20, "only {} routes are described", routes.len());
    routes
}

/// The route at a business's address, called with some business's things.
async fn call(client: &Client, route: &Route, shop: &Shop, things: &Things) -> Reply {
    let path = things.fill(&route.path);
    let url = shop.api(path.strip_prefix("/api").unwrap());
    send(client.request(route.method.clone(), &url), route, things).await
}

async fn send(request: Request, route: &Route, things: &Things) -> Reply {
    if route.method.is_safe() {
        request.send().await
    } else {
        request.json(&things.body(route)).send().await
    }
}

/// Done, or refused by a rule that only whoever found the thing can know of.
fn is_let_through(reply: &Reply) -> bool {
    reply.status.is_success() || reply.status == 409
}

/// The body without the one part that differs in every answer.
fn body(reply: &Reply) -> serde_json::Value {
    let mut body = reply.json();
    body.as_object_mut()
        .unwrap()
        .remove("request_id")
        .expect("a problem names its request");
    body
}

fn code(reply: &Reply) -> String {
    body(reply)["code"].as_str().unwrap_or_default().to_owned()
}

on_both_engines! {
    stoa::compose;

    async fn without_credentials(app: TestApp) {
        let shop = app.shop().await;
        let things = Things::of(&shop).await;
        for route in described() {
            if matches!(route.access, Access::Public(_)) {
                continue;
            }
            let reply = call(app.client(), &route, &shop, &things).await;
            assert_eq!((reply.status.as_u16(), code(&reply).as_str()), (401, "auth.required"), "{route:?}");
        }
    }

    /// ATK-R2: another business answers like one that is not, whatever is asked of it.
    async fn from_another_business(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let things = Things::of(&shop).await;
        let nowhere = other.owner.get(&console("/api/tenant/no-such-business/profile")).send().await;
        for route in described() {
            if !matches!(route.access, Access::Permission(_)) {
                continue;
            }
            let reply = call(&other.owner, &route, &shop, &things).await;
            assert_eq!(reply.status, 404, "{route:?}");
            assert_eq!(body(&reply), body(&nowhere), "{route:?}");
            let let_through = call(&shop.owner, &route, &shop, &things).await;
            assert!(![401, 403].contains(&let_through.status.as_u16()), "{route:?}: {}", let_through.status);
        }
    }

    /// ATK-I7, ATK-R2: so it does to another business's programs, which may do everything at home.
    async fn from_another_business_s_programs(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let (things, own) = (Things::of(&shop).await, Things::of(&other).await);
        let all: Vec<_> = described().iter().filter_map(permission).collect();
        let all: Vec<_> = all.iter().map(String::as_str).collect();
        let key = other.create("/api-keys", &api_key(&all)).await;
        let token = app.client().post(&other.api("/auth/token"))
            .json(&serde_json::json!({"grant": "password", "email": other.email, "password": PASSWORD}))
            .send().await.expect_status(200).json();
        let nowhere = other.owner.get(&console("/api/tenant/no-such-business/profile")).send().await;
        for credential in [&key["key"], &token["access_token"]] {
            let credential = credential.as_str().unwrap();
            for route in described().iter().filter(|route| permission(route).is_some()) {
                let url = shop.api(things.fill(&route.path).strip_prefix("/api").unwrap());
                let request = app.client().request(route.method.clone(), &url).bearer(credential);
                let reply = send(request, route, &things).await;
                assert_eq!((reply.status.as_u16(), body(&reply)), (404, body(&nowhere)), "{route:?}");
                if route.method.is_safe() {
                    let url = other.api(own.fill(&route.path).strip_prefix("/api").unwrap());
                    let at_home = app.client().get(&url).bearer(credential).send().await;
                    assert_eq!(at_home.status, 200, "{route:?}: {}", at_home.text());
                }
            }
        }
    }

    /// ATK-I7: a token for one business leads to nothing else of the account that it was granted for.
    async fn from_a_token_for_one_business(app: TestApp) {
        let shop = app.shop().await;
        let things = Things::of(&shop).await;
        let own_session = ["/api/auth/session", "/api/auth/logout"];
        let mut refused = 0;
        for route in described().iter().filter(|route| matches!(route.access, Access::SignedIn(_))) {
            for (granted_at, is_bound) in [(shop.api("/auth/token"), true), (console("/api/auth/token"), false)] {
                let token = app.client().post(&granted_at)
                    .json(&serde_json::json!({"grant": "password", "email": shop.email, "password": PASSWORD}))
                    .send().await.expect_status(200).json();
                let url = console(&things.fill(&route.path));
                let request = app.client().request(route.method.clone(), &url)
                    .bearer(token["access_token"].as_str().unwrap());
                let reply = send(request, route, &things).await;
                let is_refused = reply.status == 403 && code(&reply) == "auth.account_required";
                let expected = is_bound && !own_session.contains(&route.path.as_str());
                assert_eq!(is_refused, expected, "{route:?}: {} {}", reply.status, reply.text());
                refused += u32::from(is_refused);
            }
        }
        assert!(refused > 2);
    }

    /// ATK-O1, ATK-P9: what is another business's is not looked for at all: one query of one's own store finds nothing, as
    /// for what never was, so there is nothing to tell by. A body that is right lets a write get that far.
    async fn with_another_business_s_things(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let theirs = Things::of(&other).await;
        let random = Things::random();
        for route in described() {
            if !route.path.contains('{') || route.path.starts_with("/api/tenants/") {
                continue;
            }
            let reply = call(&shop.owner, &route, &shop, &theirs).await;
            let never_was = call(&shop.owner, &route, &shop, &random).await;
            assert_eq!((reply.status, body(&reply)), (never_was.status, body(&never_was)), "{route:?}");
            assert_eq!(reply.status, 404, "{route:?}: name a body that is right in cases.rs; {}", reply.text());
            let own = app.shop().await;
            let things = Things::of(&own).await;
            let control = call(&own.owner, &route, &own, &things).await;
            assert!(is_let_through(&control), "{route:?}: {} {}", control.status, control.text());
        }
        // They are all still there.
        for route in described() {
            if route.path.contains('{') && route.method == Method::GET {
                let reply = call(&other.owner, &route, &other, &theirs).await;
                assert_eq!(reply.status, 200, "{route:?}: {}", reply.text());
            }
        }
    }

    async fn without_the_permission(app: TestApp) {
        let shop = app.shop().await;
        let things = Things::of(&shop).await;
        for route in described() {
            let Access::Permission(permission) = &route.access else { continue };
            let lesser = Stoa::without_permission(&app.stores, HttpConfig::new(BASE, false), &app.mail, Clock::System, stoa_testing::vault(), permission)
                .await
                .unwrap();
            let client = shop.owner.on(lesser.gateway(Vec::new()));
            let reply = call(&client, &route, &shop, &things).await;
            assert_eq!((reply.status.as_u16(), code(&reply).as_str()), (403, "auth.permission_missing"), "{route:?}");
            assert!(reply.json()["detail"].as_str().unwrap().contains(permission.as_str()), "{route:?}");
        }
    }

    /// ATK-O12: whichever way the business is named.
    async fn with_the_feature_off(app: TestApp) {
        let shop = app.shop().await;
        let things = Things::of(&shop).await;
        switch(&app, &shop, Switch::Off).await;
        refused_for_the_feature(&shop, &things).await;

        switch(&app, &shop, Switch::On).await;
        for route in described().iter().filter(|route| route.feature.is_some() && route.method == Method::GET) {
            let reply = call(&shop.owner, route, &shop, &things).await;
            assert_eq!(reply.status, 200, "{route:?}: what was there is there again: {}", reply.text());
        }
    }

    /// ATK-O12: a business that never had the feature has no tables of it, and is refused all the same; switched on, it has
    /// them from the next request on.
    async fn without_the_feature_from_birth(app: TestApp) {
        let paper = app.business("content").await;
        refused_for_the_feature(&paper, &Things::random()).await;
        app.jobs.run_due(&[paper.id]).await.unwrap();

        switch(&app, &paper, Switch::On).await;
        let things = Things::of(&paper).await;
        for route in described().iter().filter(|route| route.feature.is_some()) {
            let reply = call(&paper.owner, route, &paper, &things).await;
            assert_ne!(code_of_problem(&reply).as_deref(), Some("feature.disabled"), "{route:?}");
            assert!(!reply.status.is_server_error(), "{route:?}: {}", reply.text());
        }
        switch(&app, &paper, Switch::Off).await;
        refused_for_the_feature(&paper, &things).await;
        let journal = paper.get("/journal").await.expect_status(200).json();
        let switched: Vec<_> = journal["items"].as_array().unwrap().iter()
            .filter(|line| line["kind"] == "features.switched")
            .map(|line| line["data"].clone())
            .collect();
        let on = serde_json::json!({"on": ["ecommerce"], "off": []});
        let off = serde_json::json!({"on": [], "off": ["ecommerce"]});
        assert_eq!(switched, [off, on]);
    }

    /// ATK-V5
    async fn while_suspended(app: TestApp) {
        let shop = app.shop().await;
        let things = Things::of(&shop).await;
        let reason = Reason::parse("unpaid").unwrap();
        stoa_tenants::suspend_tenant(&app.db, Actor::Command, shop.id, reason).await.unwrap();
        for route in described() {
            let reply = call(&shop.owner, &route, &shop, &things).await;
            assert_eq!((reply.status.as_u16(), code(&reply).as_str()), (403, "tenant.suspended"), "{route:?}");
        }
        assert_eq!(shop.visitor.get(&shop.site("/")).send().await.status, 403);
    }
}

fn permission(route: &Route) -> Option<String> {
    match &route.access {
        Access::Permission(permission) => Some(permission.clone()),
        _ => None,
    }
}

/// Every route and page of a feature that is off is refused, whichever way the business is named; its other pages are not.
async fn refused_for_the_feature(shop: &Shop, things: &Things) {
    let mut gated = 0;
    for route in described() {
        if route.feature.is_none() {
            continue;
        }
        gated += 1;
        let (path, method) = (things.fill(&route.path), route.method.clone());
        let by_header = shop.owner.request(method.clone(), &console(&path));
        for reply in [
            call(&shop.owner, &route, shop, things).await,
            send(shop.visitor.request(method, &shop.site(&path)), &route, things).await,
            send(by_header.header("x-tenant-id", &shop.slug), &route, things).await,
        ] {
            assert_eq!(
                (reply.status.as_u16(), code(&reply).as_str()),
                (403, "feature.disabled"),
                "{route:?}"
            );
        }
    }
    assert!(gated > 5);
    for page in ["/products", "/products/blue-shirt", "/cart", "/checkout"] {
        let page = shop.visitor.get(&shop.site(page)).send().await;
        assert_eq!(page.status, 404, "a page of a feature that is off");
    }
    let sent = upload(shop, "Title,Price\nBlue Mug,450\n").send().await;
    assert_eq!(
        (sent.status.as_u16(), code(&sent).as_str()),
        (403, "feature.disabled")
    );
    shop.visitor.get(&shop.site("/")).send().await.expect_status(200);
}

fn code_of_problem(reply: &Reply) -> Option<String> {
    (!reply.status.is_success()).then(|| code(reply))
}

#[derive(Clone, Copy)]
enum Switch {
    On,
    Off,
}

/// Switches the shop on or off, as the operator does: seen by the next request.
async fn switch(app: &TestApp, shop: &Shop, switch: Switch) {
    let (shops, none): (FeatureSet, _) = ([Feature::Ecommerce].into_iter().collect(), FeatureSet::default());
    let change = match switch {
        Switch::On => FeatureChange::new(shops, none),
        Switch::Off => FeatureChange::new(none, shops),
    };
    stoa_tenants::switch_features(&app.db, Actor::Command, shop.id, change.unwrap())
        .await
        .unwrap();
}
