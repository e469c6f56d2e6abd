//! Cancels an order that is not yet on its way, and puts its goods back on the shelf.

use stoa_db::Cx;

use crate::{
    domain::{
        ids::{OrderId, VariantId},
        order::{Order, OrderStatus},
        quantity::Quantity,
    },
    error::CommerceError,
    events::{AvailabilityChanged, OrderCancelled},
    store::{self, Change},
};

pub(crate) async fn cancel_order(cx: &mut Cx, id: OrderId) -> Result<Order, CommerceError> {
    let mut order = store::order(cx, id).await?.ok_or(CommerceError::OrderNotFound)?;
    // The update decides: of two cancellations only one finds the order still open, so goods come back once.
    if store::cancel_order(cx, id).await? == Change::Stale {
        return Err(CommerceError::NotCancellable);
    }
    let mut lines = order
        .lines
        .iter()
        .map(|line| (line.variant, line.quantity))
        .collect::<Vec<_>>();
    lines.sort_by_key(|(variant, _)| *variant);
    store::give_stock_back(cx, &lines).await?;
    cx.record(&OrderCancelled {
        order: id,
        number: order.number.get(),
    });
    let flipped = flipped(cx, &lines).await?;
    if !flipped.is_empty() {
        cx.record(&AvailabilityChanged { variants: flipped });
    }
    order.status = OrderStatus::Cancelled;
    order.version += 1;
    Ok(order)
}

/// The variants that can be bought again now.
async fn flipped(cx: &mut Cx, lines: &[(VariantId, Quantity)]) -> Result<Vec<VariantId>, CommerceError> {
    let ids = lines.iter().map(|(variant, _)| *variant).collect::<Vec<_>>();
    let mut flipped = Vec::new();
    for (variant, supply) in store::supply_of(cx, &ids).await? {
        let back = lines
            .iter()
            .find(|(id, _)| *id == variant)
            .map_or(0, |(_, quantity)| quantity.get());
        if supply.flipped_by(i64::from(back)) {
            flipped.push(variant);
        }
    }
    Ok(flipped)
}
