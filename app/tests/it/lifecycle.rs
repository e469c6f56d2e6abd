//! A business is suspended and reactivated beside a running server, while its people and visitors are at it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stoa_testing::unique;

use crate::{
    cases::checkout,
    installation::{Answer, Installation, Server},
};

/// A shop with its owner signed in and a shopper's cart.
struct Open<'a> {
    server: &'a Server,
    slug: String,
    cookie: String,
    cart: String,
}

impl<'a> Open<'a> {
    fn shop(installation: &Installation, server: &'a Server) -> Self {
        let slug = unique("shop");
        let made = installation.open_shop(&slug);
        let login = json!({"email": made["email"], "password": made["owner_password"]});
        let session = server
            .ask("app", "POST", "/api/auth/login", "", Some(&login))
            .unwrap();
        let file = installation.catalogue();
        installation.json(&[
            "import", "products", "--tenant", &slug, "--format", "shopify", &file,
        ]);
        let mut open = Self {
            server,
            cookie: session.cookie().unwrap(),
            slug,
            cart: String::new(),
        };
        let product = open
            .owner("GET", "/ecommerce/products/clay-cup", None)
            .expect(200)
            .json;
        let variant = product["variants"][0]["id"].as_str().unwrap();
        let cart = open
            .guest("POST", "/api/ecommerce/carts", Some(&json!({})))
            .expect(201)
            .json;
        open.cart = format!("/api/ecommerce/carts/{}", cart["token"].as_str().unwrap());
        let line = format!("{}/lines/{variant}", open.cart);
        open.guest("PUT", &line, Some(&json!({"quantity": 1})))
            .expect(200);
        open
    }

    fn owner(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let path = format!("/api/tenant/{}{path}", self.slug);
        self.server.ask("app", method, &path, &self.cookie, body).unwrap()
    }

    fn guest(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.server.ask(&self.slug, method, path, "", body).unwrap()
    }

    /// What its people, its visitors and its shoppers are answered.
    fn statuses(&self) -> Vec<u16> {
        let product =
            json!({"title": unique("Bowl"), "variants": [{"price": {"amount": 100, "currency": "BDT"}}]});
        let answers = [
            self.owner("GET", "/profile", None),
            self.owner("GET", "/ecommerce/orders", None),
            self.owner("POST", "/ecommerce/products", Some(&product)),
            self.guest("GET", "/", None),
            self.guest("GET", "/products/clay-cup", None),
            self.guest("GET", &self.cart, None),
            self.guest("POST", "/api/ecommerce/carts", Some(&json!({}))),
        ];
        answers.map(|answer| answer.status).to_vec()
    }

    fn journal(&self) -> Vec<(String, Value)> {
        let lines = self.owner("GET", "/journal", None).expect(200).json;
        let lines = lines["items"].as_array().unwrap().iter();
        lines
            .map(|line| (line["kind"].as_str().unwrap().to_owned(), line["data"].clone()))
            .collect()
    }
}

const OPEN: [u16; 7] = [200, 200, 201, 200, 200, 200, 201];
const SHUT: [u16; 7] = [403; 7];

/// Completes when a business answers so: at once where one process does all, within a second where several share a
/// database.
fn expect(shop: &Open, statuses: [u16; 7], shares: bool) {
    let begun = Instant::now();
    while shares
        && shop.owner("GET", "/profile", None).status != statuses[0]
        && begun.elapsed() < Duration::from_secs(20)
    {
        std::thread::yield_now();
    }
    assert_eq!(shop.statuses(), statuses);
}

fn suspended_and_reactivated(installation: &Installation, shares: bool) {
    // Whoever waits here asks more often than a person or a business may.
    let server = Server::start_with(installation, &["--limits-enabled", "false"]);
    let (shop, neighbour) = (
        Open::shop(installation, &server),
        Open::shop(installation, &server),
    );
    expect(&shop, OPEN, shares);

    let told = installation.json(&["tenant", "suspend", &shop.slug, "--reason", "unpaid since May"]);
    assert_eq!(told["status"], "suspended");
    expect(&shop, SHUT, shares);
    assert_eq!(
        shop.owner("GET", "/profile", None).json["code"],
        "tenant.suspended"
    );
    assert_eq!(
        shop.guest("POST", &format!("{}/checkout", shop.cart), Some(&checkout()))
            .status,
        403
    );
    expect(&neighbour, OPEN, false);
    let again = installation.json(&["tenant", "suspend", &shop.slug, "--reason", "unpaid since June"]);
    assert_eq!(again["status"], "suspended");

    let told = installation.json(&["tenant", "reactivate", &shop.slug]);
    assert_eq!(told["status"], "active");
    expect(&shop, OPEN, shares);
    shop.guest("POST", &format!("{}/checkout", shop.cart), Some(&checkout()))
        .expect(201);
    let journal: Vec<_> = shop
        .journal()
        .into_iter()
        .filter(|(kind, _)| kind.starts_with("tenant."))
        .collect();
    let expected = [
        ("tenant.reactivated", json!({})),
        ("tenant.suspended", json!({"reason": "unpaid since June"})),
        ("tenant.suspended", json!({"reason": "unpaid since May"})),
    ];
    assert_eq!(journal, expected.map(|(kind, data)| (kind.to_owned(), data)));
    assert!(
        neighbour
            .journal()
            .iter()
            .all(|(kind, _)| !kind.starts_with("tenant."))
    );
}

/// ATK-V5: in the server's own process, from the next request on.
#[test]
fn a_suspended_business_is_refused_at_once_on_sqlite() {
    suspended_and_reactivated(&Installation::on_sqlite(), false);
}

/// ATK-V5: by another process, within a second.
#[test]
fn a_suspended_business_is_refused_soon_on_postgres() {
    suspended_and_reactivated(&Installation::on_postgres(), true);
}

#[test]
fn a_reason_and_a_business_are_needed() {
    let installation = Installation::on_sqlite();
    installation.open_shop("pots");
    for (arguments, code) in [
        (&["tenant", "suspend", "pots"][..], 2),
        (&["tenant", "suspend", "pots", "--reason", " "], 1),
        (&["tenant", "suspend", "nobody", "--reason", "x"], 1),
        (&["tenant", "reactivate", "nobody"], 1),
    ] {
        assert_eq!(
            installation.run(arguments).status.code(),
            Some(code),
            "{arguments:?}"
        );
    }
    assert_eq!(installation.json(&["tenant", "show", "pots"])["status"], "active");
}
