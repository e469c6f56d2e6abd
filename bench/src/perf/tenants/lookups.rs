//! What is looked up for each request, when nothing is known yet: whose host it is, who asks, and the tenant's store.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use stoa::Stoa;
use stoa_http::{Credential, Freshness, HostKey};

use crate::{
    dataset::{Crowd, Member},
    figures::{Growth, Quantity},
    perf::Bench,
    runtime::block_on,
    spans::Spans,
};

/// Tenants that are asked for, at least: where there are fewer, several times.
const SAMPLE: usize = 200;
const STARTS: usize = 5;

#[derive(Debug, Default)]
struct Found {
    host: Vec<Duration>,
    session: Vec<Duration>,
    store: Vec<Duration>,
}

pub(super) fn measure(bench: &Bench, crowd: &Crowd, growth: &mut Growth) -> Result<()> {
    let sample = crowd.sample(SAMPLE);
    let mut found = Found::default();
    while found.host.len() < SAMPLE {
        block_on(look_up(crowd, &sample, &mut found))?;
    }
    let median = |spans: Vec<Duration>| Quantity::Span(spans.into_iter().collect::<Spans>().median());
    growth.note("resolve a host not known yet", median(found.host));
    growth.note("authenticate a session not known yet", median(found.session));
    growth.note("open a store", median(found.store));

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(bench.serve("serve", &crowd.store())?.ready_after);
    }
    growth.note("start until ready", median(starts));
    Ok(())
}

/// A platform just opened remembers nothing; only its statements are ready.
async fn look_up(crowd: &Crowd, sample: &[Member], found: &mut Found) -> Result<()> {
    let stoa = Stoa::open(&crowd.store().settings()).await?;
    let (first, rest) = (sample.first(), sample.iter());
    for member in first.into_iter().chain(rest) {
        let (host, session, store) = look_up_one(&stoa, member).await?;
        found.host.push(host);
        found.session.push(session);
        found.store.push(store);
    }
    Ok(())
}

async fn look_up_one(stoa: &Stoa, member: &Member) -> Result<(Duration, Duration, Duration)> {
    let (tenants, db) = (stoa.tenants(), stoa.db());
    let host = HostKey::Subdomain(member.slug.clone());
    let credential = Credential::Session(member.session.clone());

    let started = Instant::now();
    let site = tenants.by_host(db, &host).await?;
    let resolved = started.elapsed();
    let principal = tenants
        .identity()
        .authenticate(db, &credential, Freshness::Recent)
        .await?;
    let authenticated = started.elapsed();
    drop(stoa.for_command(member.tenant).read().await?);
    let opened = started.elapsed();

    ensure!(
        site.is_some_and(|site| site.tenant.id == member.tenant) && principal.is_some(),
        "{} was not found",
        member.slug
    );
    Ok((resolved, authenticated - resolved, opened - authenticated))
}
