//! An import that is cut off anywhere goes on where it was, and ends as one that nobody disturbed.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use stoa_core::{Actor, TenantId};
use stoa_db::{Cx, DbError};
use stoa_http::BoxFuture;
use stoa_imports::{
    ImportKind, ImportReport, Importer, Imports, ImportsError, Opening, Outcome, Row, Trouble, Unusable,
};
use stoa_testing::{Shop, TestApp, on_both_engines};

use crate::builders::{catalogue, file, kept, products, tenant, told};

/// After how many records the store fails, once, by tenant.
static LEFT: Mutex<BTreeMap<TenantId, usize>> = Mutex::new(BTreeMap::new());

/// Products, from a store that may fail in the midst of a batch.
const FRAIL: ImportKind = ImportKind {
    open: open_frail,
    ..stoa_commerce::PRODUCTS
};

struct Frail(Box<dyn Importer>);

fn open_frail(opening: &Opening<'_>) -> Result<Box<dyn Importer>, Unusable> {
    Ok(Box::new(Frail((stoa_commerce::PRODUCTS.open)(opening)?)))
}

fn fails_now(tenant: TenantId) -> bool {
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    match left.get_mut(&tenant) {
        Some(0) => left.remove(&tenant).is_some(),
        Some(count) => {
            *count -= 1;
            false
        }
        None => false,
    }
}

impl Importer for Frail {
    fn survey(&mut self, row: &Row) {
        self.0.survey(row);
    }

    fn continues(&self, first: &Row, row: &Row) -> bool {
        self.0.continues(first, row)
    }

    fn import<'a>(&'a self, cx: &'a mut Cx, rows: &'a [Row]) -> BoxFuture<'a, Result<Outcome, Trouble>> {
        if fails_now(cx.tenant()) {
            return Box::pin(async { Err(Trouble::Db(DbError::Full("no space left on device".into()))) });
        }
        self.0.import(cx, rows)
    }
}

async fn bring(app: &TestApp, shop: &Shop, text: &str) -> Result<ImportReport, ImportsError> {
    let store = app.db.tenant(shop.id, Actor::Command);
    let imports = Imports::new(vec![FRAIL], 64);
    imports.bring(&store, &tenant(shop), file(text), |_| ()).await
}

/// Ends the runner when so many batches are done, as a kill does: nothing more of it runs.
async fn bring_until(app: &TestApp, shop: &Shop, text: &str, batches: usize) -> bool {
    let store = app.db.tenant(shop.id, Actor::Command);
    let (tenant, file) = (tenant(shop), file(text));
    let run = tokio::spawn(async move {
        let seen = AtomicUsize::new(0);
        let imports = Imports::new(vec![FRAIL], 64);
        let stop = |_: &_| assert!(seen.fetch_add(1, Ordering::Relaxed) + 1 < batches, "killed");
        imports.bring(&store, &tenant, file, stop).await
    });
    run.await.is_err()
}

on_both_engines! {
    stoa::compose;

    /// FLT-12: a runner that is killed between two units of work is followed by one that does the rest, once.
    async fn killed_between_batches_it_goes_on(app: TestApp) {
        let text = catalogue(100);
        let undisturbed = app.shop().await;
        let expected = bring(&app, &undisturbed, &text).await.expect("an import");
        let sold = products(&undisturbed).await;
        assert_eq!((expected.counts.created, expected.counts.rejected, sold.len()), (90, 10, 90));
        for batches in 1..=4 {
            let shop = app.shop().await;
            assert!(bring_until(&app, &shop, &text, batches).await, "it was killed after {batches} batches");
            assert_eq!(kept(&app, &shop).await.1, 1);
            let report = bring(&app, &shop, &text).await.expect("an import");
            assert_eq!((report.counts, &report.errors), (expected.counts, &expected.errors), "after {batches}");
            assert_eq!(products(&shop).await, sold);
            assert_eq!(told(&app, &shop, "product.created").await, 90, "nothing was done twice");
            assert_eq!(kept(&app, &shop).await, (0, 1), "it was gone on with, and the file is gone");
        }
    }

    /// FLT-12: a store that is full in the midst of a batch leaves no part of it, and the import goes on later.
    async fn a_store_that_fails_within_a_batch_leaves_none_of_it(app: TestApp) {
        let text = catalogue(100);
        let undisturbed = app.shop().await;
        let expected = bring(&app, &undisturbed, &text).await.expect("an import");
        let sold = products(&undisturbed).await;
        for records in [0, 1, 31, 32, 50, 99] {
            let shop = app.shop().await;
            LEFT.lock().unwrap_or_else(PoisonError::into_inner).insert(shop.id, records);
            let failed = bring(&app, &shop, &text).await.expect_err("the store is full");
            assert!(matches!(failed, ImportsError::Db(DbError::Full(_))), "{failed}");
            // Of a hundred products each tenth is rejected; of whole batches all others are there.
            let whole = records / 32 * 32;
            assert_eq!(products(&shop).await.len(), whole - whole / 10, "after {records} records");
            let report = bring(&app, &shop, &text).await.expect("an import");
            assert_eq!((report.counts, &report.errors), (expected.counts, &expected.errors));
            assert_eq!(products(&shop).await, sold);
            assert_eq!(told(&app, &shop, "product.created").await, 90);
        }
    }

    async fn a_second_time_changes_nothing(app: TestApp) {
        let shop = app.shop().await;
        let text = catalogue(40);
        bring(&app, &shop, &text).await.expect("an import");
        let sold = products(&shop).await;
        let again = bring(&app, &shop, &text).await.expect("an import");
        assert_eq!((again.counts.created, again.counts.updated, again.counts.unchanged), (0, 0, 36));
        assert_eq!(products(&shop).await, sold);
        assert_eq!(told(&app, &shop, "product.changed").await, 0);
    }

    /// Two runners of one import: each batch is done by one of them.
    async fn two_runners_do_each_batch_once(app: TestApp) {
        let shop = app.shop().await;
        let text = catalogue(100);
        assert!(bring_until(&app, &shop, &text, 1).await);
        let (one, two) = tokio::join!(bring(&app, &shop, &text), bring(&app, &shop, &text));
        let (one, two) = (one.expect("an import"), two.expect("an import"));
        assert_eq!(one, two, "both tell of the same import");
        assert_eq!((one.counts.created, one.counts.rejected), (90, 10));
        assert_eq!(told(&app, &shop, "product.created").await, 90);
    }
}
