//! `stoa import`: data from elsewhere.

use std::{io::IsTerminal as _, path::PathBuf};

use anyhow::Result;
use clap::{Subcommand, ValueEnum};
use stoa::{Settings, Stoa};
use stoa_commerce::{ImportFormat, ImportReport};

use super::{Output, open_file, tenant::find};

#[derive(Debug, Subcommand)]
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

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Shopify,
}

pub(crate) async fn run(settings: &Settings, command: Command, output: Output) -> Result<()> {
    let Command::Products {
        tenant,
        format: Format::Shopify,
        file,
    } = command;
    let source = open_file(&file)?;
    let stoa = Stoa::open(settings).await?;
    let tenant = find(&stoa, &tenant).await?;
    let store = stoa.for_command(tenant.id);
    let report = stoa_commerce::import_products(
        &store,
        tenant.currency,
        ImportFormat::Shopify,
        source,
        show_progress,
    )
    .await;
    // Also when the import broke off: what it has written until then is there.
    let told = stoa.finish().await;
    let report = report?;
    told?;
    output.show(&report, || describe(&report))
}

/// Says how far a long import is, where somebody watches.
fn show_progress(report: &ImportReport) {
    let products = report.created + report.updated + report.unchanged + report.rejected;
    if products.is_multiple_of(100) && std::io::stderr().is_terminal() {
        eprintln!("{products} products, {} rows …", report.rows);
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
