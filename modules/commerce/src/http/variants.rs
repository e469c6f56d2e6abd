//! `/ecommerce/products/{id}/variants/{variant_id}`.

use serde::Deserialize;
use stoa_core::{Currency, FieldErrors, Money, Sku, optional};
use stoa_http::{ApiError, Json, Path, Scope};
use utoipa::ToSchema;

use super::product_views::VariantView;
use crate::{
    domain::{
        ids::{ProductId, VariantId},
        variant::check_price,
    },
    permissions::ProductsWrite,
    service::{self, ChangeVariant},
};

/// What is to be different. A field that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeVariantBody {
    /// The version that was read before the change.
    #[schema(example = 2)]
    version: i64,
    /// In the shop's currency.
    price: Option<Money>,
    /// Null removes it.
    #[serde(default, deserialize_with = "stoa_http::nullable")]
    #[schema(value_type = Option<Money>)]
    compare_at: Option<Option<Money>>,
    /// Null or blank removes it.
    #[serde(default, deserialize_with = "stoa_http::nullable")]
    #[schema(value_type = Option<String>, example = "LIN-M")]
    sku: Option<Option<String>>,
    /// Null or blank removes it.
    #[serde(default, deserialize_with = "stoa_http::nullable")]
    #[schema(value_type = Option<String>, example = "4006381333931")]
    barcode: Option<Option<String>>,
    #[schema(example = 320)]
    weight_grams: Option<u32>,
}

/// Changes what a variant costs and how it is labelled. Its stock is changed by adjustments.
#[utoipa::path(
    patch,
    path = "/ecommerce/products/{id}/variants/{variant_id}",
    tag = "products",
    params(("id" = ProductId, Path), ("variant_id" = VariantId, Path)),
    request_body = ChangeVariantBody,
    responses(
        (status = 200, body = VariantView),
        (status = 404, description = "`commerce.product_not_found`, `commerce.variant_not_found`"),
        (status = 409, description = "`commerce.stale_version`, `commerce.sku_taken`"),
        (status = 422, description = "`request.invalid`: every field that needs another value"),
    ),
    extensions(("x-permission" = json!("products.write")))
)]
pub(crate) async fn change(
    scope: Scope<ProductsWrite>,
    Path((id, variant_id)): Path<(ProductId, VariantId)>,
    Json(body): Json<ChangeVariantBody>,
) -> Result<Json<VariantView>, ApiError> {
    let command = body.parse(scope.tenant.currency)?;
    let mut cx = scope.begin().await?;
    let variant = service::change_variant(&mut cx, id, variant_id, command).await?;
    cx.commit().await?;
    Ok(Json(variant.into()))
}

impl ChangeVariantBody {
    fn parse(self, currency: Currency) -> Result<ChangeVariant, FieldErrors> {
        let mut errors = FieldErrors::new();
        let price = self.price.map(|price| check_price(price, currency)).transpose();
        let price = errors.check("price", price);
        let compare_at = self
            .compare_at
            .map(|money| money.map(|money| check_price(money, currency)).transpose());
        let compare_at = errors.check("compare_at", compare_at.transpose());
        let sku = self.sku.map(|sku| {
            let sku = sku.filter(|sku| !sku.trim().is_empty());
            sku.map(|sku| Sku::parse(&sku)).transpose()
        });
        let sku = errors.check("sku", sku.transpose());
        let barcode = self
            .barcode
            .map(|barcode| optional(barcode.as_deref().unwrap_or_default()));
        let barcode = errors.check("barcode", barcode.transpose());
        let (price, compare_at, sku, barcode) = errors.finish((price, compare_at, sku, barcode))?;
        Ok(ChangeVariant {
            version: self.version,
            price,
            compare_at,
            sku,
            barcode,
            weight_grams: self.weight_grams,
        })
    }
}
