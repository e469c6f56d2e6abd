//! Signing up: a person, their business and their first session, in one request.

use axum::{Extension, extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use stoa_core::{Currency, Email, FieldErrors, Text};
use stoa_http::{Allowance, ApiError, Budget, Created, HttpState, Json, PlatformHost};
use stoa_identity::{Password, SessionView, WithSession, session_view, user_agent};
use utoipa::ToSchema;

use crate::{
    Locale, NewBusiness, TenantKind, TenantSlug, Tenants, ZoneName,
    http::profile::ProfileView,
    service::sign_up::{SignUp, sign_up},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUpBody {
    #[schema(example = "Ada Lovelace")]
    name: String,
    #[schema(example = "ada@example.org")]
    email: String,
    /// 10 to 200 characters.
    #[schema(example = "stoa poikile")]
    password: String,
    business: BusinessBody,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BusinessBody {
    #[schema(example = "Dhaka Silk House")]
    pub(crate) name: String,
    /// The business's address under the platform's domain: 3 to 40 characters, a DNS label.
    #[schema(example = "dhaka-silk")]
    pub(crate) slug: String,
    /// One of `store`, `content`, `clinic`, `event`.
    #[schema(example = "store")]
    pub(crate) kind: String,
    /// ISO 4217; fixed from now on.
    #[schema(example = "BDT")]
    pub(crate) currency: String,
    /// A language tag; `en` unless told.
    #[schema(example = "bn-BD")]
    pub(crate) locale: Option<String>,
    /// An IANA time zone; `UTC` unless told.
    #[schema(example = "Asia/Dhaka")]
    pub(crate) time_zone: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SignedUp {
    tenant: ProfileView,
    session: SessionView,
}

/// Creates a user, their business with its first website, and a session.
#[utoipa::path(
    post, path = "/auth/signup", tag = "auth", request_body = SignUpBody,
    responses(
        (status = 201, body = SignedUp, description = "Signed up and in; the cookie `__Host-stoa` holds the session"),
        (status = 404, description = "`request.not_found`: on a business's own host"),
        (status = 409, description = "`identity.email_taken`, `tenant.slug_taken`"),
        (status = 422, description = "`request.invalid`; for a field `tenant.slug_reserved`, `password.too_short` …"),
    ),
    extensions(("x-public" = json!("signing up comes before having an account"))),
)]
pub(crate) async fn sign_up_with_business(
    _: PlatformHost,
    State(state): State<HttpState>,
    Extension(tenants): Extension<Tenants>,
    allowance: Allowance,
    headers: HeaderMap,
    Json(body): Json<SignUpBody>,
) -> Result<WithSession<Created<SignedUp>>, ApiError> {
    allowance.spend(Budget::SignUp)?;
    let command = SignUp {
        user_agent: user_agent(&headers),
        ..body.parse()?
    };
    let (created, started) = sign_up(&tenants, state.db(), command).await?;
    let session = session_view(&state, created.owner, started.id, started.elected).await?;
    let answer = SignedUp {
        tenant: created.tenant.into(),
        session,
    };
    Ok(WithSession::started(&started.token, Created(answer)))
}

impl SignUpBody {
    fn parse(self) -> Result<SignUp, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.check("name", Text::parse(&self.name));
        let email = errors.check("email", Email::parse(&self.email));
        let password = errors.check("password", Password::parse(&self.password));
        let business = self.business.check("business.", &mut errors);
        let (name, email, password, business) = errors.finish((name, email, password, business))?;
        Ok(SignUp {
            name,
            email,
            password,
            business,
            user_agent: None,
        })
    }
}

impl BusinessBody {
    /// Notes what is wrong under `prefix` and the field's name.
    pub(crate) fn check(&self, prefix: &str, errors: &mut FieldErrors) -> Option<NewBusiness> {
        let field = |name: &str| format!("{prefix}{name}");
        let name = errors.check(field("name"), Text::parse(&self.name));
        let slug = errors.check(field("slug"), TenantSlug::parse(&self.slug));
        let kind = errors.check(field("kind"), TenantKind::parse(&self.kind));
        let currency = errors.check(field("currency"), Currency::parse(&self.currency));
        let locale = errors.check(
            field("locale"),
            Locale::parse(self.locale.as_deref().unwrap_or("en")),
        );
        let time_zone = self.time_zone.as_deref().unwrap_or("UTC");
        let time_zone = errors.check(field("time_zone"), ZoneName::parse(time_zone));
        Some(NewBusiness {
            slug: slug?,
            name: name?,
            kind: kind?,
            currency: currency?,
            locale: locale?,
            time_zone: time_zone?,
        })
    }
}
