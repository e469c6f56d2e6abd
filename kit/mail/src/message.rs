//! Makes of a letter the mail that goes over the wire (RFC 5322). Made again, it is the same mail to whoever gets it twice:
//! its Message-ID and date follow from the job's id.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart},
};
use stoa_db::JobId;

use crate::{Sender, job::SendLetter, letter::one_line, names_a_site};

/// Why a letter can never be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsendable {
    #[error("{0} is no address that mail can be sent to")]
    Address(String),
    #[error("the mail cannot be written: {0}")]
    Mail(#[from] lettre::error::Error),
}

pub(crate) fn message(
    id: JobId,
    letter: SendLetter,
    from: &Address,
    sender: &Sender,
) -> Result<Message, Unsendable> {
    let business = sender.email.as_str();
    let to = address(letter.to.as_deref().unwrap_or(business))?;
    let reply_to = address(letter.reply_to.as_deref().unwrap_or(business))?;
    let message = Message::builder()
        .message_id(Some(format!("<{id}@{}>", from.domain())))
        .date(written_at(id))
        .from(Mailbox::new(shown(&sender.name), from.clone()))
        .reply_to(Mailbox::new(None, reply_to))
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))?;
    Ok(message)
}

/// The name that stands before the platform's address. It must not look like an address of somebody else's.
fn shown(name: &str) -> Option<String> {
    (!names_a_site(name)).then(|| one_line(name))
}

fn address(text: &str) -> Result<Address, Unsendable> {
    text.parse().map_err(|_| Unsendable::Address(text.to_owned()))
}

/// A job's id says when it was added.
fn written_at(id: JobId) -> SystemTime {
    let (seconds, nanos) = id.uuid().get_timestamp().map_or((0, 0), |at| at.to_unix());
    UNIX_EPOCH + Duration::new(seconds, nanos)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails where its values are wrong")]

    use stoa_core::{Email, Timestamp};

    use super::*;

    fn letter(subject: &str) -> SendLetter {
        SendLetter {
            to: Some("rahim@example.org".to_owned()),
            subject: subject.to_owned(),
            text: "ধন্যবাদ\n".to_owned(),
            html: "<p>ধন্যবাদ</p>".to_owned(),
            reply_to: None,
        }
    }

    fn mail(letter: SendLetter, name: &str) -> String {
        let id = JobId::new(Timestamp::from_millis(1_700_000_000_000));
        let sender = Sender {
            name: name.to_owned(),
            email: Email::parse("shop@example.org").unwrap(),
        };
        let from = "no-reply@stoa.example".parse().unwrap();
        let message = message(id, letter, &from, &sender).unwrap();
        let mail = String::from_utf8(message.formatted()).unwrap();
        assert!(
            mail.contains(&format!("Message-ID: <{id}@stoa.example>")),
            "{mail}"
        );
        mail
    }

    /// ATK-J8: a business that is called like a bank's address is not called anything.
    #[test]
    fn a_business_is_not_called_like_an_address() {
        let from = |name| {
            let mail = mail(letter("Hello"), name);
            let line = mail
                .lines()
                .find(|line| line.starts_with("From: "))
                .map(str::to_owned);
            line.unwrap_or_default()
        };
        assert_eq!(from("Shop"), "From: Shop <no-reply@stoa.example>");
        assert_eq!(from("help@bank.example"), "From: no-reply@stoa.example");
        assert_eq!(from("bank.example"), "From: no-reply@stoa.example");
    }

    fn headers(mail: &str) -> Vec<&str> {
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        let mut names: Vec<_> = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':').map(|(name, _)| name))
            .collect();
        names.sort_unstable();
        names
    }

    const USUAL: [&str; 8] = [
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Reply-To",
        "Subject",
        "To",
    ];

    /// ATK-J6: line breaks in a subject, a name or an address make no header and no second recipient.
    #[test]
    fn line_breaks_make_no_headers() {
        for evil in [
            "Hello\r\nBcc: everybody@example.org",
            "Hello\nBcc: everybody@example.org",
            "Hello\rBcc: everybody@example.org",
            "Hello\r\n\r\n<script>",
            "Hello\u{0}\u{85}Bcc: everybody@example.org",
        ] {
            assert_eq!(headers(&mail(letter(evil), "Shop")), USUAL);
            assert_eq!(headers(&mail(letter("Hello"), evil)), USUAL);
            let mut misled = letter("Hello");
            misled.to = Some(format!("rahim@example.org{evil}"));
            let id = JobId::new(Timestamp::from_millis(1));
            let sender = Sender {
                name: "Shop".to_owned(),
                email: Email::parse("shop@example.org").unwrap(),
            };
            message(id, misled, &"no-reply@stoa.example".parse().unwrap(), &sender).unwrap_err();
        }
    }

    #[test]
    fn words_of_any_script_travel_as_ascii() {
        let mail = mail(letter("আপনার অর্ডার"), "রংধনু");
        assert!(mail.is_ascii(), "{mail}");
        assert!(mail.contains("Subject: =?utf-8?"), "{mail}");
        assert!(mail.contains("From: =?utf-8?"), "{mail}");
        assert!(mail.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000"), "{mail}");
    }
}
