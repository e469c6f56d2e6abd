//! Files that nobody can read: each is refused with what is wrong and what to do.

use stoa_testing::{Shop, TestApp, on_both_engines};

use crate::builders::{import, items, kept, send};

/// Refused while it is sent.
async fn refused(shop: &Shop, file: &[u8], code: &str, says: &str) {
    let reply = send(shop, file).await.expect_status(422).json();
    assert_eq!(
        (reply["code"].as_str(), reply["errors"][0]["field"].as_str()),
        (Some(code), Some("file")),
        "{reply}"
    );
    assert!(
        reply["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains(says)),
        "{reply}"
    );
}

/// Sent, and found out before anything was written.
async fn fails(app: &TestApp, shop: &Shop, file: &str, code: &str, says: &str) {
    let import = import(app, shop, file).await;
    assert_eq!(
        (import["state"].as_str(), import["failure"]["code"].as_str()),
        (Some("failed"), Some(code)),
        "{import}"
    );
    let detail = import["failure"]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(says), "{import}");
}

on_both_engines! {
    stoa::compose;

    async fn what_is_no_product_file_is_refused_at_once(app: TestApp) {
        let shop = app.shop().await;
        let long = format!("Title,Price\n\"{}\",1\n", "x".repeat(10 * 1024 * 1024));
        let wide = format!("Title,Price{}\nMug,1\n", ",x".repeat(1000));
        for (file, code, says) in [
            (b"".as_slice(), "imports.empty", "keep its header row"),
            (b"PK\x03\x04\x14\0\x06\0", "imports.not_csv", "export it as “CSV UTF-8”"),
            (b"<!doctype html><p>", "imports.not_csv", "HTML"),
            (b"\xff\xfeT\0i\0t\0l\0e\0", "imports.encoding", "UTF-16"),
            (b"Title,Pr\xe9is\nMug,1\n", "imports.encoding", "Latin-1"),
            (b"Title,\0Price\nMug,1\n", "imports.nul_byte", "Row 1"),
            (b"Title;Price\nMug;1\n", "imports.separator", "separated by “;”"),
            (b"Title,Price,title\nMug,1,Mug\n", "imports.repeated_column", "“title”"),
            (b"Name,Price\nMug,1\n", "imports.header", "“Title”"),
            (b"SKU,Name,Tax status,Regular price\nA,A,taxable,1\n", "imports.other_format", "WooCommerce"),
            (wide.as_bytes(), "imports.too_many_columns", "500 columns"),
        ] {
            refused(&shop, file, code, says).await;
        }
        for (file, code, says) in [
            ("Title,Price\n\n\n", "imports.no_rows", "no rows"),
            ("Title,Price\nMug,1\n\"Bowl,2\nCup,3\n", "imports.open_quote", "Row 3"),
            ("Title,Price\n\nMug,1\nBo\0wl,2\n", "imports.nul_byte", "Row 4"),
        ] {
            refused(&shop, file.as_bytes(), code, says).await;
        }
        refused(&shop, &[b"Title,", vec![b'x'; 2 * 1024 * 1024].as_slice()].concat(), "imports.too_long", "1 MiB").await;
        fails(&app, &shop, &long, "imports.too_long", "Row 2").await;
        assert_eq!(kept(&app, &shop).await, (0, 1), "what was refused while it was sent is not kept");
    }

    async fn what_shows_later_fails_the_import_before_it_begins(app: TestApp) {
        let shop = app.shop().await;
        // More than one piece.
        let blank = "\n".repeat(300_000);
        let good = format!("Title,Price\nMug,1\n{blank}");
        fails(&app, &shop, &format!("Title,Price\n{blank}"), "imports.no_rows", "no rows").await;
        fails(&app, &shop, &format!("{good}\"Bowl,2\nCup,3\n"), "imports.open_quote", "Row 300003").await;
        fails(&app, &shop, &format!("{good}Bo\0wl,2\n"), "imports.nul_byte", "Row 300003").await;
        assert!(items(&shop.get("/ecommerce/products").await.json()).is_empty());
    }

    async fn marks_and_line_ends_make_no_difference(app: TestApp) {
        let shop = app.shop().await;
        for file in ["\u{feff}Title,Price\r\nMug,1\r\n", "Title,Price\rMug,1", "\"Title\",\"Price\"\n\nMug,1\n\n"] {
            let import = import(&app, &shop, file).await;
            assert_eq!((import["state"].as_str(), import["rows"].as_i64()), (Some("done"), Some(1)), "{file:?} {import}");
        }
        assert_eq!(items(&shop.get("/ecommerce/products").await.json()).len(), 1);
    }
}
