//! The problems that a route may answer: because of what it is, whatever its handler does, and because its handler says so.

use http::StatusCode;
use serde_json::{Value, json};
use utoipa::openapi::{
    Content, Header, Ref, RefOr, ResponseBuilder,
    example::ExampleBuilder,
    path::{Operation, ParameterIn},
    response::Response,
    schema::{ObjectBuilder, Type},
};

/// A problem, and which routes may answer it.
struct Common {
    status: &'static str,
    name: &'static str,
    /// Codes stand in back quotes, what they mean behind a colon.
    description: &'static str,
    of: Of,
    /// Whether it may be answered before the handler is reached, so beside what the handler itself answers so.
    is_early: bool,
}

/// What makes a route answer a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Any,
    /// One that asks who calls.
    Credential,
    /// One that reads a body.
    Body,
    /// One that reads a body or a query, in which a value may not do.
    Values,
}

const PROBLEMS: [Common; 12] = [
    Common {
        status: "400",
        name: "BadRequest",
        description: "`request.json`, `request.query` or `request.host`: the request cannot be understood; \
                      `request.cursor`: a cursor of another list, order or filter; `tenant.ambiguous`: it names two businesses.",
        of: Of::Any,
        is_early: true,
    },
    Common {
        status: "401",
        name: "Unauthenticated",
        description: "`auth.required`: nobody is signed in.",
        of: Of::Credential,
        is_early: true,
    },
    Common {
        status: "403",
        name: "Forbidden",
        description: "`auth.permission_missing`, `auth.person_required`, `auth.account_required`, `feature.disabled`, `tenant.suspended`, \
                      `tenant.required` or `request.cross_origin`.",
        of: Of::Any,
        is_early: true,
    },
    Common {
        status: "404",
        name: "NotFound",
        description: "`request.not_found` or `tenant.not_found`: there is no such thing, or it is another business's.",
        of: Of::Any,
        is_early: true,
    },
    Common {
        status: "405",
        name: "MethodNotAllowed",
        description: "`request.method`: this path takes the methods that `Allow` names.",
        of: Of::Any,
        is_early: true,
    },
    Common {
        status: "408",
        name: "Timeout",
        description: "`request.timeout`: the body took too long to arrive.",
        of: Of::Body,
        is_early: true,
    },
    Common {
        status: "413",
        name: "TooLarge",
        description: "`request.too_large`: the body is larger than 2 MiB.",
        of: Of::Body,
        is_early: false,
    },
    Common {
        status: "415",
        name: "UnsupportedMedia",
        description: "`request.media_type`: the body is not of the right media type.",
        of: Of::Body,
        is_early: false,
    },
    Common {
        status: "422",
        name: "Invalid",
        description: "`request.invalid`: some fields need another value; `errors` names all of them.",
        of: Of::Values,
        is_early: false,
    },
    Common {
        status: "429",
        name: "TooMany",
        description: "`rate.limited`: so much was asked that it has to wait.",
        of: Of::Any,
        is_early: true,
    },
    Common {
        status: "500",
        name: "Internal",
        description: "`internal`: something went wrong on the platform's side.",
        of: Of::Any,
        is_early: true,
    },
    Common {
        status: "503",
        name: "Unavailable",
        description: "`db.busy`, `db.retry`, `db.moved`, `db.unavailable`, `db.full` or `tenant.provisioning`: this cannot \
                      be served right now; the same request may be sent again.",
        of: Of::Any,
        is_early: true,
    },
];

const REUSED: &str = "`request.idempotency_reused`: the key came with another body before.";

/// For the document's components.
pub(super) fn responses() -> impl Iterator<Item = (String, RefOr<Response>)> {
    PROBLEMS
        .iter()
        .map(|common| (common.name.to_owned(), common.response(common.description).into()))
}

/// Adds to an operation what it may answer beside what its handler says, and makes problems of the failures that its
/// handler lists by their descriptions alone.
pub(super) fn add(operation: &mut Operation, asks_credential: bool) {
    let shape = Shape::of(operation, asks_credential);
    let responses = &mut operation.responses.responses;
    for common in PROBLEMS.iter().filter(|common| shape.answers(common.of)) {
        match responses.get_mut(common.status) {
            None => {
                let reference = RefOr::Ref(Ref::from_response_name(common.name));
                responses.insert(common.status.to_owned(), reference);
            }
            Some(RefOr::T(own)) if common.is_early => {
                own.description = beside(&own.description, common.description)
            }
            Some(_) => {}
        }
    }
    if shape.has_key {
        let invalid = PROBLEMS.iter().find(|common| common.status == "422");
        let description = match responses.get("422") {
            Some(RefOr::T(own)) => own.description.clone(),
            _ => invalid.map_or("", |common| common.description).to_owned(),
        };
        let both = ResponseBuilder::new()
            .description(beside(&description, REUSED))
            .build();
        responses.insert("422".to_owned(), both.into());
    }
    for (status, response) in responses {
        let is_failure = status.starts_with('4') || status.starts_with('5');
        if let RefOr::T(response) = response
            && is_failure
            && response.content.is_empty()
        {
            *response = problem(status, &response.description);
        }
    }
}

