//! The data that is measured on: tenants made by the platform's own services, and what they are filled with in bulk.

mod crowd;
mod postgres;
mod sqlite;

use std::{fmt::Write, path::Path};

use anyhow::{Context, Result, ensure};
use stoa::Stoa;
use stoa_core::{Actor, Currency, Email, TenantId, Text};
use stoa_identity::{NewUser, PersonName, StartSession};
use stoa_imports::ImportFile;
use stoa_tenants::{
    CreatedTenant, Locale, NewBusiness, NewOwner, NewTenant, TenantKind, TenantSlug, ZoneName,
};
use uuid::Uuid;

use crate::{carts::Spread, postgres::Postgres, runtime::block_on, server::Store};

pub(crate) use crowd::{BUSY, Crowd, Member};

/// The product that is read, and the tenant that it is read of.
pub(crate) const PRODUCT: &str = "product-50";
pub(crate) const READ_TENANT: &str = "bench-000";

const CURRENCY: &str = "BDT";
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

/// Where a tenant's product is read; `memory` in place of `products` is the route that reads nothing.
pub(crate) fn product_path(slug: &str, resource: &str) -> String {
    format!("/api/tenant/{slug}/ecommerce/{resource}/{PRODUCT}")
}

/// Makes tenants, products and so many carts, in files.
pub(crate) fn in_files(data: &Path, spread: Spread, carts: u32) -> Result<Dataset> {
    let dataset = create(&Store::Files(data.to_owned()), spread)?;
    sqlite::fill(data, &dataset.tenants, spread, carts)?;
    Ok(dataset)
}

/// Makes the same in a database.
pub(crate) fn in_postgres(server: &Postgres, spread: Spread, carts: u32) -> Result<Dataset> {
    let dataset = create(&server.store(), spread)?;
    postgres::fill(server, &dataset.tenants, spread, carts)?;
    Ok(dataset)
}

/// Tenants of one owner; the first has the products.
fn create(store: &Store, spread: Spread) -> Result<Dataset> {
    block_on(async {
        let stoa = Stoa::open(&store.settings()).await?;
        let first = create_tenant(&stoa, 0, new_owner("owner")?).await?;
        let owner = first.owner;
        import_products(&stoa, first.tenant.id, spread.products).await?;
        let session = start_session(&stoa, &first).await?;
        let mut tenants = vec![first.tenant.id.uuid()];
        for number in 1..spread.tenants {
            let owner = NewOwner::Existing(owner, email("owner")?);
            tenants.push(create_tenant(&stoa, number, owner).await?.tenant.id.uuid());
        }
        Ok(Dataset { tenants, session })
    })
}

fn email(name: &str) -> Result<Email> {
    Ok(Email::parse(&format!("{name}@bench.example"))?)
}

/// Somebody without a password: hashing one would take longer than all else.
fn new_owner(name: &str) -> Result<NewOwner> {
    Ok(NewOwner::New(NewUser {
        email: email(name)?,
        name: PersonName::parse("Bench Owner")?,
        password: None,
    }))
}

async fn create_tenant(stoa: &Stoa, number: u32, owner: NewOwner) -> Result<CreatedTenant> {
    create_of(stoa, &slug(number), owner).await
}

/// A tenant and its owner, both new.
pub(crate) async fn create_named(stoa: &Stoa, slug: &str) -> Result<CreatedTenant> {
    create_of(stoa, slug, new_owner(slug)?).await
}

async fn create_of(stoa: &Stoa, slug: &str, owner: NewOwner) -> Result<CreatedTenant> {
    let business = NewBusiness {
        slug: TenantSlug::parse(slug)?,
        name: Text::parse(&format!("Bench {slug}"))?,
        kind: TenantKind::parse("store")?,
        currency: Currency::parse(CURRENCY)?,
        locale: Locale::parse("en")?,
        time_zone: ZoneName::parse("Asia/Dhaka")?,
    };
    let new = NewTenant {
        business,
        placing: stoa.db().usual_placing(),
        owner,
    };
    Ok(stoa_tenants::create_tenant(stoa.db(), Actor::Command, new).await?)
}

async fn import_products(stoa: &Stoa, tenant: TenantId, count: u32) -> Result<()> {
    let found = stoa.tenants().by_id(stoa.db(), tenant).await?;
    let snapshot = found.context("the tenant is gone")?;
    let file = ImportFile {
        kind: "products",
        format: "shopify",
        name: "products.csv",
        source: std::io::Cursor::new(csv(count)),
    };
    let store = stoa.for_command(tenant);
    let report = stoa.imports().bring(&store, &snapshot, file, |_| ()).await?;
    ensure!(
        report.counts.rejected == 0,
        "products were rejected: {:?}",
        report.errors
    );
    Ok(())
}

/// Products as a shop has them: a paragraph, three tags, a picture.
fn csv(count: u32) -> String {
    let mut csv = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
         Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,\
         Variant Requires Shipping,Variant Taxable,Image Src,Image Position,Image Alt Text,Status\n",
    );
    for number in 0..count {
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
    let mut cx = stoa.db().platform_begin(Actor::Command).await?;
    let session = stoa_identity::start_session(&mut cx, session_of(tenant)).await?;
    cx.commit().await?;
    Ok(session.token.as_str().to_owned())
}

fn session_of(tenant: &CreatedTenant) -> StartSession {
    StartSession {
        user: tenant.owner,
        elected: Some(tenant.membership),
        user_agent: None,
    }
}
