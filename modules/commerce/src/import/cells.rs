//! What the cells of a product file mean. Blank is a value of its own: it clears what was there.

use std::collections::HashSet;

use stoa_core::{Currency, Money, TextError};

use crate::domain::{
    product::{MAX_TAGS, ProductStatus, Tag, too_many_tags},
    variant::{Barcode, check_price},
};

fn refuse<T>(detail: impl Into<String>) -> Result<T, TextError> {
    Err(TextError {
        code: "import.cell",
        detail: detail.into(),
    })
}

/// A value that may be left blank.
pub(super) fn blank_or<T>(
    parse: impl FnOnce(&str) -> Result<T, TextError>,
) -> impl FnOnce(&str) -> Result<Option<T>, TextError> {
    move |text| {
        if text.is_empty() {
            Ok(None)
        } else {
            parse(text).map(Some)
        }
    }
}

pub(super) fn price(currency: Currency) -> impl FnOnce(&str) -> Result<Money, TextError> {
    move |text| {
        if text.is_empty() {
            return refuse("must be a price; 0 gives the product away");
        }
        Money::parse_major(text, currency).and_then(|price| check_price(price, currency))
    }
}

/// True, false, yes, no; blank is `default`.
pub(super) fn flag(default: bool) -> impl FnOnce(&str) -> Result<bool, TextError> {
    move |text| match text.to_ascii_lowercase().as_str() {
        "" => Ok(default),
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => refuse("must be TRUE or FALSE"),
    }
}

/// Whether selling goes on without stock: `deny` or `continue`, in newer files also FALSE or TRUE.
pub(super) fn backorder(text: &str) -> Result<bool, TextError> {
    match text.to_ascii_lowercase().as_str() {
        "" | "deny" | "false" => Ok(false),
        "continue" | "true" => Ok(true),
        _ => refuse("must be deny or continue"),
    }
}

/// Whole grams; half a gram and more counts as one.
pub(super) fn grams(text: &str) -> Result<u32, TextError> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = decimals.bytes().all(|digit| digit.is_ascii_digit());
    let round = u32::from(matches!(decimals.bytes().next(), Some(b'5'..=b'9')));
    let whole = if text.is_empty() { "0" } else { whole };
    match whole
        .parse::<u32>()
        .ok()
        .and_then(|whole| whole.checked_add(round))
    {
        Some(grams) if is_number => Ok(grams),
        _ => refuse("must be a weight in grams such as 250"),
    }
}

/// Pieces in stock; below zero when more were sold than there were.
pub(super) fn pieces(text: &str) -> Result<i64, TextError> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse()
        .or_else(|_| refuse("must be a whole number such as 12"))
}

pub(super) fn position(text: &str) -> Result<Option<i64>, TextError> {
    blank_or(pieces)(text)
}

/// Active, draft or archived; products that are listed nowhere count as drafts.
pub(super) fn status(text: &str) -> Result<Option<ProductStatus>, TextError> {
    match text.to_ascii_lowercase().as_str() {
        "unlisted" => Ok(Some(ProductStatus::Draft)),
        text => blank_or(ProductStatus::parse)(text),
    }
}

/// Tags between commas, each once.
pub(super) fn tags(text: &str) -> Result<Vec<Tag>, TextError> {
    let (mut tags, mut seen) = (Vec::new(), HashSet::new());
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        let tag = Tag::parse(tag)?;
        if !seen.insert(tag.clone()) {
            continue;
        }
        if tags.len() == MAX_TAGS {
            return Err(too_many_tags());
        }
        tags.push(tag);
    }
    Ok(tags)
}

/// Exports put an apostrophe before a barcode so that spreadsheets keep its zeros.
pub(super) fn barcode(text: &str) -> Result<Option<Barcode>, TextError> {
    blank_or(Barcode::parse)(text.strip_prefix('\'').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_whole_grams() {
        #[track_caller]
        fn check(text: &str, expected: Option<u32>) {
            assert_eq!(grams(text).ok(), expected, "{text}");
        }
        check("", Some(0));
        check("250", Some(250));
        check("249.5", Some(250));
        check("249.49", Some(249));
        check("1e3", None);
        check("1.x", None);
        check("-1", None);
        check("4294967295.9", None);
    }

    #[test]
    fn flags_are_words() {
        assert_eq!(flag(true)(""), Ok(true));
        assert_eq!(flag(true)("FALSE"), Ok(false));
        assert!(flag(true)("maybe").is_err());
        assert_eq!(backorder("CONTINUE"), Ok(true));
        assert!(backorder("perhaps").is_err());
    }

    #[test]
    fn tags_come_once() -> Result<(), TextError> {
        let tags = tags(" men, linen ,,men")?;
        assert_eq!(tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["men", "linen"]);
        Ok(())
    }

    #[test]
    fn tags_are_counted_where_they_are_read() {
        let cell = |tags: usize| (0..tags).map(|at| format!("t{at},")).collect::<String>();
        assert_eq!(tags(&cell(MAX_TAGS)).map(|tags| tags.len()), Ok(MAX_TAGS));
        assert_eq!(
            tags(&cell(MAX_TAGS).repeat(2)).map(|tags| tags.len()),
            Ok(MAX_TAGS)
        );
        // What comes after the last that may be there is not read.
        let long = cell(MAX_TAGS + 1) + &"x".repeat(200);
        assert_eq!(tags(&long).map_err(|error| error.code), Err("tags.too_many"));
    }

    #[test]
    fn prices_are_said() -> Result<(), TextError> {
        let bdt = Currency::parse("BDT")?;
        assert_eq!(price(bdt)("1299.5"), Ok(Money::new(129_950, bdt)));
        assert!(price(bdt)("").is_err());
        assert!(price(bdt)("1,299.00").is_err());
        Ok(())
    }
}
