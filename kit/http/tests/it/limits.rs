//! Who has asked too much, and who has not.

use std::time::Duration;

use stoa_core::{Clock, ManualClock};
use stoa_http::{HttpConfig, Limits, TrustedProxies};

use crate::world::{Reply, World, assert_outcome};

const ADA: &str = "203.0.113.7";
const EVE: &str = "198.51.100.9";
const PROXY: &str = "10.0.0.1";

async fn world(limits: Limits) -> (World, ManualClock) {
    let (clock, hand) = Clock::manual(Clock::System.now());
    let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
    let config = HttpConfig::new("stoa.test", false)
        .with_limits(limits)
        .with_proxies(proxies);
    (World::with(config, clock).await, hand)
}

fn peers(rate: &str) -> Limits {
    Limits {
        peer: Some(rate.parse().unwrap()),
        ..Limits::NONE
    }
}

fn standing(reply: &Reply) -> [&str; 3] {
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].map(|name| reply.header(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_has_asked_enough_waits() {
    let (world, hand) = world(peers("6/m:2")).await;
    let ask = |from: &'static str| world.get("silk.stoa.test/api/guest").from(from).send();
    let first = ask(ADA).await;
    assert_eq!((first.status.as_u16(), standing(&first)), (200, ["2", "1", "10"]));
    assert_eq!(standing(&ask(ADA).await), ["2", "0", "20"]);
    let refused = ask(ADA).await;
    assert_outcome(&refused, 429, "rate.limited");
    assert_eq!(refused.header("retry-after"), "10");
    assert_eq!(standing(&refused), ["2", "0", "20"]);
    assert_eq!(ask(EVE).await.status, 200, "somebody else");
    hand.advance(Duration::from_secs(10));
    assert_eq!(ask(ADA).await.status, 200, "in its own time");
    assert_outcome(&ask(ADA).await, 429, "rate.limited");
}

/// ATK-P8: whatever a peer writes about where it comes from, it has one budget.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoofed_addresses_buy_nothing() {
    let (world, _) = world(peers("1/m:3")).await;
    let ask = |number: u8| {
        let other = format!("192.0.2.{number}");
        world
            .get("silk.stoa.test/api/guest")
            .from(EVE)
            .header("x-forwarded-for", &other)
            .header("x-real-ip", &other)
            .header("forwarded", &format!("for={other}"))
            .send()
    };
    for number in 0..3 {
        assert_eq!(ask(number).await.status, 200);
    }
    for number in 3..6 {
        assert_outcome(&ask(number).await, 429, "rate.limited");
    }
}

/// ATK-P8, the other side: behind a trusted proxy everybody is who the proxy heard from, and nobody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_proxy_says_who_asks() {
    let (world, _) = world(peers("1/m:1")).await;
    let ask = |forwarded: &'static str| {
        world
            .get("silk.stoa.test/api/guest")
            .from(PROXY)
            .header("x-forwarded-for", forwarded)
            .send()
    };
    assert_eq!(ask(ADA).await.status, 200);
    assert_eq!(ask(EVE).await.status, 200);
    for spoofed in ["192.0.2.1, 203.0.113.7", "203.0.113.7, 10.0.0.9", ADA] {
        assert_outcome(&ask(spoofed).await, 429, "rate.limited");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_s_requests_count_together_and_not_as_their_peer_s() {
    let (world, _) = world(Limits {
        principal: Some("1/m:2".parse().unwrap()),
        ..peers("1/m:1")
    })
    .await;
    let (_, ada) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let (_, eve) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let ask = |token, from: &'static str| {
        let ask = world.get("app.stoa.test/api/tenant/silk/notes").from(from);
        ask.signed_in(token).send()
    };
    assert_eq!(ask(&ada, ADA).await.status, 200);
    assert_eq!(ask(&ada, EVE).await.status, 200);
    let refused = ask(&ada, ADA).await;
    assert_outcome(&refused, 429, "rate.limited");
    assert_eq!(standing(&refused)[0], "2");
    assert_eq!(
        ask(&eve, ADA).await.status,
        200,
        "another person at the same peer"
    );
    let stale = stoa_core::Token::random();
    assert_outcome(&ask(&stale, ADA).await, 401, "auth.required");
    assert_outcome(&ask(&stale, ADA).await, 429, "rate.limited");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_with_too_many_requests_leaves_the_others_alone() {
    let (world, hand) = world(Limits {
        tenant: Some("1/s:3".parse().unwrap()),
        ..Limits::NONE
    })
    .await;
    let (_, ada) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let cart = |host: &str| world.get(&format!("{host}.stoa.test/cart")).send();
    for _ in 0..3 {
        assert_eq!(cart("silk").await.status, 200);
    }
    let refused = cart("silk").await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("retry-after")),
        (429, "1")
    );
    assert_eq!(refused.header("ratelimit-limit"), "", "a page");
    let elected = world.get("app.stoa.test/api/tenant/silk/notes").signed_in(&ada);
    assert_outcome(&elected.send().await, 429, "rate.limited");
    assert_eq!(cart("clay").await.status, 200);
    hand.advance(Duration::from_secs(1));
    assert_eq!(cart("silk").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kept_pages_cost_nothing() {
    let (world, _) = world(peers("1/m:1")).await;
    let page = || world.get("silk.stoa.test/notes").from(ADA).send();
    for _ in 0..5 {
        assert_eq!(page().await.status, 200);
    }
    assert_eq!(
        world.get("clay.stoa.test/notes").from(ADA).send().await.status,
        429
    );
}
