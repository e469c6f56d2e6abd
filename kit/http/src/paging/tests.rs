//! What a list is asked, in one table.
#![expect(clippy::expect_used, reason = "a test fails where its values are wrong")]

use serde::Deserialize;

use super::*;
use crate::cursor::tests::cursors;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Numbers {
    parity: Option<String>,
}

impl Listing for Numbers {
    const SORTS: &'static [&'static str] = &["-number", "number"];
    type Filter = Option<String>;
    type Item = i64;
    type Key = i64;

    fn filter(self) -> Result<Option<String>, FieldErrors> {
        let mut errors = FieldErrors::new();
        if self.parity.as_deref().is_some_and(|parity| parity != "odd") {
            errors.add("parity", "parity.unknown", "must be odd");
        }
        errors.finish((Some(self.parity),)).map(|(parity,)| parity)
    }

    fn key(item: &i64, _: &str) -> i64 {
        *item
    }
}

fn list(query: &str) -> Result<List<Numbers>, ApiError> {
    List::parse(query, &cursors())
}

#[track_caller]
fn check(query: &str, expected: (i64, usize, Option<&str>)) {
    let list = list(query).ok();
    let read = list
        .as_ref()
        .map(|list| (list.stretch.limit - 1, list.stretch.order, list.filter.as_deref()));
    assert_eq!(read, Some(expected), "{query}");
}

#[track_caller]
fn check_refused(query: &str, expected: &[(&str, &str)]) {
    let error = list(query).expect_err("it is refused");
    let errors = error.errors().iter();
    let told: Vec<_> = errors.map(|error| (error.field.as_str(), error.code)).collect();
    assert_eq!((error.code(), &*told), ("request.invalid", expected), "{query}");
}

#[test]
fn a_query_is_read() {
    check("", (20, 0, None));
    check("limit=1&sort=number&parity=odd", (1, 1, Some("odd")));
    check("sort=-number&limit=100", (100, 0, None));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    for limit in ["0", "101", "-1", "ten", ""] {
        check_refused(&format!("limit={limit}"), &[("limit", "list.limit")]);
    }
    check_refused("sort=name", &[("sort", "sort.unknown")]);
    check_refused("sort=number%3B+DROP+TABLE+a", &[("sort", "sort.unknown")]);
    check_refused("limit=1&limit=1", &[("limit", "query.repeated")]);
    check_refused(
        "colour=red&sort=name&limit=0&parity=even",
        &[
            ("colour", "query.unknown"),
            ("limit", "list.limit"),
            ("sort", "sort.unknown"),
            ("parity", "parity.unknown"),
        ],
    );
    let error = list("colour=red&sort=name").expect_err("it is refused");
    let details: Vec<_> = error.errors().iter().map(|error| &*error.detail).collect();
    assert_eq!(
        details,
        [
            "must be one of parity, limit, after, sort",
            "must be one of -number, number"
        ]
    );
}

#[test]
fn a_page_has_a_next_one_when_more_was_found() {
    let first = list("limit=2").expect("the query is right");
    assert_eq!((first.stretch.limit, first.stretch.after), (3, None));
    let page = first.page(vec![3, 2, 1]);
    assert_eq!(page.items, [3, 2]);
    let next = list(&format!("after={}", page.next.unwrap_or_default())).expect("the query is right");
    assert_eq!(next.stretch.after, Some(2));
    assert_eq!(first.page(vec![2, 1]).next, None);
}

/// ATK-O6: a cursor goes on in the order and under the filters that it is from, and in no others.
#[test]
fn a_cursor_is_of_one_order_and_one_filter() {
    let of = |query: &str| list(query).expect("the query is right").page((0..100).collect());
    let read = |query: &str, cursor: &Option<String>| {
        let cursor = cursor.as_deref().unwrap_or_default();
        list(&format!("{query}&after={cursor}")).map_or_else(|error| error.code(), |_| "read")
    };
    let (plain, odd) = (of("").next, of("parity=odd").next);
    assert_eq!(read("", &plain), "read");
    assert_eq!(read("sort=-number&limit=5", &plain), "read");
    assert_eq!(read("sort=number", &plain), "request.cursor");
    assert_eq!(read("parity=odd", &plain), "request.cursor");
    assert_eq!(read("parity=odd", &odd), "read");
    assert_eq!(read("", &odd), "request.cursor");
}
