//! The shipped theme, rendered with what the pages give it.
#![expect(clippy::unwrap_used, reason = "tests")]

use minijinja::{Value, context};
use serde_json::{Value as Json, json};

use super::*;

fn money(amount: i64) -> Json {
    json!({ "amount": amount, "currency": "BDT" })
}

fn card(title: &str) -> Json {
    json!({
        "url": "/products/kurti", "title": title, "image": null, "price": money(225_000), "price_varies": true,
        "compare_at": money(250_000), "available": true,
    })
}

fn variant(id: &str, label: &str, available: bool, low_stock: Option<u32>) -> Json {
    json!({
        "id": id, "label": label, "sku": "RD-1", "price": money(225_000), "compare_at": null,
        "available": available, "low_stock": low_stock,
    })
}

fn product(only: Json, options: Json, groups: Json) -> Json {
    json!({
        "title": "Kurti </script>", "slug": "kurti", "url": "/products/kurti", "description_html": "<p>Soft</p>",
        "vendor": null, "tags": ["cotton"], "images": [{ "url": "/a.svg", "alt": "A \"kurti\"" }],
        "price": money(225_000), "price_varies": false, "compare_at": null, "offer": money(225_000),
        "only": only, "options": options, "groups": groups, "available": true,
    })
}

fn cart() -> Json {
    json!({
        "lines": [{
            "variant": "var_1", "title": "Kurti", "variant_title": null, "url": "/products/kurti", "image": null,
            "unit_price": money(100), "quantity": 2, "total": money(200), "available": true, "problem": "Only 1 left",
        }],
        "subtotal": money(200), "count": 2,
    })
}

#[track_caller]
fn render(template: &str, data: Json) -> String {
    let site = json!({
        "name": "Rong & Co", "locale": "bn-BD", "kind": "store", "url": "https://rong.example", "tagline": null,
        "time_zone": "Asia/Dhaka", "shop": true,
    });
    let page = json!({ "title": "T", "description": null, "canonical": null, "path": "/x" });
    let frame = context! { site => Value::from(minijinja::value::Serde(site)),
    page => Value::from(minijinja::value::Serde(page)), year => 2026 };
    let data = Value::from(minijinja::value::Serde(data));
    Theme::shipped()
        .unwrap()
        .render(template, context! { ..frame, ..data })
        .unwrap()
}

#[test]
fn every_template_compiles_and_escapes() {
    let theme = Theme::shipped().unwrap();
    assert!(theme.environment.templates().count() >= 9);
    let html = render(
        "error.html",
        json!({ "status": 404, "title": "<No>", "detail": null }),
    );
    assert!(html.contains("<html lang=\"bn-BD\">"));
    assert!(html.contains("&lt;No&gt;") && html.contains("Rong &amp; Co"));
    assert_eq!(html.matches("<h1").count(), 1);
}

#[test]
fn values_cannot_leave_their_place() {
    let mut environment = Theme::shipped().unwrap().environment.clone();
    let source = "{{ v }}|<a href=\"{{ v }}\" title='{{ v }}'>|{{ v|tojson }}|{{ [v] }}|{{ 1 }}|{{ v|safe }}";
    environment.add_template("x.html", source).unwrap();
    let html = environment
        .get_template("x.html")
        .unwrap()
        .render(context! { v => "a/b&<\"'>" })
        .unwrap();
    let parts: Vec<_> = html.split('|').collect();
    assert_eq!(parts[0], "a/b&amp;&lt;&quot;&#39;&gt;");
    assert_eq!(
        parts[1],
        "<a href=\"a/b&amp;&lt;&quot;&#39;&gt;\" title='a/b&amp;&lt;&quot;&#39;&gt;'>"
    );
    assert!(!parts[2].contains(['<', '>', '&', '\'']));
    assert!(!parts[3].contains(['<', '>', '"']));
    assert_eq!(parts[4..], ["1", "a/b&<\"'>"]);
    environment.add_template("y.html", "{{ nothing }}").unwrap();
    assert!(environment.get_template("y.html").unwrap().render(()).is_err());
}

#[test]
fn home_and_list() {
    let cards: Vec<_> = ["One", "Two", "Three"].map(card).into();
    let home = render("home.html", json!({ "sections": { "featured_products": cards } }));
    assert!(home.contains("৳2,250.00") && home.contains("picture-none"));
    let bare = render("home.html", json!({ "sections": {} }));
    assert!(!bare.contains("New in the shop"));
    let list = render(
        "products.html",
        json!({ "products": cards, "next_url": "/products?after=a&b", "total": 3 }),
    );
    assert!(list.contains("3 products") && list.contains("/products?after=a&amp;b"));
    assert!(
        render(
            "products.html",
            json!({ "products": [], "next_url": null, "total": 0 })
        )
        .contains("Nothing")
    );
}

