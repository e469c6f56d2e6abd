//! Changes a member's role, within the bounds of the changer's own and never without an owner left.

use stoa_core::{MembershipId, Role, TenantId, UserId};
use stoa_db::PlatformCx;

use crate::{
    IdentityError, Member, TenantUser,
    domain::membership::{Fate, judge},
    events::MemberRoleChanged,
    store::{
        memberships::Memberships,
        sessions::{Sessions, TokenHash},
    },
};

#[derive(Debug)]
pub(crate) struct ChangeRole {
    pub(crate) member: MembershipId,
    pub(crate) role: Role,
    /// The version the changer saw.
    pub(crate) version: i64,
}

/// The member as they are now, and what happened unless they were so before.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) member: Member,
    pub(crate) event: Option<MemberRoleChanged>,
    /// The tokens of the sessions that ended with it.
    pub(crate) ended: Vec<TokenHash>,
}

pub(crate) async fn change_role(
    cx: &mut PlatformCx,
    tenant: TenantId,
    by: UserId,
    command: ChangeRole,
) -> Result<Changed, IdentityError> {
    let member = judged(cx, tenant, by, command.member, Fate::Becomes(command.role)).await?;
    if member.version != command.version {
        return Err(IdentityError::Stale);
    }
    let (mut event, mut ended) = (None, Vec::new());
    if member.role != command.role {
        Memberships::set_role(cx, tenant, member.id, command.role).await?;
        // Other rights, other tokens: whoever holds a copy of an old one gets nothing out of the change.
        ended = Sessions::delete_of_membership(cx, member.user, member.id, None).await?;
        let changed = MemberRoleChanged {
            member: member.id,
            tenant,
            from: member.role,
            to: command.role,
        };
        cx.record(&changed);
        event = Some(changed);
    }
    let member = Memberships::member(cx, tenant, member.id)
        .await?
        .ok_or(IdentityError::MemberNotFound)?;
    Ok(Changed { member, event, ended })
}

/// The member, held, if `by` may bring that about.
pub(super) async fn judged(
    cx: &mut PlatformCx,
    tenant: TenantId,
    by: UserId,
    member: MembershipId,
    fate: Fate,
) -> Result<TenantUser, IdentityError> {
    let owners = Memberships::lock_owners(cx, tenant).await?;
    let member = Memberships::lock(cx, tenant, member)
        .await?
        .ok_or(IdentityError::MemberNotFound)?;
    // Read behind the lock: whoever was demoted a moment ago has no say any more.
    let own = Memberships::of_user_in_tenant(cx, by, tenant)
        .await?
        .ok_or(IdentityError::BeyondOwnRole)?;
    judge(own.role, member.role, fate, owners)?;
    Ok(member)
}

#[cfg(test)]
mod tests;
