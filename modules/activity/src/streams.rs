//! How many follow a business's journal at once, in this process: each holds a connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use stoa_core::{Actor, TenantId};

use crate::error::ActivityError;

/// At most so many for one business.
const STREAMS: usize = 20;
/// And so many of them for one person or program, who may not take all.
const STREAMS_OF_ONE: usize = 5;

/// Who follows which business's journal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<TenantId, Vec<Actor>>>>);

/// One stream's place; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    streams: Streams,
    tenant: TenantId,
    actor: Actor,
}

impl Streams {
    pub(crate) fn take(&self, tenant: TenantId, actor: Actor) -> Result<Place, ActivityError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let followers = open.entry(tenant).or_default();
        let own = followers.iter().filter(|follower| **follower == actor).count();
        if followers.len() >= STREAMS || own >= STREAMS_OF_ONE {
            return Err(ActivityError::TooManyStreams);
        }
        followers.push(actor.clone());
        Ok(Place {
            streams: self.clone(),
            tenant,
            actor,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(followers) = open.get_mut(&self.tenant) else {
            return;
        };
        if let Some(place) = followers.iter().position(|follower| *follower == self.actor) {
            followers.swap_remove(place);
        }
        if followers.is_empty() {
            open.remove(&self.tenant);
        }
    }
}
