//! The rules of selling: no SQL, no HTTP, no clock.

pub(crate) mod address;
pub(crate) mod card;
pub(crate) mod cart;
pub(crate) mod html;
pub(crate) mod ids;
pub(crate) mod order;
pub(crate) mod picture;
pub(crate) mod product;
pub(crate) mod quantity;
pub(crate) mod search;
pub(crate) mod shipping;
pub(crate) mod supply;
pub(crate) mod variant;

use stoa_core::TextError;

fn refuse<T>(code: &'static str, detail: impl Into<String>) -> Result<T, TextError> {
    Err(TextError {
        code,
        detail: detail.into(),
    })
}

/// The one of `all` that is written as `text`.
fn one_of<T: Copy>(
    code: &'static str,
    all: &[T],
    word: fn(T) -> &'static str,
    text: &str,
) -> Result<T, TextError> {
    all.iter().copied().find(|one| word(*one) == text).map_or_else(
        || {
            let words = all.iter().map(|one| word(*one)).collect::<Vec<_>>();
            refuse(code, format!("must be one of {}", words.join(", ")))
        },
        Ok,
    )
}
