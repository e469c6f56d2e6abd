//! Hashes passwords with argon2id beside the runtime's threads.

use std::fmt;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc},
};
use stoa_http::{Cores, CoresError};

use crate::{IdentityError, Password};

/// The hash that an unknown email is verified against, so that it takes as long as a known one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$LPYkh4G1Fd0xPufWAuwyMQ$F/l66izq3bpLKPQ5qanUTD1wMY/zb8XK5kCx672cLTg";

/// A password's argon2id hash in PHC form. Never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// 19 MiB, two passes, one lane: the first choice of OWASP's password storage cheat sheet.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    cores: Cores,
}

impl PasswordHash {
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { cores: Cores::half() }
    }

    pub(crate) async fn hash(&self, password: Password) -> Result<PasswordHash, IdentityError> {
        let hash = self
            .on_a_core(move || Argon2::default().hash_password(password.as_bytes()))
            .await??;
        Ok(PasswordHash(hash.to_string()))
    }

    /// Whether the password is the one that was hashed. Without a hash it takes as long and is false.
    pub(crate) async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, IdentityError> {
        self.on_a_core(move || {
            let stored = phc::PasswordHash::new(hash.as_ref().map_or(NOBODYS, PasswordHash::as_str))?;
            let matches = Argon2::default()
                .verify_password(password.as_bytes(), &stored)
                .is_ok();
            Ok(matches && hash.is_some())
        })
        .await?
    }

    async fn on_a_core<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        self.cores.run(work).await.map_err(|error| match error {
            CoresError::Busy => IdentityError::Busy,
            CoresError::Interrupted(cause) => IdentityError::Interrupted(cause),
        })
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::*;

    #[tokio::test]
    async fn verifies_what_it_hashed() -> Result<()> {
        let passwords = Passwords::new();
        let hash = passwords.hash(Password::attempt("stoa poikile")).await?;
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            passwords
                .verify(Password::attempt("stoa poikile"), Some(hash.clone()))
                .await?
        );
        assert!(
            !passwords
                .verify(Password::attempt("stoa basileios"), Some(hash))
                .await?
        );
        Ok(())
    }

    #[tokio::test]
    async fn nobody_signs_in_with_nobodys_password() -> Result<()> {
        let stored = phc::PasswordHash::new(NOBODYS)?;
        assert_eq!(stored.params.to_string(), "m=19456,t=2,p=1");
        assert!(!Passwords::new().verify(Password::attempt("nobody"), None).await?);
        Ok(())
    }
}
