//! What can go wrong with people: one kind (the status) and one stable code each.

use stoa_core::{ErrorKind, Failure, FieldError, FieldErrors};
use stoa_db::DbError;
use tokio::task::JoinError;

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("The email or the password is wrong.")]
    WrongCredentials,
    #[error("Somebody with this email has an account already.")]
    EmailTaken,
    #[error("This user is a member already.")]
    AlreadyMember,
    #[error("There is no such user.")]
    UserNotFound,
    #[error("There is no such session.")]
    SessionNotFound,
    #[error("There is no such membership.")]
    MembershipNotFound,
    #[error("There is no such member.")]
    MemberNotFound,
    #[error("The last owner stays owner; make somebody else owner first.")]
    LastOwner,
    #[error("This reaches beyond your own role.")]
    BeyondOwnRole,
    #[error("The member was changed meanwhile; read it again.")]
    Stale,
    #[error("This refresh token does not count any more; sign in again.")]
    RefreshTokenInvalid,
    /// The words of a tenant that is not: whoever is no member learns no more.
    #[error("There is no such business here.")]
    TenantNotFound,
    #[error("Tokens stay with the business that they were made for; ask for others.")]
    BrowserOnly,
    #[error("Nobody gives a key more than they may do themselves.")]
    BeyondOwnPermissions,
    #[error("There is no such API key.")]
    ApiKeyNotFound,
    #[error("Too many people are signing in at once; try again shortly.")]
    Busy,
    #[error("the work on a password was interrupted")]
    Interrupted(#[source] JoinError),
    #[error("an access token could not be signed")]
    Signing(#[source] jsonwebtoken::errors::Error),
    #[error("a password could not be hashed, or a stored hash is damaged: {0}")]
    Hashing(String),
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<argon2::password_hash::Error> for IdentityError {
    fn from(error: argon2::password_hash::Error) -> Self {
        Self::Hashing(error.to_string())
    }
}

impl From<argon2::password_hash::phc::Error> for IdentityError {
    fn from(error: argon2::password_hash::phc::Error) -> Self {
        Self::Hashing(error.to_string())
    }
}

impl Failure for IdentityError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::WrongCredentials | Self::RefreshTokenInvalid => ErrorKind::Unauthenticated,
            Self::UserNotFound
            | Self::SessionNotFound
            | Self::MembershipNotFound
            | Self::MemberNotFound
            | Self::TenantNotFound
            | Self::ApiKeyNotFound => ErrorKind::NotFound,
            Self::EmailTaken | Self::AlreadyMember | Self::LastOwner | Self::Stale => ErrorKind::Conflict,
            Self::BeyondOwnRole | Self::BrowserOnly | Self::BeyondOwnPermissions => ErrorKind::Forbidden,
            Self::Busy => ErrorKind::Unavailable,
            Self::Interrupted(_) | Self::Signing(_) | Self::Hashing(_) => ErrorKind::Internal,
            Self::Invalid(error) => error.kind(),
            Self::Db(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::WrongCredentials => "identity.wrong_credentials",
            Self::EmailTaken => "identity.email_taken",
            Self::AlreadyMember => "identity.already_member",
            Self::UserNotFound => "identity.user_not_found",
            Self::SessionNotFound => "identity.session_not_found",
            Self::MembershipNotFound => "identity.membership_not_found",
            Self::MemberNotFound => "identity.member_not_found",
            Self::LastOwner => "identity.last_owner",
            Self::BeyondOwnRole => "identity.beyond_own_role",
            Self::Stale => "identity.stale",
            Self::RefreshTokenInvalid => "identity.refresh_token_invalid",
            Self::TenantNotFound => "tenant.not_found",
            Self::BrowserOnly => "identity.browser_only",
            Self::BeyondOwnPermissions => "identity.beyond_own_permissions",
            Self::ApiKeyNotFound => "identity.api_key_not_found",
            Self::Busy => "identity.busy",
            Self::Interrupted(_) | Self::Signing(_) | Self::Hashing(_) => "identity.internal",
            Self::Invalid(error) => error.code(),
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(error) => error.fields(),
            _ => &[],
        }
    }
}
