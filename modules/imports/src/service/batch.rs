//! Brings some records in as one unit of work, which also says how far the import is: killed at any point, it goes on
//! with the next record, and nothing is done twice or by half.

use stoa_db::{Cx, DbResult, TenantDb};
use stoa_jobs::Running;

use super::{
    progress::note_progress,
    read::{Halt, Record},
};
use crate::{
    csv::Row,
    domain::{Fault, Import, Position},
    kind::{Importer, Outcome, Trouble},
    store::{self, rejects::RejectedRow},
};

/// So many faults are kept, and so many rows that were left out; further ones are counted only.
const MAX_KEPT: i64 = 10_000;
/// Or so much of those rows.
const MAX_KEPT_BYTES: i64 = 16 * 1024 * 1024;

/// What a unit of work has to write beside the records.
struct Tally {
    import: Import,
    faults: Vec<Fault>,
    rows: Vec<RejectedRow>,
}

/// Where records are brought in, and the job that does it, if it is one.
pub(super) struct Place<'p> {
    pub(super) store: &'p TenantDb,
    pub(super) importer: &'p dyn Importer,
    pub(super) job: Option<&'p Running>,
}

enum Failure {
    Refused(Vec<Fault>),
    Halt(Halt),
}

impl Failure {
    fn halt(self) -> Halt {
        match self {
            // Only a record by itself is refused, and that is seen to where it is tried.
            Self::Refused(_) => Halt::Left,
            Self::Halt(halt) => halt,
        }
    }
}

impl<E: Into<Halt>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Halt(error.into())
    }
}

impl Place<'_> {
    /// Brings a batch in. Where one record is refused by what is there, each is tried by itself.
    pub(super) async fn bring_in(&self, import: &mut Import, batch: &[Record]) -> Result<(), Halt> {
        if batch.len() > 1 {
            match self.attempt(import, batch).await {
                Err(Failure::Refused(_)) => {}
                other => return other.map_err(Failure::halt),
            }
        }
        for record in batch {
            match self.attempt(import, std::slice::from_ref(record)).await {
                Err(Failure::Refused(faults)) => self.leave_out(import, record, faults).await?,
                other => other.map_err(Failure::halt)?,
            }
        }
        Ok(())
    }

    async fn attempt(&self, import: &mut Import, batch: &[Record]) -> Result<(), Failure> {
        let Some(end) = batch.last().map(|record| record.end) else {
            return Ok(());
        };
        let mut cx = self.take(import, end).await?;
        let mut tally = Tally::of(import);
        for record in batch {
            let outcome = match record.is_cut {
                true => Outcome::Rejected(vec![too_long(record)]),
                false => match self.importer.import(&mut cx, &record.rows).await {
                    Ok(outcome) => outcome,
                    Err(Trouble::Refused(faults)) => return Err(Failure::Refused(faults)),
                    Err(Trouble::Db(error)) => return Err(error.into()),
                },
            };
            tally.add(record, outcome);
        }
        Ok(self.commit(cx, tally, end, import).await?)
    }

    /// Passes over a record that was refused.
    async fn leave_out(&self, import: &mut Import, record: &Record, faults: Vec<Fault>) -> Result<(), Halt> {
        let cx = self.take(import, record.end).await?;
        let mut tally = Tally::of(import);
        tally.add(record, Outcome::Rejected(faults));
        self.commit(cx, tally, record.end, import).await
    }

    /// A unit of work that has the rows up to `end` to itself.
    async fn take(&self, import: &Import, end: Position) -> Result<Cx, Halt> {
        let mut cx = self.store.begin().await?;
        match store::imports::advance(&mut cx, import.id, import.position, end).await? {
            true => Ok(cx),
            false => Err(Halt::Left),
        }
    }

    async fn commit(
        &self,
        mut cx: Cx,
        mut tally: Tally,
        end: Position,
        import: &mut Import,
    ) -> Result<(), Halt> {
        tally.import.position = end;
        tally.write(&mut cx).await?;
        if let Some(job) = self.job {
            note_progress(job, &mut cx, &tally.import).await?;
        }
        cx.commit().await?;
        *import = tally.import;
        Ok(())
    }
}

fn too_long(record: &Record) -> Fault {
    Fault {
        row: record.rows.first().map_or(0, |row| row.number),
        column: String::new(),
        code: "imports.too_many_rows".to_owned(),
        reason:
            "begins a record of more than 1,000 rows, or of more than 8 MiB; is its key repeated by mistake?"
                .to_owned(),
    }
}

impl Tally {
    fn of(import: &Import) -> Self {
        Self {
            import: import.clone(),
            faults: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn add(&mut self, record: &Record, outcome: Outcome) {
        let counts = &mut self.import.counts;
        counts.rows += length(&record.rows);
        match outcome {
            Outcome::Created => counts.created += 1,
            Outcome::Updated => counts.updated += 1,
            Outcome::Unchanged => counts.unchanged += 1,
            Outcome::Rejected(faults) => {
                counts.rejected += 1;
                self.reject(record, faults);
            }
        }
    }

    /// Keeps a rejected record whole, or counts what is wrong with it.
    fn reject(&mut self, record: &Record, faults: Vec<Fault>) {
        let kept = self.import.faults + length(&self.faults);
        let more = length(&faults).max(length(&record.rows));
        let bytes = self.import.rejected_bytes + size(&record.rows);
        if kept + more > MAX_KEPT || bytes > MAX_KEPT_BYTES {
            self.import.faults_omitted += length(&faults);
            return;
        }
        self.import.rejected_bytes = bytes;
        self.faults.extend(faults);
        self.rows.extend(record.rows.iter().map(|row| RejectedRow {
            row: row.number,
            cells: row.cells.clone(),
        }));
    }

    async fn write(&mut self, cx: &mut Cx) -> DbResult<()> {
        let id = self.import.id;
        store::rejects::insert_faults(cx, id, self.import.faults, &self.faults).await?;
        store::rejects::insert_rows(cx, id, &self.rows).await?;
        self.import.faults += length(&self.faults);
        store::imports::count(cx, &self.import).await
    }
}

fn size(rows: &[Row]) -> i64 {
    i64::try_from(rows.iter().map(Row::size).sum::<usize>()).unwrap_or(i64::MAX)
}

fn length<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}
