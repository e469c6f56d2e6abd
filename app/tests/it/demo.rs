//! The demonstration: whose shops are shown as its own, and what loading it again mends.

use stoa::{Stoa, load_demo};
use stoa_core::{Actor, Clock, Currency, Email, TenantId};
use stoa_db::DbConfig;
use stoa_http::HttpConfig;
use stoa_identity::{NewUser, PersonName};
use stoa_tenants::{
    Locale, NewBusiness, NewOwner, NewTenant, TenantKind, TenantName, TenantSlug, ZoneName, create_tenant,
};
use stoa_testing::{BASE, Client};
use tempfile::TempDir;

const SLUG: &str = "rongdhonu";

async fn open(data: &TempDir) -> Stoa {
    let stores = DbConfig::Files {
        data: data.path().to_owned(),
    };
    Stoa::with(
        &stores,
        HttpConfig::new(BASE, false),
        &stoa_testing::outbox(data.path()),
        Clock::System,
        stoa_testing::vault(),
    )
    .await
    .unwrap()
}

/// Somebody opens a business under the name of a shop of the demonstration.
async fn open_business(stoa: &Stoa, owner: &str) -> TenantId {
    let business = NewBusiness {
        slug: TenantSlug::parse(SLUG).unwrap(),
        name: TenantName::parse("Taken Name").unwrap(),
        kind: TenantKind::Store,
        currency: Currency::parse("BDT").unwrap(),
        locale: Locale::parse("en").unwrap(),
        time_zone: ZoneName::parse("UTC").unwrap(),
    };
    let owner = NewUser {
        email: Email::parse(owner).unwrap(),
        name: PersonName::parse("Somebody").unwrap(),
        password: None,
    };
    let new = NewTenant {
        business,
        placing: stoa.db().usual_placing(),
        owner: NewOwner::New(owner),
    };
    let created = create_tenant(stoa.db(), Actor::Command, new).await.unwrap();
    created.tenant.id
}

async fn has_products(stoa: &Stoa, id: TenantId) -> bool {
    let mut cx = stoa.for_command(id).read().await.unwrap();
    stoa_commerce::has_products(&mut cx).await.unwrap()
}

async fn home(stoa: &Stoa) -> String {
    let client = Client::new(stoa.gateway(Vec::new()));
    let page = client.get(&format!("http://app.{BASE}/")).send().await;
    page.expect_status(200).text().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_alone_makes_no_shop_of_the_demonstration() {
    let data = tempfile::tempdir().unwrap();
    let mut stoa = open(&data).await;
    let id = open_business(&stoa, "somebody@example.org").await;
    assert!(!home(&stoa).await.contains(SLUG));
    load_demo(&mut stoa).await.unwrap();
    assert!(!has_products(&stoa, id).await);
    let page = home(&stoa).await;
    assert!(
        page.contains("Demonstration shops") && !page.contains(SLUG),
        "{page}"
    );
    // A process that has not loaded them vouches for none.
    assert!(!home(&open(&data).await).await.contains("Demonstration shops"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_came_without_its_products_gets_them() {
    let data = tempfile::tempdir().unwrap();
    let mut stoa = open(&data).await;
    let id = open_business(&stoa, "nusrat@rongdhonu.example").await;
    load_demo(&mut stoa).await.unwrap();
    assert!(has_products(&stoa, id).await);
    assert!(home(&stoa).await.contains(SLUG));
}
