//! `stoa tenant`: businesses.

mod features;
mod lifecycle;

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context, Error, Result, anyhow, bail};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stoa::Stoa;
use stoa_core::{Actor, Currency, Email, Slug, TenantId};
use stoa_db::{Placement, PlacementKind, Placing};
use stoa_http::TenantSnapshot;
use stoa_identity::{NewUser, Password, PersonName, User};
use stoa_tenants::{
    Locale, NewBusiness, NewOwner, NewTenant, Status, Tenant, TenantError, TenantKind, TenantName,
    TenantSlug, ZoneName,
};

use super::{terminal::Terminal, user::made_up};

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Create a business and its website
    Create(Box<Create>),
    /// List the businesses
    List,
    /// Show one business
    Show {
        /// The business's slug
        slug: String,
    },
    /// Show which parts of the platform a business has, or switch some on and off
    Features(features::Features),
    /// Shut a business's doors: website, API and staff are refused until it is reactivated
    Suspend {
        /// The business's slug
        slug: String,
        /// Why; the business's people read it in their journal
        #[arg(long)]
        reason: String,
    },
    /// Open a suspended business's doors again
    Reactivate {
        /// The business's slug
        slug: String,
    },
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub(crate) struct Create {
    /// Name in addresses, such as blue-shop
    #[arg(long)]
    slug: String,
    /// What people call it
    #[arg(long)]
    name: String,
    /// Who owns it; an account is made if there is none, with a password that is shown once
    #[arg(long, value_name = "EMAIL")]
    owner_email: String,
    /// The owner's name, for a new account [default: the part of the email before the @]
    #[arg(long, value_name = "NAME")]
    owner_name: Option<String>,
    /// The owner's account is there already, and you know that it is theirs: anybody may sign up with any email
    #[arg(long)]
    existing: bool,
    /// store, content, clinic or event
    #[arg(long, default_value = "store")]
    kind: String,
    /// ISO 4217 code; fixed once the business exists
    #[arg(long, default_value = "USD")]
    currency: String,
    /// BCP 47 tag, such as en or bn-BD
    #[arg(long, default_value = "en")]
    locale: String,
    /// IANA name, such as Asia/Dhaka
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// On PostgreSQL, pool or dedicated: a database that others share, or one of its own [default: pool]
    #[arg(long)]
    placement: Option<String>,
    /// The shard to be on [default: the one with the fewest businesses]
    #[arg(long)]
    shard: Option<String>,
}

pub(crate) async fn run(stoa: &Stoa, command: Command, terminal: &Terminal) -> Result<()> {
    match command {
        Command::Create(create) => create.run(stoa, terminal).await,
        Command::List => list(stoa, terminal).await,
        Command::Show { slug } => show(stoa, &slug, terminal).await,
        Command::Features(command) => command.run(stoa, terminal).await,
        Command::Suspend { slug, reason } => lifecycle::suspend(stoa, &slug, &reason, terminal).await,
        Command::Reactivate { slug } => lifecycle::reactivate(stoa, &slug, terminal).await,
    }
}

/// The business with that slug, or an error that says so.
pub(super) async fn find(stoa: &Stoa, slug: &str) -> Result<Arc<TenantSnapshot>> {
    match stoa.tenants().by_slug(stoa.db(), slug).await? {
        Some(tenant) => Ok(tenant),
        None => Err(unknown(slug)),
    }
}

fn unknown(slug: &str) -> anyhow::Error {
    anyhow!("there is no business with the slug {slug:?}; `stoa tenant list` shows those there are")
}

