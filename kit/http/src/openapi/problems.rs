//! The problems that a route may answer because of what it is, whatever its handler does.

use utoipa::openapi::{
    Content, Header, Ref, RefOr, ResponseBuilder,
    path::{Operation, ParameterIn},
    response::Response,
    schema::{ObjectBuilder, Type},
};

/// A problem, and which routes may answer it.
struct Common {
    status: &'static str,
    name: &'static str,
    description: &'static str,
    of: Of,
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

const PROBLEMS: [Common; 11] = [
    Common {
        status: "400",
        name: "BadRequest",
        description: "The request cannot be understood, or names two businesses.",
        of: Of::Any,
    },
    Common {
        status: "401",
        name: "Unauthenticated",
        description: "Nobody is signed in: `auth.required`.",
        of: Of::Credential,
    },
    Common {
        status: "403",
        name: "Forbidden",
        description: "`auth.permission_missing`, `feature.disabled`, `tenant.suspended` or `request.cross_origin`.",
        of: Of::Any,
    },
    Common {
        status: "404",
        name: "NotFound",
        description: "There is no such thing, or it is another business's: the answer is the same.",
        of: Of::Any,
    },
    Common {
        status: "408",
        name: "Timeout",
        description: "The body took too long to arrive.",
        of: Of::Body,
    },
    Common {
        status: "413",
        name: "TooLarge",
        description: "The body is larger than 2 MiB.",
        of: Of::Body,
    },
    Common {
        status: "415",
        name: "UnsupportedMedia",
        description: "The body is not of the right media type.",
        of: Of::Body,
    },
    Common {
        status: "422",
        name: "Invalid",
        description: "Some fields need another value; `errors` names all of them.",
        of: Of::Values,
    },
    Common {
        status: "429",
        name: "TooMany",
        description: "`rate.limited`: so much was asked that it has to wait.",
        of: Of::Any,
    },
    Common {
        status: "500",
        name: "Internal",
        description: "Something went wrong on the platform's side.",
        of: Of::Any,
    },
    Common {
        status: "503",
        name: "Unavailable",
        description: "This cannot be served right now; the same request may be sent again.",
        of: Of::Any,
    },
];

/// For the document's components.
pub(super) fn responses() -> impl Iterator<Item = (String, RefOr<Response>)> {
    PROBLEMS.iter().map(|common| {
        let mut response = problem(common.description);
        for (name, meaning) in headers(common.status) {
            response
                .headers
                .insert((*name).to_owned(), seconds(meaning).into());
        }
        (common.name.to_owned(), response.into())
    })
}

/// Adds to an operation what it may answer beside what its handler says.
pub(super) fn add(operation: &mut Operation, asks_credential: bool) {
    let has_body = operation.request_body.is_some();
    let parameters = operation.parameters.iter().flatten();
    let has_query = parameters.into_iter().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => false,
    });
    for common in &PROBLEMS {
        let applies = match common.of {
            Of::Any => true,
            Of::Credential => asks_credential,
            Of::Body => has_body,
            Of::Values => has_body || has_query,
        };
        if applies && !operation.responses.responses.contains_key(common.status) {
            let reference = RefOr::Ref(Ref::from_response_name(common.name));
            operation
                .responses
                .responses
                .insert(common.status.to_owned(), reference);
        }
    }
    describe_own(operation);
}

/// A failure that a handler lists by its description alone is a problem like all others.
fn describe_own(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let is_failure = status.starts_with('4') || status.starts_with('5');
        if let RefOr::T(response) = response
            && is_failure
            && response.content.is_empty()
        {
            *response = problem(&response.description);
        }
    }
}

fn problem(description: &str) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content(
            "application/problem+json",
            Content::new(Some(Ref::from_schema_name("Problem"))),
        )
        .build()
}

fn headers(status: &str) -> &'static [(&'static str, &'static str)] {
    match status {
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

fn seconds(meaning: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::Integer));
    header.description = Some(meaning.to_owned());
    header
}
