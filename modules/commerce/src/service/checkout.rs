//! Makes an order of a cart, once. Few round trips, and what others wait for comes last.

use stoa_core::{Currency, FieldError, Money, SiteId, Token};
use stoa_db::{Cx, DbResult};

use super::put_line::shortage;
use crate::{
    domain::{
        cart::{CartLine, Item, Problem},
        ids::{CartId, VariantId},
        order::{Delivery, Order, OrderLine, OrderStatus, PaymentStatus, Totals},
    },
    error::CommerceError,
    events::{AvailabilityChanged, OrderPlaced},
    letters,
    store::{self, TakenLine},
};

#[derive(Debug)]
pub(crate) struct Checkout {
    pub(crate) cart: Token,
    pub(crate) site: SiteId,
    pub(crate) shop: ShopFront,
    /// The shop's.
    pub(crate) currency: Currency,
    pub(crate) delivery: Delivery,
    /// What the shopper was told it would come to, if they were.
    pub(crate) expected_total: Option<Money>,
}

/// The shop as letters name it.
#[derive(Debug)]
pub(crate) struct ShopFront {
    pub(crate) name: String,
    /// Where its website starts, without a slash at the end.
    pub(crate) url: String,
}

/// The order of a cart, and the token of the page that shows it.
#[derive(Debug)]
pub(crate) struct CheckedOut {
    pub(crate) order: Order,
    pub(crate) token: Token,
    /// False when the cart had been ordered before.
    pub(crate) is_new: bool,
}

pub(crate) async fn checkout(cx: &mut Cx, command: Checkout) -> Result<CheckedOut, CommerceError> {
    // Whoever changes the cart meanwhile waits, and then finds it ordered.
    store::queue_lock(cx, &command.cart, command.site)?;
    let mut taken = store::take_lines(cx, &command.cart, command.site).await?;
    let Some(cart) = taken.first().map(|line| line.cart) else {
        return find_earlier(cx, &command).await;
    };
    // One order of locking for all checkouts, so that no two wait for each other.
    taken.sort_by_key(|line| line.variant);
    let wanted = taken
        .iter()
        .map(|line| (line.variant, line.quantity))
        .collect::<Vec<_>>();
    let served = store::take_stock(cx, &wanted).await?;
    // Read after the stock was taken: from here on these rows are ours, and prices are those of this moment.
    let ids = taken.iter().map(|line| line.variant).collect::<Vec<_>>();
    let items = store::items(cx, &ids).await?;
    let shortages = shortages(&taken, &served, &items);
    if !shortages.is_empty() {
        return Err(CommerceError::OutOfStock(shortages));
    }
    let order = place(cx, cart, &command, price(&taken, items.clone())?).await?;
    let token = order_token(&command.cart);
    store::queue_order(cx, &order, &token)?;
    cx.record(&OrderPlaced::from(&order));
    write_letters(cx, &order, &command.shop, &token).await?;
    let flipped = flipped(&taken, &items);
    if !flipped.is_empty() {
        cx.record(&AvailabilityChanged { variants: flipped });
    }
    Ok(CheckedOut {
        order,
        token,
        is_new: true,
    })
}

/// The letters are written here and nowhere later: the token that leads to the order's page is known now, and neither the
/// journal nor the order keeps it.
async fn write_letters(cx: &mut Cx, order: &Order, shop: &ShopFront, token: &Token) -> DbResult<()> {
    let page = format!("{}/orders/{}", shop.url, token.as_str());
    if let Some(confirmation) = letters::confirmation(order, &shop.name, page) {
        stoa_mail::send(cx, &confirmation).await?;
    }
    stoa_mail::send(cx, &letters::notice(order)).await
}

/// What the cart became when it was ordered before.
async fn find_earlier(cx: &mut Cx, command: &Checkout) -> Result<CheckedOut, CommerceError> {
    let cart = store::find_cart(cx, &command.cart, command.site)
        .await?
        .ok_or(CommerceError::CartNotFound)?;
    let order = store::order_of_cart(cx, cart.id)
        .await?
        .ok_or(CommerceError::CartEmpty)?;
    Ok(CheckedOut {
        order,
        token: order_token(&command.cart),
        is_new: false,
    })
}

/// An order's page has a token of its own, which follows from the cart's: whoever repeats the checkout is led to the
/// same page, though only hashes are kept.
fn order_token(cart: &Token) -> Token {
    cart.derive("order")
}

fn shortages(taken: &[TakenLine], served: &[bool], items: &[Item]) -> Vec<FieldError> {
    let mut shortages = Vec::new();
    for (line, served) in taken.iter().zip(served) {
        let Some(item) = items.iter().find(|item| item.variant == line.variant) else {
            let detail = Problem::NotOnSale.text();
            shortages.push(FieldError {
                field: format!("lines.{}", line.variant),
                code: "not_on_sale",
                detail,
            });
            continue;
        };
        if !item.on_sale {
            shortages.push(shortage(item, Problem::NotOnSale));
        } else if !served {
            shortages.push(shortage(
                item,
                item.problem(line.quantity).unwrap_or(Problem::OutOfStock),
            ));
        }
    }
    shortages
}

/// The lines as they were put into the cart, at the prices of this moment.
fn price(taken: &[TakenLine], items: Vec<Item>) -> Result<Vec<OrderLine>, CommerceError> {
    let mut lines = taken.iter().zip(items).collect::<Vec<_>>();
    lines.sort_by_key(|(line, _)| (line.added_at, line.variant));
    let priced = lines.into_iter().map(|(line, item)| {
        OrderLine::of(&CartLine {
            item,
            quantity: line.quantity,
        })
    });
    priced
        .collect::<Option<Vec<_>>>()
        .ok_or(CommerceError::AmountOutOfRange)
}

async fn place(
    cx: &mut Cx,
    cart: CartId,
    command: &Checkout,
    lines: Vec<OrderLine>,
) -> Result<Order, CommerceError> {
    let Checkout {
        site,
        currency,
        delivery,
        ..
    } = command;
    let totals = Totals::of(&lines, *currency).ok_or(CommerceError::AmountOutOfRange)?;
    if command
        .expected_total
        .is_some_and(|expected| expected != totals.total)
    {
        return Err(CommerceError::PricesChanged);
    }
    Ok(Order {
        id: cx.new_id(),
        number: store::next_order_number(cx).await?,
        cart,
        site: *site,
        status: OrderStatus::Pending,
        payment_status: PaymentStatus::Pending,
        totals,
        delivery: delivery.clone(),
        lines,
        placed_at: cx.now(),
        version: 1,
    })
}

/// The variants that this order sold out.
fn flipped(taken: &[TakenLine], items: &[Item]) -> Vec<VariantId> {
    let mut flipped = Vec::new();
    for (line, item) in taken.iter().zip(items) {
        if item.supply.flipped_by(-i64::from(line.quantity.get())) {
            flipped.push(item.variant);
        }
    }
    flipped
}
