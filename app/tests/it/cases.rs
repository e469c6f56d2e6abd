//! One real thing of every kind that a route can name, made by the API, and bodies that are right, so that routes can be called
//! with them: what is refused then is refused for whose it is.

use serde_json::{Value, json};
use stoa_core::{Clock, TenantId, Token};
use stoa_http::openapi::Route;
use stoa_testing::{Request, Shop};

/// The ids of a business's own things.
#[derive(Debug)]
pub(crate) struct Things {
    product: String,
    variant: String,
    order: String,
    cart: String,
    site: String,
    member: String,
    session: String,
    api_key: String,
    job: String,
    import: String,
    slug: String,
}

/// A product as the API takes it.
pub(crate) fn product(title: &str, stock: i64) -> Value {
    json!({
        "title": title,
        "status": "active",
        "variants": [{"price": {"amount": 129_900, "currency": "BDT"}, "stock": stock}],
    })
}

/// An API key as the API takes it.
pub(crate) fn api_key(permissions: &[&str]) -> Value {
    json!({"name": "Warehouse", "permissions": permissions})
}

pub(crate) fn checkout() -> Value {
    json!({
        "contact": {"name": "Rahim Uddin", "phone": "+880 1712 345678"},
        "address": {"line1": "12 Green Road", "city": "Dhaka", "country": "BD"},
        "payment_method": "cash_on_delivery",
    })
}

/// A product file, as a browser sends it.
pub(crate) fn upload(shop: &Shop, file: &str) -> Request {
    let part = |name: &str, value: &str| {
        format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let form = [
        part("kind", "products"),
        part("format", "shopify"),
        part("file", file),
        "--cut--\r\n".to_owned(),
    ];
    shop.owner
        .post(&shop.api("/imports"))
        .body("multipart/form-data; boundary=cut", form.concat())
}

/// A shopper's order of one of a variant, as it was answered.
pub(crate) async fn order(shop: &Shop, variant: &str) -> Value {
    let cart = shop
        .guest("POST", "/ecommerce/carts")
        .json(&json!({}))
        .send()
        .await
        .expect_status(201)
        .json();
    let token = text(&cart["token"]);
    shop.guest("PUT", &format!("/ecommerce/carts/{token}/lines/{variant}"))
        .json(&json!({"quantity": 1}))
        .send()
        .await
        .expect_status(200);
    let ordered = shop.guest("POST", &format!("/ecommerce/carts/{token}/checkout"));
    ordered.json(&checkout()).send().await.expect_status(201).json()
}

async fn imported(shop: &Shop) -> String {
    let sent = upload(shop, "Title,Price\nBlue Mug,450\n").send().await;
    text(&sent.expect_status(201).json()["id"])
}

impl Things {
    pub(crate) async fn of(shop: &Shop) -> Self {
        let product = shop
            .create("/ecommerce/products", &product("Blue Shirt", 5))
            .await;
        let variant = text(&product["variants"][0]["id"]);
        let order = order(shop, &variant).await;
        let open = shop
            .guest("POST", "/ecommerce/carts")
            .json(&json!({}))
            .send()
            .await
            .expect_status(201)
            .json();
        let token = text(&open["token"]);
        shop.guest("PUT", &format!("/ecommerce/carts/{token}/lines/{variant}"))
            .json(&json!({"quantity": 1}))
            .send()
            .await
            .expect_status(200);
        let orders = shop.get("/ecommerce/orders").await.expect_status(200).json();
        assert_eq!(orders["items"][0]["number"], order["number"]);
        let session = shop
            .owner
            .get(&stoa_testing::console("/api/auth/session"))
            .send()
            .await
            .json();
        let api_key = shop.create("/api-keys", &api_key(&["orders.read"])).await;
        Self {
            product: text(&product["id"]),
            variant,
            order: text(&orders["items"][0]["id"]),
            cart: token,
            site: text(&shop.get("/sites").await.json()["items"][0]["id"]),
            member: text(&shop.get("/members").await.json()["items"][0]["id"]),
            session: text(&session["session"]),
            api_key: text(&api_key["id"]),
            // The order has the shop written to.
            job: text(&shop.get("/jobs").await.json()["items"][0]["id"]),
            import: imported(shop).await,
            slug: shop.slug.clone(),
        }
    }

    /// Ids of nothing.
    pub(crate) fn random() -> Self {
        let now = Clock::System.now();
        let other = |prefix: &str| TenantId::new(now).to_string().replace("ten_", prefix);
        Self {
            product: other("prd_"),
            variant: other("var_"),
            order: other("ord_"),
            cart: Token::random().as_str().to_owned(),
            site: other("sit_"),
            member: other("mem_"),
            session: other("ses_"),
            api_key: other("key_"),
            job: other("job_"),
            import: other("imp_"),
            slug: stoa_testing::unique("nobody"),
        }
    }

    /// A body that is right for a route.
    pub(crate) fn body(&self, route: &Route) -> Value {
        let path = route.path.strip_prefix("/api").unwrap();
        match (route.method.as_str(), path) {
            ("POST", "/auth/session/election") => json!({"membership": self.member}),
            ("POST", "/ecommerce/products") => product("Red Shirt", 1),
            ("PATCH", "/ecommerce/products/{id}") => json!({"version": 1, "title": "Green Shirt"}),
            ("PATCH", "/ecommerce/products/{id}/variants/{variant_id}") => {
                json!({"version": 1, "sku": "GREEN"})
            }
            ("POST", "/ecommerce/products/{id}/variants/{variant_id}/stock-adjustments") => {
                json!({"delta": 1, "reason": "Found one"})
            }
            ("PUT", "/ecommerce/carts/{token}/lines/{variant_id}") => json!({"quantity": 1}),
            ("POST", "/ecommerce/carts/{token}/checkout") => checkout(),
            ("POST", "/api-keys") => api_key(&["orders.read"]),
            ("PATCH", "/members/{id}") => json!({"version": 1, "role": "ADMIN"}),
            ("PATCH", "/profile") => json!({"version": 2, "name": "Green House"}),
            ("PATCH", "/sites/{id}") => json!({"version": 1, "name": "Green House"}),
            _ => json!({}),
        }
    }

    /// The ids themselves.
    pub(crate) fn ids(&self) -> [&str; 9] {
        [
            &self.product,
            &self.variant,
            &self.order,
            &self.cart,
            &self.site,
            &self.member,
            &self.session,
            &self.api_key,
            &self.import,
        ]
    }

    /// A route's path with these things in it. A parameter that is not known here is a route without a case.
    pub(crate) fn fill(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        for (folder, parameter, value) in [
            ("/ecommerce/products/", "{id}", &self.product),
            ("/ecommerce/products/", "{variant_id}", &self.variant),
            ("/ecommerce/orders/", "{id}", &self.order),
            ("/ecommerce/carts/", "{token}", &self.cart),
            ("/ecommerce/carts/", "{variant_id}", &self.variant),
            ("/sites/", "{id}", &self.site),
            ("/members/", "{id}", &self.member),
            ("/me/sessions/", "{id}", &self.session),
            ("/api-keys/", "{id}", &self.api_key),
            ("/jobs/", "{id}", &self.job),
            ("/imports/", "{id}", &self.import),
            ("/tenants/", "{tenant}", &self.slug),
        ] {
            if path.contains(folder) {
                filled = filled.replace(parameter, value);
            }
        }
        assert!(
            !filled.contains('{'),
            "{path} has no case: name its things in {}",
            file!()
        );
        filled
    }
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}
