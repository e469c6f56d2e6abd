//! What is wrong with the records that were left out.

use serde::Deserialize;
use stoa_core::{FieldErrors, Text};
use stoa_http::{ApiError, Json, List, Listing, Page, Path, Scope};
use utoipa::IntoParams;

use crate::{
    domain::{Fault, ImportId},
    permissions::ImportsRead,
    service,
    store::{self, rejects::NumberedFault},
};

/// Which faults.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FaultsQuery {
    /// Those with this code.
    #[param(example = "money.invalid")]
    code: Option<String>,
}

/// What is wrong with a file's rows, in their order: the first ten thousand faults.
#[utoipa::path(
    get, path = "/imports/{id}/faults", tag = "imports",
    params(("id" = ImportId, Path, description = "An import"), List<FaultsQuery>),
    responses((status = 200, body = Page<Fault>), (status = 404, description = "`imports.not_found`")),
    extensions(("x-permission" = json!("imports.read"))),
)]
pub(crate) async fn list(
    scope: Scope<ImportsRead>,
    Path(id): Path<ImportId>,
    list: List<FaultsQuery>,
) -> Result<Json<Page<Fault>>, ApiError> {
    let mut cx = scope.read().await?;
    let import = service::find(&mut cx, id).await?;
    let found = store::rejects::faults(&mut cx, import.id, list.filter.as_deref(), &list.stretch).await?;
    Ok(Json(list.page(found).map(|found| found.fault)))
}

impl Listing for FaultsQuery {
    const SORTS: &'static [&'static str] = &["row", "-row"];
    type Filter = Option<String>;
    type Item = NumberedFault;
    /// Rows are read from first to last, and their faults numbered in that order.
    type Key = i64;

    fn filter(self) -> Result<Option<String>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.check("code", self.code.as_deref().map(Text::<100>::parse).transpose());
        let (code,) = errors.finish((code,))?;
        Ok(code.map(Text::into_string))
    }

    fn key(fault: &NumberedFault, _: &str) -> i64 {
        fault.number
    }
}
