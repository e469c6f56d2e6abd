//! The one screen that shows all routes, and that each says who may call it.

use stoa_http::openapi::{Access, document, faults, routes, routes_table};

#[test]
fn the_table_of_routes_is_what_is_served() {
    let table = routes_table(&document(&stoa::every_module()));
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../routes.txt");
    if std::env::var_os("STOA_UPDATE").is_some() {
        std::fs::write(kept, &table).unwrap();
    }
    let expected = std::fs::read_to_string(kept).unwrap_or_default();
    assert_eq!(
        table, expected,
        "routes.txt differs; STOA_UPDATE=1 rewrites it, and its change is reviewed"
    );
}

#[test]
fn every_route_says_who_may_call_it() {
    for route in routes(&document(&stoa::every_module())) {
        assert!(
            !matches!(route.access, Access::Unsaid),
            "{} {}",
            route.method,
            route.path
        );
    }
}

#[test]
fn the_description_has_no_faults() {
    let faults = faults(&stoa::every_module());
    assert!(faults.is_empty(), "{faults:#?}");
}
