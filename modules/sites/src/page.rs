//! A page of a website: what a module says about it, its data in the theme's template, and how long it may be kept.

use std::borrow::Cow;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{Timestamp as Instant, tz::TimeZone};
use minijinja::{Value, value::Serde};
use serde::Serialize;
use stoa_core::{Feature, Timestamp};
use stoa_db::Cx;
use stoa_http::{CachePage, TenantSnapshot, Visitor};

use crate::{Site, SitesError, store, theme::Theme};

/// What a page is, beside its data.
#[derive(Debug, Clone)]
pub struct PageMeta<'p> {
    /// A template of the theme: `product.html`.
    pub template: &'static str,
    /// Where the page is, without a query.
    pub path: Cow<'p, str>,
    /// What it is called; the website's name stands alone without one.
    pub title: Option<Cow<'p, str>>,
    /// One or two plain sentences for search engines.
    pub description: Option<Cow<'p, str>>,
}

/// A rendered page. Private and never kept unless it is [`shared`](Self::shared).
#[derive(Debug)]
#[must_use]
pub struct Page {
    html: String,
    status: StatusCode,
    shared: Option<CachePage>,
}

/// What templates know of the website they are rendered for.
#[derive(Debug, Serialize)]
pub(crate) struct Frame<'p> {
    name: &'p str,
    locale: &'p str,
    kind: &'p str,
    url: String,
    tagline: Option<&'p str>,
    time_zone: &'p str,
    /// Whether there is something to buy here.
    shop: bool,
    #[serde(skip)]
    year: i16,
}

#[derive(Serialize)]
struct About<'p> {
    title: Option<&'p str>,
    description: Option<&'p str>,
    canonical: Option<String>,
    path: &'p str,
}

/// Renders a page of the visitor's website with what `data` gives its template.
pub async fn render(
    cx: &mut Cx,
    visitor: &Visitor,
    meta: PageMeta<'_>,
    data: impl Serialize,
) -> Result<Page, SitesError> {
    let site = store::site(cx, visitor.site).await?.ok_or(SitesError::NotFound)?;
    Frame::of(&site, visitor, cx.now()).render(&meta, data)
}

impl Page {
    /// The page shows every visitor the same until the tenant's content changes: it may be kept and shared.
    pub fn shared(mut self) -> Self {
        self.shared = Some(CachePage::ByPath);
        self
    }

    /// As [`shared`](Self::shared), for a list that a cursor leads on in.
    pub fn shared_by_cursor(mut self) -> Self {
        self.shared = Some(CachePage::ByCursor);
        self
    }

    /// Answers with another status than 200, such as 422 for a form that is shown again.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let keep = if self.shared.is_some() {
            "no-cache"
        } else {
            "no-store"
        };
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        ];
        let mut response = (self.status, headers, self.html).into_response();
        if let Some(shared) = self.shared {
            response.extensions_mut().insert(shared);
        }
        response
    }
}

impl<'p> Frame<'p> {
    pub(crate) fn of(site: &'p Site, visitor: &'p Visitor, now: Timestamp) -> Self {
        Self {
            name: site.name.as_str(),
            kind: site.kind.as_str(),
            tagline: site.tagline.as_ref().map(|tagline| tagline.as_str()),
            locale: site.locale.as_str(),
            time_zone: site.time_zone.as_str(),
            ..Self::bare(&visitor.tenant, visitor.url(), now)
        }
    }

    /// What is known when the website itself cannot be read.
    pub(crate) fn bare(tenant: &'p TenantSnapshot, url: String, now: Timestamp) -> Self {
        Self {
            name: &tenant.name,
            locale: &tenant.locale,
            kind: "store",
            url,
            tagline: None,
            time_zone: &tenant.time_zone,
            shop: tenant.features.contains(Feature::Ecommerce),
            year: year(now, &tenant.time_zone),
        }
    }

    pub(crate) fn render(&self, meta: &PageMeta<'_>, data: impl Serialize) -> Result<Page, SitesError> {
        let about = About {
            title: meta.title.as_deref(),
            description: meta.description.as_deref(),
            canonical: Some(format!("{}{}", self.url, meta.path)),
            path: &meta.path,
        };
        let frame = minijinja::context! {
            site => Value::from(Serde(self)),
            page => Value::from(Serde(about)),
            year => self.year,
        };
        let data = Value::from(Serde(data));
        let html = Theme::shipped()?.render(meta.template, minijinja::context! { ..frame, ..data })?;
        Ok(Page {
            html,
            status: StatusCode::OK,
            shared: None,
        })
    }
}

fn year(now: Timestamp, time_zone: &str) -> i16 {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    Instant::from_microsecond(now.as_micros())
        .unwrap_or_default()
        .to_zoned(zone)
        .year()
}
