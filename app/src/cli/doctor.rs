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
    /// The database that it is about, when it is about one as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    problem: String,
}

#[derive(Debug, Serialize)]
struct Examination {
    stores: usize,
    findings: Vec<Finding>,
}

/// Opens every store and checks its journal; looks through every database for what would let one business reach another's
/// rows.
pub(crate) async fn run(stoa: &Stoa, terminal: &Terminal) -> Result<()> {
    let tenants = stoa_tenants::list_tenants(stoa.db()).await?;
    let mut findings = Vec::new();
    let platform = stoa.db().platform_read().await?.audit().await;
    findings.extend(problem(platform).map(|problem| Finding {
        tenant: None,
        shard: None,
        problem,
    }));
    let flaws = stoa.db().inspect().await?;
    findings.extend(flaws.into_iter().map(|(shard, problem)| Finding {
        tenant: None,
        shard: Some(shard),
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
            shard: None,
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
        1 => bail!("one thing is not well"),
        count => bail!("{count} things are not well"),
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
        let place = match (&finding.tenant, &finding.shard) {
            (Some(slug), _) => slug.clone(),
            (None, Some(shard)) => format!("the database of the shard {shard}"),
            (None, None) => "the platform".to_owned(),
        };
        text.push_str(&format!("\n{place}: {}", finding.problem));
    }
    text
}
