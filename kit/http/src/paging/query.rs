//! The query of a list, piece by piece, and how the document describes it.

use std::collections::BTreeMap;

use stoa_core::{ErrorKind, FieldErrors};
use utoipa::{
    IntoParams,
    openapi::{
        Object, ObjectBuilder,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{KnownFormat, SchemaFormat, Type},
    },
};

use super::{List, Listing};
use crate::ApiError;

pub(super) const LIMIT: &str = "limit";
pub(super) const AFTER: &str = "after";
pub(super) const SORT: &str = "sort";

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// What the query says, by name. What this list does not know, or what is said twice, is noted.
pub(super) fn read<Q: Listing>(
    query: &str,
    errors: &mut FieldErrors,
) -> Result<BTreeMap<String, String>, ApiError> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(unreadable)?;
    let mut known = names::<Q>();
    known.extend([LIMIT, AFTER, SORT].map(str::to_owned));
    let mut asked = BTreeMap::new();
    for (name, value) in pairs {
        if !known.contains(&name) {
            errors.add(
                name,
                "query.unknown",
                format!("must be one of {}", known.join(", ")),
            );
        } else if asked.insert(name.clone(), value).is_some() {
            errors.add(name, "query.repeated", "must be given once");
        }
    }
    Ok(asked)
}

/// The list's own query.
pub(super) fn typed<Q: Listing>(asked: &BTreeMap<String, String>) -> Result<Q, ApiError> {
    let query = serde_urlencoded::to_string(asked).map_err(unreadable)?;
    serde_urlencoded::from_str(&query).map_err(unreadable)
}

pub(super) fn limit(asked: Option<String>, errors: &mut FieldErrors) -> Option<usize> {
    let Some(asked) = asked else {
        return Some(DEFAULT_LIMIT);
    };
    let limit = asked.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    if limit.is_none() {
        errors.add(LIMIT, "list.limit", format!("must be 1 to {MAX_LIMIT}"));
    }
    limit
}

/// Which of a list's orders, and what it is called.
pub(super) fn order(
    asked: Option<String>,
    sorts: &'static [&'static str],
    errors: &mut FieldErrors,
) -> Option<(usize, &'static str)> {
    let mut named = sorts.iter().copied().enumerate();
    let order = match &asked {
        Some(asked) => named.find(|(_, sort)| sort == asked),
        None => named.next(),
    };
    if order.is_none() {
        errors.add(
            SORT,
            "sort.unknown",
            format!("must be one of {}", sorts.join(", ")),
        );
    }
    order
}

fn names<Q: Listing>() -> Vec<String> {
    let parameters = Q::into_params(|| Some(ParameterIn::Query));
    parameters.into_iter().map(|parameter| parameter.name).collect()
}

fn unreadable(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorKind::BadRequest, "request.query", error.to_string())
}

impl<Q: Listing> IntoParams for List<Q> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = Q::into_params(|| Some(ParameterIn::Query));
        let first = Q::SORTS.first().copied().unwrap_or_default();
        parameters.extend([
            parameter(
                SORT,
                "In which order, the first unless said; `-` is downwards.",
                first,
                text()
                    .enum_values(Some(Q::SORTS.iter().copied()))
                    .default(Some(first.into()))
                    .build(),
            ),
            parameter(
                LIMIT,
                "How many items at most: 1 to 100, 20 unless said.",
                DEFAULT_LIMIT,
                number(),
            ),
            parameter(
                AFTER,
                "`next` of the page before, which had the same filters and order.",
                "eyJvcGFxdWUi",
                text().build(),
            ),
        ]);
        parameters
    }
}

fn parameter(name: &str, meaning: &str, example: impl Into<serde_json::Value>, schema: Object) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .description(Some(meaning))
        .schema(Some(schema))
        .example(Some(example.into()))
        .build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn number() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1))
        .maximum(Some(MAX_LIMIT))
        .default(Some(DEFAULT_LIMIT.into()))
        .build()
}
