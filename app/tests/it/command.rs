//! The `stoa` command as an operator uses it, on both engines: install, open two shops, load a catalogue, serve.

use std::{io::Write, process::Stdio};

use serde_json::{Value, json};
use stoa::Stoa;
use stoa_core::{Actor, Clock};
use stoa_db::{DbConfig, JobId, control_sql};
use stoa_http::HttpConfig;
use stoa_testing::unique;

use crate::installation::{CATALOGUE, Installation, Server};

fn two_shops_and_a_catalogue(installation: &Installation) {
    let (clothes, pots) = (unique("clothes"), unique("pots"));
    let made = installation.open_shop(&clothes);
    assert_eq!(
        (made["status"].as_str(), made["currency"].as_str()),
        (Some("active"), Some("BDT"))
    );
    installation.open_shop(&pots);
    let slugs = installation.json(&["tenant", "list"]);
    let listed = |slug: &str| {
        slugs
            .as_array()
            .unwrap()
            .iter()
            .any(|tenant| tenant["slug"] == slug)
    };
    assert!(listed(&clothes) && listed(&pots));

    let file = installation.catalogue();
    let import = [
        "import", "products", "--tenant", &clothes, "--format", "shopify", &file,
    ];
    let first = installation.json(&import);
    assert_eq!(
        (first["created"].as_u64(), first["rejected"].as_u64()),
        (Some(2), Some(1)),
        "{first}"
    );
    assert_eq!(first["errors"][0]["row"], 5, "{first}");
    let again = installation.json(&import);
    assert_eq!(
        (again["created"].as_u64(), again["unchanged"].as_u64()),
        (Some(0), Some(2)),
        "{again}"
    );

    let server = Server::start(installation);
    let (status, page) = server.get(&clothes, "/products");
    assert_eq!(status, 200);
    assert!(page.contains("Indigo Kurta") && page.contains("Clay Cup") && !page.contains("Bad Cup"));
    assert_eq!(server.get(&clothes, "/products/indigo-kurta").0, 200);
    let (status, page) = server.get(&pots, "/products");
    assert_eq!(status, 200);
    assert!(!page.contains("Indigo Kurta"));
    assert_eq!(server.get(&pots, "/products/indigo-kurta").0, 404);
    assert_eq!(server.get("nobody", "/").0, 404);
    assert_eq!(server.end(), Some(0));
}

#[test]
fn two_shops_and_a_catalogue_on_sqlite() {
    two_shops_and_a_catalogue(&Installation::on_sqlite());
}

#[test]
fn two_shops_and_a_catalogue_on_postgres() {
    two_shops_and_a_catalogue(&Installation::on_postgres());
}

