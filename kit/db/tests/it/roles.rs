//! The role that serves is made when it may be, and refused when row-level security would not hold it.

use stoa_core::Clock;
use stoa_db::{Db, DbConfig, DbError, DbResult, PostgresConfig};
use stoa_testing::{PostgresServer, vault};

use crate::{NOTES, connect};

async fn open(server: &PostgresServer, role: &str) -> DbResult<Db> {
    let config = PostgresConfig {
        url: server.app_url().replace("stoa_app", role),
        owner_url: server.owner_url(),
        connections: 2,
        passfile: None,
    };
    Db::open(&DbConfig::Postgres(config), &[NOTES], Clock::System, vault()).await
}

fn reason(refused: DbResult<Db>) -> String {
    match refused.unwrap_err() {
        DbError::Unavailable(reason) => reason.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_role_is_made_or_asked_for() {
    let server = PostgresServer::private();
    let superuser = connect(&server.superuser_url()).await;
    let asked = reason(open(&server, "stoa_new:hush").await);
    assert!(
        asked.contains("CREATE ROLE \"stoa_new\" LOGIN NOSUPERUSER NOBYPASSRLS"),
        "{asked}"
    );
    assert!(!asked.contains("hush"), "{asked}");

    superuser
        .batch_execute("ALTER ROLE stoa_owner CREATEROLE")
        .await
        .unwrap();
    open(&server, "stoa_new:hush").await.unwrap();
    let made = superuser
        .query_one(
            "SELECT rolcanlogin AND NOT rolsuper AND NOT rolbypassrls AND NOT rolcreaterole,
                 rolpassword LIKE 'SCRAM-SHA-256$%'
             FROM pg_authid WHERE rolname = 'stoa_new'",
            &[],
        )
        .await
        .unwrap();
    assert!(made.get::<_, bool>(0) && made.get::<_, bool>(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_could_look_past_the_policies_is_refused() {
    let server = PostgresServer::private();
    let superuser = connect(&server.superuser_url()).await;
    superuser
        .batch_execute(
            "CREATE ROLE strong LOGIN SUPERUSER; CREATE ROLE passer LOGIN BYPASSRLS;
             CREATE ROLE climber LOGIN; GRANT passer TO climber",
        )
        .await
        .unwrap();
    for role in ["strong", "passer", "climber", "stoa_owner"] {
        let refused = reason(open(&server, role).await);
        assert!(refused.contains("row-level security"), "{role}: {refused}");
    }
    open(&server, "stoa_app").await.unwrap();
}
