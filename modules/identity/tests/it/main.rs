//! People over HTTP, on both engines; one file per group of paths.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

mod api_keys;
mod auth_login;
mod auth_session;
mod auth_token;
mod me_sessions;
mod members;

use serde_json::{Value, json};
use stoa_core::{Actor, Email, MembershipId, Role, UserId};
use stoa_identity::{Identity, NewUser, Password, PersonName, RolePermissions};
use stoa_testing::{Client, PASSWORD, Reply, Shop, TestApp, console, unique};

pub(crate) const COOKIE: &str = "__Host-stoa";

/// A person with a browser.
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) browser: Client,
}

/// Somebody with an account and no membership.
pub(crate) async fn person(app: &TestApp) -> Person {
    let email = format!("{}@example.org", unique("person"));
    let identity = Identity::new(RolePermissions::new(&[]));
    let password = identity.hash(Password::parse(PASSWORD).unwrap()).await.unwrap();
    let mut cx = app.db.platform_begin(Actor::Command).await.unwrap();
    let user = NewUser {
        email: Email::parse(&email).unwrap(),
        name: PersonName::parse("Grace Person").unwrap(),
        password: Some(password),
    };
    let id = stoa_identity::create_user(&mut cx, user).await.unwrap();
    cx.commit().await.unwrap();
    Person {
        id,
        email,
        browser: app.browser(),
    }
}

pub(crate) async fn join(app: &TestApp, shop: &Shop, user: UserId, role: Role) -> MembershipId {
    let mut cx = app.db.platform_begin(Actor::Command).await.unwrap();
    let membership = stoa_identity::add_membership(&mut cx, shop.id, user, role)
        .await
        .unwrap();
    cx.commit().await.unwrap();
    membership
}

/// A new member of the shop, signed in.
pub(crate) async fn member(app: &TestApp, shop: &Shop, role: Role) -> (Person, MembershipId) {
    let person = person(app).await;
    let membership = join(app, shop, person.id, role).await;
    log_in(&person.browser, &person.email, PASSWORD)
        .await
        .expect_status(200);
    (person, membership)
}

pub(crate) async fn log_in(browser: &Client, email: &str, password: &str) -> Reply {
    let body = json!({"email": email, "password": password});
    browser.post(&console("/api/auth/login")).json(&body).send().await
}

/// Who the browser is signed in as.
pub(crate) async fn session(browser: &Client) -> Reply {
    browser.get(&console("/api/auth/session")).send().await
}

/// An error's body without what names the request.
pub(crate) fn problem(reply: &Reply) -> Value {
    let mut problem = reply.json();
    problem.as_object_mut().unwrap().remove("request_id").unwrap();
    problem
}
