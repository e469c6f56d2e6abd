//! A feature is switched beside a running server, while the business is at it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::installation::{Installation, Server};

/// Completes when the page answers so: at once where one process does all, within a second where several share a database.
#[track_caller]
fn expect(server: &Server, slug: &str, status: u16, shares: bool) {
    let begun = Instant::now();
    while shares && server.get(slug, "/products").0 != status && begun.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    assert_eq!(server.get(slug, "/products").0, status);
}

fn switched(installation: &Installation, shares: bool) {
    let slug = stoa_testing::unique("paper");
    let create = [
        "tenant",
        "create",
        "--slug",
        &slug,
        "--name",
        "A Paper",
        "--owner-email",
        "ada@example.org",
        "--kind",
        "content",
    ];
    installation.json(&create);
    // Whoever waits here asks more often than a person may.
    let server = Server::start_with(installation, &["--limits-enabled", "false"]);
    let file = installation.catalogue();
    let import = [
        "import", "products", "--tenant", &slug, "--format", "shopify", &file,
    ];
    expect(&server, &slug, 404, false);
    assert_eq!(server.get(&slug, "/").0, 200);
    assert_eq!(installation.run(&import).status.code(), Some(1));

    let told = installation.json(&["tenant", "features", &slug, "--on", "ecommerce,booking"]);
    assert_eq!(
        told,
        json!({"tenant": slug, "features": ["cms", "ecommerce", "booking"]})
    );
    expect(&server, &slug, 200, shares);
    installation.json(&import);
    let has_kurta = || server.get(&slug, "/products").1.contains("Indigo Kurta");

    let told = installation.json(&["tenant", "features", &slug, "--off", "ecommerce"]);
    assert_eq!(told["features"], json!(["cms", "booking"]));
    expect(&server, &slug, 404, shares);
    assert_eq!(installation.run(&import).status.code(), Some(1));

    installation.json(&[
        "tenant",
        "features",
        &slug,
        "--on",
        "ecommerce",
        "--off",
        "booking",
    ]);
    expect(&server, &slug, 200, shares);
    let begun = Instant::now();
    while !has_kurta() && begun.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    assert!(has_kurta(), "what was there is there again");
    let shown = installation.run(&["tenant", "features", &slug]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert_eq!(shown.trim(), format!("{slug}: cms, ecommerce"));
    assert_eq!(server.end(), Some(0));
}

/// ATK-O12: in the server's own process, from the next request on.
#[test]
fn a_feature_is_switched_at_once_on_sqlite() {
    let installation = Installation::on_sqlite();
    switched(&installation, false);
    assert_eq!(installation.json(&["migrate"])["opened"], 0);
    assert_eq!(installation.json(&["doctor"])["findings"], json!([]));
}

/// ATK-O12: by another process, within a second.
#[test]
fn a_feature_is_switched_soon_on_postgres() {
    switched(&Installation::on_postgres(), true);
}

#[test]
fn a_feature_that_is_not_is_refused() {
    let installation = Installation::on_sqlite();
    installation.open_shop("pots");
    for (arguments, code) in [
        (&["tenant", "features", "nobody", "--on", "cms"][..], 1),
        (&["tenant", "features", "pots", "--on", "shop"], 2),
        (
            &["tenant", "features", "pots", "--on", "ai", "--off", "ai,cms"],
            1,
        ),
    ] {
        let output = installation.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
    }
    let told = installation.json(&["tenant", "features", "pots"]);
    assert_eq!(told["features"], json!(["cms", "ecommerce"]));
}
