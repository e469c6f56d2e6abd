//! `/ecommerce/products/{id}/variants/{variant_id}/stock-adjustments`.

use serde::{Deserialize, Serialize};
use stoa_core::{FieldErrors, Text};
use stoa_http::{ApiError, Created, Json, Path, Scope};
use utoipa::ToSchema;

use crate::{
    domain::ids::{ProductId, VariantId},
    permissions::ProductsWrite,
    service::{self, AdjustStock},
};

/// With more, something is wrong with the request rather than with the stock.
const MAX_DELTA: i64 = 1_000_000;

/// Goods were counted, received or lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StockAdjustmentBody {
    /// Pieces more, or less when below zero.
    #[schema(example = -2)]
    delta: i64,
    /// Why, for those who read the journal.
    #[schema(example = "Two were damaged in storage")]
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockView {
    /// Pieces after the adjustment.
    #[schema(example = 10)]
    stock: i64,
    /// Whether the variant can be bought now.
    available: bool,
}

/// Corrects the stock of a variant. The journal keeps who did it and why.
#[utoipa::path(
    post,
    path = "/ecommerce/products/{id}/variants/{variant_id}/stock-adjustments",
    tag = "products",
    params(("id" = ProductId, Path), ("variant_id" = VariantId, Path)),
    request_body = StockAdjustmentBody,
    responses(
        (status = 201, body = StockView),
        (status = 404, description = "`commerce.variant_not_found`"),
        (status = 409, description = "`commerce.stock_below_zero`"),
        (status = 422, description = "`request.invalid`: every field that needs another value"),
    ),
    extensions(("x-permission" = json!("products.write")))
)]
pub(crate) async fn create(
    scope: Scope<ProductsWrite>,
    Path((id, variant_id)): Path<(ProductId, VariantId)>,
    Json(body): Json<StockAdjustmentBody>,
) -> Result<Created<StockView>, ApiError> {
    let command = body.parse()?;
    let mut cx = scope.begin().await?;
    let supply = service::adjust_stock(&mut cx, id, variant_id, command).await?;
    cx.commit().await?;
    Ok(Created(StockView {
        stock: supply.stock,
        available: supply.is_available(),
    }))
}

impl StockAdjustmentBody {
    fn parse(self) -> Result<AdjustStock, FieldErrors> {
        let mut errors = FieldErrors::new();
        if self.delta == 0 || !(-MAX_DELTA..=MAX_DELTA).contains(&self.delta) {
            errors.add(
                "delta",
                "stock.delta",
                format!("must not be 0, nor more than {MAX_DELTA}"),
            );
        }
        let reason = errors.check("reason", Text::parse(&self.reason));
        let (reason,) = errors.finish((reason,))?;
        Ok(AdjustStock {
            delta: self.delta,
            reason,
        })
    }
}
