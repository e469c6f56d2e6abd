//! Reads and writes memberships: always those of one tenant, or those of one user.

use stoa_core::{MembershipId, Role, TenantId, UserId};
use stoa_db::{DbResult, FromRow, PlatformCx, Row, Stretch, control_sql, parsed};

use crate::{IdentityError, Member, TenantUser};

/// The table `memberships`; its rows belong to one tenant and one user each.
pub(crate) struct Memberships;

impl Memberships {
    pub(crate) async fn insert(cx: &mut PlatformCx, new: &TenantUser) -> Result<(), IdentityError> {
        let inserted = cx
            .sql(control_sql!(
                "INSERT INTO memberships (id, tenant_id, user_id, role, is_default, version, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)"
            ))
            .bind(new.id)
            .bind(new.tenant)
            .bind(new.user)
            .bind(new.role.as_str())
            .bind(new.is_default)
            .bind(new.version)
            .bind(new.created_at)
            .execute()
            .await;
        match inserted {
            Ok(_) => Ok(()),
            Err(error) if error.violates("memberships_user_id_key") => Err(IdentityError::AlreadyMember),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn of_user_in_tenant(
        cx: &mut PlatformCx,
        user: UserId,
        tenant: TenantId,
    ) -> DbResult<Option<TenantUser>> {
        cx.sql(control_sql!(
            "SELECT id, tenant_id, user_id, role, is_default, version, created_at FROM memberships
             WHERE tenant_id = $1 AND user_id = $2"
        ))
        .bind(tenant)
        .bind(user)
        .optional()
        .await
    }

    /// The user's memberships, oldest first.
    pub(crate) async fn of_user(cx: &mut PlatformCx, user: UserId) -> DbResult<Vec<TenantUser>> {
        cx.sql(control_sql!(
            "SELECT id, tenant_id, user_id, role, is_default, version, created_at FROM memberships
             WHERE user_id = $1 ORDER BY created_at, id"
        ))
        .bind(user)
        .all()
        .await
    }

    /// The tenant's members, oldest first; or, in the other order, newest first.
    pub(crate) async fn members(
        cx: &mut PlatformCx,
        tenant: TenantId,
        role: Option<Role>,
        stretch: &Stretch<MembershipId>,
    ) -> DbResult<Vec<Member>> {
        cx.sql(control_sql!(
            "SELECT m.id, m.user_id, m.role, m.version, m.created_at, u.email, u.name
             FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.tenant_id = $1{ AND m.role = $2}{ AND {$3: m.id > $4 | m.id < $4}}
             ORDER BY {$3: m.id | m.id DESC} LIMIT $5"
        ))
        .bind(tenant)
        .bind_if(role.map(Role::as_str))
        .choose(stretch.order)
        .bind_if(stretch.after)
        .bind(stretch.limit)
        .all()
        .await
    }

    pub(crate) async fn member(
        cx: &mut PlatformCx,
        tenant: TenantId,
        id: MembershipId,
    ) -> DbResult<Option<Member>> {
        cx.sql(control_sql!(
            "SELECT m.id, m.user_id, m.role, m.version, m.created_at, u.email, u.name
             FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.tenant_id = $1 AND m.id = $2"
        ))
        .bind(tenant)
        .bind(id)
        .optional()
        .await
    }

    /// The tenant's owners. Held while a role changes, so that two changes cannot each leave the other as last owner.
    pub(crate) async fn lock_owners(cx: &mut PlatformCx, tenant: TenantId) -> DbResult<usize> {
        let owners: Vec<(MembershipId,)> = cx
            .sql(control_sql!(
                "SELECT id FROM memberships WHERE tenant_id = $1 AND role = 'OWNER' ORDER BY id FOR UPDATE"
            ))
            .bind(tenant)
            .all()
            .await?;
        Ok(owners.len())
    }

    pub(crate) async fn lock(
        cx: &mut PlatformCx,
        tenant: TenantId,
        id: MembershipId,
    ) -> DbResult<Option<TenantUser>> {
        cx.sql(control_sql!(
            "SELECT id, tenant_id, user_id, role, is_default, version, created_at FROM memberships
             WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
        ))
        .bind(tenant)
        .bind(id)
        .optional()
        .await
    }

    pub(crate) async fn set_role(
        cx: &mut PlatformCx,
        tenant: TenantId,
        id: MembershipId,
        role: Role,
    ) -> DbResult<()> {
        cx.sql(control_sql!(
            "UPDATE memberships SET role = $1, version = version + 1 WHERE tenant_id = $2 AND id = $3"
        ))
        .bind(role.as_str())
        .bind(tenant)
        .bind(id)
        .execute()
        .await?;
        Ok(())
    }

    pub(crate) async fn make_default(cx: &mut PlatformCx, user: UserId, id: MembershipId) -> DbResult<()> {
        cx.sql(control_sql!(
            "UPDATE memberships SET is_default = TRUE WHERE user_id = $1 AND id = $2"
        ))
        .bind(user)
        .bind(id)
        .execute()
        .await?;
        Ok(())
    }

    pub(crate) async fn delete(cx: &mut PlatformCx, tenant: TenantId, id: MembershipId) -> DbResult<()> {
        cx.sql(control_sql!(
            "DELETE FROM memberships WHERE tenant_id = $1 AND id = $2"
        ))
        .bind(tenant)
        .bind(id)
        .execute()
        .await?;
        Ok(())
    }
}

impl FromRow for TenantUser {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            tenant: row.next()?,
            user: row.next()?,
            role: role(row)?,
            is_default: row.next()?,
            version: row.next()?,
            created_at: row.next()?,
        })
    }
}

impl FromRow for Member {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            user: row.next()?,
            role: role(row)?,
            version: row.next()?,
            created_at: row.next()?,
            email: row.next()?,
            name: row.next()?,
        })
    }
}

fn role(row: &mut Row<'_>) -> DbResult<Role> {
    parsed(row.next::<String>()?.parse())
}
