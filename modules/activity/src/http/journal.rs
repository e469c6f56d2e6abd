//! The business's audit log.

use serde::Serialize;
use serde_json::Value;
use stoa_core::Timestamp;
use stoa_db::JournalLine;
use stoa_http::{ApiError, Json, ListQuery, Page, Query, Scope};
use utoipa::ToSchema;

use crate::permissions::JournalRead;

#[derive(Serialize, ToSchema)]
pub(crate) struct JournalLineView {
    /// Counts up by one, in the order of commit.
    #[schema(example = 17)]
    seq: i64,
    at: Timestamp,
    /// `user:` and an id, or `visitor`, `command`, `job`, `system`.
    #[schema(example = "user:usr_01kag2w3x4e5f6g7h8j9k0m1n2")]
    actor: String,
    #[schema(example = "profile.changed")]
    kind: String,
    /// The id of what it happened to.
    #[schema(example = "ten_01kag2w3x4e5f6g7h8j9k0m1n2")]
    subject: String,
    /// What else is to be known; its fields are the kind's own.
    data: Value,
}

/// What happened to the business's things, newest first.
#[utoipa::path(
    get, path = "/journal", tag = "journal", params(ListQuery),
    responses((status = 200, body = Page<JournalLineView>)),
    extensions(("x-permission" = json!("journal.read"))),
)]
pub(crate) async fn list(
    scope: Scope<JournalRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<JournalLineView>>, ApiError> {
    let list = query.parse(scope.cursors())?;
    let mut cx = scope.read().await?;
    let lines = cx.journal(list.after, list.fetch()).await?;
    Ok(Json(list.page(lines, |line| line.seq).map(JournalLineView::from)))
}

impl From<JournalLine> for JournalLineView {
    fn from(line: JournalLine) -> Self {
        Self {
            seq: line.seq,
            at: line.at,
            actor: line.actor,
            kind: line.kind,
            subject: line.subject,
            // Erased data is empty, which is no JSON.
            data: serde_json::from_str(&line.data).unwrap_or(Value::Null),
        }
    }
}
