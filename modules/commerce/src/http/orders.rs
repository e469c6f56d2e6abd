//! `/ecommerce/orders`.

use serde::Deserialize;
use stoa_core::{FieldErrors, Timestamp};
use stoa_http::{ApiError, Json, ListQuery, Page, Path, Query, Scope};
use utoipa::IntoParams;

use super::order_views::{OrderSummary, OrderView};
use crate::{
    domain::{ids::OrderId, order::OrderStatus},
    error::CommerceError,
    permissions::{OrdersRead, OrdersWrite},
    service,
    store::{self, After},
};

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdersQuery {
    /// `pending`, `processing`, `shipped`, `delivered` or `cancelled`.
    #[param(example = "pending")]
    status: Option<String>,
}

/// The orders of the business, newest first.
#[utoipa::path(
    get,
    path = "/ecommerce/orders",
    tag = "orders",
    params(OrdersQuery, ListQuery),
    responses(
        (status = 200, body = Page<OrderSummary>),
        (status = 422, description = "`request.invalid`: an unknown status"),
    ),
    extensions(("x-permission" = json!("orders.read")))
)]
pub(crate) async fn list(
    scope: Scope<OrdersRead>,
    Query(filter): Query<OrdersQuery>,
    Query(page): Query<ListQuery>,
) -> Result<Json<Page<OrderSummary>>, ApiError> {
    let status = filter.parse()?;
    let request = page.parse::<(Timestamp, OrderId)>(scope.cursors())?;
    let after = request.after.map(|(at, id)| After { at, id });
    let mut cx = scope.read().await?;
    let orders = store::orders(&mut cx, status, after, request.fetch()).await?;
    Ok(Json(
        request
            .page(orders, |order| (order.placed_at, order.id))
            .map(OrderSummary::from),
    ))
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

impl OrdersQuery {
    fn parse(self) -> Result<Option<OrderStatus>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let status = errors.check(
            "status",
            self.status.as_deref().map(OrderStatus::parse).transpose(),
        );
        errors.finish((status,)).map(|(status,)| status)
    }
}
