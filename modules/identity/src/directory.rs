//! Answers the gateway's questions about people, for the composition root to hand on.

use stoa_core::{TenantId, UserId};
use stoa_db::{Db, DbResult};
use stoa_http::{Credential, Elected, Membership, Principal};

use crate::{Identity, identity::Freshness};

impl Identity {
    /// Whom a credential stands for, if it is live and its user active.
    pub async fn authenticate(&self, db: &Db, credential: &Credential) -> DbResult<Option<Principal>> {
        let Credential::Session(token) = credential;
        let session = self.session(db, token).await?;
        Ok(session.map(|session| Principal {
            user: session.user,
            session: session.id,
            elected: session
                .elected
                .map(|(membership, tenant)| Elected { membership, tenant }),
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
        }))
    }
}
