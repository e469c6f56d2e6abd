//! Shoppers who press "Place order": posts checkouts over connections that stay open.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::Full;

use crate::{
    carts::{self, Spread},
    client::Client,
    dataset::slug,
    runtime::block_on,
    spans::Spans,
    turns::Turn,
};

pub(crate) const CONNECTIONS: u32 = 16;

const FORM: &str = "name=Farhana+Akter&phone=%2B8801711000000&email=farhana%40example.com&line1=House+12%2C+Road+5&line2=\
                    &city=Dhaka&region=&postcode=1209&country=Bangladesh&note=&payment_method=cash_on_delivery";

/// Orders these carts. One that does not become an order fails the turn.
pub(crate) fn order(port: u16, spread: Spread, orders: &Range<u32>) -> Result<Turn> {
    block_on(async {
        let mut shoppers = Vec::new();
        for connection in 0..CONNECTIONS {
            let client = Client::connect(port).await?;
            let own: Vec<u32> = orders
                .clone()
                .filter(|cart| cart % CONNECTIONS == connection)
                .collect();
            shoppers.push((client, own));
        }
        let started = Instant::now();
        let under_way: Vec<_> = shoppers
            .into_iter()
            .map(|(client, own)| tokio::spawn(order_all(client, port, spread, own)))
            .collect();
        let mut spans = Vec::new();
        for shopper in under_way {
            spans.extend(shopper.await??);
        }
        let took = started.elapsed();
        let spans: Spans = spans.into_iter().collect();
        Ok(Turn {
            p99: Some(spans.p99()),
            ..Turn::of(u32::try_from(spans.count())?, took)
        })
    })
}

async fn order_all(mut client: Client, port: u16, spread: Spread, orders: Vec<u32>) -> Result<Vec<Duration>> {
    let mut spans = Vec::with_capacity(orders.len());
    for cart in orders {
        let reply = client.send(request(port, spread, cart)?).await?;
        spans.push(reply.took);
        let location = reply.headers.get(header::LOCATION);
        let ordered = location.is_some_and(|location| location.as_bytes().starts_with(b"/orders/"));
        ensure!(
            reply.status == StatusCode::SEE_OTHER && ordered,
            "cart {cart} was not ordered: {} {location:?} {}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
    }
    Ok(spans)
}

fn request(port: u16, spread: Spread, cart: u32) -> Result<Request<Full<Bytes>>> {
    Request::post("/checkout")
        .header(
            header::HOST,
            format!("{}.localhost:{port}", slug(spread.tenant(cart))),
        )
        .header(header::COOKIE, format!("__Host-cart={}", carts::token_text(cart)))
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::from(FORM))
        .context("a checkout")
}
