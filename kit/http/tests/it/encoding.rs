//! Answers in fewer bytes.

use crate::world::{Reply, World};

fn coding(reply: &Reply) -> (&str, &str) {
    (reply.header("content-encoding"), reply.header("vary"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_page_has_a_tag_for_each_coding() {
    let world = World::start().await;
    let page = |accepts: &'static str| {
        world
            .get("silk.stoa.test/long")
            .header("accept-encoding", accepts)
    };
    let plain = world.get("silk.stoa.test/long").send().await;
    assert_eq!(
        (coding(&plain), plain.body.len()),
        (("", "accept-encoding"), 2000)
    );
    let mut tags = vec![plain.header("etag").to_owned()];
    for (accepts, name) in [("gzip", "gzip"), ("gzip, br", "br")] {
        // Twice: made, then kept.
        for _ in 0..2 {
            let reply = page(accepts).send().await;
            assert_eq!(coding(&reply), (name, "accept-encoding"));
            assert!(reply.body.len() < 200, "{}", reply.body.len());
            assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
            tags.push(reply.header("etag").to_owned());
        }
        let tag = tags.last().unwrap().clone();
        let known = page(accepts).header("if-none-match", &tag).send().await;
        assert_eq!(
            (known.status.as_u16(), known.header("etag"), known.body.len()),
            (304, tag.as_str(), 0)
        );
        let other = world.get("silk.stoa.test/long").header("if-none-match", &tag);
        assert_eq!(other.send().await.status, 200, "a tag is of one coding");
    }
    tags.dedup();
    assert_eq!(tags.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_answers_are_encoded_when_they_are_long() {
    let world = World::start().await;
    let ask = |path: &str| {
        let ask = world.get(&format!("silk.stoa.test{path}"));
        ask.header("accept-encoding", "gzip").send()
    };
    let document = ask("/api/openapi.json").await;
    assert_eq!(coding(&document), ("gzip", "accept-encoding"));
    assert_eq!(document.body[..2], [0x1f, 0x8b]);
    let plain = world.get("silk.stoa.test/api/openapi.json").send().await;
    assert_eq!(coding(&plain), ("", "accept-encoding"));
    assert!(plain.body.len() > 2 * document.body.len());
    assert_eq!(coding(&ask("/api/guest").await), ("", ""), "short");
    assert_eq!(
        coding(&ask("/large").await),
        ("", ""),
        "too long to hold others up"
    );
}
