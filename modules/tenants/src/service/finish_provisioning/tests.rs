//! A creation that is cut short after each of its steps, and finished later.

use std::time::Duration;

use anyhow::{Context as _, Result};
use stoa_core::{Actor, Clock, Currency, Email};
use stoa_db::{Db, DbConfig, JournalFilter, Placing, PostgresConfig, Stretch};
use stoa_identity::{Identity, NewUser, PersonName, RolePermissions};
use stoa_testing::{PostgresServer, unique};

use super::finish_provisioning;
use crate::{
    Locale, NewBusiness, NewOwner, NewTenant, Status, Tenant, TenantKind, TenantName, TenantSlug, Tenants,
    ZoneName,
    service::create_tenant::{build_store, reserve},
    store::tenants,
};

const HOUR: Duration = Duration::from_secs(3600);

/// The last step that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Reserved,
    Provisioned,
    Built,
}

fn new_tenant(placing: Placing) -> Result<NewTenant> {
    let slug = unique("half");
    let owner = NewUser {
        email: Email::parse(&format!("{slug}@example.org"))?,
        name: PersonName::parse("Ada Owner")?,
        password: None,
    };
    let business = NewBusiness {
        slug: TenantSlug::parse(&slug)?,
        name: TenantName::parse("Half made")?,
        kind: TenantKind::Store,
        currency: Currency::parse("BDT")?,
        locale: Locale::parse("en")?,
        time_zone: ZoneName::parse("UTC")?,
    };
    Ok(NewTenant {
        business,
        placing,
        owner: NewOwner::New(owner),
    })
}

async fn cut_short(db: &Db, cut: Cut) -> Result<Tenant> {
    let mut cx = db.platform_begin(Actor::Command).await?;
    let tenant = reserve(&mut cx, new_tenant(db.usual_placing())?).await?.tenant;
    cx.commit().await?;
    match cut {
        Cut::Reserved => {}
        Cut::Provisioned => db.provision(tenant.id, &tenant.features).await?,
        Cut::Built => build_store(db, &tenant).await?,
    }
    Ok(tenant)
}

async fn check(config: DbConfig) -> Result<()> {
    let home = Tenants::new(Identity::new(RolePermissions::new(&[])));
    let modules = [
        stoa_identity::module(home.identity().clone()),
        crate::module(home.clone()),
        stoa_sites::module(),
    ];
    let migrations: Vec<_> = modules.iter().map(|module| module.migrations).collect();
    let db = Db::open(&config, &migrations, Clock::System, stoa_testing::vault()).await?;

    for cut in [Cut::Reserved, Cut::Provisioned, Cut::Built] {
        let tenant = cut_short(&db, cut).await?;
        let seen = home
            .by_id(&db, tenant.id)
            .await?
            .context("a tenant that is being made is known")?;
        assert_ne!(seen.status, stoa_http::TenantStatus::Active, "{cut:?}");

        // A creation that has just begun is perhaps under way.
        assert_eq!(finish_provisioning(&db, HOUR).await?, 0, "{cut:?}");
        assert_eq!(finish_provisioning(&db, Duration::ZERO).await?, 1, "{cut:?}");

        let seen = home
            .by_id(&db, tenant.id)
            .await?
            .context("a finished tenant is known")?;
        assert_eq!(seen.status, stoa_http::TenantStatus::Active, "{cut:?}");
        let mut cx = db.platform_read().await?;
        let stored = tenants::tenant(&mut cx, tenant.id)
            .await?
            .context("a finished tenant is stored")?;
        assert_eq!(stored.status, Status::Active, "{cut:?}");
        drop(cx);
        let mut cx = db.tenant(tenant.id, Actor::Command).read().await?;
        let kinds: Vec<_> = cx
            .journal(&JournalFilter::default(), &Stretch::first(10))
            .await?
            .into_iter()
            .map(|line| line.kind)
            .collect();
        assert_eq!(kinds, ["site.created"], "{cut:?}");
    }
    assert_eq!(finish_provisioning(&db, Duration::ZERO).await?, 0);
    Ok(())
}

/// ATK-V8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_finished_on_sqlite() -> Result<()> {
    let data = tempfile::tempdir()?;
    let config = DbConfig::Files {
        data: data.path().to_owned(),
    };
    check(config).await
}

/// ATK-V8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_finished_on_postgres() -> Result<()> {
    let server = PostgresServer::shared();
    let config = DbConfig::Postgres(PostgresConfig {
        url: server.app_url(),
        owner_url: server.owner_url(),
        connections: 4,
        passfile: None,
    });
    check(config).await
}
