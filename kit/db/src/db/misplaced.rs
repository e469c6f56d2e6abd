//! Compares where the control store says that tenants' stores are with whom each database has.

use std::collections::HashMap;

use stoa_core::TenantId;

use super::{Db, Engine};
use crate::{DbResult, Placement, ShardRow, postgres::Admitted};

/// Something of a tenant's on a database where the control store does not say it is.
#[derive(Debug)]
pub struct Misplaced {
    pub tenant: TenantId,
    pub shard: String,
    pub problem: String,
    /// A move left it behind, and came to its end otherwise.
    is_left: bool,
}

impl Db {
    /// What is not where it should be, and who is closed to writers. Databases that cannot be asked are not looked at: they are
    /// named by [`Db::inspect`].
    pub async fn misplaced(&self) -> DbResult<Vec<Misplaced>> {
        let Engine::Postgres(pools) = &self.0.engine else {
            return Ok(Vec::new());
        };
        let mut cx = self.platform_read().await?;
        let shards = cx.shards().await?;
        drop(cx);
        let mut found = Vec::new();
        for ShardRow { name, .. } in shards {
            let Ok(shard) = self.shard(pools, &name).await else {
                continue;
            };
            let admitted = shard.admitted().await?;
            // Read afterwards: what was said in between is no fault.
            let placements = self.platform_read().await?.placements().await?;
            found.extend(compare(&name, admitted, &placements));
        }
        Ok(found)
    }

    /// Takes away what moves that were cut short have left behind; says how much of it.
    pub async fn remove_leftovers(&self) -> DbResult<usize> {
        let Engine::Postgres(pools) = &self.0.engine else {
            return Ok(0);
        };
        let mut removed = 0;
        for left in self.misplaced().await? {
            if left.is_left {
                let shard = self.shard(pools, &left.shard).await?;
                self.dismiss_from(&shard, left.tenant).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

fn compare(shard: &str, admitted: Vec<Admitted>, placements: &[Placement]) -> Vec<Misplaced> {
    let mut here: HashMap<_, _> = admitted.into_iter().map(|one| (one.tenant, one)).collect();
    let mut found = Vec::new();
    let mut find = |tenant, problem: String, is_left| {
        found.push(Misplaced {
            tenant,
            shard: shard.to_owned(),
            problem,
            is_left,
        });
    };
    for placement in placements {
        let tenant = placement.tenant;
        let there = here.remove(&tenant);
        if placement.shard == shard {
            if let Some(problem) = fault(placement, there.as_ref()) {
                find(tenant, problem, false);
            }
        } else if let Some(there) = there {
            // A move marks what it leaves with the epoch of the store's new place.
            let is_left = !there.open && there.epoch == placement.epoch;
            let problem = format!(
                "the database has rows of epoch {}, and the store is on {} in epoch {}",
                there.epoch, placement.shard, placement.epoch
            );
            find(tenant, problem, is_left);
        }
    }
    for (tenant, _) in here {
        find(
            tenant,
            "the database has rows of a tenant that nobody knows".to_owned(),
            false,
        );
    }
    found
}

fn fault(placement: &Placement, there: Option<&Admitted>) -> Option<String> {
    let Some(there) = there else {
        return Some("the database does not have the store that should be there".to_owned());
    };
    if there.epoch != placement.epoch {
        return Some(format!(
            "the database has the store in epoch {}, and not {}",
            there.epoch, placement.epoch
        ));
    }
    match (placement.fenced, there.open) {
        (true, _) => {
            Some("the store is closed to writers: it is being moved, or was when that broke off".to_owned())
        }
        (false, false) => Some("the database keeps writers out of the store, and nobody moves it".to_owned()),
        (false, true) => None,
    }
}
