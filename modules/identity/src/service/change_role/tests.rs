//! Two owners demote each other at the same moment: one of them must stay.

use anyhow::Result;
use stoa_core::{Actor, Clock, Email, MembershipId, Role, TenantId, UserId};
use stoa_db::{Db, DbConfig, PostgresConfig};
use stoa_testing::{PostgresServer, unique};

use super::{ChangeRole, change_role};
use crate::{
    Identity, IdentityError, NewUser, PersonName, RolePermissions, add_membership, create_user, module,
    store::memberships::Memberships,
};

const ROUNDS: usize = 40;

async fn owner(db: &Db, tenant: TenantId) -> Result<(UserId, MembershipId)> {
    let mut cx = db.platform_begin(Actor::Command).await?;
    let user = NewUser {
        email: Email::parse(&format!("{}@example.org", unique("owner")))?,
        name: PersonName::parse("Ada Owner")?,
        password: None,
    };
    let user = create_user(&mut cx, user).await?;
    let membership = add_membership(&mut cx, tenant, user, Role::Owner).await?;
    cx.commit().await?;
    Ok((user, membership))
}

async fn demote(db: Db, tenant: TenantId, by: UserId, member: MembershipId) -> Result<(), IdentityError> {
    let mut cx = db.platform_begin(Actor::User(by)).await?;
    let command = ChangeRole {
        member,
        role: Role::Staff,
        version: 1,
    };
    change_role(&mut cx, tenant, by, command).await?;
    cx.commit().await?;
    Ok(())
}

async fn check(config: DbConfig) -> Result<()> {
    let migrations = module(Identity::new(RolePermissions::new(&[]))).migrations;
    let db = Db::open(&config, &[migrations], Clock::System, stoa_testing::vault()).await?;
    for round in 0..ROUNDS {
        let tenant = TenantId::new(db.clock().now());
        let (one, other) = (owner(&db, tenant).await?, owner(&db, tenant).await?);
        let first = tokio::spawn(demote(db.clone(), tenant, one.0, other.1));
        let second = tokio::spawn(demote(db.clone(), tenant, other.0, one.1));
        let done = [first.await?, second.await?];
        assert_eq!(
            done.iter().filter(|result| result.is_ok()).count(),
            1,
            "round {round}: {done:?}"
        );
        let mut cx = db.platform_begin(Actor::Command).await?;
        assert_eq!(
            Memberships::lock_owners(&mut cx, tenant).await?,
            1,
            "round {round}"
        );
    }
    Ok(())
}

/// ATK-O13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_stays_on_sqlite() -> Result<()> {
    let data = tempfile::tempdir()?;
    let config = DbConfig::Files {
        data: data.path().to_owned(),
    };
    check(config).await
}

/// ATK-O13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_stays_on_postgres() -> Result<()> {
    let server = PostgresServer::shared();
    let config = DbConfig::Postgres(PostgresConfig {
        url: server.app_url(),
        owner_url: server.owner_url(),
        connections: 4,
        passfile: None,
    });
    check(config).await
}
