//! Websites over HTTP: what is sent and what is answered.

use serde::{Deserialize, Serialize};
use stoa_core::{FieldErrors, SiteId, Timestamp, optional};
use stoa_http::{ApiError, HttpState, Json, List, Listing, Page, Path, Scope};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Site, SiteKind, SiteName, SitesError,
    domain::{SiteChange, parse_locale, parse_time_zone},
    permissions::{SitesRead, SitesWrite},
    service::change_site::change_site,
    store,
};

pub(crate) fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, change))
}

/// A website.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteView {
    id: SiteId,
    #[schema(example = "Rongdhonu")]
    name: String,
    /// `store`, `content`, `clinic` or `event`.
    #[schema(example = "store")]
    kind: &'static str,
    #[schema(example = "default")]
    theme: String,
    #[schema(example = "bn-BD")]
    locale: String,
    #[schema(example = "Asia/Dhaka")]
    time_zone: String,
    /// One sentence for the front page.
    #[schema(example = "Handloom and everyday cotton.")]
    tagline: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Sent back with a change.
    #[schema(example = 1)]
    version: i64,
}

/// What is to be different. A field that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeSite {
    /// The version that was read before the change.
    #[schema(example = 1)]
    version: i64,
    #[schema(example = "Rongdhonu")]
    name: Option<String>,
    /// Null or blank removes it.
    #[serde(default, deserialize_with = "stoa_http::nullable")]
    #[schema(value_type = Option<String>, example = "Handloom and everyday cotton.")]
    tagline: Option<Option<String>>,
    #[schema(example = "bn-BD")]
    locale: Option<String>,
    #[schema(example = "Asia/Dhaka")]
    time_zone: Option<String>,
}

/// Which websites.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SitesQuery {
    /// `store`, `content`, `clinic` or `event`.
    #[param(example = "store")]
    kind: Option<String>,
}

/// The websites of the business, oldest first.
#[utoipa::path(
    get,
    path = "/sites",
    tag = "sites",
    params(List<SitesQuery>),
    responses((status = 200, body = Page<SiteView>)),
    extensions(("x-permission" = json!("sites.read")))
)]
async fn list(scope: Scope<SitesRead>, list: List<SitesQuery>) -> Result<Json<Page<SiteView>>, ApiError> {
    let mut cx = scope.read().await?;
    let found = store::sites(&mut cx, list.filter, &list.stretch).await?;
    Ok(Json(list.page(found).map(SiteView::from)))
}

/// One website.
#[utoipa::path(
    get,
    path = "/sites/{id}",
    tag = "sites",
    params(("id" = SiteId, Path)),
    responses((status = 200, body = SiteView)),
    extensions(("x-permission" = json!("sites.read")))
)]
async fn show(scope: Scope<SitesRead>, Path(id): Path<SiteId>) -> Result<Json<SiteView>, ApiError> {
    let mut cx = scope.read().await?;
    let site = store::site(&mut cx, id).await?.ok_or(SitesError::NotFound)?;
    Ok(Json(site.into()))
}

/// Changes what a website is called and how it speaks.
#[utoipa::path(
    patch,
    path = "/sites/{id}",
    tag = "sites",
    params(("id" = SiteId, Path)),
    request_body = ChangeSite,
    responses(
        (status = 200, body = SiteView),
        (status = 409, description = "`sites.stale`: changed since the version was read"),
    ),
    extensions(("x-permission" = json!("sites.write")))
)]
async fn change(
    scope: Scope<SitesWrite>,
    Path(id): Path<SiteId>,
    Json(body): Json<ChangeSite>,
) -> Result<Json<SiteView>, ApiError> {
    let change = body.parse()?;
    let mut cx = scope.begin().await?;
    let site = change_site(&mut cx, id, change).await?;
    cx.commit().await?;
    Ok(Json(site.into()))
}

impl Listing for SitesQuery {
    const SORTS: &'static [&'static str] = &["created_at", "-created_at"];
    type Filter = Option<SiteKind>;
    type Item = Site;
    type Key = (Timestamp, SiteId);

    fn filter(self) -> Result<Option<SiteKind>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let kind = errors.check("kind", self.kind.as_deref().map(SiteKind::parse).transpose());
        errors.finish((kind,)).map(|(kind,)| kind)
    }

    fn key(site: &Site, _: &str) -> (Timestamp, SiteId) {
        (site.created_at, site.id)
    }
}

impl ChangeSite {
    fn parse(self) -> Result<SiteChange, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = self.name.map(|name| errors.check("name", SiteName::parse(&name)));
        let tagline = self
            .tagline
            .map(|tagline| errors.check("tagline", optional(tagline.as_deref().unwrap_or_default())));
        let locale = self
            .locale
            .map(|locale| errors.check("locale", parse_locale(&locale)));
        let time_zone = self
            .time_zone
            .map(|zone| errors.check("time_zone", parse_time_zone(&zone)));
        errors.finish((Some(()),))?;
        Ok(SiteChange {
            version: self.version,
            name: name.flatten(),
            tagline: tagline.flatten(),
            locale: locale.flatten(),
            time_zone: time_zone.flatten(),
        })
    }
}

impl From<Site> for SiteView {
    fn from(site: Site) -> Self {
        Self {
            id: site.id,
            name: site.name.into_string(),
            kind: site.kind.as_str(),
            theme: site.theme,
            locale: site.locale.into_string(),
            time_zone: site.time_zone.into_string(),
            tagline: site.tagline.map(stoa_core::Text::into_string),
            created_at: site.created_at,
            updated_at: site.updated_at,
            version: site.version,
        }
    }
}
