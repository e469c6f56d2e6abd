//! The rows that were left out, as a file that can be mended and sent again.

use std::collections::VecDeque;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use stoa_db::{DbResult, TenantDb};
use stoa_http::{ApiError, Path, Scope};

use crate::{
    csv::write_row,
    domain::{Fault, ImportId},
    permissions::ImportsRead,
    service,
    store::{self, rejects::RejectedRow},
};

/// The column that says what is wrong. No import reads it, and a file that has it already does not get it twice.
const REASON: &str = "Why rejected";

/// How many rows are read at a time.
const PAGE: i64 = 50;

/// The rows that were left out, as CSV with the file's own header and a column that says why. Mended, it can be sent
/// again as it is.
///
/// Every row of a record that was left out is in it, up to 10,000 faults and 16 MiB of cells; its last line says so when
/// there was more. A cell that a spreadsheet would run as a formula begins with an
/// apostrophe, which an import takes off again.
#[utoipa::path(
    get, path = "/imports/{id}/rejected-rows", tag = "imports",
    params(("id" = ImportId, Path, description = "An import")),
    responses(
        (status = 200, description = "CSV (RFC 4180), UTF-8", content_type = "text/csv", body = String,
            example = "\"Handle\",\"Title\",\"Variant Price\",\"Why rejected\"\r\n\
                \"mug\",\"Mug\",\"cheap\",\"Variant Price: must be an amount in BDT such as 1299.00\"\r\n"),
        (status = 404, description = "`imports.not_found`"),
    ),
    extensions(("x-permission" = json!("imports.read"))),
)]
pub(crate) async fn download(
    scope: Scope<ImportsRead>,
    Path(id): Path<ImportId>,
) -> Result<Response, ApiError> {
    let mut cx = scope.read().await?;
    let import = service::find(&mut cx, id).await?;
    drop(cx);
    let columns = Columns::of(import.header.unwrap_or_default());
    let mut header = String::new();
    columns.write(&mut header, &columns.names, REASON);
    let reading = Reading {
        store: scope.store(),
        import: id,
        columns,
        after: 0,
        written: VecDeque::from([header]),
        omitted: import.faults_omitted,
        is_over: false,
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present".to_owned(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}-rejected-rows.csv\""),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((
        headers,
        Body::from_stream(stream::try_unfold(reading, Reading::next)),
    )
        .into_response())
}

/// The file's columns, without one that said why a row was rejected before.
struct Columns {
    names: Vec<String>,
    former_reason: Option<usize>,
}

/// How far the download is. Each page of rows is a unit of work of its own: a slow reader holds up nobody.
struct Reading {
    store: TenantDb,
    import: ImportId,
    columns: Columns,
    after: i64,
    written: VecDeque<String>,
    /// Faults whose rows were not kept.
    omitted: i64,
    is_over: bool,
}

impl Columns {
    fn of(names: Vec<String>) -> Self {
        Self {
            former_reason: names.iter().position(|name| name.trim() == REASON),
            names,
        }
    }

    /// A row of the download: the cells, blank to the width of the header, then the reason.
    fn write(&self, text: &mut String, cells: &[String], reason: &str) {
        let width = self.names.len().max(cells.len());
        let cells = (0..width)
            .filter(|index| Some(*index) != self.former_reason)
            .map(|index| cells.get(index).map_or("", String::as_str));
        write_row(text, cells.chain([reason]));
    }
}

impl Reading {
    async fn next(mut self) -> DbResult<Option<(Bytes, Self)>> {
        if self.written.is_empty() && !self.is_over {
            self.read().await?;
        }
        Ok(self.written.pop_front().map(|text| (Bytes::from(text), self)))
    }

    async fn read(&mut self) -> DbResult<()> {
        let mut cx = self.store.read().await?;
        let rows = store::rejects::rows(&mut cx, self.import, self.after, PAGE).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            self.is_over = true;
            self.tell_omitted();
            return Ok(());
        };
        let faults = store::rejects::faults_of_rows(&mut cx, self.import, first.row, last.row).await?;
        self.after = last.row;
        let mut text = String::new();
        for row in &rows {
            self.columns.write(&mut text, &row.cells, &reason(row, &faults));
        }
        self.written.push_back(text);
        Ok(())
    }

    /// Whoever mends the file must know that it is not all.
    fn tell_omitted(&mut self) {
        if self.omitted > 0 {
            let mut text = String::new();
            let said = format!(
                "{} more faults were found, in rows that are not in this file",
                self.omitted
            );
            self.columns.write(&mut text, &[], &said);
            self.written.push_back(text);
        }
    }
}

/// What is wrong with a row, in words.
fn reason(row: &RejectedRow, faults: &[Fault]) -> String {
    let of_row = faults.iter().filter(|fault| fault.row == row.row);
    let said = of_row.map(|fault| match fault.column.as_str() {
        "" => fault.reason.clone(),
        column => format!("{column}: {}", fault.reason),
    });
    said.collect::<Vec<_>>().join("; ")
}
