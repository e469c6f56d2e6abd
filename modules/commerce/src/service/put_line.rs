//! Puts a variant into a cart, changes how many, or takes it out.

use stoa_core::{FieldError, SiteId, Token};
use stoa_db::Cx;

use crate::{
    domain::{
        cart::{Item, MAX_LINES, Problem},
        ids::VariantId,
        quantity::Quantity,
    },
    error::CommerceError,
    store,
};

#[derive(Debug)]
pub(crate) struct PutLine {
    pub(crate) cart: Token,
    pub(crate) site: SiteId,
    pub(crate) variant: VariantId,
    pub(crate) change: LineChange,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum LineChange {
    /// So many more than there are.
    Add(Quantity),
    Set(Quantity),
    Remove,
}

pub(crate) async fn put_line(cx: &mut Cx, command: PutLine) -> Result<(), CommerceError> {
    let PutLine {
        cart,
        site,
        variant,
        change,
    } = command;
    let cart = store::lock_cart(cx, &cart, site)
        .await?
        .ok_or(CommerceError::CartNotFound)?;
    if cart.ordered {
        return Err(CommerceError::CartOrdered);
    }
    let lines = store::line_quantities(cx, cart.id).await?;
    let present = lines
        .iter()
        .find(|(id, _)| *id == variant)
        .map(|(_, quantity)| *quantity);
    let quantity = match (change, present) {
        (LineChange::Remove, _) => return Ok(store::delete_line(cx, cart.id, variant).await?),
        (LineChange::Add(more), Some(present)) => present
            .plus(more)
            .map_err(|error| CommerceError::invalid("quantity", error))?,
        (LineChange::Add(quantity) | LineChange::Set(quantity), _) => quantity,
    };
    if present.is_none() && lines.len() >= MAX_LINES {
        return Err(CommerceError::CartFull);
    }
    check_for_sale(cx, variant, quantity).await?;
    match present {
        Some(_) => store::update_line(cx, cart.id, variant, quantity).await?,
        None => store::insert_line(cx, cart.id, variant, quantity).await?,
    }
    Ok(())
}

/// Tells the shopper now rather than at the checkout. Drafts are as unknown as what never was.
async fn check_for_sale(cx: &mut Cx, variant: VariantId, quantity: Quantity) -> Result<(), CommerceError> {
    let item = store::items(cx, &[variant]).await?.into_iter().next();
    let item = item
        .filter(|item| item.on_sale)
        .ok_or(CommerceError::VariantNotFound)?;
    match item.problem(quantity) {
        None => Ok(()),
        Some(problem) => Err(CommerceError::OutOfStock(vec![shortage(&item, problem)])),
    }
}

/// Names the line by its variant, and says what the shopper can do.
pub(super) fn shortage(item: &Item, problem: Problem) -> FieldError {
    let name = match &item.variant_title {
        Some(variant) => format!("{}, {variant}", item.title),
        None => item.title.clone(),
    };
    FieldError {
        field: format!("lines.{}", item.variant),
        code: problem.code(),
        detail: format!("{name}: {}", problem.text()),
    }
}
