//! Who may do what, and in which order that is asked.

use axum::http::Method;
use stoa_core::Token;

use crate::world::{World, assert_outcome};

const LIST: &str = "app.stoa.test/api/tenant/silk/notes";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_then_membership_then_permission() {
    let world = World::start().await;
    let (_, reader) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let (_, idle) = world.directory.add_user(Some(world.silk), &[]);
    let (_, stranger) = world.directory.add_user(Some(world.clay), &["notes.read"]);
    assert_eq!(world.get(LIST).signed_in(&reader).send().await.status, 200);
    assert_outcome(&world.get(LIST).send().await, 401, "auth.required");
    assert_outcome(
        &world.get(LIST).signed_in(&Token::random()).send().await,
        401,
        "auth.required",
    );
    assert_outcome(
        &world.get(LIST).signed_in(&stranger).send().await,
        404,
        "tenant.not_found",
    );
    let reply = world.get(LIST).signed_in(&idle).send().await;
    assert_outcome(&reply, 403, "auth.permission_missing");
    assert!(reply.text().contains("notes.read"));
    let write = world.post(LIST).signed_in(&reader).json("{");
    assert_outcome(&write.send().await, 403, "auth.permission_missing");
}

/// ATK-R2: a tenant that is none of the caller's answers like one that is not, to the byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_cannot_tell_a_tenant_from_none() {
    let world = World::start().await;
    let (_, stranger) = world
        .directory
        .add_user(Some(world.clay), &["notes.read", "notes.write"]);
    for method in [Method::GET, Method::POST] {
        let ask = |url: &str| {
            world
                .ask(method.clone(), url)
                .signed_in(&stranger)
                .json("{}")
                .send()
        };
        let nowhere = ask("app.stoa.test/api/tenant/nobody/notes").await.alike();
        assert_eq!(ask(LIST).await.alike(), nowhere);
        // Not even by what it has switched off, or by its state.
        world
            .directory
            .change_tenant(world.silk, |tenant| tenant.features = Default::default());
        assert_eq!(ask(LIST).await.alike(), nowhere);
        world.directory.change_tenant(world.silk, |tenant| {
            tenant.status = stoa_http::TenantStatus::Suspended;
        });
        assert_eq!(ask(LIST).await.alike(), nowhere);
        world.directory.change_tenant(world.silk, |tenant| {
            tenant.status = stoa_http::TenantStatus::Active;
            tenant.features = [stoa_core::Feature::Ecommerce].into_iter().collect();
        });
    }
    assert_eq!(
        world
            .get("app.stoa.test/api/tenant/clay/notes")
            .signed_in(&stranger)
            .send()
            .await
            .status,
        200
    );
}

