//! Answers the gateway's questions about people, for the composition root to hand on.

use stoa_core::{TenantId, Token, UserId};
use stoa_db::{Db, DbResult};
use stoa_http::{Bound, Credential, Elected, Freshness, Membership, Person, Principal, Program};

use crate::{
    Identity,
    domain::session::Session,
    tokens::{Claims, hidden_token},
};

impl Identity {
    /// Whom a credential stands for, if it is live and its user active.
    pub async fn authenticate(
        &self,
        db: &Db,
        credential: &Credential,
        freshness: Freshness,
    ) -> DbResult<Option<Principal>> {
        match credential {
            Credential::Session(token) => self.browser(db, token, freshness).await,
            Credential::AccessToken(token) => self.token(db, token, freshness).await,
            Credential::ApiKey(token) => self.program(db, token, freshness).await,
        }
    }

    async fn browser(&self, db: &Db, token: &Token, freshness: Freshness) -> DbResult<Option<Principal>> {
        let session = self.session(db, token, freshness).await?;
        Ok(session.map(|session| Principal::Person(person(&session, None))))
    }

    /// An access token counts as long as the session it names does, and works where it did.
    async fn token(&self, db: &Db, token: &str, freshness: Freshness) -> DbResult<Option<Principal>> {
        let Some(claims) = Claims::read(db.vault(), token, db.clock().now()) else {
            return Ok(None);
        };
        let bound = claims.bound();
        let session = self
            .session(db, &hidden_token(db.vault(), claims.session), freshness)
            .await?;
        Ok(session
            .filter(|session| session.user == claims.sub)
            .filter(|session| session.elected == bound.map(|bound| (bound.membership, bound.tenant)))
            .map(|session| Principal::Person(person(&session, bound))))
    }

    async fn program(&self, db: &Db, token: &Token, freshness: Freshness) -> DbResult<Option<Principal>> {
        let key = self.api_key(db, token, freshness).await?;
        Ok(key.map(|key| {
            Principal::Program(Program {
                key: key.id,
                tenant: key.tenant,
                permissions: self.roles().named(&key.permissions),
            })
        }))
    }

    /// The user's place in a tenant.
    pub async fn membership(
        &self,
        db: &Db,
        user: UserId,
        tenant: TenantId,
        freshness: Freshness,
    ) -> DbResult<Option<Membership>> {
        let found = self.tenant_user(db, user, tenant, freshness).await?;
        Ok(found.map(|found| Membership {
            id: found.id,
            role: found.role,
            permissions: self.roles().of(found.role).clone(),
            version: found.version,
        }))
    }
}

fn person(session: &Session, bound: Option<Bound>) -> Person {
    Person {
        user: session.user,
        session: session.id,
        elected: session
            .elected
            .map(|(membership, tenant)| Elected { membership, tenant }),
        bound,
    }
}
