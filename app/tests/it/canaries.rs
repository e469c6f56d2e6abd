//! Every field of one business is filled with words that occur nowhere else; nothing that another is answered may hold one.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stoa_http::openapi::{Route, document, routes, routes_table};
use stoa_testing::{Client, Engine, PASSWORD, Reply, Shop, TestApp, console, on_both_engines, unique};

use crate::cases::{Things, checkout, product, text, upload};

/// What all canaries begin with.
const CANARY: &str = "kanari";

/// A business of canaries, and all of them.
struct Nest {
    shop: Shop,
    things: Things,
    words: Vec<String>,
    product_slug: String,
    order_token: String,
}

/// Makes words, each for one field.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn next(&mut self) -> String {
        let word = format!("{}x", unique(CANARY));
        self.0.push(word.clone());
        word
    }
}

impl Nest {
    async fn build(app: &TestApp) -> Self {
        let mut words = Words::default();
        let shop = sign_up(app, &mut words).await;
        fill_business(&shop, &mut words).await;
        let made = shop
            .create("/ecommerce/products", &full_product(&mut words))
            .await;
        let variant = text(&made["variants"][0]["id"]);
        let order = place_order(&shop, &variant, &mut words).await;
        Self {
            things: Things::of(&shop).await,
            words: words.0,
            product_slug: text(&made["slug"]),
            order_token: text(&order["token"]),
            shop,
        }
    }
}

async fn sign_up(app: &TestApp, words: &mut Words) -> Shop {
    let slug = unique(CANARY);
    let email = format!("{}@example.org", words.next());
    let owner = app.browser();
    let body = json!({
        "name": words.next(), "email": email, "password": PASSWORD,
        "business": {"name": words.next(), "slug": slug, "kind": "store", "currency": "BDT"},
    });
    let signed_up = owner
        .post(&console("/api/auth/signup"))
        .json(&body)
        .send()
        .await
        .expect_status(201)
        .json();
    Shop {
        id: text(&signed_up["tenant"]["id"]).parse().unwrap(),
        slug,
        email,
        owner,
        visitor: app.browser(),
    }
}

/// What a business and its website say of themselves.
async fn fill_business(shop: &Shop, words: &mut Words) {
    let profile = shop.get("/profile").await.json();
    let body = json!({"version": profile["version"], "email": format!("{}@example.org", words.next())});
    shop.owner
        .patch(&shop.api("/profile"))
        .json(&body)
        .send()
        .await
        .expect_status(200);
    let site = shop.get("/sites").await.json()["items"][0].clone();
    let body = json!({"version": site["version"], "name": words.next(), "tagline": words.next()});
    let url = shop.api(&format!("/sites/{}", text(&site["id"])));
    shop.owner.patch(&url).json(&body).send().await.expect_status(200);
}

fn full_product(words: &mut Words) -> Value {
    let image = json!({"url": format!("https://{}.example/a.jpg", words.next()), "alt": words.next()});
    json!({
        "slug": words.next(), "title": words.next(), "description_html": format!("<p>{}</p>", words.next()),
        "vendor": words.next(), "product_type": words.next(), "tags": [words.next()], "options": [words.next()],
        "status": "active", "images": [image],
        "variants": [{
            "sku": words.next(), "options": [words.next()], "stock": 9,
            "price": {"amount": 77_777, "currency": "BDT"},
        }],
    })
}

async fn place_order(shop: &Shop, variant: &str, words: &mut Words) -> Value {
    let cart = shop
        .guest("POST", "/ecommerce/carts")
        .json(&json!({}))
        .send()
        .await
        .expect_status(201)
        .json();
    let cart = format!("/ecommerce/carts/{}", text(&cart["token"]));
    let line = format!("{cart}/lines/{variant}");
    shop.guest("PUT", &line)
        .json(&json!({"quantity": 1}))
        .send()
        .await
        .expect_status(200);
    let mut delivery = checkout();
    delivery["contact"] = json!({
        "name": words.next(), "phone": "+880 1712 345678", "email": format!("{}@example.org", words.next()),
    });
    delivery["address"] = json!({
        "line1": words.next(), "line2": words.next(), "city": words.next(), "region": words.next(),
        "postcode": words.next(), "country": "BD",
    });
    delivery["note"] = json!(words.next());
    let order = shop.guest("POST", &format!("{cart}/checkout")).json(&delivery);
    order.send().await.expect_status(201).json()
}

fn api() -> Vec<Route> {
    routes(&document(&stoa::every_module()))
}