/// ATK-R3, ATK-I1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_counts_on_the_console_s_host_only() {
    let world = World::start().await;
    let (_, reader) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    for url in [
        "silk.stoa.test/api/notes",
        "clay.stoa.test/api/notes",
        "stoa.test/api/tenant/silk/notes",
        "silk.stoa.test/api/me",
    ] {
        assert_outcome(
            &world.get(url).signed_in(&reader).send().await,
            401,
            "auth.required",
        );
    }
    let anonymous = world.get("app.stoa.test/api/notes").header("x-tenant-id", "silk");
    assert_outcome(&anonymous.send().await, 401, "auth.required");
    let named = world
        .get("app.stoa.test/api/notes")
        .header("x-tenant-id", "silk")
        .signed_in(&reader);
    assert_eq!(named.send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_credentials_are_not_accepted() {
    let world = World::start().await;
    let (_, reader) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let bearer = format!("Bearer {}", reader.as_str());
    for ask in [
        world.get(LIST).header("authorization", &bearer),
        world
            .get(LIST)
            .signed_in(&reader)
            .header("authorization", &bearer),
        world
            .get(LIST)
            .signed_in(&reader)
            .header("authorization", "Basic YTpi"),
        world.get(LIST).signed_in(&reader).signed_in(&Token::random()),
        world.get(LIST).header("cookie", "__Host-stoa=short"),
    ] {
        assert_outcome(&ask.send().await, 401, "auth.required");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_works_where_it_is_elected() {
    let world = World::start().await;
    let (_, reader) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let ask = || world.get("app.stoa.test/api/notes").signed_in(&reader).send();
    assert_outcome(&ask().await, 403, "tenant.required");
    world.directory.elect(&reader, world.silk);
    assert_eq!(ask().await.status, 200);
    world
        .directory
        .change_tenant(world.silk, |tenant| tenant.features = Default::default());
    assert_outcome(&ask().await, 403, "feature.disabled");
    world.directory.change_tenant(world.silk, |tenant| {
        tenant.status = stoa_http::TenantStatus::Suspended;
    });
    assert_outcome(&ask().await, 403, "tenant.suspended");
    // An election does not outlast the membership.
    world.directory.elect(&reader, world.clay);
    assert_outcome(&ask().await, 404, "tenant.not_found");
}

/// ATK-I5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_request_knows_what_was_taken_away() {
    let world = World::start().await;
    let (user, writer) = world
        .directory
        .add_user(Some(world.silk), &["notes.read", "notes.write"]);
    let read = || world.get(LIST).signed_in(&writer).send();
    assert_eq!(read().await.status, 200);
    assert_eq!(world.directory.fresh_reads(), 0);
    let write = world
        .post(LIST)
        .signed_in(&writer)
        .json("{\"title\":\"a\"}")
        .send()
        .await;
    assert_eq!((write.status.as_u16(), world.directory.fresh_reads()), (201, 1));
    world.directory.remove_member(user, world.silk);
    assert_outcome(&read().await, 404, "tenant.not_found");
    assert_eq!(
        world
            .get("app.stoa.test/api/me")
            .signed_in(&writer)
            .send()
            .await
            .status,
        200
    );
    world.directory.end_session(&writer);
    assert_outcome(
        &world.get("app.stoa.test/api/me").signed_in(&writer).send().await,
        401,
        "auth.required",
    );
}

/// ATK-I12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_origins_cannot_write() {
    let world = World::start().await;
    let (_, writer) = world
        .directory
        .add_user(Some(world.silk), &["notes.read", "notes.write"]);
    let write = || world.post(LIST).signed_in(&writer);
    for (name, value) in [
        ("origin", "http://silk.stoa.test"),
        ("origin", "http://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let reply = write().header(name, value).json("{\"title\":\"x\"}").send().await;
        assert_outcome(&reply, 403, "request.cross_origin");
        let text = write()
            .header(name, value)
            .header("content-type", "text/plain")
            .body("{}");
        assert_outcome(&text.send().await, 403, "request.cross_origin");
    }
    for (name, value) in [
        ("origin", "http://app.stoa.test"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let reply = write()
            .header(name, value)
            .json(&format!("{{\"title\":\"{name}\"}}"))
            .send()
            .await;
        assert_eq!(reply.status, 201, "{reply:?}");
    }
    let read = world
        .get(LIST)
        .signed_in(&writer)
        .header("origin", "http://evil.test")
        .send()
        .await;
    assert_eq!(read.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_come_from_the_host_s_own_pages() {
    let world = World::start().await;
    let form = || {
        world
            .post("silk.stoa.test/notes/lines")
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("quantity=2")
    };
    assert_outcome(&form().send().await, 403, "request.cross_origin");
    let sibling = form().header("origin", "http://clay.stoa.test").send().await;
    assert_outcome(&sibling, 403, "request.cross_origin");
    let own = form().header("origin", "http://silk.stoa.test").send().await;
    assert_eq!((own.status.as_u16(), own.text()), (200, "2"));
    let own = form().header("sec-fetch-site", "same-origin").send().await;
    assert_eq!((own.status.as_u16(), own.text()), (200, "2"));
    let junk = form()
        .header("sec-fetch-site", "same-origin")
        .body("quantity=two")
        .send()
        .await;
    assert_outcome(&junk, 422, "request.form");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feature_that_is_off_answers_nothing() {
    let world = World::start().await;
    let (_, reader) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    assert_eq!(world.get("silk.stoa.test/notes").send().await.status, 200);
    world
        .directory
        .change_tenant(world.silk, |tenant| tenant.features = Default::default());
    assert_outcome(
        &world.get(LIST).signed_in(&reader).send().await,
        403,
        "feature.disabled",
    );
    assert_outcome(
        &world.get("silk.stoa.test/api/notes").send().await,
        403,
        "feature.disabled",
    );
    assert_eq!(world.get("silk.stoa.test/notes").send().await.status, 404);
    assert_eq!(world.get("silk.stoa.test/api/guest").send().await.status, 200);
}
