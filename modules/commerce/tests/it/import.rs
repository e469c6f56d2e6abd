//! Importing a product file.

use std::io::Cursor;

use stoa_core::{Actor, Currency, Feature};
use stoa_http::{TenantSnapshot, TenantStatus};
use stoa_imports::{ImportFile, ImportReport, Imports, ImportsError};
use stoa_testing::{Shop, TestApp, on_both_engines};

use crate::builders::{cart, items, journal, make, mug, put, text, variant};

const HEADER: &str = "Handle,Title,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,\
Variant Inventory Qty,Variant Price,Image Src,Variant Image\n";
const SHIRT: &str = "linen-shirt,Linen shirt,\"men, linen\",Size,S,LIN-S,shopify,5,1299.00,https://cdn.example.com/a.jpg,\n\
linen-shirt,,,,M,LIN-M,shopify,0,1399,,https://cdn.example.com/m.jpg\n";
const MUG: &str = "mug,Mug,,Title,Default Title,MUG,,,450,/media/mug.jpg,\n";

fn tenant(shop: &Shop) -> TenantSnapshot {
    TenantSnapshot {
        id: shop.id,
        slug: shop.slug.clone(),
        name: "A Shop".to_owned(),
        status: TenantStatus::Active,
        is_admin: false,
        currency: Currency::parse("BDT").expect("a currency"),
        locale: "en".to_owned(),
        time_zone: "UTC".to_owned(),
        features: vec![Feature::Ecommerce].into(),
        primary_site: None,
        version: 1,
    }
}

async fn bring(app: &TestApp, shop: &Shop, file: &[u8]) -> Result<ImportReport, ImportsError> {
    let store = app.db.tenant(shop.id, Actor::Command);
    let file = ImportFile {
        kind: "products",
        format: "shopify",
        name: "products.csv",
        source: Cursor::new(file),
    };
    let imports = Imports::new(vec![stoa_commerce::PRODUCTS], 64);
    imports.bring(&store, &tenant(shop), file, |_| ()).await
}

async fn import(app: &TestApp, shop: &Shop, file: &str) -> ImportReport {
    bring(app, shop, file.as_bytes())
        .await
        .expect("the file is read to its end")
}

/// Rows, created, updated, unchanged, rejected.
fn counts(report: &ImportReport) -> [i64; 5] {
    let counts = report.counts;
    [
        counts.rows,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.rejected,
    ]
}

fn errors(report: &ImportReport) -> Vec<String> {
    report
        .errors
        .iter()
        .map(|error| format!("{} {}: {}", error.row, error.column, error.reason))
        .collect()
}

