//! Failures of public pages, shown in the website's own theme.

use axum::{
    extract::{FromRequestParts, Request},
    handler::Handler,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use stoa_http::{ApiError, BoxFuture, HttpState, Visitor, wants_json};

use crate::{
    Site, SitesError,
    page::{Frame, Page, PageMeta},
    store,
};

#[derive(Serialize)]
struct Failure<'f> {
    status: u16,
    title: &'static str,
    detail: &'f str,
}

/// A page's handler whose failures look like the rest of the website. Made by [`themed`].
#[derive(Debug, Clone, Copy)]
pub struct Themed<H>(H);

/// Shows the failures of a page's handler in the website's theme: `pages.get("/cart", reason, themed(cart))`. Handlers fail
/// with [`ApiError`], as everywhere; a client that asks for JSON gets a problem detail.
pub const fn themed<H>(handler: H) -> Themed<H> {
    Themed(handler)
}

impl<H, T> Handler<T, HttpState> for Themed<H>
where
    H: Handler<T, HttpState>,
    T: 'static,
{
    type Future = BoxFuture<'static, Response>;

    fn call(self, request: Request, state: HttpState) -> Self::Future {
        Box::pin(answer(self.0, request, state))
    }
}

async fn answer<H, T>(handler: H, request: Request, state: HttpState) -> Response
where
    H: Handler<T, HttpState>,
{
    let path = request.uri().path().to_owned();
    let (mut parts, body) = request.into_parts();
    let visitor = if wants_json(&parts.headers) {
        None
    } else {
        Visitor::from_request_parts(&mut parts, &state).await.ok()
    };
    let mut response = handler.call(Request::from_parts(parts, body), state).await;
    let Some(visitor) = visitor else { return response };
    let Some(error) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    match show(&visitor, &path, &error).await {
        Ok(page) => page.into_response(),
        // The gateway's plain page then says the same.
        Err(failure) => {
            tracing::error!(error = %failure, "an error page could not be rendered");
            error.into_response()
        }
    }
}

async fn show(visitor: &Visitor, path: &str, error: &ApiError) -> Result<Page, SitesError> {
    let title = title(error.status());
    let meta = PageMeta {
        template: "error.html",
        path: path.into(),
        title: Some(title.into()),
        description: None,
    };
    let detail = sentence(error.detail());
    let failure = Failure {
        status: error.status().as_u16(),
        title,
        detail: &detail,
    };
    let now = visitor.state().clock().now();
    // A store that cannot be read may be the very reason for the error.
    let site = site(visitor).await;
    let frame = match &site {
        Some(site) => Frame::of(site, visitor, now),
        None => Frame::bare(&visitor.tenant, visitor.url(), now),
    };
    Ok(frame.render(&meta, failure)?.with_status(error.status()))
}

async fn site(visitor: &Visitor) -> Option<Site> {
    let mut cx = visitor.read().await.ok()?;
    store::site(&mut cx, visitor.site).await.ok()?
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => "There is nothing here",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "This is not open to you",
        StatusCode::CONFLICT => "Somebody was faster",
        StatusCode::TOO_MANY_REQUESTS => "A little slower, please",
        StatusCode::SERVICE_UNAVAILABLE => "We will be back in a moment",
        status if status.is_server_error() => "Something went wrong on our side",
        _ => "That did not work",
    }
}

/// A detail as a sentence: capital first, full stop last.
fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let stop = if detail.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}