#[test]
fn the_doctor_says_which_store_is_not_well() {
    let installation = Installation::on_sqlite();
    let (sound, broken) = (unique("sound"), unique("broken"));
    installation.open_shop(&sound);
    let id: stoa_core::TenantId = installation.open_shop(&broken)["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        installation.json(&["doctor"])["findings"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let file = installation
        .data
        .path()
        .join("tenants")
        .join(format!("{}.db", id.uuid()));
    std::fs::write(file, "not a database").unwrap();
    let output = installation.run(&["doctor"]);
    let found = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(found.contains(&broken) && !found.contains(&sound), "{found}");
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_changes_nothing() {
    let installation = Installation::on_sqlite();
    let slug = unique("cut");
    installation.open_shop(&slug);
    let file = installation.catalogue();
    let import = [
        "import", "products", "--tenant", &slug, "--format", "shopify", &file,
    ];
    std::fs::write(&file, [CATALOGUE.as_bytes(), b"bowl,\xff\n"].concat()).unwrap();
    let output = installation.run(&import);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("Row 6 is not UTF-8"),
        "{output:?}"
    );
    std::fs::write(&file, CATALOGUE).unwrap();
    assert_eq!(installation.json(&import)["created"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_cannot_be_migrated_keeps_no_other_waiting() {
    let installation = Installation::on_sqlite();
    let (sound, broken, half) = (unique("sound"), unique("broken"), unique("half"));
    installation.open_shop(&broken);
    installation.open_shop(&half);
    installation.open_shop(&sound);
    let stores = DbConfig::Files {
        data: installation.data.path().to_owned(),
    };
    let stoa = Stoa::with(
        &stores,
        HttpConfig::new("localhost", false),
        &stoa_testing::outbox(installation.data.path()),
        Clock::System,
        installation.vault(),
    )
    .await
    .unwrap();
    let id = |slug| stoa.tenants().by_slug(stoa.db(), slug);
    let (broken_id, half_id) = (
        id(&broken).await.unwrap().unwrap().id,
        id(&half).await.unwrap().unwrap().id,
    );
    let mut cx = stoa.db().platform_begin(Actor::Command).await.unwrap();
    cx.sql(control_sql!("UPDATE tenants SET status = $2 WHERE id = $1"))
        .bind(half_id)
        .bind("provisioning")
        .execute()
        .await
        .unwrap();
    cx.commit().await.unwrap();
    // Whoever has the files open has them for themselves.
    drop(stoa);
    assert_eq!(installation.json(&["migrate"])["tenants"], 2);
    let file = format!("tenants/{}.db", broken_id.uuid());
    std::fs::write(installation.data.path().join(file), "not a database").unwrap();

    let output = installation.run(&["migrate"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(&format!("the store of {broken}")), "{stderr}");
    assert!(stderr.contains("1 are at it"), "{stderr}");
    assert!(!stderr.contains(&sound) && !stderr.contains(&half), "{stderr}");
}

/// ATK-O12
#[test]
fn a_business_without_a_shop_imports_no_products() {
    let installation = Installation::on_sqlite();
    let file = installation.catalogue();
    for (slug, kind, code) in [("news", "content", 1), ("pots", "store", 0)] {
        let owner = format!("{slug}@b.example");
        let create = [
            "tenant",
            "create",
            "--slug",
            slug,
            "--name",
            "x",
            "--owner-email",
            &owner,
        ];
        installation.json(&[&create[..], &["--kind", kind, "--currency", "BDT"]].concat());
        let import = [
            "import", "products", "--tenant", slug, "--format", "shopify", &file,
        ];
        let output = installation.run(&import);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }
}

#[test]
fn a_reader_that_has_left_is_no_failure() {
    let installation = Installation::on_sqlite();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = installation
        .command(&["tenant", "list"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn();
    let output = child.unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_password_ends_with_its_line() {
    let installation = Installation::on_sqlite();
    let mut child = installation
        .command(&["user", "create", "--email", "ada@example.org", "--name", "Ada"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"correct horse battery\n").unwrap();
    // Standard input stays open.
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(stdin);
}

/// The cookie of whoever the server lets in.
fn sign_in(server: &Server, email: &str, password: &str) -> Option<String> {
    let body = json!({"email": email, "password": password});
    let answer = server
        .ask("app", "POST", "/api/auth/login", "", Some(&body))
        .unwrap();
    assert!([200, 401].contains(&answer.status), "{answer:?}");
    answer.cookie()
}

/// On both engines, beside a server and without one.
fn a_lost_password_is_replaced(installation: &Installation) {
    let slug = unique("lost");
    let (email, old) = (format!("owner@{slug}.example"), installation.open_shop(&slug));
    let old = old["owner_password"].as_str().unwrap();
    let server = Server::start(installation);
    let session = sign_in(&server, &email, old).expect("the password that was shown");
    let is_signed_in = |cookie: &str| {
        let answer = server
            .ask("app", "GET", "/api/auth/session", cookie, None)
            .unwrap();
        answer.status == 200
    };
    assert!(is_signed_in(&session));
    let set = installation.json(&["user", "password", "--email", &email, "--random"]);
    assert_eq!(set["sessions_ended"], 1, "{set}");
    // On PostgreSQL the command runs in a process of its own, and the server hears of it within a second.
    while is_signed_in(&session) {
        std::thread::yield_now();
    }
    assert_eq!(sign_in(&server, &email, old), None);
    assert!(sign_in(&server, &email, set["password"].as_str().unwrap()).is_some());
    assert_eq!(server.end(), Some(0));

    let mut child = installation
        .command(&["user", "password", "--email", &email, "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"a horse, a battery\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let set: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&set["password"], &set["sessions_ended"]),
        (&Value::Null, &json!(1))
    );
    let server = Server::start(installation);
    assert!(sign_in(&server, &email, "a horse, a battery").is_some());

    let nobody = installation.run(&["user", "password", "--email", "nobody@x.example", "--random"]);
    assert_eq!(nobody.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&nobody.stderr);
    assert!(
        stderr.contains("nobody@x.example: There is no such user"),
        "{stderr}"
    );
}

#[test]
fn a_lost_password_is_replaced_on_sqlite() {
    a_lost_password_is_replaced(&Installation::on_sqlite());
}

#[test]
fn a_lost_password_is_replaced_on_postgres() {
    a_lost_password_is_replaced(&Installation::on_postgres());
}

#[test]
fn the_password_of_a_business_that_is_half_made_is_said() {
    let installation = Installation::on_sqlite();
    installation.json(&["tenant", "list"]);
    let stores = installation.data.path().join("tenants");
    std::fs::remove_dir_all(&stores).unwrap();
    // No file can be made there, whoever asks.
    std::os::unix::fs::symlink("/proc", &stores).unwrap();
    let create = [
        "tenant",
        "create",
        "--slug",
        "half-made",
        "--name",
        "A Shop",
        "--owner-email",
        "ada@example.org",
    ];
    let output = installation.run(&create);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("ada@example.org signs in with the password"),
        "{stderr}"
    );
    // Called again it names no password, since this one's would be wrong, and says how to get another.
    let again = installation.run(&create);
    let stderr = String::from_utf8_lossy(&again.stderr);
    assert_eq!(again.status.code(), Some(1), "{stderr}");
    assert!(!stderr.contains("signs in with"), "{stderr}");
    assert!(
        stderr.contains("`stoa user password --email ada@example.org --random`"),
        "{stderr}"
    );

    std::fs::remove_file(&stores).unwrap();
    let server = Server::start(&installation);
    assert_eq!(server.get("half-made", "/").0, 200);
    drop(server);
    assert_eq!(
        installation.json(&["tenant", "show", "half-made"])["status"],
        "active"
    );
}

#[test]
fn settings_of_the_environment_that_are_empty_are_not_given() {
    let installation = Installation::on_sqlite();
    installation.open_shop("plain");
    let show = |scheme: &[&str]| {
        let output = installation
            .command(&[
                "tenant",
                "show",
                "plain",
                "--json",
                "--base-domain",
                "shops.example",
            ])
            .args(scheme)
            .env("STOA_DATABASE_URL", "")
            .env("STOA_DATABASE_URL_FILE", "")
            .env("STOA_DATABASE_CONNECTIONS", "")
            .env("STOA_SCHEME", "")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["url"].clone()
    };
    assert_eq!(show(&[]), "https://plain.shops.example");
    assert_eq!(show(&["--scheme", "http"]), "http://plain.shops.example");
}

#[test]
fn the_settings_in_effect_are_shown_without_secrets() {
    let installation = Installation::on_sqlite();
    let file = installation.data.path().join("stoa.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:8081\"\ndatabase_connections = 3\n").unwrap();
    let output = installation
        .command(&["config", "--config", &file.display().to_string(), "--json"])
        .env("STOA_DATABASE_URL", "postgresql://app:canary@db/stoa")
        .env("STOA_DATABASE_CONNECTIONS", "4")
        .env("STOA_LIMITS_PEER", "off")
        .env("STOA_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8")
        .output()
        .unwrap();
    let mut shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let limits = shown.as_object_mut().unwrap().remove("limits").unwrap();
    assert_eq!(
        (&limits["peer"], &limits["login"]),
        (&json!("off"), &json!("10/m:30"))
    );
    let expected = json!({
        "data": installation.data.path(), "listen": "127.0.0.1:8081", "base_domain": "localhost:8081",
        "scheme": "http", "database_url": "postgresql://app:…@db/stoa", "database_connections": 4,
        "imports": {"max_mib": 64}, "mail": {}, "metrics": {"top_tenants": 0},
        "trusted_proxies": ["127.0.0.1/32", "10.0.0.0/8"],
    });
    assert_eq!(shown, expected);
    let text = installation.run(&["config"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("database_connections = 16"), "{text}");
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let installation = Installation::on_sqlite();
    let _first = Server::start(&installation);
    let second = installation.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&second.stderr).contains("another process"),
        "{second:?}"
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    let installation = Installation::on_sqlite();
    #[track_caller]
    fn check(installation: &Installation, arguments: &[&str], code: i32, says: &str) {
        let output = installation.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    }
    let create = |slug: &'static str, email: &'static str| {
        [
            "tenant",
            "create",
            "--slug",
            slug,
            "--name",
            "A Shop",
            "--owner-email",
            email,
        ]
    };
    check(&installation, &["tenant", "create"], 2, "--slug");
    check(&installation, &["frobnicate"], 2, "frobnicate");
    check(&installation, &create("Bad Slug", "a@b.example"), 1, "--slug");
    check(&installation, &create("admin", "a@b.example"), 1, "reserved");
    check(&installation, &create("fine", "no-email"), 1, "--owner-email");
    check(
        &installation,
        &["tenant", "show", "nobody"],
        1,
        "there is no business",
    );
    check(
        &installation,
        &["config", "--base-domain", "https://shops.example/"],
        1,
        "is no domain",
    );
    check(
        &installation,
        &["tenant", "list", "--data", "/dev/null"],
        1,
        "/dev/null cannot be the data directory",
    );
    check(
        &installation,
        &["serve", "--listen", "0.0.0.0:8080"],
        1,
        "loopback",
    );
    check(
        &installation,
        &[
            "import",
            "products",
            "--tenant",
            "nobody",
            "--format",
            "shopify",
            "missing.csv",
        ],
        1,
        "missing.csv",
    );
}

/// What is done later, of the platform and of a business, and what is not there to be tried again.
#[test]
fn jobs_are_listed_and_tried_again_by_their_ids() {
    let installation = Installation::on_sqlite();
    let slug = unique("clay");
    installation.open_shop(&slug);
    assert_eq!(installation.json(&["jobs", "list"]), json!([]));
    let theirs = ["jobs", "list", "--tenant", &slug, "--state", "dead"];
    assert_eq!(installation.json(&theirs), json!([]));
    let nothing = JobId::new(Clock::System.now()).to_string();
    let rerun = installation.run(&["jobs", "rerun", &nothing]);
    assert_eq!(rerun.status.code(), Some(1), "{rerun:?}");
    assert!(
        String::from_utf8_lossy(&rerun.stderr).contains("no dead job"),
        "{rerun:?}"
    );
}
