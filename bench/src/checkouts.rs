//! Shoppers who press "Place order": posts checkouts over connections that stay open.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{carts, dataset::slug, turns::Turn};

pub(crate) const CONNECTIONS: u32 = 16;

const FORM: &str = "name=Farhana+Akter&phone=%2B8801711000000&email=farhana%40example.com&line1=House+12%2C+Road+5&line2=\
                    &city=Dhaka&region=&postcode=1209&country=Bangladesh&note=&payment_method=cash_on_delivery";

/// Orders these carts. One that does not become an order fails the turn.
pub(crate) fn order(port: u16, orders: &Range<u32>) -> Result<Turn> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut shoppers = Vec::new();
        for connection in 0..CONNECTIONS {
            let sender = connect(port).await?;
            let own: Vec<u32> = orders
                .clone()
                .filter(|cart| cart % CONNECTIONS == connection)
                .collect();
            shoppers.push((sender, own));
        }
        let started = Instant::now();
        let under_way: Vec<_> = shoppers
            .into_iter()
            .map(|(sender, own)| tokio::spawn(order_all(sender, port, own)))
            .collect();
        let mut spans = Vec::new();
        for shopper in under_way {
            spans.extend(shopper.await??);
        }
        let took = started.elapsed();
        spans.sort();
        let p99 = spans.get(spans.len() * 99 / 100).copied();
        Ok(Turn {
            p99,
            ..Turn::of(u32::try_from(spans.len())?, took)
        })
    })
}

async fn connect(port: u16) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn order_all(
    mut sender: SendRequest<Full<Bytes>>,
    port: u16,
    orders: Vec<u32>,
) -> Result<Vec<Duration>> {
    let mut spans = Vec::with_capacity(orders.len());
    for cart in orders {
        let request = request(port, cart)?;
        let started = Instant::now();
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let location = response.headers().get(header::LOCATION).cloned();
        let body = response.into_body().collect().await?.to_bytes();
        spans.push(started.elapsed());
        let ordered = location
            .as_ref()
            .is_some_and(|location| location.as_bytes().starts_with(b"/orders/"));
        ensure!(
            status == StatusCode::SEE_OTHER && ordered,
            "cart {cart} was not ordered: {status} {location:?} {}",
            String::from_utf8_lossy(&body)
        );
    }
    Ok(spans)
}

fn request(port: u16, cart: u32) -> Result<Request<Full<Bytes>>> {
    Request::post("/checkout")
        .header(
            header::HOST,
            format!("{}.localhost:{port}", slug(carts::tenant(cart))),
        )
        .header(header::COOKIE, format!("__Host-cart={}", carts::token_text(cart)))
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::from(FORM))
        .context("a checkout")
}
