//! Signs somebody up together with their business, and in.

use stoa_core::{Actor, Email};
use stoa_db::Db;
use stoa_identity::{NewUser, Password, PersonName, StartSession, StartedSession};

use crate::{
    NewBusiness, NewOwner, NewTenant, TenantError, Tenants,
    service::create_tenant::{CreatedTenant, activate, build_store, reserve},
};

#[derive(Debug)]
pub(crate) struct SignUp {
    pub(crate) name: PersonName,
    pub(crate) email: Email,
    pub(crate) password: Password,
    pub(crate) business: NewBusiness,
    pub(crate) user_agent: Option<String>,
}

pub(crate) async fn sign_up(
    tenants: &Tenants,
    db: &Db,
    command: SignUp,
) -> Result<(CreatedTenant, StartedSession), TenantError> {
    let password = tenants.identity().hash(command.password).await?;
    let owner = NewUser {
        email: command.email,
        name: command.name,
        password: Some(password),
    };
    let new = NewTenant {
        business: command.business,
        placing: db.usual_placing(),
        owner: NewOwner::New(owner),
    };

    let mut cx = db.platform_begin(Actor::Visitor).await?;
    let created = reserve(&mut cx, new).await?;
    cx.commit().await?;

    build_store(db, &created.tenant).await?;

    let mut cx = db.platform_begin(Actor::User(created.owner)).await?;
    let tenant = activate(&mut cx, created.tenant).await?;
    let start = StartSession {
        user: created.owner,
        elected: Some(created.membership),
        user_agent: command.user_agent,
    };
    let session = stoa_identity::start_session(&mut cx, start).await?;
    cx.commit().await?;
    Ok((CreatedTenant { tenant, ..created }, session))
}
