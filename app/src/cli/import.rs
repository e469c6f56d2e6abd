//! `stoa import`: data from elsewhere.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::{Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use stoa::Stoa;
use stoa_commerce::{ImportFormat, ImportReport};
use stoa_core::Feature;

use super::{
    tenant::find,
    terminal::{Given, Terminal},
};

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Import a product file; what is there already is brought up to date
    Products {
        /// The business's slug
        #[arg(long)]
        tenant: String,
        /// Whose format the file is in
        #[arg(long, value_enum)]
        format: Format,
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
        ..
    } = command;
    let source = terminal.file()?;
    let tenant = find(stoa, &tenant).await?;
    ensure!(
        tenant.features.contains(Feature::Ecommerce),
        "the feature ecommerce is switched off for {}",
        tenant.slug
    );
    let store = stoa.for_command(tenant.id);
    let report =
        stoa_commerce::import_products(&store, tenant.currency, ImportFormat::Shopify, source, |report| {
            show_progress(report, terminal)
        })
        .await?;
    terminal.show(&report, || describe(&report))
}

fn show_progress(report: &ImportReport, terminal: &Terminal) {
    let products = report.created + report.updated + report.unchanged + report.rejected;
    if products.is_multiple_of(100) {
        terminal.report_progress(|| format!("{products} products, {} rows …", report.rows));
    }
}

fn describe(report: &ImportReport) -> String {
    let mut text = format!(
        "{} rows read: {} products created, {} updated, {} unchanged, {} rejected",
        report.rows, report.created, report.updated, report.unchanged, report.rejected
    );
    for error in &report.errors {
        text.push_str(&format!(
            "\n  row {}, {}: {}",
            error.row, error.column, error.reason
        ));
    }
    if report.errors_omitted > 0 {
        text.push_str(&format!("\n  and {} more", report.errors_omitted));
    }
    text
}
