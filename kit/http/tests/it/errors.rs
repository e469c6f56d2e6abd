//! How failures look, and what they never show (ATK-E9).

use axum::{body::Body, http::Method};
use futures_util::stream;
use insta::assert_json_snapshot;

use crate::world::{World, assert_outcome};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_have_one_shape() {
    let world = World::start().await;
    let (_, writer) = world.directory.add_user(Some(world.silk), &["notes.write"]);
    let reply = world
        .post("app.stoa.test/api/tenant/silk/notes")
        .signed_in(&writer)
        .json("{\"title\":\" \"}")
        .send()
        .await;
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(reply.json()["request_id"], reply.header("x-request-id"));
    assert_json_snapshot!(reply.json(), {".request_id" => "ID"}, @r#"
    {
      "code": "request.invalid",
      "detail": "some fields need another value",
      "errors": [
        {
          "code": "text.missing",
          "detail": "must not be empty",
          "field": "title"
        }
      ],
      "request_id": "ID",
      "status": 422,
      "title": "Unprocessable Entity",
      "type": "about:blank"
    }
    "#);
}

/// ATK-E9: what the database says stays inside.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn causes_stay_inside() {
    let world = World::start().await;
    let (_, writer) = world.directory.add_user(Some(world.silk), &["notes.write"]);
    let write = || {
        world
            .post("app.stoa.test/api/tenant/silk/notes")
            .signed_in(&writer)
            .json("{\"title\":\"canary-value\"}")
            .send()
    };
    assert_eq!(write().await.status, 201);
    for (reply, status, code) in [
        (write().await, 409, "db.duplicate"),
        (
            world.get("silk.stoa.test/api/breaks").send().await,
            500,
            "db.internal",
        ),
        (
            world.get("silk.stoa.test/api/panics").send().await,
            500,
            "internal",
        ),
    ] {
        assert_outcome(&reply, status, code);
        for canary in ["canary", "notes", "INSERT", "readonly", "constraint"] {
            assert!(!reply.text().contains(canary), "{reply:?}");
        }
    }
    assert_eq!(world.get("silk.stoa.test/api/guest").send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_that_are_not_say_so() {
    let world = World::start().await;
    assert_outcome(
        &world.get("silk.stoa.test/api/none").send().await,
        404,
        "request.not_found",
    );
    assert_outcome(
        &world.get("silk.stoa.test/api").send().await,
        404,
        "request.not_found",
    );
    let reply = world.ask(Method::DELETE, "silk.stoa.test/api/guest").send().await;
    assert_outcome(&reply, 405, "request.method");
    assert_eq!(reply.header("allow"), "GET,HEAD,POST");
    let page = world
        .get("silk.stoa.test/none")
        .header("accept", "text/html")
        .send()
        .await;
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (404, "text/html; charset=utf-8")
    );
    assert!(page.text().contains("<h1>Not Found</h1>"));
    let page = world
        .get("nobody.example/x")
        .header("accept", "application/json")
        .send()
        .await;
    assert_outcome(&page, 404, "tenant.not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_json_and_not_too_large() {
    let world = World::start().await;
    let post = || world.post("silk.stoa.test/api/guest");
    let text = post()
        .header("content-type", "text/plain")
        .body("{}")
        .send()
        .await;
    assert_outcome(&text, 415, "request.media_type");
    assert_outcome(&post().body("{}").send().await, 415, "request.media_type");
    assert_outcome(&post().json("{").send().await, 400, "request.json");
    let charset = post()
        .header("content-type", "Application/JSON; charset=utf-8")
        .body("{}")
        .send()
        .await;
    assert_eq!(charset.status, 200);
    let large = format!("\"{}\"", "a".repeat(2 * 1024 * 1024));
    assert_outcome(&post().json(&large).send().await, 413, "request.too_large");
    let chunks = stream::iter((0..1024).map(|_| Ok::<_, std::io::Error>("aaaaaaaa".repeat(1024))));
    let endless = post()
        .header("content-type", "application/json")
        .body(Body::from_stream(chunks));
    assert_outcome(&endless.send().await, 413, "request.too_large");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_and_paths_that_do_not_fit_are_refused() {
    let world = World::start().await;
    let (_, reader) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let ask = |path: &str| {
        let url = format!("app.stoa.test/api/tenant/silk{path}");
        world.get(&url).signed_in(&reader).send()
    };
    assert_outcome(&ask("/notes?limit=x").await, 422, "request.invalid");
    assert_outcome(&ask("/notes?colour=red").await, 422, "request.invalid");
    assert_outcome(&ask("/notes?sort=colour").await, 422, "request.invalid");
    assert_outcome(&ask("/notes?limit=101").await, 422, "request.invalid");
    assert_outcome(&ask("/notes?after=x").await, 400, "request.cursor");
    assert_outcome(&ask("/notes/nonsense").await, 404, "request.not_found");
    assert_outcome(
        &ask("/notes/prd_01kag2w3x4e5f6g7h8j9k0m1n2").await,
        404,
        "request.not_found",
    );
}

/// ATK-C2: what is answered to somebody is kept by nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_its_headers() {
    let world = World::start().await;
    let (_, reader) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let api = world
        .get("app.stoa.test/api/tenant/silk/notes")
        .signed_in(&reader)
        .send()
        .await;
    let page = world.get("silk.stoa.test/cart").send().await;
    let missing = world
        .get("nobody.example/api/x")
        .header("x-request-id", "forged")
        .send()
        .await;
    for reply in [&api, &page, &missing] {
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "strict-origin-when-cross-origin");
        assert!(
            reply
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-request-id").len(), 24);
    }
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'self'")
    );
    assert_ne!(api.header("x-request-id"), page.header("x-request-id"));
}