/// The pages of websites, with what their paths name in place; a page that names something unknown is one without a case.
fn pages(slug: &str, token: &str) -> Vec<String> {
    let table = routes_table(&document(&stoa::every_module()));
    let paths = table.lines().filter_map(|line| line.split_whitespace().nth(1));
    let mut pages: Vec<_> = paths
        .filter(|path| !path.starts_with("/api"))
        .map(|path| {
            let filled = path
                .replace("/products/{slug}", &format!("/products/{slug}"))
                .replace("/orders/{token}", &format!("/orders/{token}"))
                .replace("/assets/{version}/{file}", "/assets/0/theme.css")
                .replace(
                    "/demo/{folder}/pictures/{file}",
                    "/demo/rongdhonu/pictures/saree.svg",
                );
            assert!(!filled.contains('{'), "{path} has no case");
            filled
        })
        .collect();
    pages.dedup();
    pages
}

/// Bodies that are right and ids of either, on one route at the console's host.
async fn call(client: &Client, route: &Route, shop: &Shop, things: &Things, query: &str) -> Reply {
    let path = things.fill(&route.path);
    let url = format!("{}{query}", shop.api(path.strip_prefix("/api").unwrap()));
    let request = client.request(route.method.clone(), &url);
    if route.method.is_safe() {
        request.send().await
    } else {
        request.json(&things.body(route)).send().await
    }
}

/// All of an answer, as a search for words sees it.
fn whole(reply: &Reply) -> String {
    let mut whole = String::from_utf8_lossy(&reply.body).to_lowercase();
    for (name, value) in &reply.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).to_lowercase();
        whole.push_str(&format!("\n{name}: {value}"));
    }
    whole
}

/// That an answer holds no canary; the path that was asked for may come back, as a page's own address.
#[track_caller]
fn assert_clean(reply: &Reply, nest: &Nest, what: &str) {
    let whole = whole(reply).replace(what, "");
    assert!(!whole.contains(CANARY), "{what}: {whole}");
    for id in nest.things.ids() {
        assert!(!whole.contains(&id.to_lowercase()), "{what}: {whole}");
    }
}

/// Routes after which the caller's browser would be nobody's.
fn ends_session(route: &Route) -> bool {
    ["logout", "election", "/sessions/"]
        .iter()
        .any(|part| route.path.contains(part))
}

/// What one is answered on every route that only reads.
async fn readings(shop: &Shop, things: &Things) -> BTreeMap<String, String> {
    let mut readings = BTreeMap::new();
    for route in api().iter().filter(|route| route.method.is_safe()) {
        let reply = call(&shop.owner, route, shop, things, "").await;
        let id = reply.header("x-request-id").unwrap_or_default().to_owned();
        readings.insert(
            route.path.clone(),
            format!("{} {}", reply.status, reply.text().replace(&id, "")),
        );
    }
    for page in pages("blue-shirt", "none") {
        let reply = shop.visitor.get(&shop.site(&page)).send().await;
        let id = reply.header("x-request-id").unwrap_or_default().to_owned();
        readings.insert(
            page,
            format!("{} {}", reply.status, reply.text().replace(&id, "")),
        );
    }
    readings
}

