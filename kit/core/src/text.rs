//! Text that was checked: a value of these types is well-formed, whoever sent it.

use std::fmt;

use serde::{Serialize, Serializer};
use unicode_normalization::{IsNormalized, UnicodeNormalization, char::is_combining_mark, is_nfc_quick};

/// Why a text is refused, and what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct TextError {
    pub code: &'static str,
    pub detail: String,
}

/// As many bytes as one character of what is kept may come in, taken apart: what has more is too long however it is
/// composed, and is not composed to find that out.
const BYTES_PER_CHARACTER: usize = 16;

/// RFC 5321, 4.5.3.1.3.
const MAX_EMAIL: usize = 254;

fn refuse<T>(code: &'static str, detail: impl Into<String>) -> Result<T, TextError> {
    Err(TextError {
        code,
        detail: detail.into(),
    })
}

/// The text in NFC. Nearly all text is already, above all what a store gives back.
fn composed(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.to_owned()
    } else {
        text.nfc().collect()
    }
}

macro_rules! text_type {
    ($($(#[$doc:meta])* $name:ident $(<$max:ident>)?;)*) => {
        $($(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name $(<const $max: usize>)?(String);

        impl $(<const $max: usize>)? $name $(<$max>)? {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl $(<const $max: usize>)? fmt::Display for $name $(<$max>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $(<const $max: usize>)? fmt::Debug for $name $(<$max>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl $(<const $max: usize>)? Serialize for $name $(<$max>)? {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        })*
    };
}

text_type! {
    /// The readable part of an address: 1–80 of `a–z`, `0–9` and single dashes between them.
    Slug;
    /// An email address, in lower case and NFKC, its domain in ASCII: a mailbox has one.
    Email;
    /// A stock keeping unit, as the business writes it: 1–64 characters that can be seen.
    Sku;
    /// A telephone number: 6–15 digits (E.164), with a plus sign when it is international.
    Phone;
    /// A line of at most `MAX` characters: trimmed, in NFC, neither empty nor with control characters, line breaks or what
    /// hides in a text or turns its direction.
    Text<MAX>;
    /// Lines of text, as [`Text`] but for tabs and for line breaks, which are all `\n`.
    Prose<MAX>;
}

impl Slug {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let letters = text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let dashes = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        if !letters || dashes || text.is_empty() || text.len() > 80 {
            return refuse(
                "slug.invalid",
                "must be 1 to 80 of a–z, 0–9 and single dashes, such as blue-shirt",
            );
        }
        Ok(Self(text.to_owned()))
    }
}

/// The slug that a title suggests; none when it has no Latin letter or digit.
#[must_use]
pub fn slugify(title: &str) -> Option<Slug> {
    let mut slug = String::new();
    // Reads no further than any title goes.
    let start = title.chars().take(1000);
    for letter in start.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if let Some(letters) = latin(letter) {
            slug.push_str(letters);
        } else if !slug.is_empty() && !slug.ends_with('-') && letter != '\'' && letter != '’' {
            slug.push('-');
        }
        if slug.len() >= 80 {
            slug.truncate(80);
            break;
        }
    }
    Slug::parse(slug.trim_end_matches('-')).ok()
}

/// The Latin letters that Unicode does not take apart, as they are commonly written in ASCII.
const fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

impl Email {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        canonical_email(text.trim()).map_or_else(
            || {
                refuse(
                    "email.invalid",
                    "must be an email address such as ada@example.org",
                )
            },
            |email| Ok(Self(email)),
        )
    }
}

/// The one spelling of the mailbox: an account must not be had a second time in full-width letters, nor by writing out the
/// ASCII form of a domain (RFC 5891).
fn canonical_email(text: &str) -> Option<String> {
    if text.len() > MAX_EMAIL * BYTES_PER_CHARACTER {
        return None;
    }
    let folded = text.nfkc().collect::<String>().to_lowercase();
    let (local, domain) = folded.split_once('@')?;
    let email = format!("{}@{}", local.nfkc(), idna::domain_to_ascii(domain).ok()?);
    is_email(&email).then_some(email)
}

fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else {
        return false;
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    let odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || "@<>()[]\\,;:\"".contains(letter);
    let top = domain.rsplit('.').next().unwrap_or_default();
    email.len() <= MAX_EMAIL
        && (1..=64).contains(&local.len())
        && !local.contains(odd)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.split('.').all(label)
        && top.contains(char::is_alphabetic)
        && !email.contains(|letter| is_invisible(letter) || is_joiner(letter))
}

/// What leaves no mark, or turns the direction of what follows: two texts that look alike must not differ, nor one text look
/// like another.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
        | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What joins the letters beside it or keeps them apart. Bangla is written with it, and so are emoji.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}

impl Sku {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match bounded(text, 64) {
            Ok(sku) if !sku.contains(|letter: char| letter.is_control() || is_invisible(letter)) => {
                Ok(Self(sku))
            }
            _ => refuse("sku.invalid", "must be 1 to 64 characters that can be seen"),
        }
    }
}

impl Phone {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text: String = text.trim().chars().map(ascii_digit).collect();
        let (plus, rest) = text
            .strip_prefix('+')
            .map_or(("", text.as_str()), |rest| ("+", rest));
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let only_known = rest
            .chars()
            .all(|letter| letter.is_ascii_digit() || " -().".contains(letter));
        if !only_known || !(6..=15).contains(&digits.len()) {
            return refuse(
                "phone.invalid",
                "must be a telephone number of 6 to 15 digits such as +880 1712 345678",
            );
        }
        Ok(Self(format!("{plus}{digits}")))
    }
}

