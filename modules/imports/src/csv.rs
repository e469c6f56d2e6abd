//! CSV (RFC 4180) as shops and spreadsheets really write it.

mod formula;
mod parser;
mod sniff;
mod write;

pub(crate) use formula::bared;
pub(crate) use parser::Parser;
pub use parser::{Row, rows};
pub(crate) use sniff::sniff;
pub(crate) use write::write_row;
