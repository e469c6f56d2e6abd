//! The business's audit log.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stoa_core::{FieldErrors, Text, Timestamp};
use stoa_db::{JournalFilter, JournalLine};
use stoa_http::{ApiError, Json, List, Listing, Page, Scope};
use utoipa::{IntoParams, ToSchema};

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
    #[schema(value_type = Object)]
    data: Value,
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JournalQuery {
    /// What happened.
    #[param(example = "order.placed")]
    kind: Option<String>,
    /// The id of what it happened to.
    #[param(example = "ord_01kag2w3x4e5f6g7h8j9k0m1n2")]
    subject: Option<String>,
}

/// What happened to the business's things, newest first.
#[utoipa::path(
    get, path = "/journal", tag = "journal", params(List<JournalQuery>),
    responses((status = 200, body = Page<JournalLineView>)),
    extensions(("x-permission" = json!("journal.read"))),
)]
pub(crate) async fn list(
    scope: Scope<JournalRead>,
    list: List<JournalQuery>,
) -> Result<Json<Page<JournalLineView>>, ApiError> {
    let mut cx = scope.read().await?;
    let lines = cx.journal(&list.filter, &list.stretch).await?;
    Ok(Json(list.page(lines).map(JournalLineView::from)))
}

impl Listing for JournalQuery {
    const SORTS: &'static [&'static str] = &["-seq", "seq"];
    type Filter = JournalFilter;
    type Item = JournalLine;
    type Key = i64;

    fn filter(self) -> Result<JournalFilter, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut text = |field, value: Option<String>| {
            errors.check(field, value.as_deref().map(Text::<100>::parse).transpose())
        };
        let (kind, subject) = (text("kind", self.kind), text("subject", self.subject));
        let (kind, subject) = errors.finish((kind, subject))?;
        Ok(JournalFilter {
            kind: kind.map(Text::into_string),
            subject: subject.map(Text::into_string),
        })
    }

    fn key(line: &JournalLine, _: &str) -> i64 {
        line.seq
    }
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
