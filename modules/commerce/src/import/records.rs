//! Rows of a CSV file (RFC 4180), one at a time, and in words what makes a file unreadable.

use std::{
    cell::Cell,
    io::{self, Read},
};

use csv::{ByteRecord, StringRecord};

use crate::error::CommerceError;

/// A longer row is none: a quotation mark was never closed, and the rest of the file would count as one cell.
const MAX_ROW: usize = 4 * 1024 * 1024;

pub(super) struct Records<R> {
    reader: csv::Reader<Limited<R>>,
    row: u64,
}

/// A row, numbered as a spreadsheet does: the header is row 1.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) row: u64,
    pub(super) cells: StringRecord,
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: R) -> Self {
        let limited = Limited {
            source,
            left: Cell::new(MAX_ROW),
        };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(limited);
        Self { reader, row: 0 }
    }

    /// The next row; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Record>, CommerceError> {
        self.row += 1;
        self.reader.get_ref().left.set(MAX_ROW);
        let mut bytes = ByteRecord::new();
        let found = self
            .reader
            .read_byte_record(&mut bytes)
            .map_err(|error| self.unreadable(&error.to_string()))?;
        if !found {
            return Ok(None);
        }
        let cells = StringRecord::from_byte_record(bytes).map_err(|_| {
            self.unreadable("it is not UTF-8 text; save the file as “CSV UTF-8” and import it again")
        })?;
        Ok(Some(Record { row: self.row, cells }))
    }

    fn unreadable(&self, why: &str) -> CommerceError {
        let before = match self.row {
            1 => "nothing was imported",
            _ => "products before it are imported, and importing the whole file again does no harm",
        };
        CommerceError::ImportUnusable(format!("row {} cannot be read: {why} ({before})", self.row))
    }
}

/// Refuses to read on when one row takes more than it may.
struct Limited<R> {
    source: R,
    left: Cell<usize>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::other(
                "it is longer than 4 MiB; a quotation mark before it may never be closed",
            ));
        }
        let read = self.source.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(read));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], expected: Result<Vec<(u64, Vec<&str>)>, &str>) {
        let mut records = Records::new(text);
        let mut found = Ok(Vec::new());
        while let Ok(rows) = &mut found {
            match records.next() {
                Ok(Some(record)) => rows.push((record.row, record.cells.iter().map(str::to_owned).collect())),
                Ok(None) => break,
                Err(error) => found = Err(error.to_string()),
            }
        }
        let found: Result<Vec<(u64, Vec<&str>)>, String> = match &found {
            Ok(rows) => Ok(rows
                .iter()
                .map(|(row, cells): &(u64, Vec<String>)| (*row, cells.iter().map(String::as_str).collect()))
                .collect()),
            Err(error) => Err(error.clone()),
        };
        match (found, expected) {
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
            (found, expected) => assert_eq!(found, expected.map_err(str::to_owned)),
        }
    }

    #[test]
    fn reads_quoted_rows() {
        check(
            b"a,b\r\n\"1,\n2\",\"3 \"\"4\"\"\"\n",
            Ok(vec![(1, vec!["a", "b"]), (2, vec!["1,\n2", "3 \"4\""])]),
        );
        check(
            b"\xef\xbb\xbfa,b\n1\n",
            Ok(vec![(1, vec!["a", "b"]), (2, vec!["1"])]),
        );
        check(b"", Ok(vec![]));
    }

    #[test]
    fn says_what_makes_a_file_unreadable() {
        check(
            b"a\n\xff\xfe\n",
            Err("row 2 cannot be read: it is not UTF-8 text"),
        );
        let endless = [b"a\n\"".as_slice(), &vec![b'x'; 2 * MAX_ROW]].concat();
        check(&endless, Err("a quotation mark before it may never be closed"));
    }
}
