//! Which business a request means, however it is spelt.

use stoa_testing::{BASE, PASSWORD, console, on_both_engines};

on_both_engines! {
    stoa::compose;

    /// ATK-R1, ATK-R10: two names of two businesses, or a name that stands where none should, are refused.
    async fn names_that_disagree_are_refused(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let on_host = a.visitor.get(&a.site("/api/profile")).header("x-tenant-id", &b.slug).send().await;
        assert_eq!((on_host.status.as_u16(), on_host.json()["code"].clone()), (400, "tenant.ambiguous".into()));
        let in_path = a.owner.get(&a.api("/profile")).header("x-tenant-id", &b.slug).send().await;
        assert_eq!(in_path.status, 400);
        let agreeing = a.owner.get(&a.api("/profile")).header("x-tenant-id", &a.id.to_string()).send().await;
        assert_eq!(agreeing.status, 200);
        let in_query = a.owner.get(&a.api(&format!("/profile?tenant_id={}", b.slug))).send().await;
        assert_eq!(in_query.status, 400);
    }

    /// ATK-R3: a name opens nothing to nobody.
    async fn the_header_alone_names_a_business(app: TestApp) {
        let shop = app.shop().await;
        for name in [shop.slug.clone(), shop.id.to_string()] {
            let reply = shop.owner.get(&console("/api/profile")).header("x-tenant-id", &name).send().await;
            assert_eq!(reply.expect_status(200).json()["slug"], shop.slug);
        }
        let anonymous = app.client().get(&console("/api/profile")).header("x-tenant-id", &shop.slug).send().await;
        assert_eq!(anonymous.status, 401);
    }

    /// ATK-R4, ATK-R7: there is no default tenant, and what only looks like a host of one is none.
    async fn hosts_that_are_nobody_s_show_nothing(app: TestApp) {
        let shop = app.shop().await;
        let slug = &shop.slug;
        for host in [
            format!("nobody.{BASE}"),
            format!("{slug}.evil.test"),
            format!("x.{slug}.{BASE}"),
            format!("{slug}{BASE}"),
            format!("{slug}.{BASE}.evil.test"),
        ] {
            let reply = app.client().get(&format!("http://{host}/")).send().await;
            assert_eq!(reply.status, 404, "{host}");
            assert!(!reply.text().contains(slug.as_str()), "{host}");
        }
        app.client().get(&shop.site("/")).send().await.expect_status(200);
    }

    /// ATK-R5: what a client says of proxies names no business.
    async fn forwarded_hosts_are_not_believed(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let page = app
            .client()
            .get(&a.site("/"))
            .header("x-forwarded-host", &format!("{}.{BASE}", b.slug))
            .header("forwarded", &format!("host={}.{BASE}", b.slug))
            .send()
            .await
            .expect_status(200);
        assert!(!page.text().contains(&b.slug));
    }

    /// ATK-R9, ATK-R14: a slug has one spelling.
    async fn odd_spellings_of_a_path_name_no_business(app: TestApp) {
        let shop = app.shop().await;
        let slug = &shop.slug;
        let upper = slug.to_uppercase();
        for path in [
            format!("//api/tenant/{slug}/profile"),
            format!("/api/tenant/%73{}/profile", &slug[1..]),
            format!("/api/tenant/{upper}/profile"),
            format!("/api//tenant/{slug}/profile"),
            "/api/tenant/..%2fshop/profile".to_owned(),
            "/api/tenant/%00/profile".to_owned(),
            format!("/api/tenant/{}/profile", "a".repeat(300)),
            "/api/tenant//profile".to_owned(),
        ] {
            let reply = shop.owner.get(&console(&path)).send().await;
            assert!([400, 404].contains(&reply.status.as_u16()), "{path}: {}", reply.status);
        }
        shop.get("/profile").await.expect_status(200);
    }

    /// ATK-I1, ATK-I2
    async fn the_console_s_cookie_counts_at_the_console_only(app: TestApp) {
        let shop = app.shop().await;
        let reply = app
            .browser()
            .post(&console("/api/auth/login"))
            .json(&serde_json::json!({"email": shop.email, "password": PASSWORD}))
            .send()
            .await
            .expect_status(200);
        let cookie = reply.cookie("__Host-stoa").unwrap().to_owned();
        let line = reply.set_cookies().next().unwrap().to_owned();
        for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
        let elsewhere = app.client().get(&shop.site("/api/profile")).cookie("__Host-stoa", &cookie).send().await;
        assert_eq!(elsewhere.status, 401);
        let here = app.client().get(&shop.api("/profile")).cookie("__Host-stoa", &cookie).send().await;
        assert_eq!(here.status, 200);
    }

    /// ATK-I12
    async fn what_another_site_sends_is_refused(app: TestApp) {
        let shop = app.shop().await;
        let url = shop.api("/ecommerce/products");
        let body = crate::cases::product("Forged", 1);
        let cross = shop.owner.post(&url).header("sec-fetch-site", "cross-site").json(&body).send().await;
        assert_eq!(cross.status, 403);
        let sibling = shop.owner.post(&url).header("sec-fetch-site", "same-site").json(&body).send().await;
        assert_eq!(sibling.status, 403);
        let plain = shop.owner.post(&url).body("text/plain", body.to_string()).send().await;
        assert_eq!(plain.status, 415);
        shop.create("/ecommerce/products", &body).await;
    }

    /// ATK-R15: what is public of a business is its name and looks, and there is no list.
    async fn anybody_may_read_what_is_public_of_a_business(app: TestApp) {
        let shop = app.shop().await;
        let public = app.client().get(&console(&format!("/api/tenants/{}", shop.slug))).send().await.expect_status(200);
        let shown = public.json();
        let keys: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(!keys.contains(&"email"), "{keys:?}");
        assert!(!public.text().contains(&shop.email));
        assert_eq!(app.client().get(&console("/api/tenants")).send().await.status, 404);
    }
}
