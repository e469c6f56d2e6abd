//! Sends over SMTP (RFC 5321), with time-outs, and without letting a server that hangs hold up more than a few workers.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, transport::smtp};
use stoa_core::{Clock, Timestamp};
use stoa_jobs::JobError;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// For the connection, and for the whole dialogue.
const CONNECT: Duration = Duration::from_secs(10);
const DIALOGUE: Duration = Duration::from_secs(30);
/// So many letters are under way at once; another waits a moment and is put off then.
const AT_ONCE: usize = 4;
const MOMENT: Duration = Duration::from_secs(1);
/// How long nothing is tried after the server could not be reached.
const PAUSE: Duration = Duration::from_secs(30);
/// The server asks who we are, or does not believe it (RFC 4954): that is no fault of the letter's.
const AUTHENTICATION: [u16; 4] = [530, 534, 535, 538];

#[derive(Debug)]
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    dialogue: Duration,
    turns: Semaphore,
    /// Until when nothing is tried. After that one letter tries, and the others wait for what it finds.
    paused_until: Mutex<Option<Timestamp>>,
    probing: Semaphore,
}

impl Smtp {
    pub(crate) fn new(url: &str) -> Result<Self, smtp::Error> {
        Self::with_patience(url, CONNECT, DIALOGUE)
    }

    pub(crate) fn with_patience(
        url: &str,
        connect: Duration,
        dialogue: Duration,
    ) -> Result<Self, smtp::Error> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?
            .timeout(Some(connect))
            .build();
        Ok(Self {
            transport,
            dialogue,
            turns: Semaphore::new(AT_ONCE),
            paused_until: Mutex::default(),
            probing: Semaphore::new(1),
        })
    }

    pub(crate) async fn send(&self, message: Message, clock: &Clock) -> Result<(), JobError> {
        let _probe = self.admit(clock.now())?;
        let Ok(Ok(_turn)) = timeout(MOMENT, self.turns.acquire()).await else {
            return Err(put_off("many letters are under way"));
        };
        let sent = timeout(self.dialogue, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => {
                self.pause_until(None);
                Ok(())
            }
            Ok(Err(error)) => Err(self.refused(&error, clock.now())),
            Err(_) => {
                self.pause_until(Some(clock.now().plus(PAUSE)));
                Err(JobError::Again("the mail server does not answer".to_owned()))
            }
        }
    }

    /// Lets a letter through, unless the server could not be reached a moment ago.
    fn admit(&self, now: Timestamp) -> Result<Option<SemaphorePermit<'_>>, JobError> {
        let paused_until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        match paused_until {
            None => Ok(None),
            Some(until) if now < until => Err(put_off("the mail server could not be reached a moment ago")),
            Some(_) => self
                .probing
                .try_acquire()
                .map(Some)
                .map_err(|_| put_off("another letter tries whether the mail server can be reached again")),
        }
    }

    fn refused(&self, error: &smtp::Error, now: Timestamp) -> JobError {
        let code = error.status().map(u16::from);
        if code.is_none() {
            self.pause_until(Some(now.plus(PAUSE)));
            return JobError::Again(format!("the mail server cannot be reached: {error}"));
        }
        self.pause_until(None);
        let ours = code.is_some_and(|code| AUTHENTICATION.contains(&code));
        if error.is_permanent() && !ours {
            JobError::Hopeless(format!("the mail server refuses the letter: {error}"))
        } else {
            JobError::Again(format!("the mail server does not take the letter now: {error}"))
        }
    }

    fn pause_until(&self, until: Option<Timestamp>) {
        *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

fn put_off(why: &str) -> JobError {
    JobError::PutOff(PAUSE, why.to_owned())
}

#[cfg(test)]
mod tests;
