//! `stoa doctor`: looks for what should never be.

use anyhow::{Error, Result, bail};
use serde::Serialize;
use stoa::Stoa;
use stoa_db::DbResult;
use stoa_tenants::Status;

use super::terminal::{Progress, Terminal};

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

#[derive(Debug, Default, Serialize)]
struct Examination {
    stores: usize,
    findings: Vec<Finding>,
}

/// Examines every store, what lies beside them, and every database for what would let one business reach another's rows.
pub(crate) async fn run(stoa: &Stoa, terminal: &Terminal) -> Result<()> {
    let tenants = stoa_tenants::list_tenants(stoa.db()).await?;
    let mut examination = Examination::default();
    examination.add(None, stoa.db().examine_platform().await);
    let flaws = stoa.db().inspect().await?;
    examination
        .findings
        .extend(flaws.into_iter().map(|(shard, problem)| Finding {
            tenant: None,
            shard: Some(shard),
            problem,
        }));
    for tenant in &tenants {
        if tenant.status == Status::Provisioning {
            continue;
        }
        let slug = tenant.slug.to_string();
        examination.add(Some(slug), stoa.db().examine(tenant.id).await);
        terminal
            .report_progress(|| Progress::of(examination.stores, Some(tenants.len() + 1), "stores examined"));
    }
    let ids: Vec<_> = tenants.iter().map(|tenant| tenant.id).collect();
    for stray in stoa.db().strays(&ids)? {
        examination.find(None, format!("a file that is nobody's: {stray}"));
    }
    terminal.show(&examination, || describe(&examination))?;
    match examination.findings.len() {
        0 => Ok(()),
        1 => bail!("one thing is not well"),
        count => bail!("{count} things are not well"),
    }
}

impl Examination {
    fn add(&mut self, tenant: Option<String>, examined: DbResult<Vec<String>>) {
        self.stores += 1;
        match examined {
            Ok(faults) => {
                for fault in faults {
                    self.find(tenant.clone(), fault);
                }
            }
            Err(error) => self.find(
                tenant,
                format!("the store cannot be read: {:#}", Error::from(error)),
            ),
        }
    }

    fn find(&mut self, tenant: Option<String>, problem: String) {
        self.findings.push(Finding {
            tenant,
            shard: None,
            problem,
        });
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
