//! Stores of an older schema are brought to the current one, all of them or, after a crash, the rest of them.

use std::{
    fs::File,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use stoa_core::{Actor, Clock, Currency, Email, TenantId};
use stoa_db::{Db, DbConfig, Migration, Migrations, Placing};
use stoa_identity::{Identity, NewUser, PersonName, RolePermissions};
use stoa_tenants::{
    Locale, NewBusiness, NewOwner, NewTenant, TenantKind, TenantName, TenantSlug, Tenants, ZoneName,
};
use stoa_testing::unique;

use crate::installation::{Installation, Server};

/// An installation of the program as it was before it had a shop.
struct Former {
    installation: Installation,
    shops: Vec<(String, TenantId)>,
}

impl Former {
    async fn with_shops(number: usize) -> Self {
        let installation = Installation::on_sqlite();
        // Makes the master key, and the control store of today: an older one would become that at the next start.
        installation.json(&["tenant", "list"]);
        let tenants = Tenants::new(Identity::new(RolePermissions::new(&[])));
        let db = open(&installation, &tenants, &[]).await;
        let mut shops = Vec::new();
        for _ in 0..number {
            let new = new_shop(&unique("old"), db.usual_placing());
            let created = stoa_tenants::create_tenant(&db, Actor::Command, new)
                .await
                .unwrap();
            shops.push((created.tenant.slug.into_string(), created.tenant.id));
        }
        Self { installation, shops }
    }

    fn file(&self, tenant: TenantId) -> PathBuf {
        let file = format!("tenants/{}.db", tenant.uuid());
        self.installation.data.path().join(file)
    }

    fn epochs(&self) -> Vec<u32> {
        self.shops.iter().map(|(_, id)| epoch(&self.file(*id))).collect()
    }
}

async fn open(installation: &Installation, tenants: &Tenants, more: &[Migrations]) -> Db {
    let modules = [
        stoa_identity::module(tenants.identity().clone()),
        stoa_tenants::module(tenants.clone()),
        stoa_sites::module(),
    ];
    let migrations: Vec<_> = modules
        .iter()
        .map(|module| module.migrations)
        .chain(more.iter().copied())
        .collect();
    let stores = DbConfig::Files {
        data: installation.data.path().to_owned(),
    };
    Db::open(&stores, &migrations, Clock::System, installation.vault())
        .await
        .unwrap()
}

fn new_shop(slug: &str, placing: Placing) -> NewTenant {
    NewTenant {
        business: NewBusiness {
            slug: TenantSlug::parse(slug).unwrap(),
            name: TenantName::parse("An old shop").unwrap(),
            kind: TenantKind::Store,
            currency: Currency::parse("BDT").unwrap(),
            locale: Locale::parse("en").unwrap(),
            time_zone: ZoneName::parse("UTC").unwrap(),
        },
        placing,
        owner: NewOwner::New(NewUser {
            email: Email::parse(&format!("{slug}@example.org")).unwrap(),
            name: PersonName::parse("Ada Owner").unwrap(),
            password: None,
        }),
    }
}

/// `user_version`, where a SQLite file has it.
fn epoch(file: &Path) -> u32 {
    let mut bytes = [0; 4];
    File::open(file).unwrap().read_exact_at(&mut bytes, 60).unwrap();
    u32::from_be_bytes(bytes)
}

/// FLT-13: a migration that is killed leaves each store old or new; run again, it does the rest, and then nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_was_killed_is_finished_by_the_next() {
    let former = Former::with_shops(40).await;
    let old = former.epochs()[0];
    let mut child = former
        .installation
        .command(&["migrate"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while former.epochs().iter().all(|epoch| *epoch == old) {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it was killed");
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let done = former.installation.json(&["migrate"]);
    assert_eq!(done["tenants"], 40);
    let opened = done["opened"].as_u64().unwrap();
    assert!(opened < 40, "what was done is not done again: {opened}");
    let epochs = former.epochs();
    assert!(epochs.iter().all(|epoch| *epoch == epochs[0] && *epoch != old));
    assert_eq!(former.installation.json(&["migrate"])["opened"], 0);
    assert_eq!(former.installation.json(&["migrate", "--verify"])["opened"], 40);
    assert_eq!(
        former.installation.json(&["doctor"])["findings"],
        serde_json::json!([])
    );
}

/// FLT-13: a store that cannot be migrated answers 503; all others are migrated when they are first asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_store_that_cannot_be_migrated_is_out() {
    const NEWER: Migrations = Migrations {
        module: "tomorrow",
        feature: None,
        tenant: &[Migration {
            name: "0001_tomorrow",
            sqlite: "CREATE TABLE tomorrow (id INTEGER NOT NULL PRIMARY KEY) STRICT",
            postgres: "",
        }],
        control: &[],
    };
    let former = Former::with_shops(3).await;
    let (slug, id) = &former.shops[1];
    let tenants = Tenants::new(Identity::new(RolePermissions::new(&[])));
    let db = open(&former.installation, &tenants, &[NEWER]).await;
    db.tenant(*id, Actor::Command).read().await.unwrap();
    drop(db);

    let server = Server::start(&former.installation);
    for (shop, _) in &former.shops {
        let expected = if shop == slug { 503 } else { 200 };
        assert_eq!(server.get(shop, "/products").0, expected, "{shop}");
    }
    assert_eq!(server.end(), Some(0));
    let output = former.installation.run(&["migrate"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(&format!("the store of {slug}")), "{stderr}");
    assert!(stderr.contains("2 are at it"), "{stderr}");
}