#[test]
fn a_product_offers_its_variants_as_one_group() {
    let red = [
        variant("var_1", "S", true, Some(2)),
        variant("var_2", "M", true, None),
    ];
    let blue = [variant("var_3", "S", false, None)];
    let groups = json!([{ "name": "Red", "variants": red }, { "name": "Blue", "variants": blue }]);
    let product = product(Json::Null, json!(["Colour", "Size"]), groups);
    let html = render(
        "product.html",
        json!({ "product": product, "error": null, "form": { "variant": "var_2", "quantity": "3" } }),
    );
    assert_eq!(html.matches("name=\"variant\"").count(), 3);
    assert!(html.contains("Colour and Size") && html.contains("2 left") && html.contains("<p>Soft</p>"));
    assert!(html.contains("<span class=\"vh\">Red, </span>M"));
    // What was chosen before a refusal is chosen still.
    assert_eq!(html.matches(" checked").count(), 1);
    assert!(html.contains("value=\"var_2\" required checked") && html.contains("value=\"3\" required"));
    // Data for search engines cannot end its own element.
    assert_eq!(html.matches("</script>").count(), 2);
    assert!(html.contains("https://rong.example/products/kurti"));
}

#[test]
fn a_product_with_one_variant_asks_nothing() {
    let product = product(
        variant("var_1", "Default Title", true, None),
        json!([]),
        json!([]),
    );
    let html = render(
        "product.html",
        json!({ "product": product, "error": "Sold out.", "form": { "variant": "", "quantity": "" } }),
    );
    assert!(html.contains("<input type=\"hidden\" name=\"variant\" value=\"var_1\">"));
    assert!(html.contains("role=\"alert\"") && !html.contains("type=\"radio\""));
}

#[test]
fn checkout_ties_messages_to_fields() {
    let fields = [
        "name", "phone", "email", "line1", "line2", "city", "region", "postcode", "country", "note",
    ];
    let form: Json = fields
        .iter()
        .map(|field| ((*field).to_owned(), json!("<v>")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let page = |errors: Json| {
        let data = json!({ "cart": cart(), "shipping": money(0), "total": money(200), "form": form, "errors": errors,
            "error": null });
        render("checkout.html", data)
    };
    let html = page(json!({ "phone": "Too short", "elsewhere": "Odd" }));
    assert!(html.contains("aria-invalid=\"true\" aria-describedby=\"e-phone\""));
    assert!(html.contains("id=\"e-phone\"") && html.contains("href=\"#f-phone\""));
    assert!(html.contains("Odd") && html.contains("value=\"&lt;v&gt;\"") && html.contains("Free"));
    assert!(!page(json!({})).contains("aria-invalid"));
}

#[test]
fn cart_and_order() {
    assert!(
        render("cart.html", json!({ "cart": cart(), "error": null }))
            .contains("aria-describedby=\"p-var_1\"")
    );
    let empty = json!({ "lines": [], "subtotal": money(0), "count": 0 });
    assert!(render("cart.html", json!({ "cart": empty, "error": null })).contains("Nothing here yet"));
    let order = |status: &str| {
        let lines = json!([{ "title": "Kurti", "variant_title": null, "sku": null, "quantity": 1,
            "unit_price": money(100), "total": money(100), "image": null }]);
        let address = json!({ "line1": "House 1", "line2": null, "city": "Dhaka", "region": null, "postcode": null,
            "country": "Bangladesh" });
        let data = json!({ "order": { "number": 7, "placed_at": "2026-11-21T20:21:54.123456Z", "status": status,
            "payment_status": "pending", "payment_method": "cash_on_delivery",
            "contact": { "name": "Farhana", "phone": "+880171", "email": null }, "address": address, "lines": lines,
            "subtotal": money(100), "shipping": money(50), "total": money(150), "note": null } });
        render("order.html", data)
    };
    // Past midnight in Dhaka.
    assert!(order("shipped").contains("22 November 2026"));
    assert_eq!(order("shipped").matches("aria-current=\"step\"").count(), 1);
    assert!(order("cancelled").contains("This order was cancelled"));
}

#[test]
fn assets_have_an_address_of_their_own() {
    let version = Theme::shipped().unwrap().version();
    assert_eq!(version.len(), 16);
    assert!(
        render(
            "error.html",
            json!({ "status": 500, "title": "T", "detail": null })
        )
        .contains(&format!("/assets/{version}/theme.css"))
    );
    assert_eq!(
        Theme::asset("theme.css").unwrap().media_type,
        "text/css; charset=utf-8"
    );
    for odd in [
        "",
        "theme",
        "../theme.toml",
        "theme.toml",
        "nothing.css",
        "x/theme.css",
    ] {
        assert!(Theme::asset(odd).is_none(), "{odd}");
    }
}
