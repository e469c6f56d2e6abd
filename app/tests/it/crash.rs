//! The server is killed while shoppers check out, again and again. Each keeps a ledger of what was acknowledged, and after
//! every restart the shop must agree with it. `ROUNDS=1000` kills more often.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, RandomState},
    sync::{
        Mutex,
        mpsc::{Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stoa_testing::unique;

use crate::{
    cases::checkout,
    installation::{Answer, Installation, Server},
};

/// All shoppers come from one address, and more often than one may.
const UNLIMITED: [&str; 2] = ["--limits-enabled", "false"];

const SHOPPERS: u64 = 3;
const PRICE: i64 = 9_000;
const STOCK: i64 = 900_000;

/// What the shoppers know, over all rounds.
#[derive(Default)]
struct Ledger {
    /// Orders that were acknowledged, by id.
    placed: BTreeSet<String>,
    /// Carts whose checkout got no answer; whether there is an order, the shop alone knows.
    unanswered: Vec<String>,
    /// How many carts' checkouts were begun: none may become two orders.
    begun: usize,
    /// How many of them got no answer at first.
    cut: usize,
    /// How long the server took at most until it was there again.
    slowest: Duration,
}

struct Crash {
    installation: Installation,
    slug: String,
    cookie: String,
    variant: String,
    ledger: Mutex<Ledger>,
}

impl Crash {
    fn prepare(installation: Installation) -> Self {
        let slug = unique("crash");
        let made = installation.open_shop(&slug);
        let file = installation.data.path().join("rug.csv");
        let header = crate::installation::CATALOGUE.lines().next().unwrap();
        let row = format!("rug,Rug,,Loom,Rug,,true,Title,Default Title,RUG,shopify,{STOCK},deny,90.00,");
        std::fs::write(&file, format!("{header}\n{row}\n")).unwrap();
        let file = file.display().to_string();
        installation.json(&[
            "import", "products", "--tenant", &slug, "--format", "shopify", &file,
        ]);
        let server = Server::start_with(&installation, &UNLIMITED);
        let login = json!({"email": made["email"], "password": made["owner_password"]});
        let session = server
            .ask("app", "POST", "/api/auth/login", "", Some(&login))
            .unwrap();
        let cookie = session.cookie().unwrap();
        let mut crash = Self {
            installation,
            slug,
            cookie,
            variant: String::new(),
            ledger: Mutex::default(),
        };
        crash.variant = crash.owner(&server, "/ecommerce/products/rug")["variants"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(server.end(), Some(0));
        crash
    }

    /// Kills the server among its shoppers, starts it again, and compares.
    fn round(&self, mut server: Server) -> Server {
        let (asks, asked) = channel();
        let random = RandomState::new().hash_one(0);
        let port = server.port();
        thread::scope(|scope| {
            for shopper in 0..SHOPPERS {
                let asks = asks.clone();
                scope.spawn(move || self.shop(port, shopper, &asks));
            }
            drop(asks);
            // Somewhere within a request, each time elsewhere.
            let requests = usize::try_from(6 + random % 24).unwrap();
            assert_eq!(asked.iter().take(requests).count(), requests);
            thread::sleep(Duration::from_micros(random % 4_000));
            server.kill();
        });
        let begun = Instant::now();
        let server = Server::start_with(&self.installation, &UNLIMITED);
        let ready = begun.elapsed();
        self.ask_again(&server);
        self.compare(&server);
        let mut ledger = self.ledger.lock().unwrap();
        ledger.slowest = ledger.slowest.max(ready);
        drop(ledger);
        server
    }

    /// Fills carts and checks them out until the server is gone.
    fn shop(&self, port: u16, shopper: u64, asks: &Sender<()>) {
        let ask = |method: &str, path: &str, body: &Value| {
            // Nobody counts any more once the server is being killed.
            let _ = asks.send(());
            crate::installation::ask(port, &self.slug, method, path, "", Some(body))
        };
        loop {
            let Some(cart) = ask("POST", "/api/ecommerce/carts", &json!({})) else {
                return;
            };
            let cart = cart.expect(201).json["token"].as_str().unwrap().to_owned();
            let line = format!("/api/ecommerce/carts/{cart}/lines/{}", self.variant);
            let Some(put) = ask("PUT", &line, &json!({"quantity": shopper + 1})) else {
                return;
            };
            put.expect(200);
            self.ledger.lock().unwrap().begun += 1;
            let answer = ask(
                "POST",
                &format!("/api/ecommerce/carts/{cart}/checkout"),
                &checkout(),
            );
            if !self.note(cart, answer) {
                return;
            }
        }
    }

    /// Writes down how a checkout was answered, if it was.
    fn note(&self, cart: String, answer: Option<Answer>) -> bool {
        let mut ledger = self.ledger.lock().unwrap();
        let Some(answer) = answer else {
            ledger.unanswered.push(cart);
            ledger.cut += 1;
            return false;
        };
        assert!([200, 201].contains(&answer.status), "{answer:?}");
        let order = answer.json["id"].as_str().unwrap().to_owned();
        assert!(ledger.placed.insert(order), "one order for two carts: {answer:?}");
        true
    }

    /// Shoppers who got no answer press the button again: there is one order then, whether there was one before or not.
    fn ask_again(&self, server: &Server) {
        let unanswered = std::mem::take(&mut self.ledger.lock().unwrap().unanswered);
        for cart in unanswered {
            let path = format!("/api/ecommerce/carts/{cart}/checkout");
            let answer = server.ask(&self.slug, "POST", &path, "", Some(&checkout()));
            assert!(self.note(cart, answer));
        }
    }

    fn compare(&self, server: &Server) {
        let orders = self.all(server, "/ecommerce/orders");
        let ledger = self.ledger.lock().unwrap();
        let ids: BTreeSet<_> = orders
            .iter()
            .map(|order| order["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids, ledger.placed, "orders and acknowledgements");
        assert_eq!(
            orders.len(),
            ledger.begun,
            "each checkout that was begun is one order"
        );
        let numbers: BTreeSet<_> = orders
            .iter()
            .map(|order| order["number"].as_i64().unwrap())
            .collect();
        assert_eq!(
            numbers,
            (1..=i64::try_from(orders.len()).unwrap()).collect(),
            "numbers have no gaps"
        );
        let sold: i64 = orders
            .iter()
            .map(|order| order["total"]["amount"].as_i64().unwrap() / PRICE)
            .sum();
        let product = self.owner(server, "/ecommerce/products/rug");
        assert_eq!(
            product["variants"][0]["stock"],
            STOCK - sold,
            "stock and what was sold"
        );
        let told = self
            .all(server, "/journal")
            .iter()
            .filter(|line| line["kind"] == "order.placed")
            .count();
        assert_eq!(told, orders.len(), "the journal tells of each order once");
        let examined = self.installation.json(&["doctor"]);
        let findings = examined["findings"].as_array().unwrap();
        assert!(
            findings
                .iter()
                .all(|finding| finding["tenant"] != self.slug.as_str()),
            "{examined}"
        );
    }

    /// What the owner reads.
    fn owner(&self, server: &Server, path: &str) -> Value {
        let path = format!("/api/tenant/{}{path}", self.slug);
        server
            .ask("app", "GET", &path, &self.cookie, None)
            .unwrap()
            .expect(200)
            .json
    }

    /// A list to its end.
    fn all(&self, server: &Server, path: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), String::new());
        loop {
            let page = self.owner(server, &format!("{path}?limit=100{next}"));
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(cursor) => next = format!("&after={cursor}"),
                None => return items,
            }
        }
    }
}

fn kill(installation: Installation, usual_rounds: u32) {
    let rounds = std::env::var("ROUNDS").map_or(usual_rounds, |rounds| rounds.parse().unwrap());
    let crash = Crash::prepare(installation);
    let mut server = Server::start_with(&crash.installation, &UNLIMITED);
    for _ in 0..rounds {
        server = crash.round(server);
    }
    assert_eq!(server.end(), Some(0));
    let ledger = crash.ledger.lock().unwrap();
    assert!(ledger.cut > 0, "no checkout was cut short");
    println!(
        "{rounds} kills: {} orders, {} checkouts cut short, ready again after {:?} at most",
        ledger.begun, ledger.cut, ledger.slowest
    );
}

/// FLT-1: on files, whatever was acknowledged is there, once.
#[test]
fn a_killed_server_loses_no_order_on_sqlite() {
    kill(Installation::on_sqlite(), 50);
}

/// FLT-1
#[test]
fn a_killed_server_loses_no_order_on_postgres() {
    kill(Installation::on_postgres(), 10);
}
