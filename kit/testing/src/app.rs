//! A whole platform for one test: stores of its own on one of the engines, and businesses made as users make them.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use serde_json::{Value, json};
use stoa_core::{Clock, ManualClock, TenantId};
use stoa_db::{Db, DbConfig, PostgresConfig};
use stoa_http::{Gateway, HttpConfig};
use stoa_jobs::Runner;
use stoa_mail::{LetterBudget, MailConfig, Way};
use stoa_vault::{MasterKey, Vault};
use tempfile::TempDir;

use crate::{Client, Mail, PostgresServer, Reply, Request};

/// The platform's domain in tests.
pub const BASE: &str = "stoa.test";
/// The master key of every test: on PostgreSQL the stores of one test process share a database.
pub const MASTER_KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
/// What everybody in tests signs in with.
pub const PASSWORD: &str = "correct horse battery";

/// Which engine keeps the stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A platform that is whole but for its sockets.
#[derive(Debug)]
pub struct TestApp {
    pub engine: Engine,
    pub db: Db,
    pub stores: DbConfig,
    pub mail: MailConfig,
    /// Stands where the test puts it, so that nothing has to be waited for.
    pub clock: ManualClock,
    /// Does jobs when a test says so.
    pub jobs: Runner,
    client: Client,
    /// Holds the SQLite files; deleted with the test.
    data: TempDir,
}

/// A business with its owner signed in.
#[derive(Debug, Clone)]
pub struct Shop {
    pub id: TenantId,
    pub slug: String,
    pub email: String,
    /// The owner's browser, at the console's host.
    pub owner: Client,
    /// A visitor's browser.
    pub visitor: Client,
}

impl TestApp {
    /// Starts a platform; `compose` is the app's own way to put one together.
    ///
    /// # Panics
    /// When it cannot be put together.
    pub async fn start<C, F>(engine: Engine, compose: C) -> Self
    where
        C: FnOnce(DbConfig, MailConfig, HttpConfig, Clock, Vault) -> F,
        F: Future<Output = (Db, Gateway, Runner)>,
    {
        let data = tempfile::tempdir().expect("a temporary directory can be made");
        let stores = match engine {
            Engine::Sqlite => DbConfig::Files {
                data: data.path().to_owned(),
            },
            Engine::Postgres => {
                let server = PostgresServer::shared();
                DbConfig::Postgres(PostgresConfig {
                    url: server.app_url(),
                    owner_url: server.owner_url(),
                    connections: 6,
                    passfile: None,
                })
            }
        };
        let (time, clock) = Clock::manual(Clock::System.now());
        let (mail, config) = (outbox(data.path()), HttpConfig::new(BASE, false));
        let (db, gateway, jobs) = compose(stores.clone(), mail.clone(), config, time, vault()).await;
        Self {
            engine,
            db,
            stores,
            mail,
            clock,
            jobs,
            client: Client::new(gateway),
            data,
        }
    }

    /// A client without cookies.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A browser without cookies.
    #[must_use]
    pub fn browser(&self) -> Client {
        self.client.with_empty_jar()
    }

    /// A tenant's SQLite file.
    #[must_use]
    pub fn file(&self, tenant: TenantId) -> PathBuf {
        self.data
            .path()
            .join("tenants")
            .join(format!("{}.db", tenant.uuid()))
    }

    /// The letters that were sent, by whom they are for.
    #[must_use]
    pub fn letters(&self) -> Vec<Mail> {
        Mail::all(&self.data.path().join("outbox"))
    }

    /// A shop that somebody has just signed up for.
    pub async fn shop(&self) -> Shop {
        self.business("store").await
    }

    /// A business of another kind, as a shop without anything to sell.
    pub async fn business(&self, kind: &str) -> Shop {
        let slug = unique("shop");
        let email = format!("{slug}@example.org");
        let owner = self.browser();
        let signed_up = owner
            .post(&console("/api/auth/signup"))
            .json(&json!({
                "name": "Ada Owner", "email": email, "password": PASSWORD,
                "business": {"name": format!("Shop {slug}"), "slug": slug, "kind": kind, "currency": "BDT"},
            }))
            .send()
            .await
            .expect_status(201)
            .json();
        let id = signed_up["tenant"]["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("sign-up names the tenant");
        Shop {
            id,
            slug,
            email,
            owner,
            visitor: self.browser(),
        }
    }
}

impl Shop {
    /// An address of this shop's API, at the console's host.
    #[must_use]
    pub fn api(&self, path: &str) -> String {
        console(&format!("/api/tenant/{}{path}", self.slug))
    }

    /// An address of this shop's website.
    #[must_use]
    pub fn site(&self, path: &str) -> String {
        format!("http://{}.{BASE}{path}", self.slug)
    }

    /// What the owner reads.
    pub async fn get(&self, path: &str) -> Reply {
        self.owner.get(&self.api(path)).send().await
    }

    /// What the owner creates.
    pub async fn create(&self, path: &str, body: &Value) -> Value {
        self.owner
            .post(&self.api(path))
            .json(body)
            .send()
            .await
            .expect_status(201)
            .json()
    }

    /// A request of the guest API, at the shop's own host.
    pub fn guest(&self, method: &str, path: &str) -> Request {
        let method = method.parse().expect("a method");
        self.visitor.request(method, &self.site(&format!("/api{path}")))
    }
}

/// The vault of [`MASTER_KEY`].
///
/// # Panics
/// Never.
#[must_use]
pub fn vault() -> Vault {
    let key = MasterKey::parse(MASTER_KEY).expect("a master key");
    Vault::new(&key)
}

/// Letters become files in a data directory.
#[must_use]
pub fn outbox(data: &Path) -> MailConfig {
    MailConfig {
        from: format!("no-reply@{BASE}"),
        way: Way::Outbox(data.join("outbox")),
        budget: LetterBudget {
            tenant: 50,
            recipient: 20,
        },
    }
}

/// An address at the console's host.
#[must_use]
pub fn console(path: &str) -> String {
    format!("http://app.{BASE}{path}")
}

/// A slug that no other test of this process, nor of another on the same server, uses.
#[must_use]
pub fn unique(word: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!(
        "{word}-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

/// Declares tests that run on both engines, each under its own name:
/// `on_both_engines! { stoa::compose; async fn sells(app: TestApp) { … } }`.
#[macro_export]
macro_rules! on_both_engines {
    ($compose:path; $($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)*) => {
        $($(#[$meta])* mod $name {
            use super::*;

            async fn case($app: $crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                case($crate::TestApp::start($crate::Engine::Sqlite, $compose).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                case($crate::TestApp::start($crate::Engine::Postgres, $compose).await).await;
            }
        })*
    };
}
