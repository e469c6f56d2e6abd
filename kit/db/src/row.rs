//! Reads the columns of a row, in the order the statement lists them.

use stoa_core::{Currency, FeatureSet, Id, Timestamp};
use uuid::Uuid;

use crate::{DbError, DbResult, postgres, sqlite};

/// A row of an answer. `next()` reads its next column.
#[derive(Debug)]
pub struct Row<'r> {
    source: Source<'r>,
    next: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'r> {
    Sqlite(&'r sqlite::Row<'r>),
    Postgres(&'r postgres::Row),
}

/// One column of one row, in the few shapes that both engines store.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'r> {
    source: Source<'r>,
    index: usize,
}

/// What a column can be read as.
pub trait Column: Sized {
    fn read(cell: Cell<'_>) -> DbResult<Self>;
}

/// What a row can be read as: a struct whose fields are read in the order of the columns.
pub trait FromRow: Sized {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self>;
}

impl<'r> Row<'r> {
    pub(crate) fn new(source: Source<'r>) -> Self {
        Self { source, next: 0 }
    }

    /// Reads the next column.
    #[expect(
        clippy::should_implement_trait,
        reason = "a row yields columns of different types"
    )]
    pub fn next<T: Column>(&mut self) -> DbResult<T> {
        let cell = Cell {
            source: self.source,
            index: self.next,
        };
        self.next += 1;
        T::read(cell)
    }
}

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident -> $shape:ty;)*) => {
        impl<'r> Cell<'r> {
            $($(#[$doc])* pub fn $name(self) -> DbResult<$shape> {
                match self.source {
                    Source::Sqlite(row) => sqlite::column::$name(row, self.index),
                    Source::Postgres(row) => postgres::column::$name(row, self.index),
                }
            })*
        }
    };
}

shapes! {
    is_null -> bool;
    bool -> bool;
    int -> i64;
    text -> &'r str;
    uuid -> Uuid;
    time -> Timestamp;
    json -> serde_json::Value;
    bytes -> &'r [u8];
}

macro_rules! columns {
    ($($kind:ty => |$cell:ident| $read:expr;)*) => {
        $(impl Column for $kind {
            fn read($cell: Cell<'_>) -> DbResult<Self> { $read }
        })*
    };
}

columns! {
    bool => |cell| cell.bool();
    i64 => |cell| cell.int();
    String => |cell| cell.text().map(str::to_owned);
    Uuid => |cell| cell.uuid();
    Timestamp => |cell| cell.time();
    serde_json::Value => |cell| cell.json();
    Vec<u8> => |cell| cell.bytes().map(<[u8]>::to_vec);
    u32 => |cell| u32::try_from(cell.int()?).map_err(|_| DbError::unexpected("a number out of range"));
    [u8; 32] => |cell| cell.bytes()?.try_into().map_err(|_| DbError::unexpected("a digest of another length"));
    Currency => |cell| parsed(Currency::parse(cell.text()?));
    FeatureSet => |cell| parsed(serde_json::from_value(cell.json()?));
}

impl<const PREFIX: u32> Column for Id<PREFIX> {
    fn read(cell: Cell<'_>) -> DbResult<Self> {
        cell.uuid().map(Self::from_uuid)
    }
}

impl<T: Column> Column for Option<T> {
    fn read(cell: Cell<'_>) -> DbResult<Self> {
        if cell.is_null()? {
            Ok(None)
        } else {
            T::read(cell).map(Some)
        }
    }
}

/// What a stored text parsed to; text that no longer parses is a defect of the store.
pub fn parsed<T, E: std::fmt::Debug>(result: Result<T, E>) -> DbResult<T> {
    result.map_err(|error| DbError::unexpected(format!("{}: {error:?}", std::any::type_name::<T>())))
}

/// Reads columns of text as types with `parse(&str)`: `column_text!(Slug, Sku);`.
#[macro_export]
macro_rules! column_text {
    ($($kind:ty),* $(,)?) => {
        $(impl $crate::Column for $kind {
            fn read(cell: $crate::Cell<'_>) -> $crate::DbResult<Self> {
                $crate::parsed(<$kind>::parse(cell.text()?))
            }
        })*
    };
}

column_text!(
    stoa_core::Slug,
    stoa_core::Email,
    stoa_core::Sku,
    stoa_core::Phone
);

impl<const MAX: usize> Column for stoa_core::Text<MAX> {
    fn read(cell: Cell<'_>) -> DbResult<Self> {
        parsed(Self::parse(cell.text()?))
    }
}

impl<const MAX: usize> Column for stoa_core::Prose<MAX> {
    fn read(cell: Cell<'_>) -> DbResult<Self> {
        parsed(Self::parse(cell.text()?))
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => {
        $(impl<$($name: Column),+> FromRow for ($($name,)+) {
            fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
                Ok(($(row.next::<$name>()?,)+))
            }
        })*
    };
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
}
