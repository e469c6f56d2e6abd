//! Typed ids: one type per kind of thing, so that an order's id is never taken for a customer's.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};
use uuid::{NoContext, Uuid};

use crate::{TextError, Timestamp};

/// Crockford's base32 in lower case, as the TypeID specification asks for.
const ALPHABET: [u8; 32] = *b"0123456789abcdefghjkmnpqrstvwxyz";
const ENCODED_LENGTH: usize = 26;

/// A UUIDv7 that knows what it identifies by three letters. Its text is a TypeID,
/// `ord_01h455vb4pex5vsknk084sn02q` (<https://github.com/jetify-com/typeid>).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<const PREFIX: u32>(Uuid);

/// Names an id type: `typed_id!(/// An order. pub OrderId, "ord");`.
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $visibility:vis $name:ident, $prefix:literal) => {
        $(#[$doc])*
        $visibility type $name = $crate::Id<{ $crate::id_prefix($prefix) }>;
    };
}

typed_id!(/** A business. */ pub TenantId, "ten");
typed_id!(/** A person who signs in. */ pub UserId, "usr");
typed_id!(/** The link of a user to a tenant. */ pub MembershipId, "mem");
typed_id!(/** A signed-in browser. */ pub SessionId, "ses");
typed_id!(/** A key that a program of a business presents. */ pub ApiKeyId, "key");
typed_id!(/** A website of a business. */ pub SiteId, "sit");

/// Packs a three-letter prefix into the number that tells id types apart.
#[must_use]
pub const fn id_prefix(letters: &str) -> u32 {
    assert!(letters.len() == 3, "an id's prefix has three letters");
    let bytes = letters.as_bytes();
    assert!(
        bytes[0].is_ascii_lowercase() && bytes[1].is_ascii_lowercase() && bytes[2].is_ascii_lowercase(),
        "an id's prefix is in lower case"
    );
    u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]])
}

impl<const PREFIX: u32> Id<PREFIX> {
    /// A new id, ordered by `now` (UUIDv7, RFC 9562).
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let micros = u64::try_from(now.as_micros()).unwrap_or(0);
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1000;
        Self(Uuid::new_v7(uuid::Timestamp::from_unix(
            NoContext,
            micros / 1_000_000,
            nanos,
        )))
    }

    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The three letters its text starts with.
    #[must_use]
    pub fn prefix() -> String {
        PREFIX.to_be_bytes()[1..]
            .iter()
            .copied()
            .map(char::from)
            .collect()
    }
}

impl<const PREFIX: u32> fmt::Display for Id<PREFIX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut encoded = [b'0'; ENCODED_LENGTH];
        let mut rest = self.0.as_u128();
        for letter in encoded.iter_mut().rev() {
            *letter = ALPHABET[usize::try_from(rest & 31).unwrap_or(0)];
            rest >>= 5;
        }
        write!(
            f,
            "{}_{}",
            Self::prefix(),
            std::str::from_utf8(&encoded).map_err(|_| fmt::Error)?
        )
    }
}

impl<const PREFIX: u32> fmt::Debug for Id<PREFIX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const PREFIX: u32> FromStr for Id<PREFIX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        decode(&Self::prefix(), text).map(Self).ok_or_else(|| TextError {
            code: "id.invalid",
            detail: format!("must be an id that starts with {}_", Self::prefix()),
        })
    }
}

fn decode(prefix: &str, text: &str) -> Option<Uuid> {
    let letters = text.strip_prefix(prefix)?.strip_prefix('_')?.as_bytes();
    // 26 letters carry 130 bits: a first letter above 7 would not fit in 128.
    if letters.len() != ENCODED_LENGTH || letters[0] > b'7' {
        return None;
    }
    let mut value = 0_u128;
    for letter in letters {
        let digit = ALPHABET.iter().position(|candidate| candidate == letter)?;
        value = (value << 5) | u128::try_from(digit).ok()?;
    }
    Some(Uuid::from_u128(value))
}

impl<const PREFIX: u32> Serialize for Id<PREFIX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const PREFIX: u32> Deserialize<'de> for Id<PREFIX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse()
            .map_err(|error: TextError| de::Error::custom(error.detail))
    }
}

impl<const PREFIX: u32> PartialSchema for Id<PREFIX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .examples([format!("{}_01kag2w3x4e5f6g7h8j9k0m1n2", Self::prefix())])
            .into()
    }
}

impl<const PREFIX: u32> ToSchema for Id<PREFIX> {
    fn name() -> Cow<'static, str> {
        let mut name = Self::prefix();
        name.push_str("_id");
        Cow::Owned(name)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test fails where its values are wrong")]

    use proptest::prelude::*;

    use super::*;

    typed_id!(ThingId, "prd");

    /// Pairs from the specification's `valid.yml`.
    #[test]
    fn writes_and_reads_what_the_specification_says() {
        for (letters, uuid) in [
            (
                "00000000000000000000000000",
                "00000000-0000-0000-0000-000000000000",
            ),
            (
                "0000000000e008000000000001",
                "00000000-0000-7000-8000-000000000001",
            ),
            (
                "0000000000e00900000000000a",
                "00000000-0000-7000-9000-00000000000a",
            ),
            (
                "01h455vb4pex5vsknk084sn02q",
                "01890a5d-ac96-774b-bcce-b302099a8057",
            ),
            (
                "7zzzzzzzzzzzzzzzzzzzzzzzzz",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
            ),
        ] {
            let id = ThingId::from_uuid(uuid.parse().expect("a UUID"));
            assert_eq!(id.to_string(), format!("prd_{letters}"));
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn refuses_every_other_text() {
        for text in [
            "",
            "prd_",
            "01h455vb4pex5vsknk084sn02q",
            "usr_01h455vb4pex5vsknk084sn02q",
            "prd01h455vb4pex5vsknk084sn02q",
            "PRD_01h455vb4pex5vsknk084sn02q",
            "prd_01H455VB4PEX5VSKNK084SN02Q",
            "prd_01h455vb4pex5vsknk084sn02",
            "prd_01h455vb4pex5vsknk084sn02qq",
            "prd_01h455vb4pex5vsknk084sn02q ",
            "prd_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "prd_01h455vb4pex5vsknk084sn02l",
            "prd_01h455vb4pex5vsknk084sn0é",
        ] {
            assert!(text.parse::<ThingId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_new_id_is_a_version_7_ordered_by_time() {
        let first = ThingId::new(Timestamp::from_millis(1_700_000_000_000));
        let second = ThingId::new(Timestamp::from_millis(1_700_000_000_001));
        assert!(first < second && first.to_string() < second.to_string());
        assert_eq!(first.uuid().get_version_num(), 7);
        assert_ne!(first, ThingId::new(Timestamp::from_millis(1_700_000_000_000)));
    }

    #[test]
    fn documents_itself_with_an_id_that_parses() {
        let schema = serde_json::to_value(ThingId::schema()).expect("a schema is JSON");
        let example = schema["examples"][0].as_str().expect("an example");
        assert!(example.parse::<ThingId>().is_ok(), "{schema}");
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(number: u128) {
            let id = ThingId::from_uuid(Uuid::from_u128(number));
            prop_assert_eq!(id.to_string().parse::<ThingId>(), Ok(id));
            let json = serde_json::to_string(&id).expect("an id is JSON");
            prop_assert_eq!(serde_json::from_str::<ThingId>(&json).ok(), Some(id));
        }
    }
}
