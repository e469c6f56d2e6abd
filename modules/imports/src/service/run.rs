//! Runs a tenant's imports, in the order in which they came.
//!
//! Whoever runs them runs the oldest that is not over, so they never overlap; of two runners on the same one, each batch
//! is the first's, and the other leaves.

use std::ops::ControlFlow;

use stoa_core::{ErrorKind, Failure as _, FeatureSet};
use stoa_db::TenantDb;

use super::{
    batch::bring_in,
    open::{no_header, open},
    read::{Halt, Record, Records, Rows},
};
use crate::{
    Imports,
    csv::Row,
    domain::{Failed, Import, ImportId, State, Survey},
    error::{ImportsError, Unusable},
    events::ImportFinished,
    kind::{ImportKind, Importer},
    store,
};

/// How many records one unit of work brings in: other writers of a file wait that long.
const BATCH: usize = 32;
/// Or how many bytes of cells.
const BATCH_BYTES: usize = 1024 * 1024;

/// How running came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// Nothing that was asked for is left.
    Through,
    /// Whoever heard how far it was wanted it to pause.
    Paused,
    /// Another runner was met, who goes on with the rest.
    Left,
}

/// Hears after each batch how far an import is, and may have it pause there.
pub(crate) type OnProgress<'p> = &'p (dyn Fn(&Import) -> ControlFlow<()> + Sync);

/// Where an import is run, and who hears how far it is.
struct Runner<'r> {
    imports: &'r Imports,
    store: &'r TenantDb,
    features: &'r FeatureSet,
    on_progress: OnProgress<'r>,
}

impl Imports {
    /// Runs what waits until nothing does, or until `last` is over. Fails when the store does; called again it goes on.
    pub(crate) async fn run(
        &self,
        store: &TenantDb,
        features: &FeatureSet,
        last: Option<ImportId>,
        on_progress: OnProgress<'_>,
    ) -> Result<Ran, ImportsError> {
        let runner = Runner {
            imports: self,
            store,
            features,
            on_progress,
        };
        while let Some(id) = runner.next().await? {
            let ran = runner.run(id).await?;
            if ran != Ran::Through || last == Some(id) {
                return Ok(ran);
            }
        }
        Ok(Ran::Through)
    }
}

impl Runner<'_> {
    async fn next(&self) -> Result<Option<ImportId>, ImportsError> {
        let mut cx = self.store.read().await?;
        Ok(store::imports::next(&mut cx).await?)
    }

    async fn run(&self, id: ImportId) -> Result<Ran, ImportsError> {
        let mut import = self.find(id).await?;
        match self.read(&mut import).await {
            Ok(ControlFlow::Continue(())) => self.end(&import, State::Done, None).await?,
            Ok(ControlFlow::Break(())) => return Ok(Ran::Paused),
            Err(Halt::Left) => {
                let is_over = self.find(id).await?.state.is_over();
                return Ok(if is_over { Ran::Through } else { Ran::Left });
            }
            Err(Halt::Unusable(unusable)) => self.fail(&import, unusable).await?,
            // A store that cannot be reached may be later: the import stays where it is, and is gone on with.
            Err(Halt::Db(error)) if error.kind() == ErrorKind::Unavailable => return Err(error.into()),
            Err(Halt::Db(error)) => {
                tracing::error!(import = %import.id, error = ?error, "an import cannot go on");
                let unusable =
                    Unusable::new("imports.broken", "This import cannot go on; send the file again.");
                self.fail(&import, unusable).await?;
            }
        }
        Ok(Ran::Through)
    }

    async fn find(&self, id: ImportId) -> Result<Import, ImportsError> {
        super::find(&mut self.store.read().await?, id).await
    }

    async fn read(&self, import: &mut Import) -> Result<ControlFlow<()>, Halt> {
        let imports = self.imports;
        let kind = imports.kind(&import.kind).ok_or_else(unknown_kind)?;
        self.check_feature(kind)?;
        let importer = self.survey(import, kind).await?;
        let rows = Rows::at(self.store, import.id, import.size, import.position);
        let mut records = Records::new(rows);
        loop {
            let batch = gather(&mut records, &*importer).await?;
            if batch.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            bring_in(self.store, &*importer, import, &batch).await?;
            if (self.on_progress)(import).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    /// The feature may have gone off while the file waited.
    fn check_feature(&self, kind: &ImportKind) -> Result<(), Unusable> {
        match kind.feature {
            Some(feature) if !self.features.contains(feature) => Err(Unusable::new(
                "feature.disabled",
                format!("The feature {feature} is off for this business."),
            )),
            _ => Ok(()),
        }
    }

    /// Goes through the whole file before anything is written.
    async fn survey(&self, import: &mut Import, kind: &ImportKind) -> Result<Box<dyn Importer>, Halt> {
        let mut rows = Rows::whole(self.store, import.id, import.size).await?;
        let header = rows.next().await?.ok_or_else(no_header)?;
        let mut importer = open(&header, kind, &import.format, import.currency)?;
        let first = rows.next().await?.ok_or_else(no_rows)?;
        let mut survey = Survey {
            header: header.cells,
            rows: 1,
            begin: first.start,
        };
        importer.survey(&first);
        while let Some(row) = rows.next().await? {
            importer.survey(&row);
            survey.rows += 1;
        }
        if import.state == State::Waiting {
            self.start(import, survey).await?;
        }
        Ok(importer)
    }

    async fn start(&self, import: &mut Import, survey: Survey) -> Result<(), Halt> {
        let mut cx = self.store.begin().await?;
        if !store::imports::start(&mut cx, import.id, &survey).await? {
            return Err(Halt::Left);
        }
        cx.commit().await?;
        import.position = survey.begin;
        Ok(())
    }

    async fn fail(&self, import: &Import, unusable: Unusable) -> Result<(), ImportsError> {
        let failed = Failed {
            code: unusable.code.to_owned(),
            detail: unusable.detail,
        };
        self.end(import, State::Failed, Some(&failed)).await
    }

    /// The import is over, and with it the file.
    async fn end(&self, import: &Import, state: State, failed: Option<&Failed>) -> Result<(), ImportsError> {
        let mut cx = self.store.begin().await?;
        if store::imports::finish(&mut cx, import.id, state, failed).await? {
            store::chunks::delete_all(&mut cx, import.id).await?;
            cx.record(&ImportFinished {
                import: import.id,
                state,
                counts: import.counts,
            });
            cx.commit().await?;
        }
        Ok(())
    }
}

/// The records of the next unit of work.
async fn gather(records: &mut Records<'_>, importer: &dyn Importer) -> Result<Vec<Record>, Halt> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        let Some(record) = records.next(importer).await? else {
            break;
        };
        bytes += record.rows.iter().map(size).sum::<usize>();
        batch.push(record);
    }
    Ok(batch)
}

fn size(row: &Row) -> usize {
    row.cells.iter().map(String::len).sum()
}

fn unknown_kind() -> Unusable {
    Unusable::new(
        "imports.kind",
        "What this file was sent for cannot be imported any more.",
    )
}

fn no_rows() -> Unusable {
    Unusable::new(
        "imports.no_rows",
        "This file has a header and no rows; export it once more with what is to be imported.",
    )
}
