//! The demonstration: two businesses invented and drawn for it, loaded by the same services that real ones use.

use std::{io::Cursor, sync::Arc};

use anyhow::{Context, Result};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;
use serde::{Deserialize, Serialize};
use stoa_core::{Actor, Currency, Email, ErrorKind, Role, Text};
use stoa_db::{Migrations, TenantDb};
use stoa_http::Freshness;
use stoa_http::{ApiError, Module, Pages, Path, TenantSnapshot};
use stoa_identity::{NewUser, Password, PersonName};
use stoa_imports::ImportFile;
use stoa_sites::Tagline;
use stoa_tenants::{Locale, NewBusiness, NewOwner, NewTenant, TenantKind, TenantSlug, ZoneName};
use utoipa_axum::router::OpenApiRouter;

use crate::Stoa;

/// Anybody may sign in to the demonstration with this.
const PASSWORD: &str = "stoa demonstration";

#[derive(Embed)]
#[folder = "../demo"]
struct Files;

/// `shop.toml` of a demonstration shop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shop {
    slug: String,
    name: String,
    tagline: String,
    kind: String,
    currency: String,
    locale: String,
    time_zone: String,
    products: String,
    owner: Owner,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    name: String,
    email: String,
}

/// A shop of the demonstration, as it is announced.
#[derive(Debug, Clone, Serialize)]
pub struct LoadedShop {
    pub name: String,
    pub tagline: String,
    pub url: String,
    pub owner: String,
    pub password: &'static str,
}

/// Loads the shops that are absent or came without their products, and says where they are. A business of somebody else's
/// that has a shop's name stays theirs, and is not the demonstration's.
pub async fn load(stoa: &mut Stoa) -> Result<()> {
    stoa.finish_what_was_cut_short().await?;
    let mut loaded = Vec::new();
    for (folder, shop) in shops()? {
        let is_there = load_shop(stoa, &folder, &shop)
            .await
            .with_context(|| format!("the demonstration shop {}", shop.slug))?;
        if is_there {
            loaded.push(shop.announce(stoa));
        } else {
            tracing::warn!(shop = shop.slug, "somebody else's business has this name");
        }
    }
    stoa.set_demonstration(loaded);
    Ok(())
}

/// The pictures of the demonstration: its products refer to them by path.
pub(crate) fn module() -> Module {
    Module {
        name: "demo",
        feature: None,
        permissions: &[],
        migrations: Migrations {
            module: "demo",
            feature: None,
            tenant: &[],
            control: &[],
        },
        routes: OpenApiRouter::new(),
        pages: Pages::new().get(
            "/demo/{folder}/pictures/{file}",
            "pictures that product pages show",
            picture,
        ),
        sections: Vec::new(),
        jobs: Vec::new(),
        platform_jobs: Vec::new(),
    }
}

