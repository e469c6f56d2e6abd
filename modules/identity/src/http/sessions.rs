//! A user's own sessions: seen, and ended from afar.

use axum::Extension;
use serde::Deserialize;
use stoa_core::{FieldErrors, SessionId, Timestamp};
use stoa_http::{ApiError, Json, List, Listing, NoContent, Page, Path, SignedIn};
use utoipa::IntoParams;

use crate::{
    Identity, IdentityError,
    domain::session::{ListedSession, SessionKind},
    http::views::ListedSessionView,
    service::end_session::end_session,
    store::sessions::Sessions,
};

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionsQuery {
    /// `browser` or `token`.
    #[param(example = "browser")]
    kind: Option<String>,
}

/// One's own live sessions, newest first.
#[utoipa::path(
    get, path = "/me/sessions", tag = "me", params(List<SessionsQuery>),
    responses((status = 200, body = Page<ListedSessionView>)),
    extensions(("x-signed-in" = json!("one's own sessions, in no tenant"))),
)]
pub(crate) async fn list(
    signed_in: SignedIn,
    list: List<SessionsQuery>,
) -> Result<Json<Page<ListedSessionView>>, ApiError> {
    let person = &signed_in.person;
    let mut cx = signed_in.platform_read().await?;
    let sessions = Sessions::of_user(&mut cx, person.user, list.filter, &list.stretch).await?;
    Ok(Json(
        list.page(sessions)
            .map(|session| ListedSessionView::of(session, person.session)),
    ))
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

impl Listing for SessionsQuery {
    const SORTS: &'static [&'static str] = &["-created_at", "created_at"];
    type Filter = Option<SessionKind>;
    type Item = ListedSession;
    /// Whoever elects another membership has a new id, and the session is as old as before.
    type Key = (Timestamp, SessionId);

    fn filter(self) -> Result<Option<SessionKind>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let kind = errors.check("kind", self.kind.as_deref().map(str::parse).transpose());
        errors.finish((kind,)).map(|(kind,)| kind)
    }

    fn key(session: &ListedSession, _: &str) -> (Timestamp, SessionId) {
        (session.created_at, session.id)
    }
}