on_both_engines! {
    stoa::compose;

    async fn a_second_run_changes_nothing(app: TestApp) {
        let shop = app.shop().await;
        let file = format!("{HEADER}{SHIRT}{MUG}");
        assert_eq!(counts(&import(&app, &shop, &file).await), [3, 2, 0, 0, 0]);
        let shirt = shop.get("/ecommerce/products/linen-shirt").await.expect_status(200).json();
        assert_eq!(shirt["images"][1]["variant_id"], shirt["variants"][1]["id"]);
        assert_eq!(counts(&import(&app, &shop, &file).await), [3, 0, 0, 2, 0]);
        assert_eq!(shop.get("/ecommerce/products/linen-shirt").await.json(), shirt);
        assert_eq!(journal(&app, &shop).await, ["product.created", "product.created"]);
    }

    async fn a_product_becomes_what_the_file_says(app: TestApp) {
        let shop = app.shop().await;
        import(&app, &shop, &format!("{HEADER}{SHIRT}{MUG}")).await;
        let before = shop.get("/ecommerce/products/linen-shirt").await.json();
        let token = cart(&shop, &[(variant(&before, 0), 1)]).await;
        // The two sizes change places and SKUs, a third one comes, the price falls.
        let changed = "linen-shirt,Linen shirt,linen,Size,M,LIN-S,shopify,7,999,https://cdn.example.com/a.jpg,\n\
            linen-shirt,,,,S,LIN-M,shopify,5,999,,\nlinen-shirt,,,,L,LIN-L,shopify,1,999,,\n";
        assert_eq!(counts(&import(&app, &shop, &format!("{HEADER}{changed}")).await), [3, 0, 1, 0, 0]);
        let after = shop.get("/ecommerce/products/linen-shirt").await.json();
        assert_eq!((&after["variants"][0]["id"], &after["variants"][1]["id"]), (&before["variants"][1]["id"], &before["variants"][0]["id"]));
        assert_eq!((&after["variants"][1]["sku"], after["version"].as_i64()), (&"LIN-M".into(), Some(2)));
        assert_eq!(after["images"].as_array().map(Vec::len), Some(1));
        let kept = put(&shop, &token, variant(&before, 0), 2).await.expect_status(200).json();
        assert_eq!(kept["subtotal"]["amount"], 2 * 99_900, "the cart still holds the same variant");
        let dropped = "linen-shirt,Linen shirt,linen,Size,M,LIN-S,shopify,7,999,,\n";
        import(&app, &shop, &format!("{HEADER}{dropped}")).await;
        let cart = shop.guest("GET", &format!("/ecommerce/carts/{token}")).send().await.expect_status(200).json();
        assert_eq!(cart["count"], 0);
    }

    async fn what_the_file_does_not_hold_stays(app: TestApp) {
        let shop = app.shop().await;
        import(&app, &shop, &format!("{HEADER}{MUG}")).await;
        let few = "Handle,Title,Variant Price\nmug,Mug,500\n";
        assert_eq!(counts(&import(&app, &shop, few).await), [1, 0, 1, 0, 0]);
        let mug = shop.get("/ecommerce/products/mug").await.json();
        assert_eq!((text(&mug["variants"][0]["sku"]), mug["variants"][0]["price"]["amount"].as_i64()), ("MUG", Some(50_000)));
        assert_eq!(mug["images"][0]["url"], "/media/mug.jpg");
        import(&app, &shop, &format!("{HEADER}{SHIRT}")).await;
        let vague = import(&app, &shop, "Handle,Title,Variant Price\nlinen-shirt,Linen shirt,500\n").await;
        assert_eq!(errors(&vague), ["2 Option1 Value: is needed, since this product has several variants"]);
        let words = import(&app, &shop, "Handle,Title,Vendor\nlinen-shirt,Linen shirt,Rongdhonu\n").await;
        assert_eq!(counts(&words), [1, 0, 1, 0, 0]);
    }

    async fn a_bad_row_rejects_its_product_alone(app: TestApp) {
        let shop = app.shop().await;
        make(&shop, &mug("other", 1)).await;
        let bad = "bad,Bad,,Size,S,BAD-S,,,450,,\nbad,,,,M,BAD-M,,,cheap,,\n";
        let taken = "taken,Taken,,Title,Default Title,other-1,,,450,,\n";
        let report = import(&app, &shop, &format!("{HEADER}{bad}{MUG}{taken}")).await;
        assert_eq!(counts(&report), [4, 1, 0, 0, 2]);
        assert_eq!(errors(&report), [
            "3 Variant Price: must be an amount in BDT such as 1299.00", "5 Variant SKU: other-1 belongs to another product",
        ]);
        let page = shop.get("/ecommerce/products").await.json();
        let mut slugs = items(&page).iter().map(|item| text(&item["slug"])).collect::<Vec<_>>();
        slugs.sort_unstable();
        assert_eq!(slugs, ["mug", "other"]);
    }

    async fn a_file_that_cannot_be_read_says_so(app: TestApp) {
        let shop = app.shop().await;
        for (file, expected) in [
            (b"Name,Price\nMug,1\n".as_slice(), "“Title”"),
            (b"\xff\xfeT\0i\0", "CSV UTF-8"),
            (b"Title,Price\nMug,1\nCaf\xe9,1\n", "Row 3"),
        ] {
            let message = bring(&app, &shop, file).await.expect_err("an unusable file").to_string();
            assert!(message.contains(expected), "{message}");
        }
        let page = shop.get("/ecommerce/products").await.json();
        assert!(items(&page).is_empty(), "nothing of them was imported: {page}");
    }

    async fn what_was_sold_since_stays_sold(app: TestApp) {
        let shop = app.shop().await;
        let file = format!("{HEADER}{SHIRT}");
        import(&app, &shop, &file).await;
        let shirt = shop.get("/ecommerce/products/linen-shirt").await.json();
        let cart = crate::builders::cart(&shop, &[(crate::builders::variant(&shirt, 0), 3)]).await;
        crate::builders::check_out(&shop, &cart).await.expect_status(201);
        assert_eq!(import(&app, &shop, &file).await.counts.unchanged, 1);
        assert_eq!(crate::builders::stock(&shop, &shirt, 0).await, 2);
    }

    async fn rows_that_stand_apart_are_no_product(app: TestApp) {
        let shop = app.shop().await;
        import(&app, &shop, &format!("{HEADER}{SHIRT}")).await;
        let (first, second) = SHIRT.split_once('\n').expect("two rows");
        let report = import(&app, &shop, &format!("{HEADER}{first}\n{MUG}{second}")).await;
        assert_eq!((report.counts.created, report.counts.rejected), (1, 2), "{:?}", report.errors);
        let shirt = shop.get("/ecommerce/products/linen-shirt").await.json();
        assert_eq!(shirt["variants"].as_array().map(Vec::len), Some(2));
    }
}
