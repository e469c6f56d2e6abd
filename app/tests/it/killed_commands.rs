//! A command that is killed midway leaves nothing half: what it had not finished was never there, or is finished later.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::installation::{CATALOGUE, Installation, Server};

/// Moments within a command and shortly after, from one that is let run to its end.
fn moments(installation: &Installation, arguments: &[&str]) -> impl Iterator<Item = Duration> + use<> {
    let begun = Instant::now();
    assert!(installation.run(arguments).status.success());
    let whole = begun.elapsed();
    (0..24).map(move |step| whole * step / 20)
}

fn create<'a>(slug: &'a str, email: &'a str) -> [&'a str; 8] {
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
}

/// Lets a command run for a moment, then kills it.
fn cut(installation: &Installation, arguments: &[&str], moment: Duration) {
    let mut child = installation
        .command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Not to wait for something, but to be somewhere else each time.
    thread::sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
}

fn is_well(installation: &Installation) {
    assert_eq!(installation.json(&["doctor"])["findings"], json!([]));
}

/// ATK-V8: beside a server that goes on, and without one.
#[test]
fn a_business_is_made_or_not() {
    let installation = Installation::on_sqlite();
    let mut begun = Vec::new();
    for serves in [false, true] {
        let server = serves.then(|| Server::start(&installation));
        let whole = format!("whole-{serves}");
        let owner = format!("owner@{whole}.example");
        for moment in moments(&installation, &create(&whole, &owner)) {
            let slug = format!("cut-{}-{serves}", begun.len());
            let email = format!("owner@{slug}.example");
            cut(&installation, &create(&slug, &email), moment);
            begun.push(slug);
        }
        drop(server);
    }
    // Whatever was reserved is finished at start-up.
    let server = Server::start(&installation);
    is_well(&installation);
    let listed = installation.json(&["tenant", "list"]);
    let listed = listed.as_array().unwrap();
    assert!(
        listed.iter().all(|tenant| tenant["status"] == "active"),
        "{listed:?}"
    );
    for slug in begun {
        let is_there = listed.iter().any(|tenant| tenant["slug"] == slug.as_str());
        assert_eq!(
            server.get(&slug, "/").0,
            if is_there { 200 } else { 404 },
            "{slug}"
        );
        if !is_there {
            installation.open_shop(&slug);
            assert_eq!(server.get(&slug, "/").0, 200, "{slug}");
        }
    }
}

/// FLT-17: killed rather than told to end.
#[test]
fn an_import_goes_on_where_it_was_cut() {
    let installation = Installation::on_sqlite();
    installation.open_shop("rugs");
    let mut file = CATALOGUE.lines().next().unwrap().to_owned();
    for number in 0..400 {
        file.push_str(&format!(
            "\nrug-{number},Rug {number},,Loom,Rug,,true,Size,S,RUG-{number}-S,shopify,3,deny,90.00,\n\
             rug-{number},,,,,,,,M,RUG-{number}-M,shopify,3,deny,95.00,"
        ));
    }
    let path = installation.data.path().join("rugs.csv");
    std::fs::write(&path, file).unwrap();
    let path = path.display().to_string();
    let import = [
        "import", "products", "--tenant", "rugs", "--format", "shopify", &path,
    ];
    installation.open_shop("whole");
    let mut whole = import;
    whole[3] = "whole";
    let mut before = 0;
    for moment in moments(&installation, &whole).step_by(2) {
        cut(&installation, &import, moment);
        is_well(&installation);
    }
    for _ in 0..2 {
        let report = installation.json(&import);
        let count = |name: &str| report[name].as_u64().unwrap();
        // A product that was there with one variant of two would be brought up to date.
        assert_eq!((count("updated"), count("rejected")), (0, 0), "{report}");
        assert_eq!(count("created") + count("unchanged"), 400, "{report}");
        assert!(count("unchanged") >= before, "{report}");
        before = 400;
    }
    is_well(&installation);
}
