//! `stoa doctor`: looks for what should never be, and says where it is and what to do about it.

use std::collections::HashMap;

use anyhow::{Error, Result, bail};
use serde::Serialize;
use stoa::Stoa;
use stoa_core::TenantId;
use stoa_db::{
    DbResult, Placement, Stretch,
    jobs::{self, JobFilter, JobLine, JobState},
};
use stoa_tenants::{Status, Tenant};

use super::terminal::{Progress, Terminal};

const RESTORE: &str =
    "bring a snapshot back: `stoa snapshots S` lists them, `stoa restore S --at TIME` takes one";
const CONTROL: &str =
    "stop all servers, and put the control store's file or database back from a backup of before";
const CATALOGUE: &str =
    "undo it as the role that owns it; until then, take it that businesses are not kept apart there";
const UNREACHABLE: &str = "see that the database runs and its roles may connect, then examine again";
const STRAY: &str = "move it out of the data directory, and delete it once nobody misses it";
const MISPLACED: &str =
    "what a move left, a server opens or takes away when it starts; all else was done by hand: undo it";
const FEATURES: &str = "switch the feature on once more, with `stoa tenant features S --on FEATURE`";

const GIVEN_UP: &str = "mend what keeps it from being done, then have it tried again: `stoa jobs rerun ID`";
/// How many jobs that were given up are told of.
const SHOWN: i64 = 20;

/// Something that is not well.
#[derive(Debug, Serialize)]
struct Finding {
    /// The business's slug; none for the platform itself.
    tenant: Option<String>,
    /// The database that it is about, when it is about one as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    problem: String,
    /// What the operator can do about it.
    remedy: &'static str,
}

#[derive(Debug, Default, Serialize)]
struct Examination {
    stores: usize,
    findings: Vec<Finding>,
}

/// Examines every store, what lies beside them, where they are, and every database for what would let one business reach
/// another's rows.
pub(crate) async fn run(stoa: &Stoa, terminal: &Terminal) -> Result<()> {
    let tenants = stoa_tenants::list_tenants(stoa.db()).await?;
    let mut examination = Examination::default();
    examination.add(None, stoa.db().examine_platform().await, CONTROL);
    for job in dead_jobs(stoa).await? {
        examination.find(None, job, GIVEN_UP);
    }
    examination.look_at_databases(stoa, &tenants).await?;
    let placements: HashMap<_, _> = stoa
        .db()
        .platform_read()
        .await?
        .placements()
        .await?
        .into_iter()
        .map(|placement| (placement.tenant, placement))
        .collect();
    for tenant in tenants
        .iter()
        .filter(|tenant| tenant.status != Status::Provisioning)
    {
        let slug = tenant.slug.to_string();
        examination.look_at_features(tenant, placements.get(&tenant.id));
        examination.add(Some(slug), stoa.db().examine(tenant.id).await, RESTORE);
        terminal
            .report_progress(|| Progress::of(examination.stores, Some(tenants.len() + 1), "stores examined"));
    }
    let ids: Vec<_> = tenants.iter().map(|tenant| tenant.id).collect();
    for stray in stoa.db().strays(&ids)? {
        examination.find(None, format!("a file that is nobody's: {stray}"), STRAY);
    }
    terminal.show(&examination, || describe(&examination))?;
    match examination.findings.len() {
        0 => Ok(()),
        1 => bail!("one thing is not well"),
        count => bail!("{count} things are not well"),
    }
}

/// Jobs of the platform itself that were given up: nobody but the operator sees them.
async fn dead_jobs(stoa: &Stoa) -> Result<Vec<String>> {
    let filter = JobFilter {
        state: Some(JobState::Dead),
        kind: None,
    };
    let dead = jobs::list(
        &mut stoa.db().platform_read().await?,
        &filter,
        &Stretch::first(SHOWN),
    )
    .await?;
    let tell = |job: &JobLine| {
        let why = job.last_error.as_deref().unwrap_or("nobody knows why");
        format!("the job {} ({}) was given up: {why}", job.id, job.kind)
    };
    Ok(dead.iter().map(tell).collect())
}

impl Examination {
    async fn look_at_databases(&mut self, stoa: &Stoa, tenants: &[Tenant]) -> Result<()> {
        for flaw in stoa.db().inspect().await? {
            self.findings.push(Finding {
                tenant: None,
                shard: Some(flaw.shard),
                remedy: if flaw.examined { CATALOGUE } else { UNREACHABLE },
                problem: flaw.problem,
            });
        }
        let slugs: HashMap<TenantId, _> = tenants.iter().map(|tenant| (tenant.id, &tenant.slug)).collect();
        for found in stoa.db().misplaced().await? {
            let slug = slugs.get(&found.tenant).map(ToString::to_string);
            self.findings.push(Finding {
                tenant: Some(slug.unwrap_or_else(|| found.tenant.to_string())),
                shard: Some(found.shard),
                problem: found.problem,
                remedy: MISPLACED,
            });
        }
        Ok(())
    }

    /// A feature is switched on after its tables were made, never before.
    fn look_at_features(&mut self, tenant: &Tenant, placement: Option<&Placement>) {
        let Some(placement) = placement else {
            return;
        };
        for feature in tenant.features.without(&placement.features).iter() {
            let problem = format!("the feature {feature} is on, and its tables were not made");
            self.find(Some(tenant.slug.to_string()), problem, FEATURES);
        }
    }

    fn add(&mut self, tenant: Option<String>, examined: DbResult<Vec<String>>, remedy: &'static str) {
        self.stores += 1;
        match examined {
            Ok(faults) => {
                for fault in faults {
                    self.find(tenant.clone(), fault, remedy);
                }
            }
            Err(error) => {
                let problem = format!("the store cannot be read: {:#}", Error::from(error));
                self.find(tenant, problem, remedy);
            }
        }
    }

    fn find(&mut self, tenant: Option<String>, problem: String, remedy: &'static str) {
        self.findings.push(Finding {
            tenant,
            shard: None,
            problem,
            remedy,
        });
    }
}

/// What was found, with what to do about it below the last of those that need the same.
fn describe(examination: &Examination) -> String {
    let mut text = format!("{} stores examined", examination.stores);
    let mut findings = examination.findings.iter().peekable();
    while let Some(finding) = findings.next() {
        let place = match (&finding.tenant, &finding.shard) {
            (Some(slug), Some(shard)) => format!("{slug}, on the shard {shard}"),
            (Some(slug), None) => slug.clone(),
            (None, Some(shard)) => format!("the database of the shard {shard}"),
            (None, None) => "the platform".to_owned(),
        };
        text.push_str(&format!("\n{place}: {}", finding.problem));
        if findings.peek().is_none_or(|next| next.remedy != finding.remedy) {
            text.push_str(&format!("\n  → {}", finding.remedy));
        }
    }
    text
}
