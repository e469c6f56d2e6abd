//! What templates can do with values beside MiniJinja's own filters.

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use minijinja::{Environment, Error, ErrorKind, State, Value};
use stoa_core::{Currency, Money};

/// Signs that stand before the amount. Other currencies are written with their code.
const SIGNS: [(&str, &str); 9] = [
    ("BDT", "৳"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("NGN", "₦"),
    ("USD", "$"),
];
/// Where digits are grouped as lakh and crore: 12,34,567.
const LAKH: [&str; 3] = ["BDT", "INR", "NPR"];
const NO_BREAK_SPACE: char = '\u{a0}';

pub(super) fn add(environment: &mut Environment<'static>, version: &str) {
    let folder = format!("/assets/{version}/");
    environment.add_filter("asset_url", move |file: Cow<'_, str>| format!("{folder}{file}"));
    environment.add_filter("money", |value: &Value| amount(value).map(in_words));
    environment.add_filter("decimal", |value: &Value| amount(value).map(Money::plain));
    environment.add_filter("absolute", absolute);
    environment.add_filter("date", date);
}

fn amount(value: &Value) -> Result<Money, Error> {
    let refused = || Error::new(ErrorKind::InvalidOperation, "not an amount of money");
    let amount = i64::try_from(value.get_attr("amount")?).map_err(|_| refused())?;
    let currency = value.get_attr("currency")?;
    let currency = currency
        .as_str()
        .and_then(|code| Currency::parse(code).ok())
        .ok_or_else(refused)?;
    Ok(Money::new(amount, currency))
}

/// An amount as shops write it: `৳1,23,456.00`.
#[must_use]
pub fn in_words(money: Money) -> String {
    let plain = money.plain();
    let (minus, digits) = plain
        .strip_prefix('-')
        .map_or(("", plain.as_str()), |digits| ("−", digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let code = money.currency.code();
    let mut text = minus.to_owned();
    match SIGNS.iter().find(|(listed, _)| *listed == code) {
        Some((_, sign)) => text.push_str(sign),
        None => text.extend(code.chars().chain([NO_BREAK_SPACE])),
    }
    text.push_str(&grouped(whole, LAKH.contains(&code)));
    if !decimals.is_empty() {
        text.push('.');
        text.push_str(decimals);
    }
    text
}

fn grouped(digits: &str, by_lakh: bool) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len() - at;
        let starts_group = if by_lakh {
            left == 3 || (left > 3 && left % 2 == 1)
        } else {
            left.is_multiple_of(3)
        };
        if at > 0 && starts_group {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A path of the site as a whole address; addresses stay as they are.
fn absolute(state: &State<'_, '_>, url: Cow<'_, str>) -> Result<String, Error> {
    if !url.starts_with('/') || url.starts_with("//") {
        return Ok(url.into_owned());
    }
    Ok(format!("{}{url}", site(state, "url")?))
}

/// An instant (RFC 3339) as a day in the site's time zone: 21 November 2026.
fn date(state: &State<'_, '_>, text: Cow<'_, str>) -> Result<String, Error> {
    let instant: Timestamp = text
        .parse()
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, "not an instant").with_source(error))?;
    // Which zones there are changes with the database; a day in UTC is better than no page.
    let zone = TimeZone::get(&site(state, "time_zone")?).unwrap_or(TimeZone::UTC);
    Ok(instant.to_zoned(zone).strftime("%-d %B %Y").to_string())
}

fn site(state: &State<'_, '_>, field: &str) -> Result<String, Error> {
    let missing = || Error::new(ErrorKind::UndefinedError, "the page knows no site");
    let value = state.lookup("site").ok_or_else(missing)?.get_attr(field)?;
    value.as_str().map(str::to_owned).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stoa_core::TextError;

    #[track_caller]
    fn check(amount: i64, currency: &str, expected: &str) -> Result<(), TextError> {
        assert_eq!(in_words(Money::new(amount, Currency::parse(currency)?)), expected);
        Ok(())
    }

    #[test]
    fn money_reads_as_people_write_it() -> Result<(), TextError> {
        check(129_900, "BDT", "৳1,299.00")?;
        check(123_456_789, "BDT", "৳12,34,567.89")?;
        check(12_345_678_900, "INR", "₹12,34,56,789.00")?;
        check(123_456_789, "EUR", "€1,234,567.89")?;
        check(5, "USD", "$0.05")?;
        check(-99_950, "GBP", "−£999.50")?;
        check(12_000, "JPY", "¥12,000")?;
        check(1_234_567, "KWD", "KWD\u{a0}1,234.567")?;
        check(0, "CHF", "CHF\u{a0}0.00")
    }
}
