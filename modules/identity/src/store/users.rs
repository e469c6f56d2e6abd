//! Reads and writes users. They belong to the platform: one email is one person everywhere.

use stoa_core::{Email, Timestamp, UserId};
use stoa_db::{DbResult, FromRow, PlatformCx, Row, control_sql};

use crate::{IdentityError, NewUser, PasswordHash, User};

/// What signing in needs to know.
pub(crate) struct Login {
    pub(crate) user: UserId,
    pub(crate) password: Option<PasswordHash>,
}

pub(crate) async fn insert_user(
    cx: &mut PlatformCx,
    id: UserId,
    user: &NewUser,
) -> Result<(), IdentityError> {
    let now = cx.now();
    let inserted = cx
        .sql(control_sql!(
            "INSERT INTO users (id, email, name, password_hash, active, created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, TRUE, $5, $5, 1)"
        ))
        .bind(id)
        .bind(&user.email)
        .bind(&user.name)
        .bind(user.password.as_ref().map(PasswordHash::as_str))
        .bind(now)
        .execute()
        .await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.violates("users_email_key") => Err(IdentityError::EmailTaken),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn login(cx: &mut PlatformCx, email: &Email) -> DbResult<Option<Login>> {
    cx.sql(control_sql!(
        "SELECT id, password_hash FROM users WHERE email = $1 AND active"
    ))
    .bind(email)
    .optional()
    .await
}

/// Whose password it is now; none when nobody has that email.
pub(crate) async fn set_password(
    cx: &mut PlatformCx,
    email: &Email,
    password: &PasswordHash,
) -> DbResult<Option<UserId>> {
    let now = cx.now();
    let set: Option<(UserId,)> = cx
        .sql(control_sql!(
            "UPDATE users SET password_hash = $2, updated_at = $3, version = version + 1 WHERE email = $1 RETURNING id"
        ))
        .bind(email)
        .bind(password.as_str())
        .bind(now)
        .optional()
        .await?;
    Ok(set.map(|(id,)| id))
}

/// Whether the password that was verified is still the user's, who is held.
pub(crate) async fn is_password(cx: &mut PlatformCx, id: UserId, password: &PasswordHash) -> DbResult<bool> {
    let found: Option<(UserId,)> = cx
        .sql(control_sql!(
            "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND active FOR UPDATE"
        ))
        .bind(id)
        .bind(password.as_str())
        .optional()
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn note_login(cx: &mut PlatformCx, id: UserId, at: Timestamp) -> DbResult<()> {
    cx.sql(control_sql!("UPDATE users SET last_login_at = $1 WHERE id = $2"))
        .bind(at)
        .bind(id)
        .execute()
        .await?;
    Ok(())
}

pub(crate) async fn user(cx: &mut PlatformCx, id: UserId) -> DbResult<Option<User>> {
    cx.sql(control_sql!(
        "SELECT id, email, name, email_verified_at, image, last_login_at, created_at FROM users WHERE id = $1"
    ))
    .bind(id)
    .optional()
    .await
}

pub async fn user_by_email(cx: &mut PlatformCx, email: &Email) -> DbResult<Option<User>> {
    cx.sql(control_sql!(
        "SELECT id, email, name, email_verified_at, image, last_login_at, created_at FROM users WHERE email = $1"
    ))
    .bind(email)
    .optional()
    .await
}

/// Held while the user's memberships change, so that exactly one of them stays the default.
pub(crate) async fn lock_user(cx: &mut PlatformCx, id: UserId) -> DbResult<bool> {
    let found: Option<(UserId,)> = cx
        .sql(control_sql!("SELECT id FROM users WHERE id = $1 FOR UPDATE"))
        .bind(id)
        .optional()
        .await?;
    Ok(found.is_some())
}

impl FromRow for Login {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            user: row.next()?,
            password: row.next::<Option<String>>()?.map(PasswordHash::stored),
        })
    }
}

impl FromRow for User {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            email: row.next()?,
            name: row.next()?,
            email_verified_at: row.next()?,
            image: row.next()?,
            last_login_at: row.next()?,
            created_at: row.next()?,
        })
    }
}
