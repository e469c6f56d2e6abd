//! The databases with tenants' stores, which the operator adds.

use std::sync::Arc;

use stoa_core::{Actor, Slug, Timestamp};

use super::{Db, Engine};
use crate::{
    DbError, DbResult, FromRow, PlatformCx, Row, control_sql,
    postgres::{Pools, Shard},
};

/// A shard as the control store has it.
#[derive(Debug, Clone)]
pub struct ShardRow {
    pub name: String,
    /// How the role that serves reaches it, without a password; the settings say it of `main`.
    pub url: Option<String>,
    pub owner_url: Option<String>,
    pub tenants: i64,
    /// Kept for one tenant.
    pub dedicated: bool,
    pub added_at: Timestamp,
}

/// What is wrong with a database.
#[derive(Debug)]
pub struct Flaw {
    pub shard: String,
    pub problem: String,
    /// Whether it could be looked at.
    pub examined: bool,
}

impl FromRow for ShardRow {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            name: row.next()?,
            url: row.next()?,
            owner_url: row.next()?,
            tenants: row.next()?,
            dedicated: row.next()?,
            added_at: row.next()?,
        })
    }
}

impl PlatformCx {
    /// All shards, in the order of their names.
    pub async fn shards(&mut self) -> DbResult<Vec<ShardRow>> {
        self.sql(control_sql!(
            "SELECT name, url, owner_url, tenants, dedicated, added_at FROM shards ORDER BY name"
        ))
        .all()
        .await
    }

    async fn shard(&mut self, name: &str) -> DbResult<Option<ShardRow>> {
        self.sql(control_sql!(
            "SELECT name, url, owner_url, tenants, dedicated, added_at FROM shards WHERE name = $1"
        ))
        .bind(name)
        .optional()
        .await
    }
}

impl Db {
    /// Adds a database for tenants' stores and brings it to the current schema. Passwords have no place in the control
    /// store: they come from the file that the settings name.
    pub async fn add_shard(&self, name: &Slug, url: &str, owner_url: &str) -> DbResult<()> {
        let Engine::Postgres(pools) = &self.0.engine else {
            return Err(DbError::unavailable(
                "shards are databases of PostgreSQL; here, stores are files",
            ));
        };
        pools.refuse_password(url)?;
        pools.refuse_password(owner_url)?;
        let address = pools.address(Some(url))?;
        if pools.address(Some(owner_url))? != address {
            return Err(DbError::unavailable("the two URLs lead to different databases"));
        }
        for other in self.platform_read().await?.shards().await? {
            if other.name == name.as_str() || pools.address(other.url.as_deref())? == address {
                return Err(DbError::unavailable(format!(
                    "the shard {:?} is there already, at {}",
                    other.name,
                    pools.address(other.url.as_deref())?
                )));
            }
        }
        pools.join(name.as_str(), url, owner_url).await?;
        let mut cx = self.platform_begin(Actor::Command).await?;
        let now = cx.now();
        cx.sql(control_sql!(
            "INSERT INTO shards (name, url, owner_url, tenants, dedicated, added_at) VALUES ($1, $2, $3, 0, FALSE, $4)"
        ))
        .bind(name.as_str())
        .bind(url)
        .bind(owner_url)
        .bind(now)
        .execute()
        .await?;
        cx.commit().await
    }

    /// Looks through the catalogue of every shard for what would let one tenant reach another's rows; names the shard
    /// with each finding. Files have nothing of the kind.
    pub async fn inspect(&self) -> DbResult<Vec<Flaw>> {
        let Engine::Postgres(pools) = &self.0.engine else {
            return Ok(Vec::new());
        };
        let shards = self.platform_read().await?.shards().await?;
        let mut found = Vec::new();
        for ShardRow { name, .. } in shards {
            let findings = match self.shard(pools, &name).await {
                Ok(shard) => shard.inspect().await,
                Err(error) => Err(error),
            };
            let examined = findings.is_ok();
            let findings = findings.unwrap_or_else(|error| vec![format!("it cannot be examined: {error}")]);
            found.extend(findings.into_iter().map(|problem| Flaw {
                shard: name.clone(),
                problem,
                examined,
            }));
        }
        Ok(found)
    }

    /// A shard by its name, opened if need be.
    pub(super) async fn shard(&self, pools: &Pools, name: &str) -> DbResult<Arc<Shard>> {
        if let Some(shard) = pools.known(name) {
            return Ok(shard);
        }
        let row = self.platform_read().await?.shard(name).await?;
        let urls = row.and_then(|row| row.url.zip(row.owner_url));
        let (url, owner_url) =
            urls.ok_or_else(|| DbError::unexpected(format!("the shard {name:?} has no URLs")))?;
        pools.join(name, &url, &owner_url).await
    }
}
