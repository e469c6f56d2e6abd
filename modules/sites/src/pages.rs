//! What every website shows: its front page, the theme's assets, directions for robots, and a page for lost visitors.

use axum::{
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use stoa_core::ErrorKind;
use stoa_http::{ApiError, CachePage, Pages, Path, Visitor};

use crate::{
    failure::themed,
    page::{Page, PageMeta, render},
    theme::Theme,
};

const ROBOTS: &str = "User-agent: *\nDisallow: /cart\nDisallow: /checkout\nDisallow: /orders/\n";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

pub(crate) fn pages() -> Pages {
    Pages::new()
        .shared("/", "the front page of a website", themed(home))
        .shared("/robots.txt", "directions for search engines", robots)
        .get(
            "/assets/{version}/{file}",
            "styles and scripts of the theme",
            asset,
        )
        .fallback(themed(missing))
}

#[derive(Serialize)]
struct Home {
    sections: Map<String, Value>,
}

/// The front page: each module that is switched on brings its sections.
async fn home(visitor: Visitor) -> Result<Page, ApiError> {
    let mut cx = visitor.read().await?;
    let mut sections = Map::new();
    for section in visitor.state().sections(&visitor.tenant.features) {
        sections.insert(section.name.to_owned(), (section.load)(&mut cx).await?);
    }
    let meta = PageMeta {
        template: "home.html",
        path: "/".into(),
        title: None,
        description: None,
    };
    Ok(render(&mut cx, &visitor, meta, Home { sections }).await?.shared())
}

async fn robots(_: Visitor) -> Response {
    let mut response = ([(header::CACHE_CONTROL, ASK)], ROBOTS).into_response();
    response.extensions_mut().insert(CachePage::ByPath);
    response
}

async fn asset(Path((version, file)): Path<(String, String)>) -> Result<Response, ApiError> {
    let asset = Theme::asset(&file).ok_or_else(nothing)?;
    // A page that was rendered before an update still finds its styles, but keeps nothing under the old address.
    let is_current = Theme::shipped()?.version() == version;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (header::CACHE_CONTROL, if is_current { FOR_EVER } else { ASK }),
    ];
    Ok((headers, Bytes::from_owner(asset.bytes)).into_response())
}

async fn missing() -> ApiError {
    nothing()
}

fn nothing() -> ApiError {
    ApiError::new(
        ErrorKind::NotFound,
        "request.not_found",
        "The page may have moved, or the link has a slip in it.",
    )
}
