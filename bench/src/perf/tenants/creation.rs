//! PERF-7: how long it takes from somebody who wants a shop to a shop that answers, without hashing a password.

use std::{net::Ipv4Addr, time::Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use stoa::Stoa;
use stoa_http::Gateway;

use crate::{
    dataset::{Crowd, create_named},
    runtime::block_on,
    spans::Spans,
};

/// So many are made, one after the other.
const COUNT: usize = 50;

#[derive(Debug, Default)]
pub(crate) struct Creations {
    /// The service alone.
    pub(crate) service: Spans,
    /// The same, and the first answer of the new website.
    pub(crate) answering: Spans,
}

/// Calls the service that sign-up calls, and the gateway, both within this process.
pub(crate) fn measure(crowd: &Crowd) -> Result<Creations> {
    block_on(async {
        let stoa = Stoa::open(&crowd.store().settings()).await?;
        let gateway = stoa.gateway(Vec::new());
        let present = crowd.members().len();
        let (mut service, mut answering) = (Vec::new(), Vec::new());
        for number in 0..COUNT {
            let slug = format!("new-{present}-{number}");
            let started = Instant::now();
            create_named(&stoa, &slug).await?;
            service.push(started.elapsed());
            visit(&gateway, &slug, stoa.config().base_domain()).await?;
            answering.push(started.elapsed());
        }
        Ok(Creations {
            service: service.into_iter().collect(),
            answering: answering.into_iter().collect(),
        })
    })
}

async fn visit(gateway: &Gateway, slug: &str, base_domain: &str) -> Result<()> {
    let request = Request::get("/")
        .header(header::HOST, format!("{slug}.{base_domain}"))
        .body(Full::<Bytes>::default())?;
    let response = gateway.handle(request, Ipv4Addr::LOCALHOST.into()).await?;
    ensure!(
        response.status().is_success(),
        "the new website answers {}",
        response.status()
    );
    response.into_body().collect().await?;
    Ok(())
}
