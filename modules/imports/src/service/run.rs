//! Runs a tenant's imports, in the order in which they came.
//!
//! Whoever runs them runs the oldest that is not over, so they never overlap; of two runners on the same one, each batch
//! is the first's, and the other leaves.

use std::{ops::ControlFlow, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;
use stoa_core::{ErrorKind, Failure as _, FeatureSet};
use stoa_db::TenantDb;
use stoa_jobs::Running;

use super::{
    batch::Place,
    open::{no_header, no_rows, open},
    progress::note_progress,
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
/// Or how much memory of rows.
const BATCH_BYTES: usize = 1024 * 1024;
/// What an importer remembers of each record, until the file is through, must not fill the memory.
const MAX_ROWS: i64 = 500_000;

/// How often an import may end whoever runs it, by a fault of this program, before it is given up.
const MAX_TRIES: i64 = 3;

/// How running came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// Nothing that was asked for is left.
    Through,
    /// Whoever heard how far it was wanted it to pause.
    Paused,
    /// Another runner was met, who goes on with the rest.
    Left,
    /// An import panicked, and is to be tried again.
    BrokeOff,
}

/// Hears after each batch how far an import is, and may have it pause there.
pub(crate) type OnProgress<'p> = &'p (dyn Fn(&Import) -> ControlFlow<()> + Sync);

/// Where imports are run, and who hears how far they are.
pub(crate) struct Runner<'r> {
    pub(crate) imports: &'r Imports,
    pub(crate) store: &'r TenantDb,
    pub(crate) features: &'r FeatureSet,
    /// The job that runs them, unless somebody waits for one in place.
    pub(crate) job: Option<&'r Running>,
    pub(crate) on_progress: OnProgress<'r>,
}

impl Runner<'_> {
    /// Runs what waits until nothing does, or until `last` is over. Fails when the store does; called again it goes on.
    pub(crate) async fn run(&self, last: Option<ImportId>) -> Result<Ran, ImportsError> {
        while let Some(id) = self.next().await? {
            let ran = self.run_one(id).await?;
            if ran != Ran::Through || last == Some(id) {
                return Ok(ran);
            }
        }
        Ok(Ran::Through)
    }

    async fn next(&self) -> Result<Option<ImportId>, ImportsError> {
        let mut cx = self.store.read().await?;
        Ok(store::imports::next(&mut cx).await?)
    }

    async fn run_one(&self, id: ImportId) -> Result<Ran, ImportsError> {
        let mut import = self.find(id).await?;
        let tries = self.begin_try(&import).await?;
        if tries > MAX_TRIES {
            self.give_up(&import).await?;
            return Ok(Ran::Through);
        }
        let reading = self.read(&mut import);
        let read = match self.job {
            Some(_) => AssertUnwindSafe(reading).catch_unwind().await,
            None => Ok(reading.await),
        };
        match read {
            Ok(Ok(ControlFlow::Continue(()))) => self.end(&import, State::Done, None).await?,
            Ok(Ok(ControlFlow::Break(()))) => return Ok(Ran::Paused),
            Ok(Err(halt)) => return self.halt(&import, halt).await,
            Err(_) if tries == MAX_TRIES => self.give_up(&import).await?,
            Err(_) => return Ok(Ran::BrokeOff),
        }
        Ok(Ran::Through)
    }

    /// Counts that the import is begun with. Only a job does: of several who wait for one import, none may count the others.
    async fn begin_try(&self, import: &Import) -> Result<i64, ImportsError> {
        let Some(job) = self.job else { return Ok(0) };
        let mut cx = self.store.begin().await?;
        let tries = store::imports::count_try(&mut cx, import.id).await?;
        note_progress(job, &mut cx, import).await?;
        cx.commit().await?;
        // One that is over by now is seen to be.
        Ok(tries.unwrap_or_default())
    }

    async fn forget_tries(&self, import: &Import) -> Result<(), ImportsError> {
        let mut cx = self.store.begin().await?;
        store::imports::forget_tries(&mut cx, import.id).await?;
        Ok(cx.commit().await?)
    }

    async fn halt(&self, import: &Import, halt: Halt) -> Result<Ran, ImportsError> {
        match halt {
            Halt::Left if self.find(import.id).await?.state.is_over() => {}
            Halt::Left => {
                self.forget_tries(import).await?;
                return Ok(Ran::Left);
            }
            Halt::Unusable(unusable) => self.fail(import, unusable).await?,
            // A store that cannot be reached may be later: the import stays where it is, and is gone on with.
            Halt::Db(error) if error.kind() == ErrorKind::Unavailable => {
                // It may have recovered already. If not, the next try says the same.
                let _ = self.forget_tries(import).await;
                return Err(error.into());
            }
            Halt::Db(error) => {
                tracing::error!(import = %import.id, error = ?error, "an import cannot go on");
                let unusable =
                    Unusable::new("imports.broken", "This import cannot go on; send the file again.");
                self.fail(import, unusable).await?;
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
        let place = Place {
            store: self.store,
            importer: &*importer,
            job: self.job,
        };
        loop {
            let batch = gather(&mut records, &*importer).await?;
            if batch.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            place.bring_in(import, &batch).await?;
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
            if survey.rows > MAX_ROWS {
                return Err(too_many_rows().into());
            }
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
        import.position = survey.begin;
        import.rows_total = Some(survey.rows);
        if let Some(job) = self.job {
            note_progress(job, &mut cx, import).await?;
        }
        Ok(cx.commit().await?)
    }

    async fn fail(&self, import: &Import, unusable: Unusable) -> Result<(), ImportsError> {
        let failed = Failed {
            code: unusable.code.to_owned(),
            detail: unusable.detail,
        };
        self.end(import, State::Failed, Some(&failed)).await
    }

    /// Ends an import that ends its runners, so that those behind it are run.
    async fn give_up(&self, import: &Import) -> Result<(), ImportsError> {
        tracing::error!(import = %import.id, row = import.position.row, "an import was given up");
        self.fail(import, broke_off(import)).await
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
        bytes += record.rows.iter().map(Row::size).sum::<usize>();
        batch.push(record);
    }
    Ok(batch)
}

fn too_many_rows() -> Unusable {
    Unusable::new(
        "imports.too_many_rows",
        format!("This file has more than {MAX_ROWS} rows; send it in several. Nothing was imported."),
    )
}

fn broke_off(import: &Import) -> Unusable {
    let stays = match import.rows_total {
        Some(_) => format!(
            "at row {} or shortly after it; what was imported before stays. Send the rows from there on in smaller files \
             to find the one",
            import.position.row
        ),
        None => "while it was gone through; nothing was imported. Send it in smaller files to find the rows"
            .to_owned(),
    };
    Unusable::new(
        "imports.broke_off",
        format!("This import broke off {MAX_TRIES} times {stays}, or ask the operator, whose log says why."),
    )
}

fn unknown_kind() -> Unusable {
    Unusable::new(
        "imports.kind",
        "What this file was sent for cannot be imported any more.",
    )
}