impl Create {
    async fn run(self, stoa: &Stoa, terminal: &Terminal) -> Result<()> {
        let business = NewBusiness {
            slug: TenantSlug::parse(&self.slug).context("--slug")?,
            name: TenantName::parse(&self.name).context("--name")?,
            kind: TenantKind::parse(&self.kind).context("--kind")?,
            currency: Currency::parse(&self.currency).context("--currency")?,
            locale: Locale::parse(&self.locale).context("--locale")?,
            time_zone: ZoneName::parse(&self.time_zone).context("--time-zone")?,
        };
        let placing = self.placing(stoa)?;
        let (owner, password) = self.owner(stoa).await?;
        let new = NewTenant {
            business,
            placing,
            owner,
        };
        let created = stoa_tenants::create_tenant(stoa.db(), Actor::Command, new).await;
        let created = match created {
            Ok(created) => created,
            Err(error) => return Err(self.broken_off(stoa, error, password.as_deref()).await),
        };
        let url = stoa.config().subdomain_url(created.tenant.slug.as_str());
        let mut answer = view(
            &created.tenant,
            placement(stoa, created.tenant.id).await?.as_ref(),
            stoa,
        );
        answer["owner_password"] = json!(password);
        terminal.show(&answer, || {
            let mut text = format!(
                "created {} at {url}/, owned by {}",
                created.tenant.slug, created.tenant.email
            );
            if let Some(password) = &password {
                text.push_str(&format!(
                    "\n{} signs in with the password {password} (shown this once)",
                    self.owner_email
                ));
            }
            text
        })
    }

    /// Why a creation failed, and how the owner gets in when owner and business are there all the same: with the password
    /// of this call, or with another when a call before this one ended without saying it.
    async fn broken_off(&self, stoa: &Stoa, error: TenantError, password: Option<&str>) -> Error {
        let is_taken = matches!(error, TenantError::SlugTaken);
        let error = Error::from(error);
        let Ok(slug) = Slug::parse(&self.slug) else {
            return error;
        };
        let tenant = match stored(stoa, &slug).await {
            Ok(Some(tenant)) if self.is_owner(&tenant) => tenant,
            _ => return error,
        };
        match password {
            Some(password) if tenant.status == Status::Provisioning => error.context(format!(
                "{slug} is reserved, and will be finished when the server starts, or within minutes by one that runs; {} \
                 signs in with the password {password} (shown this once)",
                tenant.email
            )),
            None if is_taken => error.context(format!(
                "{slug} is there already, and {0} is its owner. Where the password of a new owner was lost, `stoa user \
                 password --email {0} --random` makes another",
                tenant.email
            )),
            _ => error,
        }
    }

    /// Where its store shall be. Files are all there is without PostgreSQL, and not offered with it: one node alone could
    /// serve them.
    fn placing(&self, stoa: &Stoa) -> Result<Placing> {
        let mut placing = stoa.db().usual_placing();
        if let Some(placement) = &self.placement {
            let kind = PlacementKind::parse(placement).context("--placement")?;
            if (kind == PlacementKind::File) != (placing.kind == PlacementKind::File) {
                bail!(
                    "--placement {placement} is not to be had here: businesses are kept in files without a database \
                     URL, and in PostgreSQL with one"
                );
            }
            placing.kind = kind;
        }
        placing.shard.clone_from(&self.shard);
        Ok(placing)
    }

    /// Whoever signed up with somebody's email before them would own what is meant for them. A call that repeats one that
    /// was cut short hears what is there.
    async fn check_existing(&self, stoa: &Stoa, user: &User) -> Result<()> {
        let is_proven = self.existing || user.email_verified_at.is_some();
        let slug = Slug::parse(&self.slug).context("--slug")?;
        if is_proven || stored(stoa, &slug).await?.is_some() {
            return Ok(());
        }
        bail!(
            "{} has had an account since {}, and nobody has shown that its mail is theirs. Where you know that it is the \
             owner's own, say --existing",
            user.email,
            user.created_at
        )
    }

    fn is_owner(&self, tenant: &Tenant) -> bool {
        Email::parse(&self.owner_email).is_ok_and(|email| email == tenant.email)
    }

