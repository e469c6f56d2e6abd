//! How failures are told apart, and how the errors of several fields are gathered.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use crate::TextError;

/// What a failure means to the caller; decides the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    TooLarge,
    UnsupportedMedia,
    Invalid,
    TooMany,
    Internal,
    Unavailable,
}

impl ErrorKind {
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMedia => 415,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

/// An error that a caller can be told about: what kind it is, and a code that never changes.
pub trait Failure: std::error::Error + Send + Sync + 'static {
    fn kind(&self) -> ErrorKind;

    /// `module.what`, such as `commerce.out_of_stock`.
    fn code(&self) -> &'static str;

    fn fields(&self) -> &[FieldError] {
        &[]
    }
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    #[schema(example = "email")]
    pub field: String,
    #[schema(example = "email.invalid")]
    pub code: &'static str,
    #[schema(example = "must be an email address such as ada@example.org")]
    pub detail: String,
}

/// Everything that is wrong with a request's fields, so that it can be said at once. Further ones than a hundred are counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FieldErrors {
    listed: Vec<FieldError>,
    more: usize,
}

/// Who made more mistakes made one of them often. The answer must not outgrow the request.
const MAX_LISTED: usize = 100;

impl FieldErrors {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The parsed value, or none with its error noted.
    pub fn check<T>(&mut self, field: impl Into<String>, result: Result<T, TextError>) -> Option<T> {
        result
            .map_err(|error| self.add(field, error.code, error.detail))
            .ok()
    }

    pub fn add(&mut self, field: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        if self.listed.len() == MAX_LISTED {
            self.more += 1;
            return;
        }
        self.listed.push(FieldError {
            field: field.into(),
            code,
            detail: detail.into(),
        });
    }

    /// Notes what is wrong with more fields.
    pub fn extend(&mut self, others: Self) {
        let room = MAX_LISTED - self.listed.len();
        self.more += others.more + others.listed.len().saturating_sub(room);
        self.listed.extend(others.listed.into_iter().take(room));
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The values when all of them parsed and nothing else was noted.
    pub fn finish<V: Values>(self, values: V) -> Result<V::Parsed, Self> {
        match values.all() {
            Some(parsed) if self.is_empty() => Ok(parsed),
            _ => Err(self),
        }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("some fields need another value")?;
        match self.more {
            0 => Ok(()),
            more => write!(f, "; {more} more than those listed"),
        }
    }
}

impl std::error::Error for FieldErrors {}

impl Failure for FieldErrors {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "request.invalid"
    }

    fn fields(&self) -> &[FieldError] {
        &self.listed
    }
}

/// A tuple of options that are all there, or not.
pub trait Values {
    type Parsed;

    fn all(self) -> Option<Self::Parsed>;
}

macro_rules! values {
    ($($($name:ident)+;)*) => {
        $(impl<$($name),+> Values for ($(Option<$name>,)+) {
            type Parsed = ($($name,)+);

            #[expect(non_snake_case, reason = "the types' names serve as the values'")]
            fn all(self) -> Option<Self::Parsed> {
                let ($($name,)+) = self;
                Some(($($name?,)+))
            }
        })*
    };
}

values! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test fails where its values are wrong")]

    use super::*;
    use crate::{Email, Slug};

    #[test]
    fn every_wrong_field_is_told_at_once() {
        let mut errors = FieldErrors::new();
        let slug = errors.check("slug", Slug::parse("Blue Shirt"));
        let email = errors.check("email", Email::parse("ada@example.org"));
        errors.add("price", "price.missing", "must be given");
        let errors = errors.finish((slug, email)).expect_err("two fields are wrong");
        let fields: Vec<_> = errors
            .fields()
            .iter()
            .map(|error| (error.field.as_str(), error.code))
            .collect();
        assert_eq!(fields, [("slug", "slug.invalid"), ("price", "price.missing")]);
        assert_eq!((errors.kind().status(), errors.code()), (422, "request.invalid"));
    }

    /// ATK-P14: the answer to a request that is wrong throughout stays small.
    #[test]
    fn so_many_wrong_fields_are_listed_and_the_rest_counted() {
        let mut errors = FieldErrors::new();
        for place in 0..=MAX_LISTED {
            errors.add(format!("tags[{place}]"), "text.missing", "must not be empty");
        }
        assert_eq!(errors.fields().len(), MAX_LISTED);
        assert_eq!(
            errors.to_string(),
            "some fields need another value; 1 more than those listed"
        );
    }

    #[test]
    fn good_fields_come_out_as_they_went_in() {
        assert_eq!(FieldErrors::new().finish((Some(1), Some("two"))), Ok((1, "two")));
        assert!(FieldErrors::new().is_empty());
    }

    #[test]
    fn an_error_noted_beside_good_fields_still_counts() {
        let mut errors = FieldErrors::new();
        errors.add("", "dates.order", "must end after they start");
        assert!(errors.finish((Some(1),)).is_err());
        assert!(FieldErrors::new().finish((None::<i64>,)).is_err());
    }
}
