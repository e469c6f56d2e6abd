//! The front page, assets, robots.txt, and pages that are not there.

use serde_json::json;
use stoa_testing::on_both_engines;

on_both_engines! {
    stoa::compose;

    async fn the_front_page_follows_changes(app: TestApp) {
        let shop = app.shop().await;
        let page = shop.visitor.get(&shop.site("/")).send().await.expect_status(200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        let etag = page.header("etag").expect("a tag").to_owned();
        assert!(!page.text().contains("Every colour"));
        let again = shop.visitor.get(&shop.site("/")).header("if-none-match", &etag).send().await;
        again.expect_status(304);

        let list = shop.get("/sites").await.json();
        let path = format!("/sites/{}", list["items"][0]["id"].as_str().expect("an id"));
        let body = json!({ "version": 1, "tagline": "Every colour <of> it" });
        shop.owner.patch(&shop.api(&path)).json(&body).send().await.expect_status(200);
        let page = shop.visitor.get(&shop.site("/")).header("if-none-match", &etag).send().await.expect_status(200);
        assert!(page.text().contains("<h1>Every colour &lt;of&gt; it</h1>"));
    }

    async fn assets_are_kept_for_ever(app: TestApp) {
        let shop = app.shop().await;
        let page = shop.visitor.get(&shop.site("/")).send().await;
        let sheet = page.text().split('"').find(|part| part.ends_with("theme.css")).expect("a style sheet").to_owned();
        let style = shop.visitor.get(&shop.site(&sheet)).send().await.expect_status(200);
        assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
        assert_eq!(style.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let old = shop.visitor.get(&shop.site("/assets/0000/theme.css")).send().await.expect_status(200);
        assert_eq!(old.header("cache-control"), Some("no-cache"));
        for path in ["/assets/0000/none.css", "/assets/0000/..%2ftheme.toml", "/assets/0000/layout.html"] {
            shop.visitor.get(&shop.site(path)).send().await.expect_status(404);
        }
    }

    async fn what_is_not_there_says_so_in_the_theme(app: TestApp) {
        let shop = app.shop().await;
        let page = shop.visitor.get(&shop.site("/nothing/here")).send().await.expect_status(404);
        assert!(page.text().contains("There is nothing here") && page.text().contains("theme.css"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let problem = shop.visitor.get(&shop.site("/nothing")).header("accept", "application/json").send().await;
        assert_eq!(problem.expect_status(404).json()["code"], "request.not_found");
        let robots = shop.visitor.get(&shop.site("/robots.txt")).send().await.expect_status(200);
        assert!(robots.text().contains("Disallow: /checkout"));
    }
}
