//! Gathers what a session shows. The tenants' names come from the directory: they are another module's.

use stoa_core::{MembershipId, SessionId, UserId};
use stoa_db::DbResult;
use stoa_http::HttpState;

use crate::{
    IdentityError, TenantUser, User,
    http::views::{MembershipView, SessionView, TenantRef},
    store::{memberships::Memberships, users},
};

/// A session as its user sees it. Memberships of tenants that cannot be reached are left out.
pub async fn session_view(
    state: &HttpState,
    user: UserId,
    session: SessionId,
    elected: Option<MembershipId>,
) -> Result<SessionView, IdentityError> {
    let (user, own) = read(state, user).await?.ok_or(IdentityError::UserNotFound)?;
    let mut memberships = Vec::with_capacity(own.len());
    for membership in own {
        if let Some(tenant) = state.directory().tenant_by_id(membership.tenant).await? {
            memberships.push(MembershipView {
                id: membership.id,
                role: membership.role,
                is_default: membership.is_default,
                tenant: TenantRef {
                    id: tenant.id,
                    slug: tenant.slug.clone(),
                    name: tenant.name.clone(),
                },
            });
        }
    }
    Ok(SessionView {
        session,
        user: user.into(),
        elected,
        memberships,
    })
}

async fn read(state: &HttpState, user: UserId) -> DbResult<Option<(User, Vec<TenantUser>)>> {
    let mut cx = state.db().platform_read().await?;
    let Some(user) = users::user(&mut cx, user).await? else {
        return Ok(None);
    };
    let memberships = Memberships::of_user(&mut cx, user.id).await?;
    Ok(Some((user, memberships)))
}