async fn picture(Path((folder, file)): Path<(String, String)>) -> Result<Response, ApiError> {
    if file.contains('/') || folder.contains('/') {
        return Err(no_picture());
    }
    let found = Files::get(&format!("{folder}/pictures/{file}")).ok_or_else(no_picture)?;
    let headers = [
        ("content-type", "image/svg+xml"),
        ("cache-control", "public, max-age=86400"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
    ];
    Ok((headers, found.data.into_owned()).into_response())
}

fn no_picture() -> ApiError {
    ApiError::new(
        ErrorKind::NotFound,
        "demo.picture_not_found",
        "There is no such picture.",
    )
}

fn shops() -> Result<Vec<(String, Shop)>> {
    let mut shops = Vec::new();
    for path in Files::iter() {
        let Some(folder) = path.strip_suffix("/shop.toml") else {
            continue;
        };
        let shop = toml::from_str(&text(&path)?).with_context(|| path.to_string())?;
        shops.push((folder.to_owned(), shop));
    }
    Ok(shops)
}

fn text(path: &str) -> Result<String> {
    let file = Files::get(path).with_context(|| format!("demo/{path} is not in the program"))?;
    Ok(String::from_utf8(file.data.into_owned())?)
}

/// Whether the shop is there in the end.
async fn load_shop(stoa: &Stoa, folder: &str, shop: &Shop) -> Result<bool> {
    let tenant = match stoa.tenants().by_slug(stoa.db(), &shop.slug).await? {
        Some(tenant) if !is_ours(stoa, shop, &tenant).await? => return Ok(false),
        Some(tenant) => tenant,
        None => open_shop(stoa, shop).await?,
    };
    let store = stoa.for_command(tenant.id);
    if !stoa_commerce::has_products(&mut store.read().await?).await? {
        furnish(stoa, &store, folder, shop, &tenant).await?;
    }
    Ok(true)
}

/// Whether the business belongs to the account that the demonstration makes for it.
async fn is_ours(stoa: &Stoa, shop: &Shop, tenant: &TenantSnapshot) -> Result<bool> {
    let NewOwner::Existing(user, _) = shop.owner(stoa).await? else {
        return Ok(false);
    };
    let identity = stoa.tenants().identity();
    let membership = identity
        .membership(stoa.db(), user, tenant.id, Freshness::Fresh)
        .await?;
    Ok(membership.is_some_and(|membership| membership.role == Role::Owner))
}

async fn open_shop(stoa: &Stoa, shop: &Shop) -> Result<Arc<TenantSnapshot>> {
    let new = NewTenant {
        business: shop.business()?,
        placing: stoa.db().usual_placing(),
        owner: shop.owner(stoa).await?,
    };
    let created = stoa_tenants::create_tenant(stoa.db(), Actor::Command, new).await?;
    let tenant = stoa.tenants().by_id(stoa.db(), created.tenant.id).await?;
    tenant.context("it is gone")
}

async fn furnish(
    stoa: &Stoa,
    store: &TenantDb,
    folder: &str,
    shop: &Shop,
    tenant: &TenantSnapshot,
) -> Result<()> {
    if let Some(site) = tenant.primary_site {
        let mut cx = store.begin().await?;
        stoa_sites::set_tagline(&mut cx, site, Tagline::parse(&shop.tagline)?).await?;
        cx.commit().await?;
    }
    let file = ImportFile {
        kind: "products",
        format: "shopify",
        name: &shop.products,
        source: Cursor::new(text(&format!("{folder}/{}", shop.products))?),
    };
    let report = stoa.imports().bring(store, tenant, file, |_| ()).await?;
    anyhow::ensure!(
        report.counts.rejected == 0,
        "the products could not all be imported: {:?}",
        report.errors
    );
    Ok(())
}

impl Shop {
    fn business(&self) -> Result<NewBusiness> {
        Ok(NewBusiness {
            slug: TenantSlug::parse(&self.slug)?,
            name: Text::parse(&self.name)?,
            kind: TenantKind::parse(&self.kind)?,
            currency: Currency::parse(&self.currency)?,
            locale: Locale::parse(&self.locale)?,
            time_zone: ZoneName::parse(&self.time_zone)?,
        })
    }

    async fn owner(&self, stoa: &Stoa) -> Result<NewOwner> {
        let email = Email::parse(&self.owner.email)?;
        let mut cx = stoa.db().platform_read().await?;
        if let Some(user) = stoa_identity::user_by_email(&mut cx, &email).await? {
            return Ok(NewOwner::Existing(user.id, email));
        }
        drop(cx);
        let password = stoa.tenants().identity().hash(Password::parse(PASSWORD)?).await?;
        let name = PersonName::parse(&self.owner.name)?;
        Ok(NewOwner::New(NewUser {
            name,
            email,
            password: Some(password),
        }))
    }

    fn announce(self, stoa: &Stoa) -> LoadedShop {
        LoadedShop {
            url: stoa.config().subdomain_url(&self.slug),
            name: self.name,
            tagline: self.tagline,
            owner: self.owner.email,
            password: PASSWORD,
        }
    }
}
