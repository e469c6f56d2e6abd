//! A letter: to whom, about what. Its parts were checked, so that none of them can add a header of its own.

use stoa_core::Email;

use crate::Body;

/// What stands in a list of mails: one line, of at most 200 letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Takes the text as one line: what would break it becomes a space, and what is too long is cut off.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(one_line(text).chars().take(200).collect())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A line more would be a header more.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{2028}' | '\u{2029}' => ' ',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .collect()
}

/// Who gets a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    Address(Email),
    /// The business itself, at the address that it has when the letter is sent.
    Business,
}

/// A letter in the name of a business.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: Recipient,
    pub subject: Subject,
    pub body: Body,
    /// Who gets the answers; the business unless said.
    pub reply_to: Option<Email>,
}
