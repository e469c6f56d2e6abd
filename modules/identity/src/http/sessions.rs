//! A user's own sessions: seen, and ended from afar.

use axum::Extension;
use stoa_core::SessionId;
use stoa_http::{ApiError, Json, NoContent, Page, Path, SignedIn};

use crate::{
    Identity, IdentityError, http::views::ListedSessionView, service::end_session::end_session,
    store::sessions::Sessions,
};

/// The newest are enough to recognise them.
const LISTED: i64 = 100;

/// One's own live sessions, newest first; the newest hundred.
#[utoipa::path(
    get, path = "/me/sessions", tag = "me",
    responses((status = 200, body = Page<ListedSessionView>)),
    extensions(("x-signed-in" = json!("one's own sessions, in no tenant"))),
)]
pub(crate) async fn list(signed_in: SignedIn) -> Result<Json<Page<ListedSessionView>>, ApiError> {
    let person = &signed_in.person;
    let mut cx = signed_in.platform_read().await?;
    let sessions = Sessions::of_user(&mut cx, person.user, LISTED).await?;
    let items = sessions
        .into_iter()
        .map(|session| ListedSessionView::of(session, person.session))
        .collect();
    Ok(Json(Page { items, next: None }))
}

/// Ends one of one's own sessions.
#[utoipa::path(
    delete, path = "/me/sessions/{id}", tag = "me",
    params(("id" = SessionId, Path, description = "One of one's own sessions")),
    responses(
        (status = 204, description = "Ended; its cookie is worth nothing from the next request on"),
        (status = 404, description = "`identity.session_not_found`"),
    ),
    extensions(("x-signed-in" = json!("one's own sessions, in no tenant"))),
)]
pub(crate) async fn end(
    signed_in: SignedIn,
    Extension(identity): Extension<Identity>,
    Path(id): Path<SessionId>,
) -> Result<NoContent, ApiError> {
    let mut cx = signed_in.platform_begin().await?;
    let ended = end_session(&mut cx, signed_in.person.user, id).await?;
    let ended = ended.ok_or(IdentityError::SessionNotFound)?;
    cx.commit().await?;
    identity.forget_sessions([ended]);
    Ok(NoContent)
}
