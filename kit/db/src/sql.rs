//! Registered SQL texts: one text serves both engines, and one test prepares every one of them on both.

use std::sync::OnceLock;

use crate::parse::{Part, parse};

/// A statement on a tenant's own store. Made by [`sql!`](crate::sql).
#[derive(Debug)]
pub struct Sql(pub(crate) Text);

/// A statement on the control store. Made by [`control_sql!`](crate::control_sql).
#[derive(Debug)]
pub struct ControlSql(pub(crate) Text);

impl Sql {
    #[doc(hidden)]
    #[must_use]
    pub const fn register(text: &'static str, place: &'static str) -> Self {
        Self(Text::new(text, place))
    }
}

impl ControlSql {
    #[doc(hidden)]
    #[must_use]
    pub const fn register(text: &'static str, place: &'static str) -> Self {
        Self(Text::new(text, place))
    }
}

/// Every [`sql!`](crate::sql) of the program.
#[doc(hidden)]
#[allow(
    unsafe_code,
    reason = "linkme gathers the texts in a link section of their own"
)]
#[linkme::distributed_slice]
pub static TENANT_TEXTS: [&'static Sql];

/// Every [`control_sql!`](crate::control_sql) of the program.
#[doc(hidden)]
#[allow(
    unsafe_code,
    reason = "linkme gathers the texts in a link section of their own"
)]
#[linkme::distributed_slice]
pub static CONTROL_TEXTS: [&'static ControlSql];

/// Registers a statement on a tenant's store and yields it.
///
/// Arguments are `$1`, `$2` …; `($1…)` takes a list; a part in braces, `{ AND status = $2}`, is left out when an
/// argument in it is absent; of alternatives, `{$3: placed_at DESC | number}`, the chosen one runs; a trailing `FOR UPDATE` locks on PostgreSQL and is dropped on SQLite, whose writer
/// is alone anyway.
#[macro_export]
macro_rules! sql {
    ($text:literal) => {
        $crate::registered_sql!($text, Sql, TENANT_TEXTS)
    };
}

/// Registers a statement on the control store and yields it; written as [`sql!`](crate::sql) is.
#[macro_export]
macro_rules! control_sql {
    ($text:literal) => {
        $crate::registered_sql!($text, ControlSql, CONTROL_TEXTS)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! registered_sql {
    ($text:literal, $kind:ident, $registry:ident) => {{
        static STATEMENT: $crate::$kind = $crate::$kind::register($text, concat!(file!(), ":", line!()));
        #[allow(
            unsafe_code,
            reason = "linkme gathers the texts in a link section of their own"
        )]
        const _: () = {
            #[$crate::linkme::distributed_slice($crate::$registry)]
            #[linkme(crate = $crate::linkme)]
            static REGISTERED: &$crate::$kind = &STATEMENT;
        };
        &STATEMENT
    }};
}

/// A text, where it stands in the source, and its parts once it has run.
#[derive(Debug)]
pub(crate) struct Text {
    text: &'static str,
    place: &'static str,
    parts: OnceLock<Vec<Part>>,
}

impl Text {
    pub(crate) const fn new(text: &'static str, place: &'static str) -> Self {
        Self {
            text,
            place,
            parts: OnceLock::new(),
        }
    }

    pub(crate) fn parts(&self) -> &[Part] {
        self.parts.get_or_init(|| parse(self.text))
    }

    /// Source file and line, for logs and for the test that prepares all texts.
    pub(crate) const fn place(&self) -> &'static str {
        self.place
    }
}
