//! What was left out: told fault by fault, and given back as a file that can be mended and sent again.

use stoa_testing::on_both_engines;

use crate::builders::{HEADER, counts, import, items, path, products};

on_both_engines! {
    stoa::compose;

    async fn what_was_left_out_comes_back_whole_and_can_be_mended(app: TestApp) {
        let shop = app.shop().await;
        let text = format!("{HEADER}mug,Mug,Title,Default Title,MUG,450\n\nshirt,\"Shirt, \"\"soft\"\"\",Size,S,S-1,450\nshirt,,,M,S-2,cheap\n");
        let first = import(&app, &shop, &text).await;
        assert_eq!((counts(&first), first["faults"].as_i64()), ([3, 1, 0, 0, 1], Some(1)));
        let faults = shop.get(&path(&first, "/faults")).await.expect_status(200).json();
        let fault = &items(&faults)[0];
        assert_eq!((fault["row"].as_i64(), fault["column"].as_str()), (Some(5), Some("Variant Price")), "{faults}");

        let reply = shop.get(&path(&first, "/rejected-rows")).await.expect_status(200);
        assert!(reply.header("content-disposition").is_some_and(|value| value.starts_with("attachment; filename=\"imp_")));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
        assert_eq!(
            reply.text(),
            "\"Handle\",\"Title\",\"Option1 Name\",\"Option1 Value\",\"Variant SKU\",\"Variant Price\",\"Why rejected\"\r\n\
             \"shirt\",\"Shirt, \"\"soft\"\"\",\"Size\",\"S\",\"S-1\",\"450\",\"\"\r\n\
             \"shirt\",\"\",\"\",\"M\",\"S-2\",\"cheap\",\"Variant Price: must be an amount in BDT such as 1299.00\"\r\n"
        );
        let unmended = import(&app, &shop, reply.text()).await;
        assert_eq!(counts(&unmended), [2, 0, 0, 0, 1]);
        let again = shop.get(&path(&unmended, "/rejected-rows")).await;
        assert_eq!(again.text(), reply.text(), "the reason stands there once");
        let mended = import(&app, &shop, &reply.text().replace("\"cheap\"", "\"500\"")).await;
        assert_eq!(counts(&mended), [2, 1, 0, 0, 0]);
        assert_eq!(products(&shop).await.len(), 2);
    }

    /// ATK-M7: cells that a spreadsheet would run are text in what is given back, and come in again as they were.
    async fn formulas_come_back_as_text(app: TestApp) {
        let shop = app.shop().await;
        let cells = ["=HYPERLINK(\"\"https://evil.example\"\")", "+1", "-1", "@SUM(1)", "\tx", "\rx"];
        let mut text = "Handle,Title,=1+1,Price\n".to_owned();
        for (number, cell) in cells.iter().enumerate() {
            text.push_str(&format!("thing-{number},\"{cell}\",\"{cell}\",-5\n"));
        }
        let first = import(&app, &shop, &text).await;
        assert_eq!(counts(&first), [6, 0, 0, 0, 6]);
        let given = shop.get(&path(&first, "/rejected-rows")).await.expect_status(200);
        let begins_formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let cells_given: Vec<_> = given.text().trim_end().split("\r\n").flat_map(|row| row.trim_matches('"').split("\",\"")).collect();
        assert_eq!(cells_given.len(), 7 * 5);
        assert!(!cells_given.iter().any(|cell| begins_formula(cell)), "{cells_given:?}");
        assert_eq!(cells_given.iter().filter(|cell| cell.starts_with('\'') && begins_formula(&cell[1..])).count(), 1 + 6 * 3);

        let mended = import(&app, &shop, &given.text().replace("'-5", "5")).await;
        assert_eq!(counts(&mended), [6, 6, 0, 0, 0]);
        let sold = shop.get("/ecommerce/products/thing-0").await.expect_status(200).json();
        assert_eq!(sold["title"], "=HYPERLINK(\"https://evil.example\")", "the apostrophe is gone");
    }

    async fn faults_come_in_pages(app: TestApp) {
        let shop = app.shop().await;
        let rows: String = (0..30).map(|number| format!("thing-{number},Thing,,,,cheap\n")).collect();
        let done = import(&app, &shop, &format!("{HEADER}{rows}")).await;
        let first = shop.get(&path(&done, "/faults?limit=20")).await.json();
        let next = first["next"].as_str().expect("a second page");
        let second = shop.get(&path(&done, &format!("/faults?limit=20&after={next}"))).await.json();
        let rows: Vec<_> = items(&first).iter().chain(items(&second)).map(|fault| fault["row"].as_i64()).collect();
        assert_eq!(rows, (2..32).map(Some).collect::<Vec<_>>());
        assert!(second["next"].is_null());
    }
}
