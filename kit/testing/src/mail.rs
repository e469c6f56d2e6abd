//! Letters as whoever gets them reads them.

use std::{fs, path::Path};

use mailparse::{MailHeaderMap as _, ParsedMail, parse_mail};

/// A letter, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: String,
    pub reply_to: String,
    pub subject: String,
    pub message_id: String,
    pub text: String,
    pub html: String,
}

impl Mail {
    /// Those that a directory holds, in the order of their recipients.
    pub(crate) fn all(outbox: &Path) -> Vec<Self> {
        let files = fs::read_dir(outbox).into_iter().flatten();
        let mut mails: Vec<_> = files
            .map(|file| fs::read(file.expect("a file").path()).expect("a letter can be read"))
            .map(|bytes| Self::parse(&bytes))
            .collect();
        mails.sort_by(|one, other| one.to.cmp(&other.to));
        mails
    }

    /// # Panics
    /// When it is no mail of two alternatives.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let mail = parse_mail(bytes).expect("a mail");
        let header = |name| mail.headers.get_first_value(name).unwrap_or_default();
        let part = |part: Option<&ParsedMail<'_>>| {
            let body = part.expect("a part").get_body().expect("a body");
            body.replace("\r\n", "\n")
        };
        Self {
            from: header("From"),
            to: header("To"),
            reply_to: header("Reply-To"),
            subject: header("Subject"),
            message_id: header("Message-ID"),
            text: part(mail.subparts.first()),
            html: part(mail.subparts.get(1)),
        }
    }
}
