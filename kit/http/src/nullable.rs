//! Tells a field that is null, which clears, from one that is left out, which changes nothing.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "stoa_http::nullable")]`: what is there is `Some`, null included.
pub fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Change {
        #[serde(default, deserialize_with = "nullable")]
        vendor: Option<Option<String>>,
    }

    #[test]
    fn null_is_not_nothing() -> Result<(), serde_json::Error> {
        #[track_caller]
        fn check(json: &str, expected: Option<Option<&str>>) -> Result<(), serde_json::Error> {
            let change: Change = serde_json::from_str(json)?;
            assert_eq!(change.vendor, expected.map(|vendor| vendor.map(str::to_owned)));
            Ok(())
        }
        check("{}", None)?;
        check(r#"{"vendor":null}"#, Some(None))?;
        check(r#"{"vendor":"Aarong"}"#, Some(Some("Aarong")))
    }
}