/// Keyboards for Bangla, Hindi and Arabic write digits of their own.
fn ascii_digit(letter: char) -> char {
    const ZEROS: [char; 4] = ['\u{9e6}', '\u{966}', '\u{660}', '\u{6f0}'];
    let value = |zero: char| u32::from(letter).checked_sub(u32::from(zero));
    ZEROS
        .into_iter()
        .filter_map(value)
        .find_map(|value| char::from_digit(value, 10))
        .unwrap_or(letter)
}

impl<const MAX: usize> Text<MAX> {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = bounded(text, MAX)?;
        if text.contains(breaks_lines) {
            return refuse("text.line_break", "must be a single line");
        }
        if text.contains(is_invisible) {
            return refuse(
                "text.invisible_character",
                "must not contain characters that cannot be seen or that turn the direction of the text",
            );
        }
        without_control(text).map(Self)
    }
}

impl<const MAX: usize> Prose<MAX> {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = brief(text.trim(), MAX)?;
        let text = bounded(&text.replace("\r\n", "\n").replace('\r', "\n"), MAX)?;
        without_control(text).map(Self)
    }

    /// Prose that may be left out: blank is none.
    pub fn optional(text: &str) -> Result<Option<Self>, TextError> {
        if text.trim().is_empty() {
            Ok(None)
        } else {
            Self::parse(text).map(Some)
        }
    }
}

/// Text that may be left out: blank is none.
pub fn optional<const MAX: usize>(text: &str) -> Result<Option<Text<MAX>>, TextError> {
    if text.trim().is_empty() {
        Ok(None)
    } else {
        Text::parse(text).map(Some)
    }
}

fn bounded(text: &str, max: usize) -> Result<String, TextError> {
    let text = composed(brief(text.trim(), max)?);
    if text.chars().all(is_joiner) {
        return refuse("text.missing", "must not be empty");
    }
    if text.chars().count() > max {
        return too_long(max);
    }
    Ok(text)
}

/// The text, unless its bytes alone say that it is too long.
fn brief(text: &str, max: usize) -> Result<&str, TextError> {
    if text.len() > max.saturating_mul(BYTES_PER_CHARACTER) {
        return too_long(max);
    }
    Ok(text)
}

fn too_long<T>(max: usize) -> Result<T, TextError> {
    refuse("text.too_long", format!("must have at most {max} characters"))
}

fn without_control(text: String) -> Result<String, TextError> {
    if text.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return refuse("text.control_character", "must not contain control characters");
    }
    Ok(text)
}

/// What shows as another line, or as columns: a name that holds one could forge lines of a list or a mail's header.
fn breaks_lines(letter: char) -> bool {
    matches!(letter, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests;
