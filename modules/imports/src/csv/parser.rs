//! Takes bytes as they come and gives rows. It knows where each row began, so that reading can go on there.

use super::{bared, sniff};
use crate::{domain::Position, error::Unusable};

/// A longer cell is none: a quotation mark was never closed.
const MAX_CELL: usize = 1024 * 1024;
const MAX_ROW: usize = 4 * 1024 * 1024;
const MAX_COLUMNS: usize = 500;

/// A row of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet counts: the header is row 1, and blank rows count.
    pub number: i64,
    /// As they were written, but without the apostrophes that keep spreadsheets from running formulas.
    pub cells: Vec<String>,
    /// Where it begins.
    pub(crate) start: Position,
}

impl Row {
    /// The cell; a row that ends early is blank from there on.
    #[must_use]
    pub fn cell(&self, index: usize) -> &str {
        self.cells.get(index).map_or("", String::as_str)
    }

    /// What it takes in memory, about: a cell takes something even when nothing is in it.
    pub(crate) fn size(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.len() + size_of::<String>());
        cells.sum()
    }

    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// The rows of a text that is at hand, without its blank ones.
pub fn rows(text: &[u8]) -> impl Iterator<Item = Result<Row, Unusable>> {
    let mut parser = sniff(text).map(|start| Parser::at(Position::after(start)));
    let mut is_over = false;
    std::iter::from_fn(move || {
        while !is_over {
            let row = match &mut parser {
                Ok(parser) => parser.next_of(text),
                Err(unusable) => Err(unusable.clone()),
            };
            is_over = !matches!(row, Ok(Some(_)));
            match row {
                Ok(Some(row)) if row.is_blank() => {}
                row => return row.transpose(),
            }
        }
        None
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    RowStart,
    CellStart,
    Plain,
    Quoted,
    /// After a quotation mark inside a quoted cell: doubled it is one, otherwise it was the end.
    QuoteInQuoted,
}

#[derive(Debug)]
pub(crate) struct Parser {
    state: State,
    /// Of the next byte, and of the row that it belongs to.
    at: Position,
    start: Position,
    after_return: bool,
    cells: Vec<String>,
    cell: Vec<u8>,
    length: usize,
    /// The row that the last byte ended.
    done: Option<Row>,
}

impl Parser {
    /// One that reads on where a row begins.
    pub(crate) fn at(position: Position) -> Self {
        Self {
            state: State::RowStart,
            at: position,
            start: position,
            after_return: false,
            cells: Vec::new(),
            cell: Vec::new(),
            length: 0,
            done: None,
        }
    }

    /// Where the next row begins, between rows.
    pub(crate) fn position(&self) -> Position {
        self.at
    }

    /// Takes bytes up to the end of a row; says how many. The row is then there to be taken.
    pub(crate) fn push(&mut self, input: &[u8]) -> Result<usize, Unusable> {
        for (index, byte) in input.iter().enumerate() {
            self.byte(*byte)?;
            if self.done.is_some() {
                return Ok(index + 1);
            }
        }
        Ok(input.len())
    }

    pub(crate) fn take(&mut self) -> Option<Row> {
        self.done.take()
    }

    /// The next row of a text that has been there from its beginning.
    fn next_of(&mut self, text: &[u8]) -> Result<Option<Row>, Unusable> {
        let at = usize::try_from(self.at.offset).unwrap_or(usize::MAX);
        self.push(text.get(at..).unwrap_or_default())?;
        match self.take() {
            Some(row) => Ok(Some(row)),
            None => self.end(),
        }
    }

    /// The last row, when no line end comes after it.
    pub(crate) fn end(&mut self) -> Result<Option<Row>, Unusable> {
        match self.state {
            State::RowStart => {}
            State::Quoted => return Err(self.open_quote()),
            _ => self.end_row()?,
        }
        Ok(self.take())
    }

    fn byte(&mut self, byte: u8) -> Result<(), Unusable> {
        let continues_line_end = byte == b'\n' && self.after_return;
        self.after_return = byte == b'\r' && self.state != State::Quoted;
        self.at.offset += 1;
        if continues_line_end {
            return Ok(());
        }
        if self.state == State::RowStart {
            self.start = Position {
                offset: self.at.offset - 1,
                ..self.at
            };
            if matches!(byte, b'\r' | b'\n') {
                self.at.row += 1;
                return Ok(());
            }
            self.state = State::CellStart;
        }
        if byte == 0 {
            let why = "holds a NUL byte, which no text does; save it as “CSV UTF-8” and send it again";
            return Err(self.unreadable("imports.nul_byte", why));
        }
        match (self.state, byte) {
            (State::CellStart, b'"') => self.state = State::Quoted,
            (State::Quoted, b'"') => self.state = State::QuoteInQuoted,
            (State::QuoteInQuoted, b'"') => {
                self.state = State::Quoted;
                return self.keep(byte);
            }
            (State::Quoted, _) => return self.keep(byte),
            (_, b',') => {
                self.state = State::CellStart;
                return self.end_cell();
            }
            (_, b'\r' | b'\n') => return self.end_row(),
            (_, _) => {
                self.state = State::Plain;
                return self.keep(byte);
            }
        }
        Ok(())
    }

    fn keep(&mut self, byte: u8) -> Result<(), Unusable> {
        self.cell.push(byte);
        self.length += 1;
        if self.cell.len() <= MAX_CELL && self.length <= MAX_ROW {
            return Ok(());
        }
        let why = "is too long (a cell holds at most 1 MiB, a row 4 MiB); perhaps a quotation mark in it never closes";
        Err(self.unreadable("imports.too_long", why))
    }

    fn end_cell(&mut self) -> Result<(), Unusable> {
        let bytes = std::mem::take(&mut self.cell);
        let text = String::from_utf8(bytes).map_err(|_| {
            let why = "is not UTF-8 text (older spreadsheets write Latin-1); save it as “CSV UTF-8” and send it again";
            self.unreadable("imports.encoding", why)
        })?;
        self.cells.push(bared(&text).to_owned());
        if self.cells.len() > MAX_COLUMNS {
            let why = format!("has more than {MAX_COLUMNS} columns; leave out those that are not needed");
            return Err(self.unreadable("imports.too_many_columns", &why));
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Unusable> {
        self.end_cell()?;
        self.done = Some(Row {
            number: self.start.row,
            cells: std::mem::take(&mut self.cells),
            start: self.start,
        });
        self.state = State::RowStart;
        self.length = 0;
        self.at.row += 1;
        Ok(())
    }

    fn open_quote(&self) -> Unusable {
        let why = format!(
            "opens a quotation mark in its cell {} that never closes; double every quotation mark inside a cell",
            self.cells.len() + 1
        );
        self.unreadable("imports.open_quote", &why)
    }

    fn unreadable(&self, code: &'static str, why: &str) -> Unusable {
        Unusable::new(
            code,
            format!("Row {} {why}. Nothing was imported.", self.start.row),
        )
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
