//! Letters: written with the change that they tell of, sent by a job.
#![doc = include_str!("../README.md")]

mod body;
mod budget;
mod job;
mod letter;
mod mailer;
mod message;
mod outbox;
mod site_name;
mod smtp;

pub use body::Body;
pub use budget::LetterBudget;
pub use job::send;
pub use letter::{Letter, Recipient, Subject};
pub use mailer::{AskSender, MailConfig, MailConfigError, Mailer, Sender, Way};
pub use site_name::names_a_site;
