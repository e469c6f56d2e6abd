//! The module's memory within one process: recently seen sessions and memberships, and the cores that hash passwords.

use std::{sync::Arc, time::Duration};

use stoa_core::{Actor, Recall, Recent, TenantId, Token, UserId};
use stoa_db::{Db, DbResult};

use crate::{
    IdentityError, Password, PasswordHash, RolePermissions, TenantUser,
    domain::{api_key::ApiKey, session::Session},
    passwords::Passwords,
    store::{
        api_keys::ApiKeys,
        memberships::Memberships,
        sessions::{Sessions, TokenHash},
    },
};

/// How long another process may go on with what this one has changed.
const KEPT: Duration = Duration::from_secs(1);
const CAPACITY: usize = 50_000;

/// Who people are, as one process knows it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Identity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    roles: RolePermissions,
    passwords: Passwords,
    sessions: Recent<TokenHash, Session>,
    memberships: Recent<(UserId, TenantId), TenantUser>,
    api_keys: Recent<TokenHash, ApiKey>,
}

/// Whether an answer may be a moment old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Recent,
    /// Read from the store: for requests that write or concern members.
    Fresh,
}

impl Identity {
    #[must_use]
    pub fn new(roles: RolePermissions) -> Self {
        Self(Arc::new(Inner {
            roles,
            passwords: Passwords::new(),
            sessions: Recent::new(KEPT, CAPACITY),
            memberships: Recent::new(KEPT, CAPACITY),
            api_keys: Recent::new(KEPT, CAPACITY),
        }))
    }

    /// Hashes a new password. Takes tens of milliseconds of a core; no unit of work may be open meanwhile.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, IdentityError> {
        self.0.passwords.hash(password).await
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn roles(&self) -> &RolePermissions {
        &self.0.roles
    }

    /// The live session that a token stands for.
    pub(crate) async fn session(&self, db: &Db, token: &Token) -> DbResult<Option<Session>> {
        let (hash, now) = (token.hash(), db.clock().now());
        let session = match self.0.sessions.recall(&hash, now) {
            Recall::Known(session) => Some(session),
            Recall::Unknown(question) => {
                let mut cx = db.platform_read().await?;
                let found = Sessions::by_token(&mut cx, hash).await?;
                if let Some(session) = &found {
                    self.0.sessions.keep(question, hash, session.clone(), now);
                }
                found
            }
        };
        let Some(session) = session.filter(|session| session.is_live(now)) else {
            return Ok(None);
        };
        if session.use_is_worth_noting(now)
            && let Err(error) = self.note_use(db, hash, &session).await
        {
            // Somebody who only reads is not turned away because nothing can be written.
            tracing::warn!(%error, "a session's use was not noted");
        }
        Ok(Some(session))
    }

    async fn note_use(&self, db: &Db, hash: TokenHash, session: &Session) -> DbResult<()> {
        let mut cx = db.platform_begin(Actor::User(session.user)).await?;
        Sessions::note_use(&mut cx, session.user, session.id).await?;
        cx.commit().await?;
        self.0.sessions.forget(&hash);
        Ok(())
    }

    /// The live API key that a token stands for.
    pub(crate) async fn api_key(&self, db: &Db, token: &Token) -> DbResult<Option<ApiKey>> {
        let (hash, now) = (token.hash(), db.clock().now());
        let key = match self.0.api_keys.recall(&hash, now) {
            Recall::Known(key) => Some(key),
            Recall::Unknown(question) => {
                let mut cx = db.platform_read().await?;
                let found = ApiKeys::by_token(&mut cx, hash).await?;
                if let Some(key) = &found {
                    self.0.api_keys.keep(question, hash, key.clone(), now);
                }
                found
            }
        };
        let Some(key) = key.filter(|key| key.is_live(now)) else {
            return Ok(None);
        };
        if key.use_is_worth_noting(now)
            && let Err(error) = self.note_key_use(db, hash, &key).await
        {
            tracing::warn!(%error, "an API key's use was not noted");
        }
        Ok(Some(key))
    }

    async fn note_key_use(&self, db: &Db, hash: TokenHash, key: &ApiKey) -> DbResult<()> {
        let mut cx = db.platform_begin(Actor::ApiKey(key.id)).await?;
        ApiKeys::note_use(&mut cx, key.tenant, key.id).await?;
        cx.commit().await?;
        self.forget_api_key(&hash);
        Ok(())
    }

    /// To be called once the change is committed, before it is answered.
    pub(crate) fn forget_api_key(&self, token: &TokenHash) {
        self.0.api_keys.forget(token);
    }

    /// The user's membership in a tenant.
    pub(crate) async fn tenant_user(
        &self,
        db: &Db,
        user: UserId,
        tenant: TenantId,
        freshness: Freshness,
    ) -> DbResult<Option<TenantUser>> {
        let now = db.clock().now();
        let question = match self.0.memberships.recall(&(user, tenant), now) {
            Recall::Known(membership) if freshness == Freshness::Recent => return Ok(Some(membership)),
            Recall::Known(_) => None,
            Recall::Unknown(question) => Some(question),
        };
        let mut cx = db.platform_read().await?;
        let found = Memberships::of_user_in_tenant(&mut cx, user, tenant).await?;
        match (question, &found) {
            (Some(question), Some(membership)) => {
                self.0
                    .memberships
                    .keep(question, (user, tenant), membership.clone(), now);
            }
            // Another process has removed it.
            (None, None) => self.forget_membership(user, tenant),
            _ => {}
        }
        Ok(found)
    }

    /// To be called once the change is committed, before it is answered.
    pub(crate) fn forget_sessions(&self, tokens: impl IntoIterator<Item = TokenHash>) {
        for token in tokens {
            self.0.sessions.forget(&token);
        }
    }

    /// To be called once the change is committed, before it is answered.
    pub(crate) fn forget_membership(&self, user: UserId, tenant: TenantId) {
        self.0.memberships.forget(&(user, tenant));
    }
}