on_both_engines! {
    stoa::compose;

    /// ATK-O10: on every route and page, as a member of another business, as its visitor, as nobody.
    async fn no_answer_holds_another_s_words(app: TestApp) {
        let nest = Nest::build(&app).await;
        let shop = app.shop().await;
        let own = Things::of(&shop).await;
        for route in api().iter().filter(|route| !ends_session(route)) {
            let bootstrap = route.path.starts_with("/api/tenants/");
            for things in [&own, &nest.things] {
                // What is public of a business is told to whoever can name it.
                if bootstrap && things.ids() == nest.things.ids() {
                    continue;
                }
                for query in ["", "?q=kanari", "?tag=kanari", "?status=active", "?sort=-vendor&include=lines", "?limit=100"] {
                    let reply = call(&shop.owner, route, &shop, things, query).await;
                    assert_clean(&reply, &nest, &format!("{route:?}{query}"));
                }
                let path = things.fill(&route.path);
                let guest = shop.visitor.request(route.method.clone(), &shop.site(&path)).json(&things.body(route));
                assert_clean(&guest.send().await, &nest, &format!("{route:?} at the website"));
            }
        }
        for page in pages(&nest.product_slug, &nest.order_token) {
            for query in ["", "?q=kanari", "?after=kanari"] {
                let reply = shop.visitor.get(&shop.site(&format!("{page}{query}"))).send().await;
                assert_clean(&reply, &nest, &page);
            }
        }
    }

    /// The search can hit: each word is shown to those whose it is.
    async fn every_canary_is_shown_to_its_own_business(app: TestApp) {
        let nest = Nest::build(&app).await;
        let mut seen = String::new();
        for route in api().iter().filter(|route| route.method.is_safe()) {
            seen.push_str(&whole(&call(&nest.shop.owner, route, &nest.shop, &nest.things, "").await));
        }
        let orders = nest.shop.get("/ecommerce/orders").await.json();
        for order in orders["items"].as_array().unwrap() {
            seen.push_str(&whole(&nest.shop.get(&format!("/ecommerce/orders/{}", text(&order["id"]))).await));
        }
        seen.push_str(&whole(&nest.shop.get(&format!("/ecommerce/products/{}", nest.product_slug)).await));
        for page in pages(&nest.product_slug, &nest.order_token) {
            seen.push_str(&whole(&nest.shop.visitor.get(&nest.shop.site(&page)).send().await));
        }
        let unseen: Vec<_> = nest.words.iter().filter(|word| !seen.contains(word.as_str())).collect();
        assert!(unseen.is_empty() && nest.words.len() > 20, "{unseen:?}");
    }

    /// ATK-O9: a thousand variants, each with a row of stock, in 250 products.
    async fn a_thousand_rows_elsewhere_change_nothing(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let own = Things::of(&a).await;
        let before = readings(&a, &own).await;
        let header = crate::installation::CATALOGUE.lines().next().unwrap();
        let mut file = format!("{header}\n");
        for number in 0..1_000 {
            let (product, variant) = (number / 4, number % 4);
            let about = if variant == 0 { format!("Rug {product},,Loom,Rug,wool,true,Size") } else { ",,,,,,".to_owned() };
            file.push_str(&format!("rug-{product},{about},S{variant},RUG-{number},shopify,3,deny,90.00,\n"));
        }
        let import = upload(&b, &file).send().await.expect_status(201).json();
        app.jobs.run_due(&[b.id]).await.unwrap();
        let import = b.get(&format!("/imports/{}", text(&import["id"]))).await.json();
        assert_eq!(import["created"], 250, "{import}");
        let page = b.visitor.get(&b.site("/products")).send().await;
        assert!(page.text().contains("Rug"));
        assert_eq!(readings(&a, &own).await, before);
    }

    /// ATK-O16: to another they never were; to visitors of their own business neither.
    async fn what_was_deleted_closed_or_drafted_is_gone(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let mut gone = Vec::new();
        for (title, status) in [("Deleted Shirt", "active"), ("Draft Shirt", "draft"), ("Archived Shirt", "archived")] {
            let mut made = product(title, 3);
            made["status"] = json!(status);
            let made = b.create("/ecommerce/products", &made).await;
            b.visitor.get(&b.site(&format!("/products/{}", text(&made["slug"])))).send().await
                .expect_status(if status == "active" { 200 } else { 404 });
            gone.push((text(&made["id"]), text(&made["slug"])));
        }
        let deleted = b.api(&format!("/ecommerce/products/{}", gone[0].0));
        b.owner.delete(&deleted).send().await.expect_status(204);
        b.owner.get(&deleted).send().await.expect_status(404);
        for (id, slug) in &gone {
            b.visitor.get(&b.site(&format!("/products/{slug}"))).send().await.expect_status(404);
            a.visitor.get(&a.site(&format!("/products/{slug}"))).send().await.expect_status(404);
            for name in [id, slug] {
                a.get(&format!("/ecommerce/products/{name}")).await.expect_status(404);
            }
        }
        let things = Things::of(&b).await;
        let path = things.fill("/api/ecommerce/carts/{token}");
        let order = b.guest("POST", &format!("{}/checkout", path.strip_prefix("/api").unwrap())).json(&checkout());
        order.send().await.expect_status(201);
        for shop in [&a, &b] {
            shop.guest("GET", path.strip_prefix("/api").unwrap()).send().await.expect_status(404);
        }
    }
}

/// The words are in the store, or looking for them would prove nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn canaries_are_in_their_own_file_alone() {
    let app = TestApp::start(Engine::Sqlite, stoa::compose).await;
    let nest = Nest::build(&app).await;
    let shop = app.shop().await;
    Things::of(&shop).await;
    let holds = |tenant| {
        let file = app.file(tenant);
        let log = file.with_extension("db-wal");
        [file, log].iter().any(|file| {
            let bytes = std::fs::read(file).unwrap_or_default();
            bytes
                .windows(CANARY.len())
                .any(|window| window == CANARY.as_bytes())
        })
    };
    assert!(holds(nest.shop.id) && !holds(shop.id));
}
