//! The newest products, for front pages.

use serde_json::json;
use stoa_db::{Cx, DbResult, Stretch};
use stoa_http::{BoxFuture, Section};

use super::views::Card;
use crate::{
    domain::product::ProductStatus,
    store::{self, ProductFilter},
};

const HOW_MANY: i64 = 8;

pub(crate) const FEATURED_PRODUCTS: Section = Section {
    name: "featured_products",
    load,
};

fn load(cx: &mut Cx) -> BoxFuture<'_, DbResult<serde_json::Value>> {
    Box::pin(async move {
        let filter = ProductFilter {
            status: Some(ProductStatus::Active),
            ..ProductFilter::default()
        };
        let cards = store::cards(cx, &filter, &Stretch::first(HOW_MANY)).await?;
        Ok(json!(cards.into_iter().map(Card::from).collect::<Vec<_>>()))
    })
}
