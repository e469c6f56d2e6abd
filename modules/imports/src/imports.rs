//! The kinds of imports that there are, and what files may measure.

use std::sync::Arc;

use stoa_core::{FieldErrors, TenantId};

use crate::{
    arrivals::{Arrivals, Arriving},
    error::ImportsError,
    kind::ImportKind,
};

const MIB: i64 = 1024 * 1024;

/// What can be imported. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Imports(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kinds: Vec<ImportKind>,
    max_size: i64,
    arrivals: Arrivals,
}

impl Imports {
    /// Files may have at most so many MiB.
    #[must_use]
    pub fn new(kinds: Vec<ImportKind>, max_mib: u32) -> Self {
        let max_size = i64::from(max_mib) * MIB;
        Self(Arc::new(Inner {
            kinds,
            max_size,
            arrivals: Arrivals::default(),
        }))
    }

    /// Has a file of the business arrive, unless others do.
    pub(crate) fn begin_arrival(&self, tenant: TenantId) -> Result<Arriving, ImportsError> {
        self.0.arrivals.begin(tenant)
    }

    /// In bytes.
    pub(crate) fn max_size(&self) -> i64 {
        self.0.max_size
    }

    pub(crate) fn max_mib(&self) -> i64 {
        self.0.max_size / MIB
    }

    pub(crate) fn kind(&self, name: &str) -> Option<&ImportKind> {
        self.0.kinds.iter().find(|kind| kind.name == name)
    }

    /// The kind of that name, when it understands the format.
    pub(crate) fn find(&self, name: &str, format: &str) -> Result<&ImportKind, FieldErrors> {
        let mut errors = FieldErrors::new();
        let Some(kind) = self.kind(name) else {
            let known = self.0.kinds.iter().map(|kind| kind.name).collect::<Vec<_>>();
            errors.add(
                "kind",
                "imports.kind",
                format!("must be one of {}", known.join(", ")),
            );
            return Err(errors);
        };
        if kind.formats.contains(&format) {
            return Ok(kind);
        }
        let detail = format!("must be one of {}", kind.formats.join(", "));
        errors.add("format", "imports.format", detail);
        Err(errors)
    }
}
