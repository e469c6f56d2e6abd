//! `/ecommerce/orders`.

use serde::Deserialize;
use stoa_core::{FieldErrors, Text};
use stoa_db::SortKey;
use stoa_http::{ApiError, Json, List, Listing, Page, Path, Scope};
use utoipa::IntoParams;

use super::order_views::{OrderSummary, OrderView};
use crate::{
    domain::{
        ids::OrderId,
        order::{OrderStatus, PaymentStatus},
        search::OrderSearch,
    },
    error::CommerceError,
    permissions::{OrdersRead, OrdersWrite},
    service,
    store::{self, OrderFilter},
};

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdersQuery {
    /// `pending`, `processing`, `shipped`, `delivered` or `cancelled`.
    #[param(example = "pending")]
    status: Option<String>,
    /// `pending`, `paid`, `failed` or `refunded`.
    #[param(example = "paid")]
    payment_status: Option<String>,
    /// The number, or how the email or the telephone number begins.
    #[param(example = "1001")]
    q: Option<String>,
}

/// The orders of the business, newest first.
#[utoipa::path(
    get,
    path = "/ecommerce/orders",
    tag = "orders",
    params(List<OrdersQuery>),
    responses(
        (status = 200, body = Page<OrderSummary>),
        (status = 422, description = "`request.invalid`: an unknown status, sort or parameter"),
    ),
    extensions(("x-permission" = json!("orders.read")))
)]
pub(crate) async fn list(
    scope: Scope<OrdersRead>,
    list: List<OrdersQuery>,
) -> Result<Json<Page<OrderSummary>>, ApiError> {
    let mut cx = scope.read().await?;
    let orders = store::orders(&mut cx, &list.filter, &list.stretch).await?;
    Ok(Json(list.page(orders).map(OrderSummary::from)))
}

/// One order.
#[utoipa::path(
    get,
    path = "/ecommerce/orders/{id}",
    tag = "orders",
    params(("id" = OrderId, Path)),
    responses(
        (status = 200, body = OrderView),
        (status = 404, description = "`commerce.order_not_found`"),
    ),
    extensions(("x-permission" = json!("orders.read")))
)]
pub(crate) async fn show(
    scope: Scope<OrdersRead>,
    Path(id): Path<OrderId>,
) -> Result<Json<OrderView>, ApiError> {
    let mut cx = scope.read().await?;
    let order = store::order(&mut cx, id)
        .await?
        .ok_or(CommerceError::OrderNotFound)?;
    Ok(Json(order.into()))
}

/// Cancels an order that is not yet on its way. Its goods are put back into stock, once.
#[utoipa::path(
    post,
    path = "/ecommerce/orders/{id}/cancellation",
    tag = "orders",
    params(("id" = OrderId, Path)),
    responses(
        (status = 200, body = OrderView),
        (status = 404, description = "`commerce.order_not_found`"),
        (status = 409, description = "`commerce.not_cancellable`: on its way, or cancelled already"),
    ),
    extensions(("x-permission" = json!("orders.write")))
)]
pub(crate) async fn cancel(
    scope: Scope<OrdersWrite>,
    Path(id): Path<OrderId>,
) -> Result<Json<OrderView>, ApiError> {
    let mut cx = scope.begin().await?;
    let order = service::cancel_order(&mut cx, id).await?;
    cx.commit().await?;
    Ok(Json(order.into()))
}

impl Listing for OrdersQuery {
    const SORTS: &'static [&'static str] = &["-placed_at", "placed_at", "-number", "number"];
    type Filter = OrderFilter;
    type Item = store::OrderSummary;
    type Key = (SortKey, OrderId);

    fn filter(self) -> Result<OrderFilter, FieldErrors> {
        let mut errors = FieldErrors::new();
        let status = errors.check(
            "status",
            self.status.as_deref().map(OrderStatus::parse).transpose(),
        );
        let payment_status = errors.check(
            "payment_status",
            self.payment_status
                .as_deref()
                .map(PaymentStatus::parse)
                .transpose(),
        );
        let q = errors.check("q", self.q.as_deref().map(Text::parse).transpose());
        let (status, payment_status, q) = errors.finish((status, payment_status, q))?;
        Ok(OrderFilter {
            status,
            payment_status,
            search: q.as_ref().map(OrderSearch::of),
        })
    }

    fn key(order: &store::OrderSummary, sort: &str) -> (SortKey, OrderId) {
        let key = match sort {
            "number" | "-number" => order.number.get().into(),
            _ => order.placed_at.into(),
        };
        (key, order.id)
    }
}
