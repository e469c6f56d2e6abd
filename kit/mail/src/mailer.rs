//! Sends letters in the name of businesses, by SMTP or into the outbox.

use std::{fmt, path::PathBuf, sync::Arc};

use futures_util::future::BoxFuture;
use lettre::Address;
use stoa_core::{Email, TenantId};
use stoa_db::DbResult;
use stoa_jobs::{JobError, JobKind, JobResult, Running};

use crate::{LetterBudget, budget, job::SendLetter, message::message, outbox, smtp::Smtp};

/// How letters leave the platform.
#[derive(Clone)]
pub struct MailConfig {
    /// The address that letters come from; answers go to the business.
    pub from: String,
    pub way: Way,
    pub budget: LetterBudget,
}

#[derive(Clone)]
pub enum Way {
    /// Files in a directory.
    Outbox(PathBuf),
    /// `smtps://user:password@host:465`, or `smtp://user:password@host:587?tls=required`.
    Smtp(String),
}

#[derive(Debug, thiserror::Error)]
pub enum MailConfigError {
    #[error("the sender {0} is no mail address")]
    From(String),
    /// The cause may quote the password; the form is enough.
    #[error("the mail server's URL cannot be read; expected smtps://user:password@host")]
    Url,
}

/// Who a business is to those who get its letters.
#[derive(Debug, Clone)]
pub struct Sender {
    pub name: String,
    pub email: Email,
}

/// Answers for the module that knows the businesses. Asked whenever a letter is sent, so that a changed address holds for
/// letters that wait.
pub type AskSender = Box<dyn Fn(TenantId) -> BoxFuture<'static, DbResult<Option<Sender>>> + Send + Sync>;

/// The way of letters out of the platform. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    from: Address,
    transport: Transport,
    budget: LetterBudget,
}

#[derive(Debug)]
enum Transport {
    Outbox(PathBuf),
    Smtp(Box<Smtp>),
}

impl Mailer {
    pub fn new(config: &MailConfig) -> Result<Self, MailConfigError> {
        let from = config
            .from
            .parse()
            .map_err(|_| MailConfigError::From(config.from.clone()))?;
        let transport = match &config.way {
            Way::Outbox(directory) => Transport::Outbox(directory.clone()),
            Way::Smtp(url) => Transport::Smtp(Box::new(Smtp::new(url).map_err(|_| MailConfigError::Url)?)),
        };
        Ok(Self(Arc::new(Inner {
            from,
            transport,
            budget: config.budget,
        })))
    }

    /// The job that sends what [`send`](crate::send) has written.
    #[must_use]
    pub fn job(&self, ask: AskSender) -> JobKind {
        let (mailer, ask) = (self.clone(), Arc::new(ask));
        JobKind::of(move |running, letter| {
            let (mailer, ask) = (mailer.clone(), Arc::clone(&ask));
            async move { mailer.send(running, letter, &ask).await }
        })
    }

    /// No unit of work is open here: a server that hangs holds up nobody's store.
    async fn send(&self, running: Running, letter: SendLetter, ask: &AskSender) -> JobResult {
        let sender = ask(running.tenant())
            .await?
            .ok_or_else(|| JobError::Hopeless("there is no such business".to_owned()))?;
        let visitor = letter.to.clone();
        self.0.budget.check(&running, visitor.as_deref()).await?;
        let message = message(running.id(), letter, &self.0.from, &sender)
            .map_err(|error| JobError::Hopeless(error.to_string()))?;
        match &self.0.transport {
            Transport::Smtp(smtp) => smtp.send(message, running.clock()).await?,
            Transport::Outbox(directory) => {
                let mail = message.formatted();
                let kept = outbox::keep(directory, running.id(), mail).await;
                kept.map_err(|error| JobError::Again(format!("the outbox: {error}")))?;
            }
        }
        let mut cx = running.begin().await?;
        budget::count(&mut cx, visitor.as_deref()).await?;
        running.complete(&mut cx, None).await?;
        Ok(cx.commit().await?)
    }
}

impl fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailConfig")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
