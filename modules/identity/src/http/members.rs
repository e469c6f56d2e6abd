//! The people of a tenant, and their roles.

use axum::Extension;
use serde::Deserialize;
use stoa_core::{FieldErrors, MembershipId, Role};
use stoa_http::{ApiError, Json, List, Listing, NoContent, Page, Path, Scope};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Identity, Member,
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

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MembersQuery {
    /// `OWNER`, `ADMIN` or `STAFF`.
    #[param(example = "ADMIN")]
    role: Option<String>,
}

/// Who is a member, in the order they came.
#[utoipa::path(
    get, path = "/members", tag = "members", params(List<MembersQuery>),
    responses((status = 200, body = Page<MemberView>)),
    extensions(("x-permission" = json!("members.read"))),
)]
pub(crate) async fn list(
    scope: Scope<MembersRead>,
    list: List<MembersQuery>,
) -> Result<Json<Page<MemberView>>, ApiError> {
    let mut cx = scope.platform_read().await?;
    let members = Memberships::members(&mut cx, scope.tenant.id, list.filter, &list.stretch).await?;
    Ok(Json(list.page(members).map(MemberView::from)))
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

impl Listing for MembersQuery {
    const SORTS: &'static [&'static str] = &["created_at", "-created_at"];
    type Filter = Option<Role>;
    type Item = Member;
    type Key = MembershipId;

    fn filter(self) -> Result<Option<Role>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let role = errors.check("role", self.role.as_deref().map(str::parse).transpose());
        errors.finish((role,)).map(|(role,)| role)
    }

    fn key(member: &Member, _: &str) -> MembershipId {
        member.id
    }
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
