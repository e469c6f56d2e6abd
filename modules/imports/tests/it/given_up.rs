//! An import that ends whoever runs it, by panics or with their process, is given up, and those behind it are run.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use stoa::Stoa;
use stoa_core::{Actor, Clock, Feature, TenantId};
use stoa_db::{Cx, Db, DbConfig};
use stoa_http::{BoxFuture, Gateway, HttpConfig};
use stoa_imports::{ImportKind, Importer, Imports, Opening, Outcome, Row, Trouble, Unusable};
use stoa_jobs::{JobKinds, Runner, RunnerOptions, Standing};
use stoa_mail::MailConfig;
use stoa_testing::{Shop, TestApp, on_both_engines};
use stoa_vault::Vault;

use crate::builders::{HEADER, catalogue, counts, file, kept, run_jobs, send, show, tenant, text, told};

/// Products, by an importer that some of them end.
const DEADLY: ImportKind = ImportKind {
    open: open_deadly,
    ..stoa_commerce::PRODUCTS
};

/// In which tenants somebody is at what never ends.
static REACHED: Mutex<BTreeSet<TenantId>> = Mutex::new(BTreeSet::new());

fn is_reached(tenant: TenantId) -> bool {
    REACHED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&tenant)
}

struct Deadly(Box<dyn Importer>);

fn open_deadly(opening: &Opening<'_>) -> Result<Box<dyn Importer>, Unusable> {
    Ok(Box::new(Deadly((stoa_commerce::PRODUCTS.open)(opening)?)))
}

impl Importer for Deadly {
    fn survey(&mut self, row: &Row) {
        assert_ne!(row.cell(0), "deadly-to-read");
        self.0.survey(row);
    }

    fn continues(&self, first: &Row, row: &Row) -> bool {
        self.0.continues(first, row)
    }

    fn import<'a>(&'a self, cx: &'a mut Cx, rows: &'a [Row]) -> BoxFuture<'a, Result<Outcome, Trouble>> {
        let handle = rows.first().map_or("", |row| row.cell(0));
        assert_ne!(handle, "deadly");
        if handle != "endless" {
            return self.0.import(cx, rows);
        }
        REACHED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(cx.tenant());
        Box::pin(std::future::pending())
    }
}

async fn deadly(
    stores: DbConfig,
    mail: MailConfig,
    config: HttpConfig,
    clock: Clock,
    vault: Vault,
) -> (Db, Gateway, Runner) {
    let stoa = Stoa::with(&stores, config, &mail, clock, vault)
        .await
        .expect("the platform opens");
    let mut kinds = JobKinds::default();
    for kind in stoa_imports::module(imports()).jobs {
        kinds.add(None, kind);
    }
    let standing = || Standing::Active {
        features: vec![Feature::Ecommerce].into(),
        time_zone: "UTC".to_owned(),
    };
    let ask = Box::new(move |_| -> BoxFuture<'static, _> { Box::pin(async move { Ok(standing()) }) });
    let runner = Runner::new(stoa.db().clone(), kinds, ask, RunnerOptions::default());
    (stoa.db().clone(), stoa.gateway(Vec::new()), runner)
}

fn imports() -> Imports {
    Imports::new(vec![DEADLY], 64)
}

/// A good file with one product more, in its midst.
fn with(handle: &str) -> String {
    let mut file = catalogue(60);
    file.push_str(&format!("{handle},Deadly,,,DEADLY,450\n"));
    file.push_str("last,Last,,,LAST,450\n");
    file
}

async fn sent(app: &TestApp, shop: &Shop, text: &str) -> Value {
    // Ids are in the order of milliseconds.
    app.clock.advance(Duration::from_millis(1));
    send(shop, text.as_bytes()).await.expect_status(201).json()
}

/// The job that runs the shop's imports.
async fn job(shop: &Shop) -> Value {
    let jobs = shop.get("/jobs?kind=imports.run").await.expect_status(200).json();
    jobs["items"][0].clone()
}

/// Runs until somebody is at the product that never ends, and ends there as a kill does.
async fn run_and_die(app: &TestApp, shop: &Shop) {
    let (jobs, id) = (app.jobs.clone(), shop.id);
    let run = tokio::spawn(async move { jobs.run_due(&[id]).await });
    while !is_reached(shop.id) {
        tokio::task::yield_now().await;
    }
    run.abort();
    run.await.expect_err("it was killed");
}

on_both_engines! {
    deadly;

    /// FLT-12: what panics each time fails with a reason, and keeps nobody else's file from its turn.
    async fn what_panics_each_time_is_given_up(app: TestApp) {
        let shop = app.shop().await;
        let read = sent(&app, &shop, &with("deadly-to-read")).await;
        let brought = sent(&app, &shop, &with("deadly")).await;
        let good = sent(&app, &shop, &format!("{HEADER}mug,Mug,,,MUG,450\n")).await;
        for _ in 0..8 {
            run_jobs(&app, &shop).await;
            app.clock.advance(Duration::from_secs(31));
        }
        let (read, brought, good) =
            (show(&shop, &read).await, show(&shop, &brought).await, show(&shop, &good).await);
        for (import, says) in [(&read, "nothing was imported"), (&brought, "at row 45 or shortly after it")] {
            assert_eq!((text(&import["state"]), text(&import["failure"]["code"])), ("failed", "imports.broke_off"));
            assert!(text(&import["failure"]["detail"]).contains(says), "{import}");
        }
        assert_eq!(counts(&read), [0; 5]);
        assert_eq!(counts(&brought), [43, 29, 0, 0, 3], "whole batches before it");
        assert_eq!((text(&good["state"]), counts(&good)), ("done", [1, 1, 0, 0, 0]));
        assert_eq!(kept(&app, &shop).await, (0, 3), "no file is left");
        assert_eq!(told(&app, &shop, "import.finished").await, 3);
        let job = job(&shop).await;
        assert_eq!((text(&job["state"]), job["attempts"].as_i64()), ("done", Some(1)), "{job}");
    }

    /// FLT-12: so does what takes its process with it, and cannot say so itself.
    async fn what_kills_its_process_each_time_is_given_up(app: TestApp) {
        let shop = app.shop().await;
        let endless = sent(&app, &shop, &with("endless")).await;
        let good = sent(&app, &shop, &format!("{HEADER}mug,Mug,,,MUG,450\n")).await;
        for _ in 0..4 {
            run_and_die(&app, &shop).await;
            assert_eq!(text(&show(&shop, &endless).await["state"]), "running");
            app.clock.advance(Duration::from_secs(61));
        }
        run_jobs(&app, &shop).await;
        let (endless, good) = (show(&shop, &endless).await, show(&shop, &good).await);
        assert_eq!((text(&endless["state"]), text(&endless["failure"]["code"])), ("failed", "imports.broke_off"));
        assert_eq!(text(&good["state"]), "done");
    }

    /// The job gives up what the command broke off with.
    async fn what_panics_in_the_command_is_given_up_by_the_job(app: TestApp) {
        let shop = app.shop().await;
        let (store, tenant) = (app.db.tenant(shop.id, Actor::Command), tenant(&shop));
        let command = tokio::spawn(async move {
            let text = with("deadly");
            imports().bring(&store, &tenant, file(&text), |_| ()).await
        });
        assert!(command.await.is_err_and(|error| error.is_panic()));
        for _ in 0..3 {
            run_jobs(&app, &shop).await;
            app.clock.advance(Duration::from_secs(31));
        }
        let listed = shop.get("/imports").await.json();
        assert_eq!(listed["items"][0]["failure"]["code"], json!("imports.broke_off"), "{listed}");
    }
}
