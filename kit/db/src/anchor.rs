//! Anchors of the tenants' journals, kept in the control store: a chain shows what was changed in it, but not that its end
//! was cut off.

use stoa_core::{Actor, TenantId};

use crate::{Cx, Db, DbResult, control_sql, sql};

/// A line of a journal: its number and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) seq: i64,
    hash: [u8; 32],
}

impl Db {
    /// Remembers where a tenant's journal stands now.
    pub(crate) async fn drop_anchor(&self, tenant: TenantId) -> DbResult<()> {
        let mut cx = self.tenant(tenant, Actor::System).read().await?;
        let (seq, hash) = cx.sql(sql!("SELECT seq, hash FROM journal_head")).one().await?;
        drop(cx);
        self.set_anchor(tenant, Anchor { seq, hash }).await
    }

    pub(crate) async fn anchor(&self, tenant: TenantId) -> DbResult<Option<Anchor>> {
        let mut cx = self.platform_read().await?;
        let found: Option<(i64, [u8; 32])> = cx
            .sql(control_sql!(
                "SELECT seq, hash FROM journal_anchors WHERE tenant_id = $1"
            ))
            .bind(tenant)
            .optional()
            .await?;
        Ok(found.map(|(seq, hash)| Anchor { seq, hash }))
    }

    async fn set_anchor(&self, tenant: TenantId, anchor: Anchor) -> DbResult<()> {
        let mut cx = self.platform_begin(Actor::System).await?;
        let now = cx.now();
        let (seq, hash) = (anchor.seq, anchor.hash);
        cx.sql(control_sql!(
            "INSERT INTO journal_anchors (tenant_id, seq, hash, anchored_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id) DO NOTHING"
        ))
        .bind(tenant)
        .bind(seq)
        .bind(hash)
        .bind(now)
        .execute()
        .await?;
        cx.sql(control_sql!(
            "UPDATE journal_anchors SET seq = $2, hash = $3, anchored_at = $4 WHERE tenant_id = $1"
        ))
        .bind(tenant)
        .bind(seq)
        .bind(hash)
        .bind(now)
        .execute()
        .await?;
        cx.commit().await
    }
}

impl Cx {
    /// Whether the journal still has that line.
    pub(crate) async fn holds(&mut self, anchor: Anchor) -> DbResult<bool> {
        if anchor.seq == 0 {
            return Ok(true);
        }
        let found: Option<([u8; 32],)> = self
            .sql(sql!("SELECT hash FROM journal WHERE seq = $1"))
            .bind(anchor.seq)
            .optional()
            .await?;
        Ok(found.is_some_and(|(hash,)| hash == anchor.hash))
    }
}
