//! What a path, a body or a query refers to is looked for among one's own things alone.

use serde_json::{Value, json};
use stoa_http::openapi::{Access, Route, document, routes};
use stoa_testing::{Reply, Shop, on_both_engines};

use crate::cases::{Things, product, text};

/// What is the same in two answers to the same question.
fn alike(reply: &Reply) -> (u16, String) {
    let mut body = reply.text().to_owned();
    if let Some(id) = reply.header("x-request-id") {
        body = body.replace(id, "");
    }
    (reply.status.as_u16(), body)
}

/// Ids of a product, its variant and a cart.
struct Goods {
    product: String,
    variant: String,
    cart: String,
}

impl Goods {
    async fn of(shop: &Shop) -> Self {
        let made = shop
            .create("/ecommerce/products", &product("Plain Shirt", 5))
            .await;
        let cart = shop
            .guest("POST", "/ecommerce/carts")
            .json(&json!({}))
            .send()
            .await;
        Self {
            product: text(&made["id"]),
            variant: text(&made["variants"][0]["id"]),
            cart: text(&cart.expect_status(201).json()["token"]),
        }
    }
}

const NOBODY_S: &str = "var_01h455vb4pex5vsknk084sn02q";

/// Lists that come in pages, and the things that make two lines of each.
const LISTS: [&str; 3] = ["/ecommerce/products", "/ecommerce/orders", "/journal"];

async fn two_of_each(shop: &Shop) {
    Things::of(shop).await;
    let mut second = product("Second Shirt", 5);
    second["tags"] = json!(["kanari"]);
    let made = shop.create("/ecommerce/products", &second).await;
    let cart = shop
        .guest("POST", "/ecommerce/carts")
        .json(&json!({}))
        .send()
        .await
        .json();
    let cart = format!("/ecommerce/carts/{}", text(&cart["token"]));
    let line = format!("{cart}/lines/{}", text(&made["variants"][0]["id"]));
    shop.guest("PUT", &line)
        .json(&json!({"quantity": 1}))
        .send()
        .await
        .expect_status(200);
    let order = shop
        .guest("POST", &format!("{cart}/checkout"))
        .json(&crate::cases::checkout());
    order.send().await.expect_status(201);
}

async fn send(shop: &Shop, route: &Route, things: &Things, body: &Value) -> Reply {
    let path = things.fill(&route.path);
    let url = shop.api(path.strip_prefix("/api").unwrap());
    shop.owner
        .request(route.method.clone(), &url)
        .json(body)
        .send()
        .await
}

