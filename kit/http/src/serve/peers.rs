//! How many connections each peer has, so that one cannot have them all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::Peer;

/// Counts connections by peer. Clones count together.
#[derive(Debug, Clone)]
pub(super) struct Peers {
    most: usize,
    open: Arc<Mutex<HashMap<Peer, usize>>>,
}

/// One connection; it counts until this is dropped.
pub(super) struct Place {
    peer: Peer,
    peers: Peers,
}

impl Peers {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// None when the peer has as many as one may have.
    pub(super) fn place(&self, peer: Peer) -> Option<Place> {
        let mut open = self.open();
        let count = open.entry(peer).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place {
            peer,
            peers: self.clone(),
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Peer, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.peers.open();
        if let Some(count) = open.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn places_come_back() {
        let peers = Peers::new(2);
        let peer = |number: u8| Peer::new(IpAddr::from([192, 0, 2, number]));
        let first = peers.place(peer(1));
        let second = peers.place(peer(1));
        assert!(first.is_some() && second.is_some());
        assert!(peers.place(peer(1)).is_none());
        assert!(peers.place(peer(2)).is_some());
        drop(first);
        assert!(peers.place(peer(1)).is_some());
        drop(second);
        assert!(peers.open().is_empty());
    }
}
