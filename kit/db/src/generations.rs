//! Generations: two numbers per tenant that rise when what is kept of it has changed.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use stoa_core::{TenantId, Timestamp};

use crate::{DbResult, FromRow, PlatformCx, Raises, Row, control_sql};

/// How far behind the last poll the next one looks: changes that were committed late or by a clock that lags are seen.
const OVERLAP: Duration = Duration::from_secs(60);

/// How often a tenant's things have changed, as far as this process knows. Whoever keeps something of a tenant has the
/// numbers that it depends on in its key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Generation {
    /// What public pages show.
    pub content: u64,
    /// What the tenant is and may do.
    pub config: u64,
}

/// Which of a tenant's numbers have risen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Raised {
    content: bool,
    config: bool,
}

/// A tenant's numbers in the control store, which all processes count up together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbers {
    content: i64,
    config: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Generations {
    current: RwLock<HashMap<TenantId, Generation>>,
    /// Raised here and not yet told to the other processes.
    untold: Mutex<HashMap<TenantId, Raised>>,
    /// The numbers last told or heard of each tenant: others mean that another process told.
    heard: Mutex<HashMap<TenantId, Numbers>>,
    /// When the last poll that succeeded began.
    polled: Mutex<Option<Timestamp>>,
}

impl Raised {
    pub(crate) const ALL: Self = Self {
        content: true,
        config: true,
    };

    pub(crate) fn note(&mut self, raises: Raises) {
        match raises {
            Raises::Nothing => {}
            Raises::Content => self.content = true,
            Raises::Config => self.config = true,
        }
    }

    fn add(&mut self, other: Self) {
        self.content |= other.content;
        self.config |= other.config;
    }

    pub(crate) fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Numbers {
    /// The numbers before somebody counted these up.
    fn before(self, raised: Raised) -> Self {
        Self {
            content: self.content - i64::from(raised.content),
            config: self.config - i64::from(raised.config),
        }
    }

    /// Where these differ from what was heard last, if anything was.
    fn differs(self, from: Option<Self>) -> Raised {
        Raised {
            content: from.is_none_or(|from| from.content != self.content),
            config: from.is_none_or(|from| from.config != self.config),
        }
    }
}

impl FromRow for Numbers {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            content: row.next()?,
            config: row.next()?,
        })
    }
}

impl Generations {
    pub(crate) fn of(&self, tenant: TenantId) -> Generation {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.get(&tenant).copied().unwrap_or_default()
    }

    /// Raises numbers here, for the others to be told of.
    pub(crate) fn raise(&self, tenant: TenantId, raised: Raised) {
        if raised.is_nothing() {
            return;
        }
        self.bump(tenant, raised);
        held(&self.untold).entry(tenant).or_default().add(raised);
    }

    /// Raises numbers here alone.
    pub(crate) fn bump(&self, tenant: TenantId, raised: Raised) {
        if raised.is_nothing() {
            return;
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let generation = current.entry(tenant).or_default();
        generation.content += u64::from(raised.content);
        generation.config += u64::from(raised.config);
    }

    /// In one order everywhere, so that no two processes that tell wait for each other.
    pub(crate) fn take_untold(&self) -> Vec<(TenantId, Raised)> {
        let mut untold: Vec<_> = held(&self.untold).drain().collect();
        untold.sort_unstable_by_key(|(tenant, _)| *tenant);
        untold
    }

    /// Takes back what could not be told.
    pub(crate) fn put_back(&self, untold: Vec<(TenantId, Raised)>) {
        let mut all = held(&self.untold);
        for (tenant, raised) in untold {
            all.entry(tenant).or_default().add(raised);
        }
    }

    /// Remembers the numbers that this process told. One that skips a number says that another told in between.
    pub(crate) fn told(&self, numbers: Vec<(TenantId, Raised, Numbers)>) {
        let mut heard = held(&self.heard);
        for (tenant, raised, numbers) in numbers {
            let last = heard.insert(tenant, numbers);
            self.bump(tenant, numbers.before(raised).differs(last));
        }
    }

    /// Raises what another process has raised since it was last heard.
    pub(crate) fn hear(&self, numbers: Vec<(TenantId, Numbers)>, polled: Timestamp) {
        let mut heard = held(&self.heard);
        for (tenant, numbers) in numbers {
            let last = heard.insert(tenant, numbers);
            self.bump(tenant, numbers.differs(last));
        }
        *held(&self.polled) = Some(polled);
    }

    /// Since when the next poll asks.
    pub(crate) fn since(&self, now: Timestamp) -> Timestamp {
        held(&self.polled).unwrap_or(now).minus(OVERLAP)
    }
}

/// Counts tenants' numbers up; says what they are now.
pub(crate) async fn tell(
    cx: &mut PlatformCx,
    untold: impl IntoIterator<Item = (TenantId, Raised)>,
) -> DbResult<Vec<(TenantId, Raised, Numbers)>> {
    let mut told = Vec::new();
    for (tenant, raised) in untold {
        if !raised.is_nothing() {
            told.push((tenant, raised, count_up(cx, tenant, raised).await?));
        }
    }
    Ok(told)
}

async fn count_up(cx: &mut PlatformCx, tenant: TenantId, raised: Raised) -> DbResult<Numbers> {
    let now = cx.now();
    cx.sql(control_sql!(
        "INSERT INTO generations (tenant_id, content, config, touched_at) VALUES ($1, 0, 0, $2)
         ON CONFLICT (tenant_id) DO NOTHING"
    ))
    .bind(tenant)
    .bind(now)
    .execute()
    .await?;
    cx.sql(control_sql!(
        "UPDATE generations SET content = content + $2, config = config + $3, touched_at = $4
         WHERE tenant_id = $1 RETURNING content, config"
    ))
    .bind(tenant)
    .bind(i64::from(raised.content))
    .bind(i64::from(raised.config))
    .bind(now)
    .one()
    .await
}

pub(crate) async fn numbers(cx: &mut PlatformCx, since: Timestamp) -> DbResult<Vec<(TenantId, Numbers)>> {
    let rows: Vec<(TenantId, i64, i64)> = cx
        .sql(control_sql!(
            "SELECT tenant_id, content, config FROM generations WHERE touched_at >= $1"
        ))
        .bind(since)
        .all()
        .await?;
    let numbers = rows
        .into_iter()
        .map(|(tenant, content, config)| (tenant, Numbers { content, config }));
    Ok(numbers.collect())
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
