//! `/jobs`: what is to be done later, is being done, was done, or could not be.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stoa_core::{FieldErrors, Text, Timestamp};
use stoa_db::{
    JobId,
    jobs::{self, JobFilter, JobLine, JobState},
};
use stoa_http::{ApiError, Json, List, Listing, Page, Path, Scope};
use utoipa::{IntoParams, ToSchema};

use crate::{
    error::ActivityError,
    permissions::{JobsRead, JobsWrite},
};

/// A job. What it is to be done with is not shown: it may hold what is private.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobView {
    id: JobId,
    #[schema(example = "mail.send")]
    kind: String,
    /// `waiting`, `running`, `done`, or `dead`: given up until somebody asks for it again.
    #[schema(example = "waiting")]
    state: &'static str,
    /// When it is tried next, while it waits.
    due_at: Timestamp,
    /// How often it has been tried, and how often it will be at most.
    #[schema(example = 1)]
    attempts: u32,
    #[schema(example = 16)]
    max_attempts: u32,
    progress: Progress,
    /// What came of it; its fields are the kind's own.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
    /// Why the last attempt failed.
    #[schema(example = "the mail server does not answer")]
    error: Option<String>,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
}

/// How far a job is, as far as it says so.
#[derive(Serialize, ToSchema)]
struct Progress {
    #[schema(example = 120)]
    done: i64,
    /// Of how many, once that is known.
    #[schema(example = 500)]
    total: Option<i64>,
    #[schema(example = "reading products")]
    note: Option<String>,
}

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    /// `waiting`, `running`, `done` or `dead`.
    #[param(example = "dead")]
    state: Option<String>,
    #[param(example = "mail.send")]
    kind: Option<String>,
}

/// The business's jobs, newest first. Those that are done go after a week, dead ones after a month.
#[utoipa::path(
    get, path = "/jobs", tag = "jobs", params(List<JobsQuery>),
    responses(
        (status = 200, body = Page<JobView>),
        (status = 422, description = "`request.invalid`: an unknown state, sort or parameter"),
    ),
    extensions(("x-permission" = json!("jobs.read"))),
)]
pub(crate) async fn list(
    scope: Scope<JobsRead>,
    list: List<JobsQuery>,
) -> Result<Json<Page<JobView>>, ApiError> {
    let mut cx = scope.read().await?;
    let jobs = jobs::list(&mut cx, &list.filter, &list.stretch).await?;
    Ok(Json(list.page(jobs).map(JobView::from)))
}

/// One job, and how far it is.
#[utoipa::path(
    get, path = "/jobs/{id}", tag = "jobs", params(("id" = JobId, Path)),
    responses(
        (status = 200, body = JobView),
        (status = 404, description = "`jobs.not_found`"),
    ),
    extensions(("x-permission" = json!("jobs.read"))),
)]
pub(crate) async fn show(scope: Scope<JobsRead>, Path(id): Path<JobId>) -> Result<Json<JobView>, ApiError> {
    let job = jobs::find(&mut scope.read().await?, id).await?;
    Ok(Json(job.ok_or(ActivityError::JobNotFound)?.into()))
}

/// Has a dead job tried again, from the beginning.
#[utoipa::path(
    post, path = "/jobs/{id}/rerun", tag = "jobs", params(("id" = JobId, Path)),
    responses(
        (status = 200, body = JobView),
        (status = 404, description = "`jobs.not_found`"),
        (status = 409, description = "`jobs.not_dead`"),
    ),
    extensions(("x-permission" = json!("jobs.write"))),
)]
pub(crate) async fn rerun(scope: Scope<JobsWrite>, Path(id): Path<JobId>) -> Result<Json<JobView>, ApiError> {
    let mut cx = scope.begin().await?;
    let is_rerun = jobs::rerun(&mut cx, id).await?;
    let job = jobs::find(&mut cx, id).await?.ok_or(ActivityError::JobNotFound)?;
    if !is_rerun {
        return Err(ActivityError::JobNotDead.into());
    }
    cx.commit().await?;
    Ok(Json(job.into()))
}

impl Listing for JobsQuery {
    const SORTS: &'static [&'static str] = &["-created_at", "created_at"];
    type Filter = JobFilter;
    type Item = JobLine;
    type Key = JobId;

    fn filter(self) -> Result<JobFilter, FieldErrors> {
        let mut errors = FieldErrors::new();
        let state = errors.check("state", self.state.as_deref().map(JobState::parse).transpose());
        let kind = errors.check("kind", self.kind.as_deref().map(Text::<100>::parse).transpose());
        let (state, kind) = errors.finish((state, kind))?;
        Ok(JobFilter {
            state,
            kind: kind.map(Text::into_string),
        })
    }

    fn key(job: &JobLine, _: &str) -> JobId {
        job.id
    }
}

impl From<JobLine> for JobView {
    fn from(job: JobLine) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state.as_str(),
            due_at: job.due_at,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            progress: Progress {
                done: job.progress_done,
                total: job.progress_total,
                note: job.progress_note,
            },
            result: job.result,
            error: job.last_error,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}
