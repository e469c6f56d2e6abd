//! Money in minor units of a currency; never a float.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::TextError;

/// Currencies whose minor unit is not a hundredth (ISO 4217).
const WITHOUT_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const WITH_THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";
/// All active codes that are money of a country or a union (ISO 4217, list one).
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD \
    HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD \
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG \
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD \
    TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(&'static str);

impl Currency {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        CODES
            .split(' ')
            .find(|code| *code == text)
            .map(Self)
            .ok_or_else(|| TextError {
                code: "currency.unknown",
                detail: "must be an ISO 4217 code in capitals such as BDT or EUR".to_owned(),
            })
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// How many decimals its minor unit has.
    #[must_use]
    pub fn exponent(self) -> u32 {
        let listed = |codes: &str| codes.split(' ').any(|code| code == self.0);
        if listed(WITHOUT_DECIMALS) {
            0
        } else if listed(WITH_THREE_DECIMALS) {
            3
        } else {
            2
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| de::Error::custom(error.detail))
    }
}

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[A-Z]{3}$"))
            .examples(["BDT"])
            .into()
    }
}

impl ToSchema for Currency {}

/// An amount in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: 129900 is 1,299.00 BDT.
    #[schema(example = 129_900)]
    pub amount: i64,
    pub currency: Currency,
}

impl Money {
    #[must_use]
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Reads `1299`, `1299.5` or `1299.00`. Decimals beyond the currency's may only be zeros.
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, TextError> {
        major(text.trim(), currency.exponent())
            .map(|amount| Self::new(amount, currency))
            .ok_or_else(|| TextError {
                code: "money.invalid",
                detail: format!(
                    "must be an amount in {currency} such as {}",
                    Self::new(129_900, currency).plain()
                ),
            })
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.same(other)?;
        Some(Self::new(self.amount.checked_add(other.amount)?, self.currency))
    }

    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.same(other)?;
        Some(Self::new(self.amount.checked_sub(other.amount)?, self.currency))
    }

    #[must_use]
    pub fn checked_mul(self, times: u32) -> Option<Self> {
        Some(Self::new(self.amount.checked_mul(times.into())?, self.currency))
    }

    fn same(self, other: Self) -> Option<()> {
        (self.currency == other.currency).then_some(())
    }

    /// The amount in major units with all its decimals, without the currency: `1299.00`.
    #[must_use]
    pub fn plain(self) -> String {
        let exponent = usize::try_from(self.currency.exponent()).unwrap_or(2);
        let sign = if self.amount < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.amount.unsigned_abs(), width = exponent + 1);
        let (whole, decimals) = digits.split_at(digits.len() - exponent);
        if exponent == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{decimals}")
        }
    }
}

fn major(text: &str, exponent: u32) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) || text.ends_with('.') {
        return None;
    }
    let places = usize::try_from(exponent).ok()?;
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > places {
        return None;
    }
    format!("{whole}{decimals:0<places$}").parse().ok()
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.plain(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test fails where its values are wrong")]

    use proptest::{prelude::*, sample::select};

    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).expect("an active code")
    }

    #[track_caller]
    fn check(text: &str, code: &str, expected: Option<i64>) {
        let parsed = Money::parse_major(text, currency(code));
        assert_eq!(parsed.ok().map(|money| money.amount), expected, "{text} {code}");
    }

    #[test]
    fn reads_major_units() {
        check("1299", "BDT", Some(129_900));
        check(" 1299.5 ", "BDT", Some(129_950));
        check("19.99", "EUR", Some(1999));
        check("19.9900", "EUR", Some(1999));
        check("0", "EUR", Some(0));
        check("00.05", "EUR", Some(5));
        check("500", "JPY", Some(500));
        check("500.00", "JPY", Some(500));
        check("1.234", "KWD", Some(1234));
        check("92233720368547758.07", "EUR", Some(i64::MAX));
    }

    #[test]
    fn refuses_what_is_no_price() {
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1,299.00", "1 299", "1e3", "1.2.3", "১২", "NaN", "৳1",
        ] {
            check(text, "BDT", None);
        }
        check("19.999", "EUR", None);
        check("500.5", "JPY", None);
        check("1.2345", "KWD", None);
        check("92233720368547758.08", "EUR", None);
    }

    #[test]
    fn shows_all_decimals_of_the_currency() {
        for (amount, code, shown) in [
            (129_900, "BDT", "1299.00 BDT"),
            (5, "EUR", "0.05 EUR"),
            (-5, "EUR", "-0.05 EUR"),
            (500, "JPY", "500 JPY"),
            (1, "KWD", "0.001 KWD"),
            (i64::MIN, "EUR", "-92233720368547758.08 EUR"),
        ] {
            assert_eq!(Money::new(amount, currency(code)).to_string(), shown);
        }
    }

    #[test]
    fn adds_only_what_fits_and_is_alike() {
        let taka = |amount| Money::new(amount, currency("BDT"));
        let euro = Money::new(1, currency("EUR"));
        assert_eq!(taka(1).checked_add(taka(2)), Some(taka(3)));
        assert_eq!(taka(1).checked_sub(taka(2)), Some(taka(-1)));
        assert_eq!(taka(3).checked_mul(2), Some(taka(6)));
        assert_eq!(taka(1).checked_add(euro), None);
        assert_eq!(taka(1).checked_sub(euro), None);
        assert_eq!(taka(i64::MAX).checked_add(taka(1)), None);
        assert_eq!(taka(i64::MIN).checked_sub(taka(1)), None);
        assert_eq!(taka(i64::MAX).checked_mul(2), None);
    }

    #[test]
    fn every_listed_currency_is_known() {
        for (codes, exponent) in [
            (WITHOUT_DECIMALS, 0),
            (WITH_THREE_DECIMALS, 3),
            ("BDT EUR USD", 2),
        ] {
            for code in codes.split(' ') {
                assert_eq!(currency(code).exponent(), exponent, "{code}");
            }
        }
        for code in ["bdt", "XXX", "", "BDT ", "BGN"] {
            assert!(Currency::parse(code).is_err(), "{code}");
        }
    }

    #[test]
    fn json_holds_minor_units() {
        let json = r#"{"amount":129900,"currency":"BDT"}"#;
        let money: Money = serde_json::from_str(json).expect("money");
        assert_eq!(serde_json::to_string(&money).expect("JSON"), json);
        for wrong in [
            r#"{"amount":1.5,"currency":"BDT"}"#,
            r#"{"amount":1,"currency":"bdt"}"#,
            r#"{"amount":1}"#,
        ] {
            assert!(serde_json::from_str::<Money>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_shows(amount in 0..=i64::MAX, code in select(vec!["BDT", "JPY", "KWD"])) {
            let money = Money::new(amount, currency(code));
            prop_assert_eq!(Money::parse_major(&money.plain(), money.currency), Ok(money));
        }
    }
}
