//! `/orders/{token}`: an order, for whoever has its address.

use serde::Serialize;
use stoa_core::Token;
use stoa_http::{ApiError, Path, Visitor};
use stoa_sites::{Page, PageMeta, render};

use super::views::OrderPage;
use crate::{error::CommerceError, store};

#[derive(Serialize)]
struct OrderData {
    order: OrderPage,
}

pub(crate) async fn show(visitor: Visitor, Path(token): Path<String>) -> Result<Page, ApiError> {
    let token = Token::parse(&token).ok_or(CommerceError::OrderNotFound)?;
    let mut cx = visitor.read().await?;
    let order = store::order_of_token(&mut cx, &token, visitor.site).await?;
    let order = order.ok_or(CommerceError::OrderNotFound)?;
    let meta = PageMeta {
        template: "order.html",
        path: format!("/orders/{}", token.as_str()).into(),
        title: Some(format!("Order {}", order.number.get()).into()),
        description: None,
    };
    Ok(render(&mut cx, &visitor, meta, OrderData { order: order.into() }).await?)
}
