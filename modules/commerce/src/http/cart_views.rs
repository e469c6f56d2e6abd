//! Carts as the API shows them.

use serde::Serialize;
use stoa_core::{Currency, Money, Token};
use utoipa::ToSchema;

use super::order_views::OrderView;
use crate::{
    domain::{
        cart::{Cart, CartLine},
        ids::{ProductId, VariantId},
    },
    error::CommerceError,
};

/// A cart at the prices of this moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CartView {
    /// Whoever has it may change and order the cart. It is told only to whoever made the cart.
    #[schema(example = "q5Wv0cDOSB1cXpoBf2w7A9sGQq8m5bqg3n8bQzv3l1E")]
    token: String,
    lines: Vec<CartLineView>,
    /// Pieces in all lines.
    #[schema(example = 3)]
    count: u32,
    subtotal: Money,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CartLineView {
    variant_id: VariantId,
    product_id: ProductId,
    #[schema(example = "linen-shirt")]
    slug: String,
    #[schema(example = "Linen shirt")]
    title: String,
    #[schema(example = "M")]
    variant_title: Option<String>,
    #[schema(example = "LIN-M")]
    sku: Option<String>,
    #[schema(example = "https://cdn.example.com/linen-shirt.jpg")]
    image: Option<String>,
    unit_price: Money,
    #[schema(example = 2)]
    quantity: u32,
    total: Money,
    /// Whether the line could be ordered now.
    available: bool,
    /// Why not: `not_on_sale`, `out_of_stock` or `not_enough`.
    #[schema(example = "not_enough")]
    problem: Option<&'static str>,
}

/// An order as whoever placed it sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlacedOrder {
    /// Leads to the order's own page: `/orders/{token}`. Not the cart's token.
    #[schema(example = "m3yEoQ5cH8vKQy2r1bq4uHc2o5y0mGm0S0m7gq8fU2w")]
    token: String,
    #[serde(flatten)]
    order: OrderView,
}

impl CartView {
    pub(crate) fn of(cart: Cart, token: &Token, currency: Currency) -> Result<Self, CommerceError> {
        let subtotal = cart.subtotal(currency).ok_or(CommerceError::AmountOutOfRange)?;
        let count = cart.count();
        let lines = cart.lines.into_iter().map(line).collect::<Option<Vec<_>>>();
        let lines = lines.ok_or(CommerceError::AmountOutOfRange)?;
        Ok(Self {
            token: token.as_str().to_owned(),
            lines,
            count,
            subtotal,
        })
    }
}

impl PlacedOrder {
    pub(crate) fn of(order: OrderView, token: &Token) -> Self {
        Self {
            token: token.as_str().to_owned(),
            order,
        }
    }
}

fn line(line: CartLine) -> Option<CartLineView> {
    let (total, problem) = (line.total()?, line.problem());
    let CartLine { item, quantity } = line;
    Some(CartLineView {
        variant_id: item.variant,
        product_id: item.product,
        slug: item.slug,
        title: item.title,
        variant_title: item.variant_title,
        sku: item.sku,
        image: item.image,
        unit_price: item.price,
        quantity: quantity.get(),
        total,
        available: problem.is_none(),
        problem: problem.map(crate::domain::cart::Problem::code),
    })
}
