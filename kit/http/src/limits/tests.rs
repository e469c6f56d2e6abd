//! Budgets on a clock that stands until it is moved.

use stoa_core::Timestamp;

use super::*;

fn limits(peer: Rate) -> Limits {
    Limits {
        peer: Some(peer),
        ..Limits::NONE
    }
}

#[test]
fn what_is_spent_comes_back_with_time() {
    let (clock, hand) = Clock::manual(Timestamp::from_micros(1));
    let limiter = Limiter::new(&limits(Rate::per_minute(6, 2)), &clock);
    let spend = |key: &str| {
        limiter
            .spend(Budget::Peer, Key::from(key))
            .map_err(|error| error.standing())
    };
    let left = |remaining, reset| {
        Ok(Some(Standing {
            limit: 2,
            remaining,
            reset,
            retry: 0,
        }))
    };
    let empty = |retry| {
        Err(Some(Standing {
            limit: 2,
            remaining: 0,
            reset: 20,
            retry,
        }))
    };
    assert_eq!(spend("a"), left(1, 10));
    assert_eq!(spend("a"), left(0, 20));
    assert_eq!(spend("a"), empty(10));
    assert_eq!(spend("b"), left(1, 10), "another key has a budget of its own");
    hand.advance(Duration::from_secs(4));
    assert_eq!(spend("a"), empty(6));
    hand.advance(Duration::from_secs(6));
    assert_eq!(spend("a"), left(0, 20));
    hand.advance(Duration::from_secs(3600));
    assert_eq!(spend("a"), left(1, 10));
    assert_eq!(
        limiter.spend(Budget::Tenant, Key::from("a")).ok(),
        Some(None),
        "no limit"
    );
}

#[test]
fn keys_are_forgotten_before_they_fill_the_memory() {
    let (clock, _) = Clock::manual(Timestamp::from_micros(1));
    let limiter = Limiter::new(&limits(Rate::per_hour(1, 1)), &clock);
    for number in 0..100_000_u128 {
        assert!(limiter.spend(Budget::Peer, Key(number)).is_ok());
    }
    assert!(
        limiter.spend(Budget::Peer, Key(99_999)).is_err(),
        "a recent one is known"
    );
    assert!(limiter.spend(Budget::Peer, Key(0)).is_ok(), "an old one is not");
}
