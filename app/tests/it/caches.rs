//! What caches may keep of whom.

use stoa_core::Actor;
use stoa_db::control_sql;
use stoa_testing::on_both_engines;

on_both_engines! {
    stoa::compose;

    /// ATK-C1: a page that one business primed is not shown for another.
    async fn pages_are_each_business_s_own(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        for _ in 0..2 {
            let own = a.visitor.get(&a.site("/")).send().await.expect_status(200);
            assert!(own.text().contains(&a.slug) && !own.text().contains(&b.slug));
            let other = b.visitor.get(&b.site("/")).send().await.expect_status(200);
            assert!(other.text().contains(&b.slug) && !other.text().contains(&a.slug));
        }
    }

    /// ATK-C2: what is said to somebody who is signed in is kept by nobody; a public page may be, to be asked about again.
    async fn answers_to_members_are_not_stored(app: TestApp) {
        let shop = app.shop().await;
        for path in ["/profile", "/members", "/ecommerce/products", "/ecommerce/orders"] {
            let reply = shop.get(path).await.expect_status(200);
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
        }
        let page = shop.visitor.get(&shop.site("/")).send().await.expect_status(200);
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        let cart = shop.visitor.get(&shop.site("/cart")).send().await.expect_status(200);
        assert_eq!(cart.header("cache-control"), Some("no-store"));
    }

    /// ATK-C4: no ending makes a file of a page that is somebody's own.
    async fn endings_make_no_files(app: TestApp) {
        let shop = app.shop().await;
        for path in ["/cart/x.css", "/cart;.js", "/checkout/x.css", "/orders/x/y.css"] {
            let reply = shop.visitor.get(&shop.site(path)).send().await;
            assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (404, Some("no-store")), "{path}");
        }
        shop.visitor.get(&shop.site("/cart")).send().await.expect_status(200);
    }

    /// ATK-C5: a host that has moved to another business shows that one's pages, and not what was kept.
    async fn a_host_that_moved_shows_its_new_business(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let before = a.visitor.get(&a.site("/")).send().await.expect_status(200);
        assert!(before.text().contains(&a.slug));
        let mut cx = app.db.platform_begin(Actor::Command).await.unwrap();
        let moved = cx
            .sql(control_sql!(
                "UPDATE hosts SET tenant_id = $2, site_id = (SELECT primary_site FROM tenants WHERE id = $2)
                 WHERE tenant_id = $1"
            ))
            .bind(a.id)
            .bind(b.id)
            .execute()
            .await
            .unwrap();
        assert_eq!(moved, 1);
        cx.commit().await.unwrap();
        app.clock.advance(std::time::Duration::from_secs(2));
        let after = a.visitor.get(&a.site("/")).send().await.expect_status(200);
        assert!(after.text().contains(&b.slug) && !after.text().contains(&a.slug));
    }
}
