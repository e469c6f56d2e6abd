//! Takes a file in, piece by piece. What breaks off leaves nothing.

use std::pin::pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use sha2::{Digest, Sha256};
use stoa_core::{Currency, Text};
use stoa_db::TenantDb;

use super::open::{open_start, open_whole};
use crate::{
    Imports,
    domain::{CHUNK, Import, ImportId},
    error::{ImportsError, Unusable},
    events::ImportReceived,
    jobs::{ForgetFiles, RunImports},
    kind::ImportKind,
    store::{self, imports::Beginning},
};

/// More files than these keep only each other waiting.
const MAX_UNFINISHED: i64 = 10;

/// What is said of a file that is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewFile<'f> {
    pub(crate) kind: &'f ImportKind,
    pub(crate) format: &'f str,
    /// As whoever sends it calls it.
    pub(crate) name: &'f str,
    pub(crate) currency: Currency,
}

/// How closely a file is looked at.
type Open = fn(&[u8], &ImportKind, &str, Currency) -> Result<(), Unusable>;

/// A file that is arriving.
struct Arrival<'a> {
    store: &'a TenantDb,
    id: ImportId,
    digest: Sha256,
    /// What does not fill a chunk yet.
    pending: Vec<u8>,
    chunks: i64,
    size: i64,
}

impl Imports {
    /// Keeps the file that `pieces` are, and has it wait for its turn. Its first rows are looked at, and a file of one piece
    /// is read to its end: what nobody could read is refused before the rest of it is sent.
    pub(crate) async fn keep<E: From<ImportsError>>(
        &self,
        store: &TenantDb,
        new: NewFile<'_>,
        pieces: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Import, E> {
        let mut arrival = Arrival::begin(store, new).await?;
        match self.take_in(&mut arrival, new, pieces).await {
            Ok(import) => Ok(import),
            Err(error) => {
                arrival.forget().await;
                Err(error)
            }
        }
    }

    async fn take_in<E: From<ImportsError>>(
        &self,
        arrival: &mut Arrival<'_>,
        new: NewFile<'_>,
        pieces: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Import, E> {
        let mut pieces = pin!(pieces);
        while let Some(piece) = pieces.next().await.transpose()? {
            arrival.take(&piece);
            if arrival.size > self.max_size() {
                return Err(ImportsError::TooLarge(self.max_mib()).into());
            }
            while arrival.pending.len() > CHUNK {
                arrival.look(new, open_start)?;
                arrival.write_chunk().await?;
            }
        }
        arrival.look(new, open_whole)?;
        Ok(arrival.finish().await?)
    }
}

impl<'a> Arrival<'a> {
    async fn begin(store: &'a TenantDb, new: NewFile<'_>) -> Result<Self, ImportsError> {
        let mut cx = store.begin().await?;
        let now = cx.now();
        cx.enqueue_at(&ForgetFiles, now.plus(ForgetFiles::AFTER)).await?;
        if store::imports::unfinished(&mut cx).await? >= MAX_UNFINISHED {
            return Err(ImportsError::QueueFull);
        }
        let id = cx.new_id();
        let beginning = Beginning {
            id,
            kind: new.kind.name,
            format: new.format,
            file_name: &file_name(new.name),
            currency: new.currency,
        };
        store::imports::insert(&mut cx, &beginning).await?;
        cx.commit().await?;
        Ok(Self {
            store,
            id,
            digest: Sha256::new(),
            pending: Vec::with_capacity(CHUNK),
            chunks: 0,
            size: 0,
        })
    }

    fn take(&mut self, piece: &[u8]) {
        self.digest.update(piece);
        self.size = self
            .size
            .saturating_add(i64::try_from(piece.len()).unwrap_or(i64::MAX));
        self.pending.extend_from_slice(piece);
    }

    /// Looks at the file, as long as its beginning is at hand.
    fn look(&self, new: NewFile<'_>, open: Open) -> Result<(), ImportsError> {
        if self.chunks == 0 {
            open(&self.pending, new.kind, new.format, new.currency)?;
        }
        Ok(())
    }

    async fn write_chunk(&mut self) -> Result<(), ImportsError> {
        let length = self.pending.len().min(CHUNK);
        let rest = self.pending.split_off(length);
        let chunk = std::mem::replace(&mut self.pending, rest);
        let mut cx = self.store.begin().await?;
        if !store::imports::grow(&mut cx, self.id, i64::try_from(length).unwrap_or(i64::MAX)).await? {
            return Err(ImportsError::Cancelled);
        }
        store::chunks::insert(&mut cx, self.id, self.chunks, chunk).await?;
        cx.commit().await?;
        self.chunks += 1;
        Ok(())
    }

    async fn finish(&mut self) -> Result<Import, ImportsError> {
        self.write_chunk().await?;
        let mut cx = self.store.begin().await?;
        let digest = std::mem::take(&mut self.digest).finalize().into();
        if !store::imports::make_wait(&mut cx, self.id, digest).await? {
            return Err(ImportsError::Cancelled);
        }
        let import = super::find(&mut cx, self.id).await?;
        cx.record(&ImportReceived::from(&import));
        cx.enqueue(&RunImports).await?;
        cx.commit().await?;
        Ok(import)
    }

    /// Leaves nothing of the file. If the store fails here too, a job sees to it.
    async fn forget(&self) {
        let forgotten = async {
            let mut cx = self.store.begin().await?;
            store::imports::delete(&mut cx, self.id).await?;
            cx.commit().await
        };
        if let Err(error) = forgotten.await {
            tracing::warn!(import = %self.id, %error, "a file that broke off could not be deleted yet");
        }
    }
}

/// The name without folders, as far as it can be shown. Nothing is stored under it.
fn file_name(given: &str) -> String {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = name
        .chars()
        .filter(|letter| !letter.is_control())
        .take(200)
        .collect();
    Text::<200>::parse(&shown).map_or_else(|_| "file.csv".to_owned(), Text::into_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ATK-M1: a file's name is shown and leads nowhere.
    #[test]
    fn names_lose_their_folders() {
        assert_eq!(file_name("products.csv"), "products.csv");
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("C:\\shop\\a\0b\r\n.csv"), "ab.csv");
        assert_eq!(file_name(".."), "..");
        assert_eq!(file_name("/"), "file.csv");
        assert_eq!(file_name(&"x".repeat(300)).len(), 200);
    }
}
