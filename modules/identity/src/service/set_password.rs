//! Gives a person another password and ends their sessions: whoever knew the old one is out at once.

use stoa_core::{Actor, Email, UserId};
use stoa_db::Db;

use crate::{
    Identity, IdentityError, Password,
    events::PasswordSet,
    store::{sessions::Sessions, users},
};

/// Whose password it is now, and how many sessions ended with the old one.
#[derive(Debug, Clone, Copy)]
pub struct ReplacedPassword {
    pub user: UserId,
    pub sessions_ended: usize,
}

/// Whoever calls this has made sure that it may be done.
pub async fn set_password(
    identity: &Identity,
    db: &Db,
    actor: Actor,
    email: &Email,
    password: Password,
) -> Result<ReplacedPassword, IdentityError> {
    let hash = identity.hash(password).await?;
    let mut cx = db.platform_begin(actor).await?;
    // Held from here on: a sign-in with the old password is before this, and its session ends, or it is refused.
    let user = users::set_password(&mut cx, email, &hash)
        .await?
        .ok_or(IdentityError::UserNotFound)?;
    let ended = Sessions::delete_of_user(&mut cx, user).await?;
    let set = ReplacedPassword {
        user,
        sessions_ended: ended.len(),
    };
    cx.record(&PasswordSet {
        user,
        sessions_ended: set.sessions_ended,
    });
    cx.commit().await?;
    identity.forget_sessions(ended);
    Ok(set)
}
