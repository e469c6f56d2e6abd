//! Removes a member from a tenant. Their sessions go on in another of their memberships, or in none.

use stoa_core::{MembershipId, TenantId, UserId};
use stoa_db::PlatformCx;

use crate::{
    IdentityError,
    domain::{membership::Fate, session::SessionKind},
    events::MemberRemoved,
    service::change_role::judged,
    store::{
        memberships::Memberships,
        sessions::{Sessions, TokenHash},
        users,
    },
};

/// Who left, and the tokens of the sessions that this changed.
#[derive(Debug)]
pub(crate) struct Removed {
    pub(crate) event: MemberRemoved,
    pub(crate) sessions: Vec<TokenHash>,
}

pub(crate) async fn remove_member(
    cx: &mut PlatformCx,
    tenant: TenantId,
    by: UserId,
    member: MembershipId,
) -> Result<Removed, IdentityError> {
    let seen = Memberships::member(cx, tenant, member)
        .await?
        .ok_or(IdentityError::MemberNotFound)?;
    // The user before the tenant's rows, as wherever memberships come and go.
    users::lock_user(cx, seen.user).await?;
    let member = judged(cx, tenant, by, member, Fate::Leaves).await?;
    let rest = Memberships::of_user(cx, member.user).await?;
    let heir = rest
        .iter()
        .filter(|other| other.id != member.id)
        .min_by_key(|other| !other.is_default);
    // A program's tokens are for this membership alone: they must not reach further than they were made to.
    let mut sessions =
        Sessions::delete_of_membership(cx, member.user, member.id, Some(SessionKind::Token)).await?;
    let moved = Sessions::reelect(cx, member.user, member.id, heir.map(|heir| heir.id)).await?;
    sessions.extend(moved);
    Memberships::delete(cx, tenant, member.id).await?;
    if let Some(heir) = heir.filter(|heir| !heir.is_default) {
        Memberships::make_default(cx, member.user, heir.id).await?;
    }
    let event = MemberRemoved {
        member: member.id,
        tenant,
        user: member.user,
        role: member.role,
    };
    cx.record(&event);
    Ok(Removed { event, sessions })
}
