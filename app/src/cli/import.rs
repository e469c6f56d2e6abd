//! `stoa import`: data from elsewhere.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::{Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use stoa::Stoa;
use stoa_core::Feature;
use stoa_imports::{Import, ImportFile, ImportReport};

use super::{
    tenant::find,
    terminal::{Given, Progress, Terminal},
};

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Import a product file; what is there already is brought up to date
    Products {
        /// The business's slug
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Whose format the file is in
        #[arg(long, value_enum)]
        format: Format,
        /// CSV in UTF-8, with its header row
        file: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum, Serialize, Deserialize)]
pub(crate) enum Format {
    Shopify,
}

impl Command {
    pub(super) fn given(&self) -> Result<Given> {
        let Self::Products { file, .. } = self;
        Given::file(file)
    }
}

pub(crate) async fn run(stoa: &Stoa, command: Command, terminal: &mut Terminal) -> Result<()> {
    let Command::Products {
        tenant,
        format: Format::Shopify,
        file,
    } = command;
    let file = ImportFile {
        kind: "products",
        format: "shopify",
        name: &file.to_string_lossy(),
        source: terminal.file()?,
    };
    let tenant = find(stoa, &tenant).await?;
    ensure!(
        tenant.features.contains(Feature::Ecommerce),
        "the feature ecommerce is switched off for {}",
        tenant.slug
    );
    let store = stoa.for_command(tenant.id);
    let bring = stoa
        .imports()
        .bring(&store, &tenant, file, |import| show_progress(import, terminal));
    let report = bring.await?;
    terminal.show(&report, || describe(&report))
}

fn show_progress(import: &Import, terminal: &Terminal) {
    terminal.report_progress(|| Progress::of(import.counts.rows, import.rows_total, "rows"));
}

fn describe(report: &ImportReport) -> String {
    let counts = report.counts;
    let mut text = format!(
        "rows: {}; products: {} created, {} updated, {} unchanged, {} rejected",
        counts.rows, counts.created, counts.updated, counts.unchanged, counts.rejected
    );
    for error in &report.errors {
        let column = match error.column.as_str() {
            "" => String::new(),
            column => format!(", {column}"),
        };
        text.push_str(&format!("\n  row {}{column}: {}", error.row, error.reason));
    }
    if report.errors_omitted > 0 {
        text.push_str(&format!("\n  and {} more", report.errors_omitted));
    }
    text
}
