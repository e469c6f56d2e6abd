//! Creates a business in three steps that never hold both stores: reserve the name, make the store, open the doors.
//! Each step can be repeated, so that a creation that was cut short is finished later.

use stoa_core::{Actor, MembershipId, Role, UserId};
use stoa_db::{Db, PlatformCx};

use crate::{
    NewOwner, NewTenant, Tenant, TenantError,
    events::{TenantActivated, TenantReserved},
    store::{hosts::Hosts, tenants},
};

/// A new business and who owns it.
#[derive(Debug, Clone)]
pub struct CreatedTenant {
    pub tenant: Tenant,
    pub owner: UserId,
    pub membership: MembershipId,
}

pub async fn create_tenant(db: &Db, actor: Actor, new: NewTenant) -> Result<CreatedTenant, TenantError> {
    let mut cx = db.platform_begin(actor.clone()).await?;
    let created = reserve(&mut cx, new).await?;
    cx.commit().await?;

    build_store(db, &created.tenant).await?;

    let mut cx = db.platform_begin(actor).await?;
    let tenant = activate(&mut cx, created.tenant).await?;
    cx.commit().await?;
    Ok(CreatedTenant { tenant, ..created })
}

/// Writes the owner, the tenant as `provisioning`, the membership and the host, so that each name is taken once.
pub(crate) async fn reserve(cx: &mut PlatformCx, new: NewTenant) -> Result<CreatedTenant, TenantError> {
    let (owner, email) = match new.owner {
        NewOwner::Existing(user, email) => (user, email),
        NewOwner::New(user) => {
            let email = user.email.clone();
            (stoa_identity::create_user(cx, user).await?, email)
        }
    };
    let site = cx.new_id();
    let tenant = Tenant::provisioning(cx.new_id(), new.business, email, site, cx.now());
    tenants::insert_tenant(cx, &tenant).await?;
    Hosts::insert(cx, tenant.id, tenant.slug.as_str(), site).await?;
    let membership = stoa_identity::add_membership(cx, tenant.id, owner, Role::Owner).await?;
    cx.place(tenant.id, &new.placing).await?;
    cx.record(&TenantReserved {
        tenant: tenant.id,
        slug: tenant.slug.to_string(),
        kind: tenant.kind.as_str(),
    });
    Ok(CreatedTenant {
        tenant,
        owner,
        membership,
    })
}

/// Makes the tenant's store and its first website. What is there already stays.
pub(crate) async fn build_store(db: &Db, tenant: &Tenant) -> Result<(), TenantError> {
    db.provision(tenant.id, &tenant.features).await?;
    let Some(site) = tenant.primary_site else {
        return Ok(());
    };
    let mut cx = db.tenant(tenant.id, Actor::System).begin().await?;
    stoa_sites::create_site(&mut cx, tenant.first_site(site)).await?;
    cx.commit().await?;
    Ok(())
}

/// Lets the world in, once.
pub(crate) async fn activate(cx: &mut PlatformCx, tenant: Tenant) -> Result<Tenant, TenantError> {
    if tenants::activate(cx, tenant.id).await? {
        cx.record_about(tenant.id, &TenantActivated { tenant: tenant.id });
    }
    tenants::tenant(cx, tenant.id).await?.ok_or(TenantError::NotFound)
}
