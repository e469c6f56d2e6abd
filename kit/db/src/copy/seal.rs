//! Seals a snapshot piece by piece, so that one of any size is read and written without being held in memory. A piece opens
//! only at its place and only as the last one if it is (the STREAM construction, <https://eprint.iacr.org/2015/189>):
//! pieces that are missing, moved, cut off or of another snapshot are refused.

use std::io::{self, Read, Write};

use stoa_vault::{Place, TenantKey};

use super::snapshot::Snapshot;
use crate::{DbError, DbResult, sqlite::storage};

/// How much is sealed at a time.
const PIECE: usize = 64 * 1024;

pub(super) fn seal(
    key: &TenantKey,
    snapshot: &Snapshot,
    mut plain: impl Read,
    mut sealed: impl Write,
) -> io::Result<()> {
    let header = snapshot.header();
    sealed.write_all(&header)?;
    let mut pieces = Pieces::new(&mut plain, PIECE);
    let mut place = 0;
    while let Some((piece, position)) = pieces.next()? {
        let piece = key.seal(at(&header, place, position), &piece);
        sealed.write_all(&piece)?;
        place += 1;
    }
    Ok(())
}

/// Opens what was sealed for the key's tenant, and says what it is.
pub(super) fn open(key: &TenantKey, mut sealed: impl Read, mut plain: impl Write) -> DbResult<Snapshot> {
    let snapshot = Snapshot::read(&mut sealed)
        .map_err(storage)?
        .ok_or_else(|| DbError::unfit("the file is no snapshot"))?;
    if snapshot.tenant != key.tenant() {
        let tenant = snapshot.tenant;
        return Err(DbError::unfit(format!(
            "the snapshot is of another tenant, {tenant}"
        )));
    }
    let header = snapshot.header();
    let overhead = key.seal(at(&header, 0, Position::Last), &[]).len();
    let mut pieces = Pieces::new(&mut sealed, PIECE + overhead);
    let mut place = 0;
    while let Some((piece, position)) = pieces.next().map_err(storage)? {
        let piece = key
            .open(at(&header, place, position), &piece)
            .map_err(|_| DbError::unfit(format!("the snapshot is damaged in its piece {place}")))?;
        plain.write_all(&piece).map_err(storage)?;
        place += 1;
    }
    Ok(snapshot)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Within,
    Last,
}

fn at(header: &[u8], place: i64, position: Position) -> Place<'_> {
    Place {
        table: "snapshot",
        row: header,
        version: 2 * place + i64::from(position == Position::Last),
    }
}

/// Cuts what is read into pieces of one size; only the last may be shorter, and there always is one.
struct Pieces<'r, R> {
    from: &'r mut R,
    size: usize,
    /// Read ahead: whether a piece is the last is known when the next one is empty.
    next: Option<Vec<u8>>,
    begun: bool,
}

impl<'r, R: Read> Pieces<'r, R> {
    fn new(from: &'r mut R, size: usize) -> Self {
        Self {
            from,
            size,
            next: None,
            begun: false,
        }
    }

    fn next(&mut self) -> io::Result<Option<(Vec<u8>, Position)>> {
        if !self.begun {
            self.begun = true;
            self.next = Some(self.read()?);
        }
        let Some(piece) = self.next.take() else {
            return Ok(None);
        };
        let following = self.read()?;
        if following.is_empty() {
            return Ok(Some((piece, Position::Last)));
        }
        self.next = Some(following);
        Ok(Some((piece, Position::Within)))
    }

    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = Vec::with_capacity(self.size);
        let size = u64::try_from(self.size).unwrap_or(u64::MAX);
        self.from.by_ref().take(size).read_to_end(&mut piece)?;
        Ok(piece)
    }
}

#[cfg(test)]
mod tests;
