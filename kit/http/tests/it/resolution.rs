//! Whose request it is (ATK-R).

use axum::http::Method;
use stoa_core::TenantId;
use stoa_http::{HostKey, TenantStatus};
use uuid::Uuid;

use crate::world::{Reply, World, assert_outcome};

#[track_caller]
fn assert_tenant(reply: &Reply, slug: &str, url: &str) {
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    assert_eq!((&body["tenant"], &body["url"]), (&slug.into(), &url.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_path_and_header_name_the_tenant() {
    let world = World::start().await;
    world
        .directory
        .add_host(HostKey::Custom("silk.example".to_owned()), world.silk);
    let (silk, id) = ("http://silk.stoa.test", world.silk.to_string());
    for url in [
        "silk.stoa.test/api/guest",
        "SILK.stoa.test:8443/api/guest",
        "app.stoa.test/api/tenant/silk/guest",
        "stoa.test/api/tenant/silk/guest",
        "silk.stoa.test/api/tenant/silk/guest",
    ] {
        assert_tenant(&world.get(url).send().await, "silk", silk);
    }
    let reply = world.get("silk.example/api/guest").send().await;
    assert_tenant(&reply, "silk", "http://silk.example");
    for value in ["silk", &id] {
        let reply = world
            .get("app.stoa.test/api/guest")
            .header("x-tenant-id", value)
            .send()
            .await;
        assert_tenant(&reply, "silk", silk);
        let reply = world
            .get("silk.stoa.test/api/guest")
            .header("x-tenant-id", value)
            .send()
            .await;
        assert_tenant(&reply, "silk", silk);
    }
    let reply = world.get("app.stoa.test/api/guest").send().await;
    assert_outcome(&reply, 404, "tenant.not_found");
}

/// ATK-R1, ATK-R10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ways_that_disagree_are_refused() {
    let world = World::start().await;
    let ambiguous = [
        world
            .get("silk.stoa.test/api/guest")
            .header("x-tenant-id", "clay"),
        world
            .get("silk.stoa.test/api/guest")
            .header("x-tenant-id", &world.clay.to_string()),
        world.get("silk.stoa.test/api/tenant/clay/guest"),
        world
            .get("app.stoa.test/api/tenant/silk/guest")
            .header("x-tenant-id", "clay"),
        world.get("silk.stoa.test/").header("x-tenant-id", "clay"),
        world
            .get("app.stoa.test/api/guest")
            .header("x-tenant-id", "silk")
            .header("x-tenant-id", "silk"),
        world.get("silk.stoa.test/api/guest?tenant_id=silk"),
        world.get("silk.stoa.test/api/guest?a=1&tenant=silk"),
        world.get("silk.stoa.test/api/guest?%74enant=silk"),
    ];
    for ask in ambiguous {
        let reply = ask.header("accept", "application/json").send().await;
        assert_outcome(&reply, 400, "tenant.ambiguous");
    }
}

/// ATK-R4, ATK-R7, ATK-R9, ATK-R14
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_names_nobody_is_not_found() {
    let world = World::start().await;
    for url in [
        "nobody.stoa.test/api/guest",
        "evil.test/api/guest",
        "silk.evil.test/api/guest",
        "x.silk.stoa.test/api/guest",
        "silkstoa.test/api/guest",
        "app.stoa.test/api/tenant/nobody/guest",
        "app.stoa.test/api/tenant/SILK/guest",
        "app.stoa.test/api/tenant/%73ilk/guest",
        "app.stoa.test/api/tenant/..%2fsilk/guest",
        "app.stoa.test/api/tenant/%00/guest",
    ] {
        assert_outcome(&world.get(url).send().await, 404, "tenant.not_found");
    }
    for url in [
        "app.stoa.test//api/tenant/silk/guest",
        "app.stoa.test/api//tenant/silk/guest",
        "app.stoa.test/api/tenant/silk/tenant/clay/guest",
        "app.stoa.test/api/tenant",
        "app.stoa.test/api/tenant/silk",
    ] {
        let reply = world.get(url).header("accept", "application/json").send().await;
        assert_outcome(&reply, 404, "request.not_found");
    }
    let nobody = TenantId::from_uuid(Uuid::from_u128(1)).to_string();
    for value in ["nobody", "SILK", "", "silk,clay", "../silk", &nobody] {
        let reply = world
            .get("app.stoa.test/api/guest")
            .header("x-tenant-id", value)
            .send()
            .await;
        assert_outcome(&reply, 404, "tenant.not_found");
    }
}

/// ATK-R5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forwarded_hosts_are_ignored() {
    let world = World::start().await;
    let reply = world
        .get("silk.stoa.test/api/guest")
        .header("x-forwarded-host", "clay.stoa.test")
        .header("forwarded", "host=clay.stoa.test")
        .send()
        .await;
    assert_tenant(&reply, "silk", "http://silk.stoa.test");
}

/// ATK-R6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_has_one_host() {
    let world = World::start().await;
    let twice = world
        .get("silk.stoa.test/api/guest")
        .header("host", "clay.stoa.test");
    assert_outcome(&twice.send().await, 400, "request.host");
    let mut absolute = world.get("silk.stoa.test/api/guest");
    *absolute.request.uri_mut() = "http://clay.stoa.test/api/guest".parse().unwrap();
    assert_outcome(&absolute.send().await, 400, "request.host");
    let mut absolute = world.get("app.stoa.test/api/guest");
    *absolute.request.uri_mut() = "http://app.stoa.test/api/tenant/silk/guest".parse().unwrap();
    assert_tenant(&absolute.send().await, "silk", "http://silk.stoa.test");
    let mut none = world.get("silk.stoa.test/api/guest");
    none.request.headers_mut().remove("host");
    assert_outcome(&none.send().await, 400, "request.host");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_state_of_a_tenant_decides_first() {
    let world = World::start().await;
    for (status, expected) in [
        (TenantStatus::Suspended, (403, "tenant.suspended")),
        (TenantStatus::Provisioning, (503, "tenant.provisioning")),
        (TenantStatus::Active, (200, "")),
    ] {
        world
            .directory
            .change_tenant(world.silk, |tenant| tenant.status = status);
        for url in [
            "silk.stoa.test/api/guest",
            "app.stoa.test/api/tenant/silk/guest",
            "silk.stoa.test/",
        ] {
            let reply = world.get(url).header("accept", "application/json").send().await;
            assert_outcome(&reply, expected.0, expected.1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platform_s_hosts_show_nobody_s_pages() {
    let world = World::start().await;
    for host in ["app.stoa.test", "stoa.test"] {
        let reply = world.get(&format!("{host}/")).send().await;
        assert_eq!(reply.text(), "the platform");
        let reply = world
            .get(&format!("{host}/"))
            .header("x-tenant-id", "silk")
            .send()
            .await;
        assert_eq!(reply.text(), "the platform");
        assert_eq!(world.get(&format!("{host}/notes")).send().await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_is_told_on_any_host() {
    let world = World::start().await;
    for host in ["nobody.example", "silk.stoa.test", "[::1]"] {
        assert_eq!(world.get(&format!("{host}/healthz")).send().await.text(), "ok\n");
        assert_eq!(
            world.get(&format!("{host}/readyz")).send().await.text(),
            "ready\n"
        );
    }
    let reply = world.ask(Method::POST, "nobody.example/healthz").send().await;
    assert_eq!(reply.status, 404);
}
