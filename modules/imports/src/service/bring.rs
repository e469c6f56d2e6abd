//! Imports a file that is at hand, and stays until it is over: for the command, and for what the platform brings along.

use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::ControlFlow,
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use sha2::{Digest, Sha256};
use stoa_core::FeatureSet;
use stoa_db::{Stretch, TenantDb};
use stoa_http::TenantSnapshot;

use crate::{
    Imports,
    domain::{CHUNK, Counts, Fault, Import, ImportId, State},
    error::ImportsError,
    service::{NewFile, Runner},
    store,
};

/// A report says so many faults in full and only counts the rest.
const MAX_FAULTS: i64 = 1000;

/// How often it is asked how far another process is with the import.
const FOLLOW: Duration = Duration::from_millis(500);

/// A file and what it is.
#[derive(Debug)]
pub struct ImportFile<'f, S> {
    /// What is in it, such as `products`.
    pub kind: &'f str,
    /// Whose export it is, such as `shopify`.
    pub format: &'f str,
    pub name: &'f str,
    pub source: S,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    pub import: ImportId,
    #[serde(flatten)]
    pub counts: Counts,
    /// What is wrong with the rejected ones: the first thousand faults.
    pub errors: Vec<Fault>,
    /// How many faults came after those.
    pub errors_omitted: i64,
}

impl Imports {
    /// Imports a file here and now, and says after each batch how far it is. An import of the very same file that was
    /// broken off is gone on with. Whoever calls this has made sure that it may be done.
    ///
    /// Rows that are wrong are reported and leave their record as it was. Fails when the file cannot be imported or the
    /// store cannot be written; what was imported until then stays.
    pub async fn bring<S: Read + Seek + Send>(
        &self,
        store: &TenantDb,
        tenant: &TenantSnapshot,
        mut file: ImportFile<'_, S>,
        on_progress: impl Fn(&Import) + Send + Sync,
    ) -> Result<ImportReport, ImportsError> {
        let kind = self.find(file.kind, file.format)?;
        self.check_size(&mut file.source)?;
        let digest = digest(&mut file.source)?;
        let mut cx = store.read().await?;
        let same = store::imports::same(&mut cx, file.kind, file.format, digest).await?;
        drop(cx);
        let id = match same {
            Some(id) => id,
            None => {
                file.source.rewind()?;
                let new = NewFile {
                    kind,
                    format: file.format,
                    name: file.name,
                    currency: tenant.currency,
                };
                let pieces = stream::try_unfold(&mut file.source, async |source| {
                    Ok::<_, ImportsError>(piece(source)?.map(|piece| (piece, source)))
                });
                self.keep(store, new, pieces).await?.id
            }
        };
        self.see_to_its_end(store, &tenant.features, id, &on_progress)
            .await
    }

    /// A file that is too large is not read to its end to find that out.
    fn check_size(&self, source: &mut impl Seek) -> Result<(), ImportsError> {
        let size = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        match i64::try_from(size) {
            Ok(size) if size <= self.max_size() => Ok(()),
            _ => Err(ImportsError::TooLarge(self.max_mib())),
        }
    }

    async fn see_to_its_end(
        &self,
        store: &TenantDb,
        features: &FeatureSet,
        id: ImportId,
        on_progress: &(impl Fn(&Import) + Sync),
    ) -> Result<ImportReport, ImportsError> {
        let go_on = |import: &Import| {
            on_progress(import);
            ControlFlow::Continue(())
        };
        let runner = Runner {
            imports: self,
            store,
            features,
            job: None,
            on_progress: &go_on,
        };
        loop {
            runner.run(Some(id)).await?;
            let mut cx = store.read().await?;
            let import = super::find(&mut cx, id).await?;
            if import.state.is_over() {
                return report(&mut cx, import).await;
            }
            drop(cx);
            on_progress(&import);
            tokio::time::sleep(FOLLOW).await;
        }
    }
}

async fn report(cx: &mut stoa_db::Cx, import: Import) -> Result<ImportReport, ImportsError> {
    if let Some(failed) = import.failure {
        return Err(ImportsError::Failed(failed));
    }
    if import.state == State::Cancelled {
        return Err(ImportsError::Cancelled);
    }
    let errors = store::rejects::faults(cx, import.id, None, &Stretch::first(MAX_FAULTS)).await?;
    let told = i64::try_from(errors.len()).unwrap_or(i64::MAX);
    Ok(ImportReport {
        import: import.id,
        counts: import.counts,
        errors: errors.into_iter().map(|numbered| numbered.fault).collect(),
        errors_omitted: import.faults + import.faults_omitted - told,
    })
}

fn digest(source: &mut impl Read) -> io::Result<[u8; 32]> {
    let mut digest = Sha256::new();
    while let Some(piece) = piece(source)? {
        digest.update(&piece);
    }
    Ok(digest.finalize().into())
}

/// The next piece; none at the end.
fn piece(source: &mut impl Read) -> io::Result<Option<Bytes>> {
    let mut piece = Vec::new();
    let limit = u64::try_from(CHUNK).unwrap_or(u64::MAX);
    source.take(limit).read_to_end(&mut piece)?;
    Ok((!piece.is_empty()).then(|| piece.into()))
}
