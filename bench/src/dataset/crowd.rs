//! Tenants in great number, made by the platform's own service, each with a session of its owner.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use stoa::Stoa;
use stoa_core::{Actor, TenantId, Token, UserId};
use stoa_tenants::{CreatedTenant, NewOwner};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{create_tenant, email, import_products, new_owner, session_of, sqlite};
use crate::{carts::Spread, runtime::block_on, server::Store};

/// So many have products and belong to one person; all others are empty, and have an owner each.
pub(crate) const BUSY: u32 = 100;
const PRODUCTS: u32 = 200;
/// Tenants that are made at the same time.
const AT_ONCE: u32 = 16;

/// A data directory and who is in it.
#[derive(Debug)]
pub(crate) struct Crowd {
    data: PathBuf,
    /// In the order of their numbers.
    members: Vec<Member>,
    /// Who owns the busy ones.
    owner: Option<UserId>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) slug: String,
    pub(crate) tenant: TenantId,
    /// The owner's.
    pub(crate) session: Token,
}

impl Crowd {
    /// Nobody yet.
    pub(crate) fn in_directory(data: PathBuf) -> Self {
        Self {
            data,
            members: Vec::new(),
            owner: None,
        }
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn store(&self) -> Store {
        Store::Files(self.data.clone())
    }

    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// About so many of them, evenly from all.
    pub(crate) fn sample(&self, count: usize) -> Vec<Member> {
        let step = self.members.len().div_ceil(count.max(1)).max(1);
        self.members.iter().step_by(step).cloned().collect()
    }

    /// Makes tenants until there are so many.
    pub(crate) fn grow(&mut self, count: u32) -> Result<()> {
        block_on(async {
            let stoa = Stoa::open(&self.store().settings()).await?;
            let mut made = Vec::new();
            if self.owner.is_none() {
                let first = create_tenant(&stoa, 0, new_owner("owner")?).await?;
                self.owner = Some(first.owner);
                made.push(first);
            }
            let first = u32::try_from(self.members.len() + made.len())?;
            made.extend(self.make(&stoa, first..count).await?);
            self.admit(&stoa, made).await
        })
    }

    /// Gives the busy ones their products.
    pub(crate) fn stock(&self) -> Result<()> {
        let busy = self
            .members
            .get(..usize::try_from(BUSY)?)
            .unwrap_or(&self.members);
        let Some(first) = busy.first() else { return Ok(()) };
        block_on(async {
            let stoa = Stoa::open(&self.store().settings()).await?;
            import_products(&stoa, first.tenant, PRODUCTS).await
        })?;
        let tenants: Vec<Uuid> = busy.iter().map(|member| member.tenant.uuid()).collect();
        let spread = Spread {
            tenants: u32::try_from(tenants.len())?,
            products: PRODUCTS,
        };
        sqlite::fill(&self.data, &tenants, spread, 0)
    }

    /// Several at a time, as people sign up: each waits for the disk.
    async fn make(&self, stoa: &Stoa, numbers: Range<u32>) -> Result<Vec<CreatedTenant>> {
        let busy_owner = self.owner.context("the first tenant")?;
        let mut lanes = JoinSet::new();
        for lane in 0..AT_ONCE {
            let (stoa, own) = (
                stoa.clone(),
                numbers.clone().filter(move |number| number % AT_ONCE == lane),
            );
            lanes.spawn(async move {
                let mut made = Vec::new();
                for number in own {
                    let owner = if number < BUSY {
                        NewOwner::Existing(busy_owner, email("owner")?)
                    } else {
                        new_owner(&format!("owner-{number}"))?
                    };
                    made.push((number, create_tenant(&stoa, number, owner).await?));
                }
                anyhow::Ok(made)
            });
        }
        let mut made = Vec::new();
        while let Some(lane) = lanes.join_next().await {
            made.extend(lane??);
        }
        made.sort_by_key(|(number, _)| *number);
        Ok(made.into_iter().map(|(_, tenant)| tenant).collect())
    }

    /// Starts the owners' sessions, all in one unit of work.
    async fn admit(&mut self, stoa: &Stoa, made: Vec<CreatedTenant>) -> Result<()> {
        let mut cx = stoa.db().platform_begin(Actor::Command).await?;
        for created in made {
            let started = stoa_identity::start_session(&mut cx, session_of(&created)).await?;
            self.members.push(Member {
                slug: created.tenant.slug.into_string(),
                tenant: created.tenant.id,
                session: started.token,
            });
        }
        Ok(cx.commit().await?)
    }
}
