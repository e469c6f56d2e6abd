//! Files that take far more to work on than to send.

use stoa_testing::on_both_engines;

use crate::builders::{HEADER, counts, import, items, path, text};

/// A row that has as many cells as any may have, all but the first blank.
fn wide(row: &str) -> String {
    format!("{row}{}\n", ",".repeat(490))
}

on_both_engines! {
    stoa::compose;

    /// ATK-M8: rows of nothing but empty cells take memory, so a record of too many is none.
    async fn a_record_of_empty_cells_is_cut(app: TestApp) {
        let shop = app.shop().await;
        let rows = wide("mug,Mug,,,,450") + &wide("mug").repeat(800);
        let done = import(&app, &shop, &format!("{HEADER}{rows}cup,Cup,,,,450\n")).await;
        let [_, created, _, _, rejected] = counts(&done);
        assert_eq!((created, rejected), (1, 1), "{done}");
        let faults = shop.get(&path(&done, "/faults")).await.expect_status(200).json();
        let fault = &items(&faults)[0];
        assert_eq!((fault["row"].as_i64(), text(&fault["code"])), (Some(2), "imports.too_many_rows"));
    }

    /// ATK-M8: so much is kept of what was left out, and the download says that there was more.
    async fn what_was_left_out_is_kept_up_to_a_bound(app: TestApp) {
        let shop = app.shop().await;
        let rows: String = (0..1500).map(|number| wide(&format!("thing-{number},Thing,,,,cheap"))).collect();
        let done = import(&app, &shop, &format!("{HEADER}{rows}")).await;
        let (kept, omitted) = (done["faults"].as_i64().expect("a count"), done["faults_omitted"].as_i64().expect("a count"));
        assert_eq!(kept + omitted, 1500);
        assert!(omitted > 0 && kept > 1000, "{kept} kept, {omitted} omitted");
        let given = shop.get(&path(&done, "/rejected-rows")).await.expect_status(200);
        let lines: Vec<_> = given.text().trim_end().split("\r\n").collect();
        let said = format!("\"{omitted} more faults were found, in rows that are not in this file\"");
        assert!(lines.last().is_some_and(|line| line.ends_with(&said)), "{:?}", lines.last());
        assert_eq!(i64::try_from(lines.len()).expect("few"), kept + 2);
    }

    /// ATK-M8: what is remembered of each record, to know it again, has a bound.
    async fn a_file_has_so_many_rows(app: TestApp) {
        let shop = app.shop().await;
        let done = import(&app, &shop, &format!("{HEADER}{}", "a\n".repeat(500_001))).await;
        assert_eq!((text(&done["state"]), text(&done["failure"]["code"])), ("failed", "imports.too_many_rows"), "{done}");
    }
}
