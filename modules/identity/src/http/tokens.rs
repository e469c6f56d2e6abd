//! Tokens for programs that act for a person: an access token, and the refresh token that renews both.

use axum::{Extension, extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use stoa_core::{Email, FieldErrors, SessionId, TenantId};
use stoa_db::Db;
use stoa_http::{Allowance, ApiError, Budget, HttpState, Json, PlatformHost};
use utoipa::ToSchema;

use crate::{
    Identity, IdentityError, Password,
    http::{device::target, user_agent::user_agent},
    service::grant_tokens::{GrantTokens, Granted, grant_tokens, renew_tokens},
    tokens::LIFETIME,
};

/// Email and password, or a refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"grant": "password", "email": "ada@example.org", "password": "stoa poikile"}))]
pub(crate) struct TokenBody {
    /// `password`, with `email` and `password`; or `refresh_token`, with `refresh_token`.
    grant: String,
    #[schema(example = "ada@example.org")]
    email: Option<String>,
    #[schema(example = "stoa poikile")]
    password: Option<String>,
    /// The one that was handed out last.
    #[schema(example = "AZqgk8gAcAGAAAAAAAAAAQ")]
    refresh_token: Option<String>,
}

/// What the body asks with.
enum Grant {
    Password(Email, Password),
    RefreshToken(String),
}

/// Tokens as RFC 6749, 5.1, shows them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokensView {
    /// To be sent as `Authorization: Bearer …`.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2lnbmVk")]
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// In seconds.
    #[schema(example = 900)]
    expires_in: u64,
    /// Counts once. Presented again, it ends the session.
    #[schema(example = "AZqgk8gAcAGAAAAAAAAAAQ")]
    refresh_token: String,
    /// Ended, its tokens count no more.
    session: SessionId,
    /// The one business that the tokens reach; null for whichever the person belongs to.
    tenant: Option<TenantId>,
}

/// Gives a program tokens by which it acts for a person, for 15 minutes at a time. Where the request names a business, by path or
/// header, the tokens reach that one alone. Signing out, `POST /api/auth/logout`, ends the session and its tokens.
#[utoipa::path(
    post, path = "/auth/token", tag = "auth", request_body = TokenBody,
    responses(
        (status = 200, body = TokensView),
        (status = 401, description = "`identity.wrong_credentials`, `identity.refresh_token_invalid`"),
        (status = 404, description = "`tenant.not_found`: none of the person's own; `request.not_found`: on a business's own host"),
    ),
    extensions(("x-public" = json!("signing in comes before having a session"))),
)]
pub(crate) async fn grant(
    host: PlatformHost,
    State(state): State<HttpState>,
    Extension(identity): Extension<Identity>,
    allowance: Allowance,
    headers: HeaderMap,
    Json(body): Json<TokenBody>,
) -> Result<Json<TokensView>, ApiError> {
    allowance.spend(Budget::Login)?;
    let (grant, tenant) = (body.parse()?, host.tenant.map(|tenant| tenant.id));
    if let Grant::Password(email, _) = &grant {
        allowance.spend_on(Budget::LoginTarget, &target(email, None))?;
    }
    let granted = granted(&identity, state.db(), grant, tenant, user_agent(&headers)).await?;
    Ok(Json(granted.into()))
}

async fn granted(
    identity: &Identity,
    db: &Db,
    grant: Grant,
    tenant: Option<TenantId>,
    user_agent: Option<String>,
) -> Result<Granted, IdentityError> {
    match grant {
        Grant::RefreshToken(token) => renew_tokens(identity, db, &token, tenant).await,
        Grant::Password(email, password) => {
            let command = GrantTokens {
                email,
                password,
                tenant,
                user_agent,
            };
            grant_tokens(identity, db, command).await
        }
    }
}

impl TokenBody {
    fn parse(self) -> Result<Grant, FieldErrors> {
        let mut errors = FieldErrors::new();
        match (self.grant.as_str(), self.email, self.password, self.refresh_token) {
            ("password", Some(email), Some(password), None) => {
                let email = errors.check("email", Email::parse(&email));
                let (email,) = errors.finish((email,))?;
                return Ok(Grant::Password(email, Password::attempt(&password)));
            }
            ("refresh_token", None, None, Some(token)) => return Ok(Grant::RefreshToken(token)),
            ("password", ..) => errors.add("grant", "grant.fields", "takes email and password, nothing else"),
            ("refresh_token", ..) => errors.add("grant", "grant.fields", "takes refresh_token, nothing else"),
            _ => errors.add("grant", "grant.unknown", "must be password or refresh_token"),
        }
        Err(errors)
    }
}

impl From<Granted> for TokensView {
    fn from(granted: Granted) -> Self {
        Self {
            access_token: granted.access,
            token_type: "Bearer",
            expires_in: LIFETIME.as_secs(),
            refresh_token: granted.refresh,
            session: granted.session,
            tenant: granted.tenant,
        }
    }
}
