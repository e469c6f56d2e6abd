//! GET /api/tenants/{id or slug}.

use serde_json::json;
use stoa_core::TenantId;
use stoa_testing::{console, on_both_engines};

on_both_engines! {
    stoa::compose;

    /// ATK-R15
    async fn anybody_may_know_a_business_they_can_name(app: TestApp) {
        let shop = app.shop().await;
        let expected = json!({
            "id": shop.id, "slug": shop.slug, "name": format!("Shop {}", shop.slug),
            "features": ["cms", "ecommerce"], "status": "active",
        });
        for name in [shop.slug.clone(), shop.id.to_string()] {
            let reply = app.client().get(&console(&format!("/api/tenants/{name}"))).send().await;
            assert_eq!(reply.expect_status(200).json(), expected);
        }
    }

    /// ATK-R15
    async fn there_is_no_list_and_no_guessing(app: TestApp) {
        app.shop().await;
        let random = TenantId::new(app.db.clock().now()).to_string();
        for path in ["/api/tenants", "/api/tenants/", "/api/tenants/no-such-shop", "/api/tenants/%25"] {
            app.client().get(&console(path)).send().await.expect_status(404);
        }
        app.client().get(&console(&format!("/api/tenants/{random}"))).send().await.expect_status(404);
    }
}
