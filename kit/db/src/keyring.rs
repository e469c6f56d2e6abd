//! The tenants' keys, wrapped by the master key. No backup contains them, so that a deleted one shreds what it sealed.

use std::time::Duration;

use stoa_core::{Actor, Recall, Recent, TenantId};
use stoa_vault::{TenantKey, Vault};

use crate::{Db, DbError, DbResult, control_sql, placement::no_store};

/// How long another process may go on with a key that this one has shredded.
const KEPT: Duration = Duration::from_secs(10);
const CAPACITY: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Keyring {
    vault: Vault,
    recent: Recent<TenantId, TenantKey>,
}

impl Keyring {
    pub(crate) fn new(vault: Vault) -> Self {
        Self {
            vault,
            recent: Recent::new(KEPT, CAPACITY),
        }
    }
}

impl Db {
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.keyring().vault
    }

    /// The key that seals what a tenant's store must not show to whoever steals it.
    pub async fn tenant_key(&self, tenant: TenantId) -> DbResult<TenantKey> {
        let Keyring { vault, recent } = self.keyring();
        let now = self.clock().now();
        let question = match recent.recall(&tenant, now) {
            Recall::Known(key) => return Ok(key),
            Recall::Unknown(question) => question,
        };
        let mut cx = self.platform_read().await?;
        let found: Option<(i64, Vec<u8>)> = cx
            .sql(control_sql!(
                "SELECT version, wrapped FROM keyring WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1"
            ))
            .bind(tenant)
            .optional()
            .await?;
        let (version, wrapped) = found.ok_or_else(no_store)?;
        let key = u8::try_from(version)
            .ok()
            .and_then(|version| vault.unwrap(tenant, version, &wrapped).ok())
            .ok_or_else(|| DbError::unexpected("a wrapped key that the master key does not open"))?;
        recent.keep(question, tenant, key.clone(), now);
        Ok(key)
    }

    /// Makes a tenant's key. One that is there stays.
    pub(crate) async fn make_tenant_key(&self, tenant: TenantId) -> DbResult<()> {
        let key = TenantKey::generate(tenant);
        let mut cx = self.platform_begin(Actor::System).await?;
        let now = cx.now();
        cx.sql(control_sql!(
            "INSERT INTO keyring (tenant_id, version, wrapped, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
        ))
        .bind(tenant)
        .bind(i64::from(key.version()))
        .bind(self.vault().wrap(&key))
        .bind(now)
        .execute()
        .await?;
        cx.commit().await
    }

    /// The stores remember which master key they were made with; another one is refused before it makes or reads any key.
    pub(crate) async fn check_master_key(&self) -> DbResult<()> {
        let given = self.vault().fingerprint();
        let remembered = match self.master_key().await? {
            Some(remembered) => remembered,
            None => self.remember_master_key(given).await?,
        };
        (remembered == given).then_some(()).ok_or(DbError::OtherMasterKey)
    }

    async fn master_key(&self) -> DbResult<Option<[u8; 32]>> {
        let mut cx = self.platform_read().await?;
        let found: Option<([u8; 32],)> = cx
            .sql(control_sql!("SELECT fingerprint FROM master_key WHERE id = 1"))
            .optional()
            .await?;
        Ok(found.map(|(fingerprint,)| fingerprint))
    }

    /// Of two processes that start at once with two keys, one is refused.
    async fn remember_master_key(&self, given: [u8; 32]) -> DbResult<[u8; 32]> {
        let mut cx = self.platform_begin(Actor::System).await?;
        let now = cx.now();
        cx.sql(control_sql!(
            "INSERT INTO master_key (id, fingerprint, made_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING"
        ))
        .bind(given)
        .bind(now)
        .execute()
        .await?;
        cx.commit().await?;
        self.master_key().await?.ok_or(DbError::NoRow)
    }
}
