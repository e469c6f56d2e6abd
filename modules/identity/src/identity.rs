//! The module's memory within one process: recently seen sessions and memberships, and the cores that hash passwords.

use std::{hash::Hash, sync::Arc, time::Duration};

use stoa_core::{Actor, Recall, Recent, TenantId, Token, UserId};
use stoa_db::{Db, DbResult, PlatformCx};
use stoa_http::Freshness;

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
    pub(crate) async fn session(
        &self,
        db: &Db,
        token: &Token,
        freshness: Freshness,
    ) -> DbResult<Option<Session>> {
        let (hash, now) = (token.hash(), db.clock().now());
        let read = async |cx: &mut PlatformCx| Sessions::by_token(cx, hash).await;
        let found = look_up(&self.0.sessions, hash, db, freshness, read).await?;
        let Some(session) = found.filter(|session| session.is_live(now)) else {
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
    pub(crate) async fn api_key(
        &self,
        db: &Db,
        token: &Token,
        freshness: Freshness,
    ) -> DbResult<Option<ApiKey>> {
        let (hash, now) = (token.hash(), db.clock().now());
        let read = async |cx: &mut PlatformCx| ApiKeys::by_token(cx, hash).await;
        let found = look_up(&self.0.api_keys, hash, db, freshness, read).await?;
        let Some(key) = found.filter(|key| key.is_live(now)) else {
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
        let read = async |cx: &mut PlatformCx| Memberships::of_user_in_tenant(cx, user, tenant).await;
        look_up(&self.0.memberships, (user, tenant), db, freshness, read).await
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

/// What the store says, or has said a moment ago when that is fresh enough.
async fn look_up<K: Eq + Hash, V: Clone>(
    memory: &Recent<K, V>,
    key: K,
    db: &Db,
    freshness: Freshness,
    read: impl AsyncFnOnce(&mut PlatformCx) -> DbResult<Option<V>>,
) -> DbResult<Option<V>> {
    let now = db.clock().now();
    let question = match memory.recall(&key, now) {
        Recall::Known(value) if freshness == Freshness::Recent => return Ok(Some(value)),
        Recall::Known(_) => None,
        Recall::Unknown(question) => Some(question),
    };
    let mut cx = db.platform_read().await?;
    let found = read(&mut cx).await?;
    match (question, &found) {
        (Some(question), Some(value)) => memory.keep(question, key, value.clone(), now),
        // Another process has taken it away.
        (None, None) => memory.forget(&key),
        _ => {}
    }
    Ok(found)
}
