//! How many follow a business's journal at once, in this process: each holds a connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use stoa_core::TenantId;

use crate::error::ActivityError;

/// At most so many for one business.
pub(crate) const STREAMS: usize = 20;

#[derive(Debug, Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<TenantId, usize>>>);

/// One stream's place; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    streams: Streams,
    tenant: TenantId,
}

impl Streams {
    pub(crate) fn take(&self, tenant: TenantId) -> Result<Place, ActivityError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(tenant).or_default();
        if *count >= STREAMS {
            return Err(ActivityError::TooManyStreams);
        }
        *count += 1;
        Ok(Place {
            streams: self.clone(),
            tenant,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.tenant);
            }
        }
    }
}
