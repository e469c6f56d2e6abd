//! Pages that are kept (ATK-C).

use axum::http::Method;
use stoa_http::{HostKey, TenantStatus};

use crate::{
    modules,
    world::{Reply, World},
};

#[track_caller]
fn assert_page(reply: &Reply, start: &str) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.text().starts_with(start), "{reply:?}");
}

/// ATK-C1: what one tenant's page primes, another's does not show.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_rendered_once_until_content_changes() {
    let world = World::start().await;
    let (_, writer) = world.directory.add_user(Some(world.silk), &["notes.write"]);
    let rendered = || modules::rendered(world.silk) + modules::rendered(world.clay);
    let home = || world.get("silk.stoa.test/");
    let first = home().send().await;
    assert_page(&first, "<h1>silk has 0 notes at http://silk.stoa.test</h1>");
    // The same whether the host is known at once or has to be looked up.
    for remembers in [true, false] {
        world.directory.remember_hosts(remembers);
        assert_eq!(home().send().await.alike(), first.clone().alike());
    }
    world.directory.remember_hosts(true);
    assert_eq!(rendered(), 1);

    assert_page(&world.get("clay.stoa.test/").send().await, "<h1>clay has 0 notes");
    assert_eq!(rendered(), 2);

    let note = world
        .post("app.stoa.test/api/tenant/silk/notes")
        .signed_in(&writer);
    assert_eq!(note.json("{\"title\":\"a\"}").send().await.status, 201);
    assert_page(&home().send().await, "<h1>silk has 1 notes");
    assert_page(&world.get("clay.stoa.test/").send().await, "<h1>clay has 0 notes");
    assert_eq!(rendered(), 3);

    world.directory.change_tenant(world.silk, |tenant| {
        tenant.name = "Silk House".to_owned();
        tenant.version = 2;
    });
    assert_page(&home().send().await, "<h1>Silk House has 1 notes");
    assert_eq!(rendered(), 4);

    // Unlikely requests are answered, not kept.
    for _ in 0..2 {
        home().header("authorization", "Bearer x").send().await;
        world
            .get(&format!("silk.stoa.test/?{}", "a".repeat(257)))
            .send()
            .await;
    }
    assert_eq!(rendered(), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_page_is_named_by_its_tag() {
    let world = World::start().await;
    let page = || world.get("silk.stoa.test/notes");
    let first = page().send().await;
    assert_eq!(first.header("cache-control"), "no-cache");
    let tag = first.header("etag").to_owned();
    assert_eq!(tag.len(), 24);
    for tags in [tag.clone(), format!("\"other\", W/{tag}")] {
        let known = page().header("if-none-match", &tags).send().await;
        assert_eq!(
            (known.status.as_u16(), known.header("etag"), known.text()),
            (304, &*tag, "")
        );
        assert_eq!(known.header("x-content-type-options"), "nosniff");
    }
    assert_eq!(
        page().header("if-none-match", "\"other\"").send().await.status,
        200
    );
    let head = world.ask(Method::HEAD, "silk.stoa.test/notes").send().await;
    assert_eq!(
        (head.status.as_u16(), head.text(), head.header("etag")),
        (200, "", &*tag)
    );
    assert_eq!(head.header("content-length"), first.body.len().to_string());
    let post = world.post("silk.stoa.test/notes").send().await;
    assert_eq!(post.status, 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_before_any_get_is_answered_alike() {
    let world = World::start().await;
    let head = world.ask(Method::HEAD, "silk.stoa.test/notes").send().await;
    let get = world.get("silk.stoa.test/notes").send().await;
    assert_eq!(head.header("etag"), get.header("etag"));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(head.text(), "");
    let head = world.ask(Method::HEAD, "silk.stoa.test/cart").send().await;
    assert_eq!((head.status.as_u16(), head.text()), (200, ""));
}

/// ATK-C3: what the key does not hold, the page cannot show.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shared_pages_see_no_headers() {
    let world = World::start().await;
    let page = world
        .get("silk.stoa.test:9999/")
        .header("cookie", "a=canary")
        .header("accept-language", "canary")
        .header("x-forwarded-host", "canary.test")
        .send()
        .await;
    assert!(page.text().ends_with("<p>{}</p>"), "{page:?}");
    assert!(!page.text().contains("9999"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_shared_pages_without_cookies_are_kept() {
    let world = World::start().await;
    let first = world
        .get("silk.stoa.test/cart")
        .header("cookie", "a=1")
        .send()
        .await;
    let second = world
        .get("silk.stoa.test/cart")
        .header("cookie", "a=2")
        .send()
        .await;
    assert_ne!(first.text(), second.text());
    assert_eq!(
        (second.header("cache-control"), second.header("etag")),
        ("no-store", "")
    );
    for _ in 0..2 {
        let planted = world.get("silk.stoa.test/planted").send().await;
        assert_eq!(
            (planted.header("set-cookie"), planted.header("cache-control")),
            ("a=b", "no-store")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_kept_for_one_host() {
    let world = World::start().await;
    world
        .directory
        .add_host(HostKey::Custom("silk.example".to_owned()), world.silk);
    let own = world.get("silk.example/").send().await;
    assert_page(&own, "<h1>silk has 0 notes at http://silk.example</h1>");
    let subdomain = world.get("silk.stoa.test/").send().await;
    assert_page(&subdomain, "<h1>silk has 0 notes at http://silk.stoa.test</h1>");
}

/// ATK-C5: a business that is suspended, or has lost the feature, shows none of its pages from the next request on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_page_ends_with_its_tenant_s_rights() {
    let world = World::start().await;
    let page = || world.get("silk.stoa.test/notes").send();
    assert_eq!(page().await.status, 200);
    world
        .directory
        .change_tenant(world.silk, |tenant| tenant.status = TenantStatus::Suspended);
    assert_eq!(page().await.status, 403);
    world.directory.change_tenant(world.silk, |tenant| {
        tenant.status = TenantStatus::Active;
        tenant.features = Default::default();
    });
    for remembers in [true, false] {
        world.directory.remember_hosts(remembers);
        assert_eq!(page().await.status, 404);
    }
}

/// ATK-C4: a suffix makes no page of another kind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_with_suffixes_are_other_paths() {
    let world = World::start().await;
    for path in ["/notes/x.css", "/notes;.js", "/notes.css", "/cart/x.css"] {
        let reply = world.get(&format!("silk.stoa.test{path}")).send().await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("cache-control")),
            (404, "no-store"),
            "{path}"
        );
    }
}
