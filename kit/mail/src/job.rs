//! The job `mail.send`: a letter as it waits in the business's store.

use serde::{Deserialize, Serialize};
use stoa_db::{Cx, DbResult, Job};

use crate::{Letter, Recipient};

/// What is kept of a letter until it is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SendLetter {
    /// None: the business itself.
    pub(crate) to: Option<String>,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) reply_to: Option<String>,
}

impl Job for SendLetter {
    const KIND: &'static str = "mail.send";
    /// About a day: so long a mail server may be away.
    const ATTEMPTS: u32 = 16;
}

/// Has a letter sent once this unit of work is committed.
pub async fn send(cx: &mut Cx, letter: &Letter) -> DbResult<()> {
    let to = match &letter.to {
        Recipient::Address(email) => Some(email.to_string()),
        Recipient::Business => None,
    };
    let job = SendLetter {
        to,
        subject: letter.subject.as_str().to_owned(),
        text: letter.body.text(),
        html: letter.body.html(),
        reply_to: letter.reply_to.as_ref().map(ToString::to_string),
    };
    cx.enqueue(&job).await?;
    Ok(())
}
