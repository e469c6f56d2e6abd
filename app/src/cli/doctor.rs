//! `stoa doctor`: looks for what should never be.

use anyhow::{Result, bail};
use serde::Serialize;
use stoa::Stoa;
use stoa_db::{Audit, DbResult};

use super::terminal::Terminal;

/// What was found in one store.
#[derive(Debug, Serialize)]
struct Finding {
    /// The business's slug; none for the platform itself.
    tenant: Option<String>,
    problem: String,
}

#[derive(Debug, Serialize)]
struct Examination {
    stores: usize,
    findings: Vec<Finding>,
}

/// Opens every store and checks its journal.
pub(crate) async fn run(stoa: &Stoa, terminal: &Terminal) -> Result<()> {
    let tenants = stoa_tenants::list_tenants(stoa.db()).await?;
    let mut findings = Vec::new();
    let platform = stoa.db().platform_read().await?.audit().await;
    findings.extend(problem(platform).map(|problem| Finding {
        tenant: None,
        problem,
    }));
    for tenant in &tenants {
        let slug = tenant.slug.to_string();
        let audit = match stoa.for_command(tenant.id).read().await {
            Ok(mut cx) => cx.audit().await,
            Err(error) => Err(error),
        };
        findings.extend(problem(audit).map(|problem| Finding {
            tenant: Some(slug),
            problem,
        }));
    }
    let examination = Examination {
        stores: tenants.len() + 1,
        findings,
    };
    terminal.show(&examination, || describe(&examination))?;
    match examination.findings.len() {
        0 => Ok(()),
        1 => bail!("one store is not well"),
        count => bail!("{count} stores are not well"),
    }
}

fn problem(audit: DbResult<Audit>) -> Option<String> {
    match audit {
        Ok(Audit::Whole { .. }) => None,
        Ok(Audit::Broken { at }) => Some(format!("the journal is not as it was written from line {at} on")),
        Err(error) => Some(format!("the store cannot be read: {error}")),
    }
}

fn describe(examination: &Examination) -> String {
    let mut text = format!("{} stores examined", examination.stores);
    for finding in &examination.findings {
        let store = finding.tenant.as_deref().unwrap_or("the platform");
        text.push_str(&format!("\n{store}: {}", finding.problem));
    }
    text
}
