//! Signing in and out, and which membership a session works in.

use axum::{Extension, extract::State, http::HeaderMap};
use serde::Deserialize;
use stoa_core::{Email, FieldErrors, MembershipId};
use stoa_http::{
    Allowance, ApiError, Budget, HttpState, Json, NoContent, OwnSession, Person, PlatformHost, SignedIn,
};
use utoipa::ToSchema;

use crate::{
    Identity, Password,
    http::{
        device::{Device, target},
        session_view::session_view,
        user_agent::user_agent,
        views::SessionView,
        with_session::WithSession,
    },
    service::{self, elect::Elect, end_session::end_session, log_in::LogIn},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.org", "password": "stoa poikile"}))]
pub(crate) struct LogInBody {
    email: String,
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ElectionBody {
    /// One of the user's own memberships.
    #[schema(example = "mem_01kag2w3x4e5f6g7h8j9k0m1n2")]
    membership: String,
}

/// Signs in by email and password. An unknown email and a wrong password get the same answer.
///
/// Attempts at one person are limited, whoever makes them. A browser that the person has signed in with before has a limit of its
/// own: the cookie `__Host-device` tells it.
#[utoipa::path(
    post, path = "/auth/login", tag = "auth", request_body = LogInBody,
    responses(
        (status = 200, body = SessionView, description = "Signed in; the cookie `__Host-stoa` holds the session"),
        (status = 401, description = "`identity.wrong_credentials`"),
        (status = 404, description = "`request.not_found`: on a business's own host"),
    ),
    extensions(("x-public" = json!("signing in comes before having a session"))),
)]
pub(crate) async fn log_in(
    _: PlatformHost,
    State(state): State<HttpState>,
    Extension(identity): Extension<Identity>,
    signed_in: Option<SignedIn>,
    allowance: Allowance,
    headers: HeaderMap,
    Json(body): Json<LogInBody>,
) -> Result<WithSession<Json<SessionView>>, ApiError> {
    allowance.spend(Budget::Login)?;
    let command = LogIn {
        user_agent: user_agent(&headers),
        replaces: signed_in.map(|SignedIn { person, .. }| (person.user, person.session)),
        ..body.parse()?
    };
    let (email, vault) = (command.email.clone(), state.db().vault());
    let device = Device::of(&headers, &email, vault);
    allowance.spend_on(Budget::LoginTarget, &target(&email, device.as_ref()))?;
    let (user, started) = service::log_in::log_in(&identity, state.db(), command).await?;
    let view = session_view(&state, user, started.id, started.elected).await?;
    let device = device.unwrap_or_else(Device::new).cookie(&email, vault);
    Ok(WithSession::started(&started.token, Json(view)).and(device))
}

/// Ends the session.
#[utoipa::path(
    post, path = "/auth/logout", tag = "auth",
    responses(
        (status = 204, description = "Signed out; the cookie is taken away"),
        (status = 404, description = "`request.not_found`: on a business's own host"),
    ),
    extensions(("x-signed-in" = json!("one's own session, in no tenant"))),
)]
pub(crate) async fn log_out(
    _: PlatformHost,
    OwnSession(signed_in): OwnSession,
    Extension(identity): Extension<Identity>,
) -> Result<WithSession<NoContent>, ApiError> {
    let (user, session) = (signed_in.person.user, signed_in.person.session);
    let mut cx = signed_in.platform_begin().await?;
    let ended = end_session(&mut cx, user, session).await?;
    cx.commit().await?;
    identity.forget_sessions(ended);
    Ok(WithSession::ended(NoContent))
}

/// Who is signed in, which membership is elected, and which there are; a token for one business hears of that one alone.
#[utoipa::path(
    get, path = "/auth/session", tag = "auth",
    responses(
        (status = 200, body = SessionView),
        (status = 404, description = "`request.not_found`: on a business's own host"),
    ),
    extensions(("x-signed-in" = json!("one's own session, in no tenant"))),
)]
pub(crate) async fn session(
    _: PlatformHost,
    OwnSession(signed_in): OwnSession,
) -> Result<Json<SessionView>, ApiError> {
    let Person {
        user,
        session,
        elected,
        bound,
    } = signed_in.person.clone();
    let elected = elected.map(|elected| elected.membership);
    let mut view = session_view(signed_in.state(), user, session, elected).await?;
    view.memberships
        .retain(|membership| bound.is_none_or(|bound| bound.membership == membership.id));
    Ok(Json(view))
}

/// Elects the membership that the session works in when the URL names no tenant. The session gets a new id and cookie.
#[utoipa::path(
    post, path = "/auth/session/election", tag = "auth", request_body = ElectionBody,
    responses(
        (status = 200, body = SessionView, description = "Elected; the cookie `__Host-stoa` is renewed"),
        (status = 403, description = "`identity.browser_only`: by an access token"),
        (status = 404, description = "`identity.membership_not_found`: none of the user's own; `request.not_found`: on a business's own host"),
    ),
    extensions(("x-signed-in" = json!("one's own session, in no tenant"))),
)]
pub(crate) async fn elect(
    _: PlatformHost,
    signed_in: SignedIn,
    Extension(identity): Extension<Identity>,
    Json(body): Json<ElectionBody>,
) -> Result<WithSession<Json<SessionView>>, ApiError> {
    let (user, session) = (signed_in.person.user, signed_in.person.session);
    let command = Elect {
        user,
        session,
        membership: body.parse()?,
    };
    let mut cx = signed_in.platform_begin().await?;
    let (renewed, previous) = service::elect::elect(&mut cx, command).await?;
    cx.commit().await?;
    identity.forget_sessions([previous]);
    let view = session_view(signed_in.state(), user, renewed.id, renewed.elected).await?;
    Ok(WithSession::started(&renewed.token, Json(view)))
}

impl LogInBody {
    fn parse(self) -> Result<LogIn, FieldErrors> {
        let mut errors = FieldErrors::new();
        let email = errors.check("email", Email::parse(&self.email));
        let (email,) = errors.finish((email,))?;
        Ok(LogIn {
            email,
            password: Password::attempt(&self.password),
            user_agent: None,
            replaces: None,
        })
    }
}

impl ElectionBody {
    fn parse(self) -> Result<MembershipId, FieldErrors> {
        let mut errors = FieldErrors::new();
        let membership = errors.check("membership", self.membership.parse());
        let (membership,) = errors.finish((membership,))?;
        Ok(membership)
    }
}