on_both_engines! {
    stoa::compose;

    /// ATK-O2: one's own product or cart with another's variant.
    async fn a_part_is_looked_for_within_its_whole(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let (own, theirs) = (Goods::of(&a).await, Goods::of(&b).await);
        let change = async |variant: &str| {
            let path = format!("/ecommerce/products/{}/variants/{variant}", own.product);
            a.owner.patch(&a.api(&path)).json(&json!({"version": 1, "sku": "MINE"})).send().await
        };
        let adjust = async |variant: &str| {
            let path = format!("/ecommerce/products/{}/variants/{variant}/stock-adjustments", own.product);
            a.owner.post(&a.api(&path)).json(&json!({"delta": -1, "reason": "Lost"})).send().await
        };
        let put = async |variant: &str| {
            let path = format!("/ecommerce/carts/{}/lines/{variant}", own.cart);
            a.guest("PUT", &path).json(&json!({"quantity": 1})).send().await
        };
        let before = b.get(&format!("/ecommerce/products/{}", theirs.product)).await.json();
        let nobody_s = [change(NOBODY_S).await, adjust(NOBODY_S).await, put(NOBODY_S).await];
        let foreign = [change(&theirs.variant).await, adjust(&theirs.variant).await, put(&theirs.variant).await];
        assert_eq!(foreign.each_ref().map(alike), nobody_s.each_ref().map(alike));
        assert!(foreign.iter().all(|reply| reply.status == 404));
        assert_eq!(b.get(&format!("/ecommerce/products/{}", theirs.product)).await.json(), before);
        let control = [change(&own.variant).await, adjust(&own.variant).await, put(&own.variant).await];
        assert_eq!(control.map(|reply| reply.status.as_u16()), [200, 201, 200]);
    }

    /// ATK-O3: in the body of a request of the API, in a form.
    async fn a_body_refers_to_one_s_own_things(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let (own, theirs) = (Things::of(&a).await, Things::of(&b).await);
        let elect = async |member: &str| {
            let url = stoa_testing::console("/api/auth/session/election");
            a.owner.post(&url).json(&json!({"membership": member})).send().await
        };
        let add = async |variant: &str| {
            let form = [("variant", variant), ("quantity", "1")];
            app.browser().post(&a.site("/cart/lines")).form(&form).send().await
        };
        let [_, own_variant, _, _, _, own_member, ..] = own.ids();
        let [_, their_variant, _, _, _, their_member, ..] = theirs.ids();
        let foreign = [elect(their_member).await, add(their_variant).await];
        let nobody_s = [elect("mem_01h455vb4pex5vsknk084sn02q").await, add(NOBODY_S).await];
        assert_eq!(foreign.each_ref().map(alike), nobody_s.each_ref().map(alike));
        assert!(foreign.iter().all(|reply| reply.status.is_client_error()));
        assert_eq!([elect(own_member).await.status, add(own_variant).await.status], [200, 303]);
    }

    /// ATK-O5: on every route whose body is read, beside the same body without it.
    async fn what_is_not_the_caller_s_to_say_is_refused(app: TestApp) {
        let mut tried = 0;
        for route in routes(&document(&stoa::every_module())) {
            let right = Things::random().body(&route);
            if !matches!(route.access, Access::Permission(_)) || route.method.is_safe() || right == json!({}) {
                continue;
            }
            tried += 1;
            let shop = app.shop().await;
            let things = Things::of(&shop).await;
            for (field, value) in [
                ("tenant_id", json!(shop.id)), ("tenant", json!(shop.slug)), ("id", json!(shop.id)),
                ("role_id", json!("OWNER")), ("plan", json!("free")), ("is_admin", json!(true)), ("isAdmin", json!(true)),
            ] {
                let mut forged = right.clone();
                forged[field] = value;
                let reply = send(&shop, &route, &things, &forged).await;
                assert_eq!(reply.status, 422, "{route:?} {field}: {}", reply.text());
            }
            let control = send(&shop, &route, &things, &right).await;
            assert!(control.status.is_success() || control.status == 409, "{route:?}: {}", control.text());
        }
        assert!(tried > 5, "{tried}");
    }

    /// ATK-O6: filters find one's own things; cursors lead on in the list that they are from.
    async fn filters_and_cursors_reach_no_further(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        two_of_each(&a).await;
        two_of_each(&b).await;
        for list in LISTS {
            let page = b.get(&format!("{list}?limit=1")).await.expect_status(200).json();
            let cursor = text(&page["next"]);
            b.get(&format!("{list}?after={cursor}")).await.expect_status(200);
            a.get(&format!("{list}?after={cursor}")).await.expect_status(400);
            let own = text(&a.get(&format!("{list}?limit=1")).await.json()["next"]);
            a.get(&format!("{list}?after={own}")).await.expect_status(200);
            for at in [0, own.len() / 2, own.len() - 1] {
                let letter = if own.as_bytes()[at] == b'A' { "B" } else { "A" };
                let tampered = format!("{}{letter}{}", &own[..at], &own[at + 1..]);
                a.get(&format!("{list}?after={tampered}")).await.expect_status(400);
            }
        }
        let found = async |shop: &Shop| {
            let found = shop.get("/ecommerce/products?tag=kanari").await.expect_status(200).json();
            found["items"].as_array().unwrap().len()
        };
        assert_eq!((found(&a).await, found(&b).await), (1, 1));
    }
}
