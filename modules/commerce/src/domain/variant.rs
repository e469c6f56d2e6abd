//! Variants: what is priced, stocked and sold, and how the options of a product tell them apart.

use std::collections::HashSet;

use stoa_core::{Currency, Money, Sku, Text, TextError, Timestamp};

use crate::domain::{ids::VariantId, refuse, supply::Supply};

/// What distinguishes variants: `Size`, `Colour`.
pub(crate) type OptionName = Text<60>;
/// A value of an option: `Small`.
pub(crate) type Choice = Text<100>;
pub(crate) type Barcode = Text<64>;

pub(crate) const MAX_OPTIONS: usize = 3;
pub(crate) const MAX_VARIANTS: usize = 100;
/// The title of the only variant of a product without options.
pub(crate) const DEFAULT_TITLE: &str = "Default Title";

/// With 100 lines of 999 pieces, no total comes near the end of an `i64`.
const MAX_PRICE: i64 = 1_000_000_000_000;
const MAX_STOCK: i64 = 1_000_000_000;
const MAX_GRAMS: u32 = 100_000_000;

/// A variant as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) id: VariantId,
    pub(crate) choices: Vec<Choice>,
    pub(crate) offer: Offer,
    pub(crate) version: i64,
}

/// What a variant costs and weighs, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) sku: Option<Sku>,
    pub(crate) barcode: Option<Barcode>,
    pub(crate) price: Money,
    pub(crate) compare_at: Option<Money>,
    pub(crate) weight_grams: u32,
    pub(crate) supply: Supply,
    pub(crate) requires_shipping: bool,
    pub(crate) taxable: bool,
}

impl Variant {
    /// A new variant in its first version.
    pub(crate) fn new(choices: Vec<Choice>, offer: Offer, now: Timestamp) -> Self {
        Self {
            id: VariantId::new(now),
            choices,
            offer,
            version: 1,
        }
    }

    pub(crate) fn title(&self) -> String {
        title(&self.choices).unwrap_or_else(|| DEFAULT_TITLE.to_owned())
    }
}

impl Offer {
    /// What the price was before, when it was more.
    pub(crate) fn reduced_from(&self) -> Option<Money> {
        self.compare_at.filter(|before| before.amount > self.price.amount)
    }

    /// The first thing that cannot be.
    pub(crate) fn check(&self) -> Result<(), TextError> {
        let Supply { stock, .. } = self.supply;
        if !self.supply.is_sound() {
            return refuse("stock.negative", "stock below zero needs backorder");
        }
        if !(-MAX_STOCK..=MAX_STOCK).contains(&stock) {
            return refuse("stock.out_of_range", format!("stock must be at most {MAX_STOCK}"));
        }
        if self.weight_grams > MAX_GRAMS {
            return refuse(
                "weight.out_of_range",
                format!("weight must be at most {MAX_GRAMS} g"),
            );
        }
        Ok(())
    }
}

/// A price that a shop of that currency can ask.
pub(crate) fn check_price(price: Money, currency: Currency) -> Result<Money, TextError> {
    if price.currency != currency {
        return refuse(
            "money.currency",
            format!("must be in {currency}, the shop's currency"),
        );
    }
    if !(0..=MAX_PRICE).contains(&price.amount) {
        return refuse(
            "money.out_of_range",
            format!("must be from 0 to {MAX_PRICE} minor units"),
        );
    }
    Ok(price)
}

/// `Small / Blue`; none without choices.
pub(crate) fn title(choices: &[Choice]) -> Option<String> {
    let choices = choices.iter().map(Choice::as_str).collect::<Vec<_>>();
    (!choices.is_empty()).then(|| choices.join(" / "))
}

/// Why options and variants do not fit together; the number is the variant's position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) variant: Option<usize>,
    pub(crate) reason: TextError,
}

/// Each variant makes one choice for each option, and no two make the same.
pub(crate) fn check_choices(options: &[OptionName], variants: &[&[Choice]]) -> Result<(), Misfit> {
    check_counts(options, variants.len()).map_err(|reason| Misfit {
        variant: None,
        reason,
    })?;
    let mut known = HashSet::new();
    for (position, choices) in variants.iter().enumerate() {
        let misfit = |reason| Misfit {
            variant: Some(position),
            reason,
        };
        if choices.len() != options.len() {
            let detail = format!("makes {} choices for {} options", choices.len(), options.len());
            return refuse("variants.choices", detail).map_err(misfit);
        }
        if !known.insert(*choices) {
            let title = title(choices).unwrap_or_else(|| "the only variant".to_owned());
            return refuse("variants.duplicate", format!("repeats {title}")).map_err(misfit);
        }
    }
    Ok(())
}

fn check_counts(options: &[OptionName], variants: usize) -> Result<(), TextError> {
    if options.len() > MAX_OPTIONS {
        return refuse(
            "options.too_many",
            format!("a product has at most {MAX_OPTIONS} options"),
        );
    }
    if options.iter().collect::<HashSet<_>>().len() < options.len() {
        return refuse("options.duplicate", "two options have the same name");
    }
    if !(1..=MAX_VARIANTS).contains(&variants) {
        return refuse(
            "variants.count",
            format!("a product has from 1 to {MAX_VARIANTS} variants"),
        );
    }
    Ok(())
}

#[cfg(test)]
#[path = "variant_tests.rs"]
mod tests;
