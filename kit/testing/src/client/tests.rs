//! The client against a service that tells what it was sent.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, Uri, header::SET_COOKIE},
    response::IntoResponse,
    routing::any,
};
use serde_json::{Value, json};

use super::Client;

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let headers: serde_json::Map<String, Value> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
        .collect();
    let body = String::from_utf8_lossy(&body);
    axum::Json(json!({ "line": format!("{method} {uri}"), "headers": headers, "body": body }))
}

fn service() -> Router {
    let set = [(SET_COOKIE, "__Host-cart=abc; Path=/; Secure; HttpOnly")];
    let clear = [(SET_COOKIE, "__Host-cart=; Path=/; Secure; Max-Age=0")];
    Router::new()
        .route("/set", any(move || async move { (set, "set") }))
        .route("/clear", any(move || async move { (clear, "cleared") }))
        .fallback(echo)
}

#[tokio::test]
async fn a_reading_request_says_only_where_it_goes() {
    let reply = Client::new(service())
        .get("http://shop.example:8080/a%20b?q=1")
        .send()
        .await;
    assert_eq!(
        reply.expect_status(200).json(),
        json!({ "line": "GET /a%20b?q=1", "headers": { "host": "shop.example:8080" }, "body": "" })
    );
}

#[tokio::test]
async fn a_writing_request_comes_from_its_own_origin() {
    let client = Client::new(service());
    let sent = client
        .post("http://shop.example")
        .json(&json!({ "a": 1 }))
        .send()
        .await
        .json();
    assert_eq!(
        sent,
        json!({
            "line": "POST /",
            "headers": {
                "host": "shop.example",
                "sec-fetch-site": "same-origin",
                "content-type": "application/json",
                "content-length": "7",
            },
            "body": "{\"a\":1}",
        })
    );
}

#[tokio::test]
async fn headers_can_be_replaced_and_left_out() {
    let client = Client::new(service());
    let request = client.delete("http://shop.example/x").bearer("t");
    let sent = request
        .header("sec-fetch-site", "cross-site")
        .header("Host", "other.example")
        .send()
        .await
        .json();
    assert_eq!(
        sent["headers"],
        json!({
            "host": "other.example",
            "sec-fetch-site": "cross-site",
            "authorization": "Bearer t",
            "content-length": "0",
        })
    );
    let sent = client
        .put("http://shop.example/x")
        .without("Sec-Fetch-Site")
        .send()
        .await
        .json();
    assert_eq!(sent["headers"]["sec-fetch-site"], Value::Null);
}

#[tokio::test]
async fn a_form_survives_its_encoding() {
    let fields = [("name", "Ada & Söhne"), ("note", "1+1=2\n")];
    let sent = Client::new(service())
        .post("http://shop.example/")
        .form(&fields)
        .send()
        .await
        .json();
    assert_eq!(
        sent["headers"]["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(sent["body"], "name=Ada%20%26%20S%C3%B6hne&note=1%2B1%3D2%0A");
}

async fn cookies_sent(client: &Client, host: &str) -> Value {
    client.get(&format!("http://{host}/")).send().await.json()["headers"]["cookie"].clone()
}

#[tokio::test]
async fn a_browser_keeps_cookies_for_the_host_that_set_them() {
    let browser = Client::browser(service());
    let reply = browser.post("http://a.example/set").send().await;
    assert_eq!(reply.cookie("__Host-cart"), Some("abc"));
    assert_eq!(reply.cookie("cart"), None);
    assert_eq!(cookies_sent(&browser, "a.example").await, "__Host-cart=abc");
    assert_eq!(cookies_sent(&browser, "b.example").await, Value::Null);
    assert_eq!(
        cookies_sent(&browser.with_empty_jar(), "a.example").await,
        Value::Null
    );

    let request = browser
        .get("http://a.example/")
        .cookie("__Host-cart", "forged")
        .cookie("b", "2");
    assert_eq!(
        request.send().await.json()["headers"]["cookie"],
        "__Host-cart=forged; b=2"
    );

    browser
        .post("http://a.example/clear")
        .send()
        .await
        .expect_status(200);
    assert_eq!(cookies_sent(&browser, "a.example").await, Value::Null);
}

#[tokio::test]
async fn a_program_keeps_no_cookies() {
    let program = Client::new(service());
    program
        .post("http://a.example/set")
        .send()
        .await
        .expect_status(200);
    assert_eq!(cookies_sent(&program, "a.example").await, Value::Null);
}
