//! The language and the time zone of a business: by the same rules as its websites'.

use stoa_core::TextError;
use stoa_db::column_text;
use stoa_sites::{SiteLocale, SiteTimeZone, parse_locale, parse_time_zone};

/// A language tag (BCP 47), such as `bn-BD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale(SiteLocale);

/// The name of a time zone in the IANA database, such as `Asia/Dhaka`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneName(SiteTimeZone);

impl Locale {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        parse_locale(text).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn for_site(&self) -> SiteLocale {
        self.0.clone()
    }
}

impl ZoneName {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        parse_time_zone(text).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn for_site(&self) -> SiteTimeZone {
        self.0.clone()
    }
}

column_text!(Locale, ZoneName);