    /// The account that owns the business, and its password when it is new.
    async fn owner(&self, stoa: &Stoa) -> Result<(NewOwner, Option<String>)> {
        let email = Email::parse(&self.owner_email).context("--owner-email")?;
        let mut cx = stoa.db().platform_read().await?;
        if let Some(user) = stoa_identity::user_by_email(&mut cx, &email).await? {
            drop(cx);
            self.check_existing(stoa, &user).await?;
            return Ok((NewOwner::Existing(user.id, email), None));
        }
        drop(cx);
        let name = self
            .owner_name
            .as_deref()
            .or(email.as_str().split('@').next())
            .unwrap_or_default();
        let name = PersonName::parse(name).context("--owner-name")?;
        let text = made_up();
        let password = stoa.tenants().identity().hash(Password::parse(&text)?).await?;
        Ok((
            NewOwner::New(NewUser {
                name,
                email,
                password: Some(password),
            }),
            Some(text),
        ))
    }
}

async fn list(stoa: &Stoa, terminal: &Terminal) -> Result<()> {
    let tenants = stoa_tenants::list_tenants(stoa.db()).await?;
    let placements = placements(stoa).await?;
    let views: Vec<_> = tenants
        .iter()
        .map(|tenant| view(tenant, placements.get(&tenant.id), stoa))
        .collect();
    terminal.show(&views, || {
        if tenants.is_empty() {
            return "no businesses yet; `stoa tenant create` makes one".to_owned();
        }
        let widest = tenants.iter().map(|tenant| tenant.slug.as_str().len()).max();
        let width = widest.unwrap_or_default();
        let line = |tenant: &Tenant| {
            format!(
                "{:<width$}  {:<12}  {:<8}  {}",
                tenant.slug.as_str(),
                tenant.status.as_str(),
                tenant.kind.as_str(),
                tenant.name
            )
        };
        tenants.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

async fn show(stoa: &Stoa, slug: &str, terminal: &Terminal) -> Result<()> {
    let parsed = Slug::parse(slug).map_err(|_| unknown(slug))?;
    let tenant = stored(stoa, &parsed).await?.ok_or_else(|| unknown(slug))?;
    let view = view(&tenant, placement(stoa, tenant.id).await?.as_ref(), stoa);
    terminal.show(&view, || {
        let fields = view.as_object().into_iter().flatten();
        let line = |(key, value): (&String, &Value)| Some(format!("{key:<12} {}", said(value)?));
        fields.filter_map(line).collect::<Vec<_>>().join("\n")
    })
}

/// A value as a person reads it; none when there is nothing to say.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => Some(values.iter().filter_map(said).collect::<Vec<_>>().join(", ")),
        other => Some(other.to_string()),
    }
}

async fn stored(stoa: &Stoa, slug: &Slug) -> Result<Option<Tenant>> {
    let mut cx = stoa.db().platform_read().await?;
    Ok(stoa_tenants::find_tenant(&mut cx, slug).await?)
}

/// Where each business's store is.
async fn placements(stoa: &Stoa) -> Result<HashMap<TenantId, Placement>> {
    let all = stoa.db().platform_read().await?.placements().await?;
    Ok(all
        .into_iter()
        .map(|placement| (placement.tenant, placement))
        .collect())
}

async fn placement(stoa: &Stoa, tenant: TenantId) -> Result<Option<Placement>> {
    Ok(stoa.db().platform_read().await?.placement(tenant).await?)
}

fn view(tenant: &Tenant, placement: Option<&Placement>, stoa: &Stoa) -> Value {
    json!({
        "id": tenant.id,
        "slug": tenant.slug,
        "name": tenant.name,
        "email": tenant.email,
        "status": tenant.status.as_str(),
        "kind": tenant.kind.as_str(),
        "placement": placement.map(|placement| placement.kind.as_str()),
        "shard": placement.map(|placement| &placement.shard),
        "currency": tenant.currency,
        "locale": tenant.locale.as_str(),
        "time_zone": tenant.time_zone.as_str(),
        "features": tenant.features,
        "url": stoa.config().subdomain_url(tenant.slug.as_str()),
        "created_at": tenant.created_at,
    })
}