/// What of an operation decides which problems it may answer.
struct Shape {
    asks_credential: bool,
    has_body: bool,
    has_query: bool,
    /// It may be sent again under an `Idempotency-Key`.
    has_key: bool,
}

impl Shape {
    fn of(operation: &Operation, asks_credential: bool) -> Self {
        let has = |place: ParameterIn| {
            operation
                .parameters
                .iter()
                .flatten()
                .any(|parameter| match parameter {
                    RefOr::T(parameter) => parameter.parameter_in == place,
                    RefOr::Ref(_) => false,
                })
        };
        Self {
            asks_credential,
            has_body: operation.request_body.is_some(),
            has_query: has(ParameterIn::Query),
            has_key: has(ParameterIn::Header),
        }
    }

    fn answers(&self, of: Of) -> bool {
        match of {
            Of::Any => true,
            Of::Credential => self.asks_credential,
            Of::Body => self.has_body,
            Of::Values => self.has_body || self.has_query,
        }
    }
}

impl Common {
    fn response(&self, description: &str) -> Response {
        problem(self.status, description)
    }
}

fn beside(own: &str, common: &str) -> String {
    format!("{}. {common}", own.trim_end_matches('.'))
}

fn problem(status: &str, description: &str) -> Response {
    let mut content = Content::new(Some(Ref::from_schema_name("Problem")));
    content.examples = codes(description)
        .map(|(code, meaning)| {
            let example = ExampleBuilder::new().value(Some(example(status, code, meaning)));
            (code.to_owned(), example.build().into())
        })
        .collect();
    let mut response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build();
    for (name, meaning) in headers(status) {
        response
            .headers
            .insert((*name).to_owned(), header(name, meaning).into());
    }
    response
}

/// The codes that a description names, and what each means. Several codes may have one meaning.
fn codes(description: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut parts = description.split('`');
    let _ = parts.next();
    let named: Vec<(&str, &str)> =
        std::iter::from_fn(|| Some((parts.next()?, parts.next().unwrap_or_default())))
            .filter(|(code, _)| is_code(code))
            .collect();
    let meaning = |from: usize| {
        let told = named[from..].iter().find_map(|(_, text)| text.strip_prefix(": "));
        told.unwrap_or_default().trim_end_matches([' ', ';', '.', ','])
    };
    let meanings: Vec<&str> = (0..named.len()).map(meaning).collect();
    named.into_iter().map(|(code, _)| code).zip(meanings)
}

fn is_code(text: &str) -> bool {
    text == "internal"
        || text.contains('.')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte))
}

fn example(status: &str, code: &str, meaning: &str) -> Value {
    let reason = StatusCode::from_bytes(status.as_bytes()).ok();
    let title = reason
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Error");
    let mut detail = if meaning.is_empty() { title } else { meaning }.to_owned();
    if let Some(first) = detail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut problem = json!({
        "type": "about:blank",
        "title": title,
        "status": reason.map(|status| status.as_u16()),
        "code": code,
        "detail": format!("{detail}."),
        "request_id": "0q3k9v1m7t2c8",
    });
    if code == "request.invalid" {
        problem["detail"] = json!("some fields need another value");
        problem["errors"] = json!([{"field": "name", "code": "text.empty", "detail": "must not be empty"}]);
    }
    problem
}

fn headers(status: &str) -> &'static [(&'static str, &'static str)] {
    match status {
        "405" => &[("Allow", "The methods that the path takes.")],
        "429" => &[
            ("Retry-After", "Seconds until the next request is answered."),
            ("RateLimit-Limit", "How many requests may come at once."),
            ("RateLimit-Remaining", "How many of them are left."),
            ("RateLimit-Reset", "Seconds until all of them may come again."),
        ],
        "503" => &[("Retry-After", "Seconds to wait before trying again.")],
        _ => &[],
    }
}

fn header(name: &str, meaning: &str) -> Header {
    let kind = if name == "Allow" {
        Type::String
    } else {
        Type::Integer
    };
    let mut header = Header::new(ObjectBuilder::new().schema_type(kind));
    header.description = Some(meaning.to_owned());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(description: &str, expected: &[(&str, &str)]) {
        assert_eq!(codes(description).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn codes_are_read_out_of_descriptions() {
        check("Gone", &[]);
        check("`jobs.not_dead`", &[("jobs.not_dead", "")]);
        check(
            "`a.b`, `c.d`: one meaning; `e.f`: another; `errors` says more.",
            &[("a.b", "one meaning"), ("c.d", "one meaning"), ("e.f", "another")],
        );
    }
}
