//! What the platform's own hosts show until the console is there: the businesses of the demonstration and the API.

use std::fmt::Write as _;

use axum::{http::header::CONTENT_TYPE, response::Html};
use stoa_http::{Pages, escape};

use crate::Stoa;

const STYLE: &str = include_str!("console/console.css");

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Stoa</title>\
    <link rel=\"stylesheet\" href=\"/-/console.css\"></head><body>";

pub(crate) fn pages(stoa: &Stoa) -> Pages {
    let stoa = stoa.clone();
    Pages::new()
        .get("/", "shows what the platform is", move || {
            let page = home(&stoa);
            async move { page }
        })
        .get("/-/console.css", "the style of this page", async || {
            ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
        })
}

fn home(stoa: &Stoa) -> Html<String> {
    let mut body = String::from(
        "<header><h1>Stoa</h1><p>One roof, many merchants. This platform hosts businesses with websites and shops of \
         their own; none of them can see another.</p></header><main>",
    );
    let shops = stoa.demonstration();
    if shops.is_empty() {
        body.push_str(
            "<h2>For the operator</h2><p>Open a business with <code>stoa tenant create</code>, or run \
             <code>stoa demo</code> to have two shops to look at.</p>",
        );
    } else {
        body.push_str("<h2>Demonstration shops</h2><ul class=\"cards\">");
        for shop in shops {
            let _ = write!(
                body,
                "<li><h3><a href=\"{0}/\">{1}</a></h3><p>{2}</p><p class=\"quiet\">{0}</p></li>",
                escape(&shop.url),
                escape(&shop.name),
                escape(&shop.tagline)
            );
        }
        body.push_str("</ul>");
    }
    body.push_str(
        "<h2>For developers</h2><p><a href=\"/api/docs\">API documentation</a> · \
         <a href=\"/api/openapi.json\">OpenAPI 3.1</a></p></main>",
    );
    Html(format!("{HEAD}{body}</body></html>"))
}
