//! A person who signs in, known by email across the whole platform.

use stoa_core::{Email, Text, Timestamp, UserId};

use crate::passwords::PasswordHash;

pub type PersonName = Text<120>;

/// A user to be created.
#[derive(Debug)]
pub struct NewUser {
    pub email: Email,
    pub name: PersonName,
    /// None: the account cannot sign in by password yet.
    pub password: Option<PasswordHash>,
}

#[derive(Debug, Clone)]
pub struct User {
    pub id: UserId,
    pub email: Email,
    pub name: String,
    pub email_verified_at: Option<Timestamp>,
    pub image: Option<String>,
    pub last_login_at: Option<Timestamp>,
    pub created_at: Timestamp,
}
