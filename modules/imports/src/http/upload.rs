//! Sending a file.

use axum::Extension;
use futures_util::stream;
use stoa_core::FieldErrors;
use stoa_http::{ApiError, Created, Scope, Upload, UploadField};
use utoipa::ToSchema;

use super::views::ImportView;
use crate::{Imports, error::ImportsError, permissions::ImportsWrite, service::NewFile};

/// A form with a file. The fields come in this order, so that the file can be taken in as it arrives.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read field by field")]
pub(crate) struct NewImport {
    /// What is in the file.
    #[schema(example = "products")]
    kind: String,
    /// Whose export it is.
    #[schema(example = "shopify")]
    format: String,
    /// CSV in UTF-8, with its header row.
    #[schema(value_type = String, format = Binary, content_media_type = "text/csv",
        example = "Handle,Title,Variant Price\nmug,Mug,450\n")]
    file: Vec<u8>,
}

/// Sends a file to be imported. It waits for its turn: one of a business's imports runs at a time.
///
/// Needs the permission of what is imported besides, such as `products.write`, and its feature. A file that cannot be
/// imported at all is refused here as far as its first rows show it, otherwise the import fails before it has changed
/// anything.
#[utoipa::path(
    post, path = "/imports", tag = "imports",
    request_body(content = NewImport, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = ImportView),
        (status = 409, description = "`imports.queue_full`: ten imports wait already"),
        (status = 413, description = "`imports.too_large`: the file is larger than the operator allows, 64 MiB unless said"),
        (status = 429, description = "`imports.too_many_at_once`: two files of the business arrive already"),
        (status = 422, description = "The file, its kind or its format cannot be imported; `errors` says what to do"),
    ),
    extensions(("x-permission" = json!("imports.write"))),
)]
pub(crate) async fn create(
    scope: Scope<ImportsWrite>,
    Extension(imports): Extension<Imports>,
    upload: Upload,
) -> Result<Created<ImportView>, ApiError> {
    // One byte more is let in, so that the refusal can say the limit.
    let limit = u64::try_from(imports.max_size())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let too_large = |_| ImportsError::TooLarge(imports.max_mib());
    let _arriving = imports.begin_arrival(scope.tenant.id)?;
    let mut fields = upload.fields(limit).map_err(too_large)?;
    let (mut kind, mut format) = (String::new(), String::new());
    let file = loop {
        let field = fields.next().await?.ok_or_else(no_file)?;
        match field.name() {
            "kind" => kind = field.text().await?,
            "format" => format = field.text().await?,
            "file" => break field,
            other => return Err(unknown(other)),
        }
    };
    let found = imports.find(&kind, &format)?;
    scope.check_permission(found.permission)?;
    if let Some(feature) = found.feature {
        scope.check_feature(feature)?;
    }
    let name = file.file_name().unwrap_or_default().to_owned();
    let new = NewFile {
        kind: found,
        format: &format,
        name: &name,
        currency: scope.tenant.currency,
    };
    let pieces = stream::try_unfold(file, next_piece);
    let import = imports.keep(&scope.store(), new, pieces).await?;
    Ok(Created(import.into()))
}

async fn next_piece(mut file: UploadField) -> Result<Option<(bytes::Bytes, UploadField)>, ApiError> {
    Ok(file.piece().await?.map(|piece| (piece, file)))
}

fn no_file() -> ApiError {
    let mut errors = FieldErrors::new();
    errors.add("file", "field.missing", "send the file in a field called file");
    errors.into()
}

fn unknown(name: &str) -> ApiError {
    let mut errors = FieldErrors::new();
    errors.add(name, "field.unknown", "send kind and format, then file");
    errors.into()
}
