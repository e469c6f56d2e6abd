//! What a password must be. Length counts, composition rules do not (NIST SP 800-63B, section 3.1.1.2).

use std::fmt;

use stoa_core::TextError;
use unicode_normalization::UnicodeNormalization as _;

const MIN_CHARS: usize = 10;
const MAX_CHARS: usize = 200;
/// More are more than so many characters, however they are composed.
const MAX_BYTES: usize = MAX_CHARS * 16;

/// A password in clear, on its way to be hashed or verified. Never logged.
pub struct Password(String);

impl Password {
    /// A password that somebody chooses: 10 to 200 characters, not blank.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.len() > MAX_BYTES {
            return Err(too_long());
        }
        let password = Self::attempt(text);
        let chars = password.0.chars().count();
        if chars < MIN_CHARS {
            return Err(error(
                "password.too_short",
                format!("must have at least {MIN_CHARS} characters"),
            ));
        }
        if chars > MAX_CHARS {
            return Err(too_long());
        }
        if password.0.chars().all(char::is_whitespace) {
            return Err(error("password.blank", "must not consist of spaces".to_owned()));
        }
        Ok(password)
    }

    /// A password that somebody signs in with. The policy of the day it was chosen may have been another.
    pub(crate) fn attempt(text: &str) -> Self {
        // None that long was ever taken, and nobody has an empty one: it is verified like another, and wrong.
        let text = if text.len() > MAX_BYTES { "" } else { text };
        // One password typed on two keyboards may arrive in two normal forms.
        Self(text.nfkc().collect())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

fn too_long() -> TextError {
    error(
        "password.too_long",
        format!("must have at most {MAX_CHARS} characters"),
    )
}

fn error(code: &'static str, detail: String) -> TextError {
    TextError { code, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, refused: Option<&str>) {
        assert_eq!(
            Password::parse(text).err().map(|error| error.code),
            refused,
            "{text:?}"
        );
    }

    #[test]
    fn asks_for_length_only() {
        check("stoa poikile", None);
        check("পাসওয়ার্ড ভালো", None);
        check("1234567890", None);
        check("123456789", Some("password.too_short"));
        check("", Some("password.too_short"));
        check("              ", Some("password.blank"));
        check(&"x".repeat(200), None);
        check(&"x".repeat(201), Some("password.too_long"));
    }

    /// ATK-P14: one letter becomes eighteen in normal form, so length is seen to before.
    #[test]
    fn what_is_far_too_long_is_not_put_in_normal_form() {
        let huge = "\u{fdfa}".repeat(MAX_BYTES);
        check(&huge, Some("password.too_long"));
        assert!(Password::attempt(&huge).as_bytes().is_empty());
    }

    #[test]
    fn normal_forms_are_one_password() {
        assert_eq!(
            Password::attempt("caf\u{e9}").as_bytes(),
            Password::attempt("cafe\u{301}").as_bytes()
        );
    }

    #[test]
    fn is_not_printed() {
        assert!(!format!("{:?}", Password::attempt("stoa poikile")).contains("poikile"));
    }
}
