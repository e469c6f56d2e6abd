//! Users, passwords, sessions and memberships: who somebody is, and where they belong.
#![doc = include_str!("../README.md")]

mod directory;
mod domain;
mod error;
mod events;
mod http;
mod identity;
mod jobs;
mod passwords;
pub mod permissions;
mod roles;
mod routes;
mod service;
mod store;
mod tokens;

use stoa_db::{Migrations, control_migration};
use stoa_http::{Module, Pages};

pub use domain::{
    membership::{Member, TenantUser},
    password::Password,
    user::{NewUser, PersonName, User},
};
pub use error::IdentityError;
pub use http::{
    session_view::session_view,
    user_agent::user_agent,
    views::{MembershipView, SessionView, TenantRef, UserView},
    with_session::WithSession,
};
pub use identity::Identity;
pub use passwords::PasswordHash;
pub use roles::RolePermissions;
pub use service::{
    add_membership::add_membership,
    create_user::create_user,
    set_password::{ReplacedPassword, set_password},
    start_session::{StartSession, StartedSession, start_session},
};
pub use store::users::user_by_email;

/// What identity adds to the platform.
#[must_use]
pub fn module(identity: Identity) -> Module {
    Module {
        name: "identity",
        feature: None,
        permissions: permissions::ALL,
        migrations: MIGRATIONS,
        routes: routes::routes(identity),
        pages: Pages::new(),
        sections: Vec::new(),
        jobs: Vec::new(),
        platform_jobs: vec![jobs::forget_sessions()],
    }
}

const MIGRATIONS: Migrations = Migrations {
    module: "identity",
    feature: None,
    tenant: &[],
    control: &[
        control_migration!("0001_identity"),
        control_migration!("0002_session_ends"),
    ],
};
