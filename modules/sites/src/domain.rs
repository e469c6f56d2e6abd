//! What a website is, and how it may be changed.

use jiff::tz::TimeZone;
use stoa_core::{SiteId, Text, TextError, Timestamp};
use stoa_db::column_text;

pub type SiteName = Text<120>;
pub type Tagline = Text<200>;
/// A language tag (BCP 47), such as `bn-BD`.
pub type SiteLocale = Text<35>;
/// An IANA time zone, such as `Asia/Dhaka`.
pub type SiteTimeZone = Text<64>;

/// The theme that a website starts with.
pub(crate) const DEFAULT_THEME: &str = "default";

/// What a website is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteKind {
    Store,
    Content,
    Clinic,
    Event,
}

impl SiteKind {
    pub const ALL: [Self; 4] = [Self::Store, Self::Content, Self::Clinic, Self::Event];

    pub fn parse(text: &str) -> Result<Self, TextError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| TextError {
                code: "site.kind_unknown",
                detail: "must be one of store, content, clinic, event".to_owned(),
            })
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Content => "content",
            Self::Clinic => "clinic",
            Self::Event => "event",
        }
    }
}

column_text!(SiteKind);

/// A website of a business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub id: SiteId,
    pub name: SiteName,
    pub kind: SiteKind,
    pub theme: String,
    pub locale: SiteLocale,
    pub time_zone: SiteTimeZone,
    /// One sentence for the front page.
    pub tagline: Option<Tagline>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// A website to be created. Its id is chosen before, since the website's host is reserved first.
#[derive(Debug, Clone)]
pub struct NewSite {
    pub id: SiteId,
    pub name: SiteName,
    pub kind: SiteKind,
    pub locale: SiteLocale,
    pub time_zone: SiteTimeZone,
    pub tagline: Option<Tagline>,
}

impl NewSite {
    pub(crate) fn into_site(self, now: Timestamp) -> Site {
        Site {
            id: self.id,
            name: self.name,
            kind: self.kind,
            theme: DEFAULT_THEME.to_owned(),
            locale: self.locale,
            time_zone: self.time_zone,
            tagline: self.tagline,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// What is to be different. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct SiteChange {
    /// The version that was read before the change.
    pub(crate) version: i64,
    pub(crate) name: Option<SiteName>,
    /// `Some(None)` removes it.
    pub(crate) tagline: Option<Option<Tagline>>,
    pub(crate) locale: Option<SiteLocale>,
    pub(crate) time_zone: Option<SiteTimeZone>,
}

impl Site {
    /// Takes the change over; says which fields have another value now.
    pub(crate) fn apply(&mut self, change: SiteChange, now: Timestamp) -> Vec<&'static str> {
        let mut fields = Vec::new();
        set(&mut self.name, change.name, "name", &mut fields);
        set(&mut self.tagline, change.tagline, "tagline", &mut fields);
        set(&mut self.locale, change.locale, "locale", &mut fields);
        set(&mut self.time_zone, change.time_zone, "time_zone", &mut fields);
        if !fields.is_empty() {
            self.updated_at = now;
            self.version += 1;
        }
        fields
    }
}

fn set<T: PartialEq>(field: &mut T, value: Option<T>, name: &'static str, changed: &mut Vec<&'static str>) {
    if let Some(value) = value
        && *field != value
    {
        *field = value;
        changed.push(name);
    }
}

/// A language tag as browsers take it in `lang`: a language of two or three letters, then parts of letters and digits
/// (RFC 5646, section 2.1, without private use). Refuses with `locale.invalid`.
pub fn parse_locale(text: &str) -> Result<SiteLocale, TextError> {
    let refused = || TextError {
        code: "locale.invalid",
        detail: "must be a language tag such as bn-BD".to_owned(),
    };
    let mut parts = text.trim().split('-');
    let language = parts.next().unwrap_or_default();
    let is_language =
        (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_part =
        |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_language || !parts.all(is_part) {
        return Err(refused());
    }
    SiteLocale::parse(text)
}

/// The name of a zone that the time zone database knows.
pub fn parse_time_zone(text: &str) -> Result<SiteTimeZone, TextError> {
    let known = TimeZone::get(text.trim()).ok();
    match known.as_ref().and_then(TimeZone::iana_name) {
        Some(name) => SiteTimeZone::parse(name),
        None => Err(TextError {
            code: "time_zone.unknown",
            detail: "must be an IANA time zone such as Asia/Dhaka".to_owned(),
        }),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn site() -> Site {
        let new = NewSite {
            id: SiteId::new(Timestamp::from_micros(1)),
            name: SiteName::parse("Rongdhonu").unwrap(),
            kind: SiteKind::Store,
            locale: parse_locale("en").unwrap(),
            time_zone: parse_time_zone("Asia/Dhaka").unwrap(),
            tagline: None,
        };
        new.into_site(Timestamp::from_micros(1))
    }

    #[test]
    fn a_change_names_only_what_differs() {
        let mut site = site();
        let change = SiteChange {
            name: Some(SiteName::parse("Rongdhonu").unwrap()),
            tagline: Some(Some(Tagline::parse("Colours").unwrap())),
            ..SiteChange::default()
        };
        assert_eq!(site.apply(change, Timestamp::from_micros(2)), ["tagline"]);
        assert_eq!((site.version, site.updated_at), (2, Timestamp::from_micros(2)));
        let removed = SiteChange {
            tagline: Some(None),
            ..SiteChange::default()
        };
        assert_eq!(site.apply(removed, Timestamp::from_micros(3)), ["tagline"]);
        assert!(
            site.apply(SiteChange::default(), Timestamp::from_micros(4))
                .is_empty()
        );
        assert_eq!(site.version, 3);
    }

    #[track_caller]
    fn check(parsed: Result<Text<35>, TextError>, expected: Option<&str>) {
        assert_eq!(parsed.ok().as_ref().map(Text::as_str), expected);
    }

    #[test]
    fn locales() {
        check(parse_locale("bn-BD"), Some("bn-BD"));
        check(parse_locale(" zh-Hant-TW "), Some("zh-Hant-TW"));
        for bad in ["", "e", "EN", "en_GB", "en-", "en\" onload=", "english", "en-x"] {
            check(parse_locale(bad), None);
        }
    }

    #[test]
    fn time_zones() {
        assert_eq!(parse_time_zone("asia/dhaka").unwrap().as_str(), "Asia/Dhaka");
        assert!(parse_time_zone("Mars/Olympus").is_err());
        assert!(parse_time_zone("../etc/passwd").is_err());
    }
}
