//! The people of a tenant, and their roles.

use axum::Extension;
use serde::Deserialize;
use stoa_core::{FieldErrors, MembershipId, Role};
use stoa_http::{ApiError, Json, ListQuery, NoContent, Page, Path, Query, Scope};
use utoipa::ToSchema;

use crate::{
    Identity,
    http::views::MemberView,
    permissions::{MembersRead, MembersWrite},
    service::{
        change_role::{ChangeRole, change_role},
        remove_member::remove_member,
    },
    store::memberships::Memberships,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeMember {
    #[schema(example = "ADMIN")]
    role: String,
    /// The version that was read before the change.
    #[schema(example = 1)]
    version: i64,
}

/// Who is a member, in the order they came.
#[utoipa::path(
    get, path = "/members", tag = "members", params(ListQuery),
    responses((status = 200, body = Page<MemberView>)),
    extensions(("x-permission" = json!("members.read"))),
)]
pub(crate) async fn list(
    scope: Scope<MembersRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<MemberView>>, ApiError> {
    let list = query.parse(scope.cursors())?;
    let mut cx = scope.platform_read().await?;
    let members = Memberships::members(&mut cx, scope.tenant.id, list.after, list.fetch()).await?;
    Ok(Json(list.page(members, |member| member.id).map(MemberView::from)))
}

/// Changes a member's role. Nobody grants more than they hold, and an owner stays. Sessions that work in the membership end.
#[utoipa::path(
    patch, path = "/members/{id}", tag = "members", request_body = ChangeMember,
    params(("id" = MembershipId, Path, description = "A member of the tenant")),
    responses(
        (status = 200, body = MemberView),
        (status = 403, description = "`identity.beyond_own_role`, `auth.person_required`"),
        (status = 404, description = "`identity.member_not_found`"),
        (status = 409, description = "`identity.last_owner`, `identity.stale`"),
    ),
    extensions(("x-permission" = json!("members.write"))),
)]
pub(crate) async fn change(
    scope: Scope<MembersWrite>,
    Extension(identity): Extension<Identity>,
    Path(id): Path<MembershipId>,
    Json(body): Json<ChangeMember>,
) -> Result<Json<MemberView>, ApiError> {
    let (command, by) = (body.parse(id)?, scope.user()?);
    let mut cx = scope.platform_begin().await?;
    let changed = change_role(&mut cx, scope.tenant.id, by, command).await?;
    cx.commit().await?;
    identity.forget_membership(changed.member.user, scope.tenant.id);
    identity.forget_sessions(changed.ended);
    if let Some(event) = &changed.event {
        scope.store().mirror(event).await;
    }
    Ok(Json(changed.member.into()))
}

/// Removes a member. Their next request here is denied.
#[utoipa::path(
    delete, path = "/members/{id}", tag = "members",
    params(("id" = MembershipId, Path, description = "A member of the tenant")),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "`identity.beyond_own_role`, `auth.person_required`"),
        (status = 404, description = "`identity.member_not_found`"),
        (status = 409, description = "`identity.last_owner`"),
    ),
    extensions(("x-permission" = json!("members.write"))),
)]
pub(crate) async fn remove(
    scope: Scope<MembersWrite>,
    Extension(identity): Extension<Identity>,
    Path(id): Path<MembershipId>,
) -> Result<NoContent, ApiError> {
    let by = scope.user()?;
    let mut cx = scope.platform_begin().await?;
    let removed = remove_member(&mut cx, scope.tenant.id, by, id).await?;
    cx.commit().await?;
    identity.forget_membership(removed.event.user, scope.tenant.id);
    identity.forget_sessions(removed.sessions);
    scope.store().mirror(&removed.event).await;
    Ok(NoContent)
}

impl ChangeMember {
    fn parse(self, member: MembershipId) -> Result<ChangeRole, FieldErrors> {
        let mut errors = FieldErrors::new();
        let role = errors.check("role", self.role.parse::<Role>());
        let (role,) = errors.finish((role,))?;
        Ok(ChangeRole {
            member,
            role,
            version: self.version,
        })
    }
}
