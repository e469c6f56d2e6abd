//! Signs a user in by password. Whether the email is known shows neither in the answer nor in the time it takes.

use stoa_core::{Actor, Email, SessionId, UserId};
use stoa_db::{Db, DbResult, PlatformCx};

use crate::{
    Identity, IdentityError, Password, PasswordHash, StartSession, StartedSession,
    service::{end_session::end_session, start_session::start_session},
    store::{memberships::Memberships, users},
};

#[derive(Debug)]
pub(crate) struct LogIn {
    pub(crate) email: Email,
    pub(crate) password: Password,
    pub(crate) user_agent: Option<String>,
    /// The session the browser is signed in with already; it ends.
    pub(crate) replaces: Option<(UserId, SessionId)>,
}

pub(crate) async fn log_in(
    identity: &Identity,
    db: &Db,
    command: LogIn,
) -> Result<(UserId, StartedSession), IdentityError> {
    let verified = verified(identity, db, &command.email, command.password).await?;
    let user = verified.user;
    let mut cx = db.platform_begin(Actor::User(user)).await?;
    verified.hold(&mut cx).await?;
    let ended = match command.replaces {
        Some((user, session)) => end_session(&mut cx, user, session).await?,
        None => None,
    };
    let memberships = Memberships::of_user(&mut cx, user).await?;
    let elected = memberships
        .iter()
        .find(|membership| membership.is_default)
        .map(|membership| membership.id);
    let start = StartSession {
        user,
        elected,
        user_agent: command.user_agent,
    };
    let started = start_session(&mut cx, start).await?;
    cx.commit().await?;
    identity.forget_sessions(ended);
    Ok((user, started))
}

/// A user whose password was given.
pub(super) struct Verified {
    pub(super) user: UserId,
    password: PasswordHash,
}

impl Verified {
    /// Another password may have been set since this one was verified: it must not start a session any more.
    pub(super) async fn hold(&self, cx: &mut PlatformCx) -> Result<(), IdentityError> {
        match users::is_password(cx, self.user, &self.password).await? {
            true => Ok(()),
            false => Err(IdentityError::WrongCredentials),
        }
    }
}

/// The user whose password this is.
pub(super) async fn verified(
    identity: &Identity,
    db: &Db,
    email: &Email,
    password: Password,
) -> Result<Verified, IdentityError> {
    let found = find(db, email).await?;
    let (user, hash) = found.map_or((None, None), |login| (Some(login.user), login.password));
    // No unit of work is open while the password is verified: that takes a core for tens of milliseconds.
    let is_right = identity.passwords().verify(password, hash.clone()).await?;
    match (user, hash) {
        (Some(user), Some(password)) if is_right => Ok(Verified { user, password }),
        _ => {
            tracing::info!(known = user.is_some(), "sign-in refused");
            Err(IdentityError::WrongCredentials)
        }
    }
}

async fn find(db: &Db, email: &Email) -> DbResult<Option<users::Login>> {
    let mut cx = db.platform_read().await?;
    users::login(&mut cx, email).await
}
