//! The data that is measured on: tenants made by the platform's own services, and what they are filled with in bulk.

mod postgres;
mod sqlite;

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use stoa::Stoa;
use stoa_core::{Actor, Currency, Email, Text};
use stoa_identity::{NewUser, PersonName, StartSession};
use stoa_imports::ImportFile;
use stoa_tenants::{
    CreatedTenant, Locale, NewBusiness, NewOwner, NewTenant, Tenant, TenantKind, TenantSlug, ZoneName,
};
use uuid::Uuid;

use crate::{
    carts::{PRODUCTS, TENANTS},
    postgres::Postgres,
    server::Store,
};

/// The product that is read, and the tenant that it is read of.
pub(crate) const PRODUCT: &str = "product-100";
pub(crate) const READ_TENANT: &str = "bench-000";

/// More than any run sells.
const STOCK: u32 = 1_000_000;

/// A filled platform.
#[derive(Debug)]
pub(crate) struct Dataset {
    /// In the order of their numbers.
    pub(crate) tenants: Vec<Uuid>,
    /// Of the person who owns all tenants.
    pub(crate) session: String,
}

/// The slug of a tenant, by its number.
pub(crate) fn slug(tenant: u32) -> String {
    format!("bench-{tenant:03}")
}

/// Makes tenants, products and so many carts, in files.
pub(crate) fn in_files(store: &Store, carts: u32) -> Result<Dataset> {
    let dataset = create(store)?;
    let Store::Files(data) = store else {
        anyhow::bail!("not files")
    };
    sqlite::fill(data, &dataset.tenants, carts)?;
    Ok(dataset)
}

/// Makes the same in a database.
pub(crate) fn in_postgres(server: &Postgres, carts: u32) -> Result<Dataset> {
    let dataset = create(&server.store())?;
    postgres::fill(server, &dataset.tenants, carts)?;
    Ok(dataset)
}

/// Tenants of one owner; the first has the products.
fn create(store: &Store) -> Result<Dataset> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let stoa = Stoa::open(&store.settings()).await?;
            let first = create_tenant(&stoa, 0, new_owner()?).await?;
            let owner = first.owner;
            import_products(&stoa, &first.tenant).await?;
            let session = start_session(&stoa, &first).await?;
            let mut tenants = vec![first.tenant.id.uuid()];
            for number in 1..TENANTS {
                let owner = NewOwner::Existing(owner, owner_email()?);
                tenants.push(create_tenant(&stoa, number, owner).await?.tenant.id.uuid());
            }
            Ok(Dataset { tenants, session })
        })
}

fn owner_email() -> Result<Email> {
    Ok(Email::parse("owner@bench.example")?)
}

fn new_owner() -> Result<NewOwner> {
    let name = PersonName::parse("Bench Owner")?;
    Ok(NewOwner::New(NewUser {
        email: owner_email()?,
        name,
        password: None,
    }))
}

async fn create_tenant(stoa: &Stoa, number: u32, owner: NewOwner) -> Result<CreatedTenant> {
    let business = NewBusiness {
        slug: TenantSlug::parse(&slug(number))?,
        name: Text::parse(&format!("Bench {number}"))?,
        kind: TenantKind::parse("store")?,
        currency: Currency::parse("BDT")?,
        locale: Locale::parse("en")?,
        time_zone: ZoneName::parse("Asia/Dhaka")?,
    };
    let new = NewTenant {
        business,
        placing: stoa.db().usual_placing(),
        owner,
    };
    Ok(stoa_tenants::create_tenant(stoa.tenants(), stoa.db(), Actor::Command, new).await?)
}

async fn import_products(stoa: &Stoa, tenant: &Tenant) -> Result<()> {
    let found = stoa.tenants().by_id(stoa.db(), tenant.id).await?;
    let snapshot = found.context("the tenant is gone")?;
    let file = ImportFile {
        kind: "products",
        format: "shopify",
        name: "products.csv",
        source: std::io::Cursor::new(csv()),
    };
    let store = stoa.for_command(tenant.id);
    let report = stoa.imports().bring(&store, &snapshot, file, |_| ()).await?;
    ensure!(
        report.counts.rejected == 0,
        "products were rejected: {:?}",
        report.errors
    );
    Ok(())
}

/// Products as a shop has them: a paragraph, three tags, a picture.
fn csv() -> String {
    let mut csv = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
         Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,\
         Variant Requires Shipping,Variant Taxable,Image Src,Image Position,Image Alt Text,Status\n",
    );
    for number in 0..PRODUCTS {
        let _ = writeln!(
            csv,
            "product-{number},Product {number},\"<p>Handloom cotton from Tangail, number {number}. Washed once, soft from \
             the first day, and woven by people who have done so for three generations.</p>\",Bench,Saree,\
             \"women, handloom, cotton\",true,Title,Default Title,SKU-{number},380,shopify,{STOCK},deny,690.00,true,true,\
             https://pictures.example/{number}.jpg,1,A folded saree,active"
        );
    }
    csv
}

async fn start_session(stoa: &Stoa, tenant: &CreatedTenant) -> Result<String> {
    let start = StartSession {
        user: tenant.owner,
        elected: Some(tenant.membership),
        user_agent: None,
    };
    let mut cx = stoa.db().platform_begin(Actor::Command).await?;
    let session = stoa_identity::start_session(&mut cx, start).await?;
    cx.commit().await?;
    Ok(session.token.as_str().to_owned())
}
