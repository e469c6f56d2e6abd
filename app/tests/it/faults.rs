//! What breaks in one business's file stays with that business, and is told to the operator.

use std::{
    fs::{self, File},
    os::unix::fs::{FileExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use stoa_core::TenantId;
use stoa_testing::unique;

use crate::installation::{Answer, Installation, Server};

/// A business, and where its file is.
struct Stall {
    slug: String,
    id: TenantId,
    file: PathBuf,
}

impl Stall {
    fn open(installation: &Installation, name: &str) -> Self {
        let slug = unique(name);
        let id: TenantId = installation.open_shop(&slug)["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let file = format!("tenants/{}.db", id.uuid());
        Self {
            slug,
            id,
            file: installation.data.path().join(file),
        }
    }
}

/// Opens a cart.
fn open_cart(server: &Server, stall: &Stall) -> Answer {
    let path = "/api/ecommerce/carts";
    server
        .ask(&stall.slug, "POST", path, "", Some(&json!({})))
        .unwrap()
}

/// Serves, with what is logged in a file.
fn serve(installation: &Installation, log: &Path) -> Server {
    let mut command = installation.command(&["serve"]);
    Server::launch(command.stderr(File::create(log).unwrap()))
}

/// Breaks the first business's store while nobody serves it, and looks at what the world sees.
#[track_caller]
fn check(what: &str, break_it: impl FnOnce(&Stall, &Stall)) {
    let installation = Installation::on_sqlite();
    let (broken, sound) = (
        Stall::open(&installation, "broken"),
        Stall::open(&installation, "sound"),
    );
    break_it(&broken, &sound);
    let log = installation.data.path().join("log");
    let server = serve(&installation, &log);
    assert_eq!(server.get(&broken.slug, "/products").0, 503, "{what}");
    assert_eq!(open_cart(&server, &broken).status, 503, "{what}");
    assert_eq!(server.get(&sound.slug, "/products").0, 200, "{what}");
    assert_eq!(open_cart(&server, &sound).status, 201, "{what}");
    assert_eq!(server.end(), Some(0), "{what}");
    let log = fs::read_to_string(log).unwrap();
    let is_told = |stall: &Stall| {
        let whose = format!("tenant=\"{}\"", stall.id);
        log.lines()
            .any(|line| line.contains("ERROR") && line.contains(&whose))
    };
    assert!(is_told(&broken) && !is_told(&sound), "{what}: {log}");
}

/// Overwrites the beginning of every page but the first.
fn flip_bytes(path: &Path) {
    let file = File::options().write(true).open(path).unwrap();
    let pages = file.metadata().unwrap().len() / 4096;
    assert!(pages > 10, "{pages} pages");
    for page in 1..pages {
        file.write_all_at(&[0xA5; 64], page * 4096).unwrap();
    }
}

/// ATK-E8: a link, another business's file or a foreign one in the place of a business's is refused; others go on.
#[test]
fn a_file_that_is_not_the_business_s_own_is_refused() {
    check("a link", |broken, _| {
        let elsewhere = broken.file.with_extension("elsewhere");
        fs::rename(&broken.file, &elsewhere).unwrap();
        symlink(&elsewhere, &broken.file).unwrap();
    });
    check("a link to another business's", |broken, sound| {
        fs::remove_file(&broken.file).unwrap();
        symlink(&sound.file, &broken.file).unwrap();
    });
    check("another business's", |broken, sound| {
        fs::copy(&sound.file, &broken.file).unwrap();
    });
    check("no database", |broken, _| {
        fs::write(&broken.file, [b'x'; 8192]).unwrap();
    });
    check("a database of another program", |broken, _| {
        let control = broken.file.ancestors().nth(2).unwrap().join("control.db");
        fs::copy(control, &broken.file).unwrap();
    });
    check("nothing", |broken, _| fs::write(&broken.file, "").unwrap());
    check("no file", |broken, _| fs::remove_file(&broken.file).unwrap());
}

/// FLT-18: a business whose file is damaged is answered 503 and told to the operator; others go on.
#[test]
fn a_damaged_file_takes_down_its_own_business_alone() {
    check("flipped bytes", |broken, _| flip_bytes(&broken.file));
}

/// FLT-18: what was damaged while it was served comes back from a snapshot.
#[test]
fn a_damaged_store_is_restored_under_a_running_server() {
    let installation = Installation::on_sqlite();
    let stall = Stall::open(&installation, "mended");
    let file = installation.catalogue();
    let import = [
        "import",
        "products",
        "--tenant",
        &stall.slug,
        "--format",
        "shopify",
        &file,
    ];
    installation.json(&import);
    let kept = installation.json(&["backup", &stall.slug]);
    flip_bytes(&stall.file);
    let log = installation.data.path().join("log");
    let server = serve(&installation, &log);
    assert_eq!(server.get(&stall.slug, "/products").0, 503);
    let at = kept["taken_at"].as_str().unwrap();
    let restored = installation.json(&["restore", &stall.slug, "--at", at]);
    assert_eq!(restored["restored"]["taken_at"], at);
    assert_eq!(restored["before"], Value::Null, "a damaged store cannot be kept");
    let (status, page) = server.get(&stall.slug, "/products");
    assert_eq!(status, 200);
    assert!(page.contains("Indigo Kurta"));
    assert_eq!(installation.json(&["doctor"])["findings"], json!([]));
}

/// Lets a process make no file longer than that; the system answers EFBIG where a full disk would say ENOSPC. It is the one
/// limit that every user can set, and lift again, for a process that runs.
fn limit_files(server: &Server, bytes: &str) {
    let limited = Command::new("prlimit")
        .args([
            "--pid",
            &server.pid().to_string(),
            &format!("--fsize={bytes}:unlimited"),
        ])
        .status()
        .unwrap();
    assert!(limited.success());
}

/// FLT-3: with no room left, writes are refused and reads go on; nothing is left half made, nothing that was acknowledged
/// is lost, and with room again all goes on by itself.
#[test]
fn a_full_disk_refuses_writes_and_heals_unaided() {
    let installation = Installation::on_sqlite();
    let stall = Stall::open(&installation, "full");
    let file = installation.catalogue();
    let import = [
        "import",
        "products",
        "--tenant",
        &stall.slug,
        "--format",
        "shopify",
        &file,
    ];
    installation.json(&import);
    // Without a handler, the signal that comes with EFBIG ends a process.
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "trap '' XFSZ; exec \"$@\"",
            "sh",
            env!("CARGO_BIN_EXE_stoa"),
            "serve",
        ])
        .env("STOA_DATA", installation.data.path())
        .env("STOA_LOG", "off");
    let server = Server::launch(&mut command);
    assert_eq!(server.get(&stall.slug, "/products").0, 200);
    let cart = || open_cart(&server, &stall);
    let mut acknowledged = vec![token(&cart())];

    limit_files(&server, "65536");
    let refused = loop {
        let answer = cart();
        if answer.status != 201 {
            break answer;
        }
        acknowledged.push(token(&answer));
        assert!(acknowledged.len() < 1000, "nothing is refused");
    };
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(
        refused.json["code"].as_str().unwrap().starts_with("db."),
        "{}",
        refused.text
    );
    assert_eq!(cart().status, 503, "it stays so");
    assert_eq!(server.get(&stall.slug, "/products").0, 200);
    assert_eq!(server.get(&stall.slug, "/products/indigo-kurta").0, 200);
    let output = installation.run(&["backup", &stall.slug]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(
        files_with(installation.data.path(), &["draft", "snapshot"]),
        Vec::<PathBuf>::new()
    );

    limit_files(&server, "unlimited");
    acknowledged.push(token(&cart()));
    installation.json(&["backup", &stall.slug]);
    for token in &acknowledged {
        let path = format!("/api/ecommerce/carts/{token}");
        assert_eq!(server.get(&stall.slug, &path).0, 200, "an acknowledged cart");
    }
    assert_eq!(installation.json(&["doctor"])["findings"], json!([]));
}

#[track_caller]
fn token(cart: &Answer) -> String {
    assert_eq!(cart.status, 201, "{}", cart.text);
    cart.json["token"].as_str().unwrap().to_owned()
}

/// Files anywhere below, with one of these endings or words in their names.
fn files_with(directory: &Path, words: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files_with(&path, words));
        } else if words.iter().any(|word| name.contains(word)) {
            found.push(path);
        }
    }
    found
}
