//! Makes a user a member of a tenant. The first membership becomes the default one.

use stoa_core::{MembershipId, Role, TenantId, UserId};
use stoa_db::PlatformCx;

use crate::{
    IdentityError, TenantUser,
    events::MemberAdded,
    store::{memberships::Memberships, users},
};

pub async fn add_membership(
    cx: &mut PlatformCx,
    tenant: TenantId,
    user: UserId,
    role: Role,
) -> Result<MembershipId, IdentityError> {
    if !users::lock_user(cx, user).await? {
        return Err(IdentityError::UserNotFound);
    }
    let is_default = !Memberships::of_user(cx, user)
        .await?
        .iter()
        .any(|membership| membership.is_default);
    let membership = TenantUser {
        id: cx.new_id(),
        tenant,
        user,
        role,
        is_default,
        version: 1,
        created_at: cx.now(),
    };
    Memberships::insert(cx, &membership).await?;
    cx.record(&MemberAdded {
        member: membership.id,
        tenant,
        user,
        role,
    });
    Ok(membership.id)
}
