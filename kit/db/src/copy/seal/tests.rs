//! What is not as it was sealed is refused.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

use stoa_core::{Clock, TenantId};
use stoa_vault::TenantKey;

use super::{PIECE, open, seal};
use crate::copy::Snapshot;

const HEADER: usize = 56;

struct Sealed {
    key: TenantKey,
    plain: Vec<u8>,
    bytes: Vec<u8>,
}

fn sealed(length: usize) -> Sealed {
    let now = Clock::System.now();
    let key = TenantKey::generate(TenantId::new(now));
    let plain: Vec<u8> = (0_u8..=250).cycle().take(length).collect();
    let mut bytes = Vec::new();
    seal(
        &key,
        &Snapshot::new(key.tenant(), now),
        plain.as_slice(),
        &mut bytes,
    )
    .unwrap();
    Sealed { key, plain, bytes }
}

fn opened(key: &TenantKey, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    open(key, bytes, &mut plain).ok().map(|_| plain)
}

/// Where the second piece begins.
fn second(sealed: &Sealed) -> usize {
    let overhead = (sealed.bytes.len() - HEADER - sealed.plain.len()) / 3;
    HEADER + PIECE + overhead
}

#[test]
fn what_was_sealed_opens() {
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7] {
        let sealed = sealed(length);
        assert_eq!(opened(&sealed.key, &sealed.bytes), Some(sealed.plain), "{length}");
    }
}

#[test]
fn nothing_of_it_can_be_read() {
    let sealed = sealed(PIECE);
    assert!(
        !sealed
            .bytes
            .windows(16)
            .any(|window| window == &sealed.plain[..16])
    );
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let sealed = sealed(2 * PIECE + 10);
    let second = second(&sealed);
    let third = 2 * second - HEADER;
    for length in [
        0,
        10,
        HEADER,
        HEADER + 20,
        second - 1,
        second,
        third,
        sealed.bytes.len() - 1,
    ] {
        assert_eq!(opened(&sealed.key, &sealed.bytes[..length]), None, "{length}");
    }
}

#[test]
fn a_file_that_goes_on_is_refused() {
    let mut sealed = sealed(2 * PIECE + 10);
    let second = second(&sealed);
    let again = sealed.bytes[HEADER..second].to_vec();
    sealed.bytes.extend(again);
    assert_eq!(opened(&sealed.key, &sealed.bytes), None);
}

#[test]
fn pieces_that_changed_places_are_refused() {
    let mut sealed = sealed(2 * PIECE + 10);
    let second = second(&sealed);
    let (first, rest) = sealed.bytes[HEADER..].split_at_mut(second - HEADER);
    first.swap_with_slice(&mut rest[..second - HEADER]);
    assert_eq!(opened(&sealed.key, &sealed.bytes), None);
}

#[test]
fn a_byte_that_was_changed_is_noticed_wherever_it_stands() {
    let sealed = sealed(PIECE + 10);
    for place in (0..HEADER).chain([HEADER + 1, HEADER + 500, sealed.bytes.len() - 1]) {
        let mut bytes = sealed.bytes.clone();
        bytes[place] ^= 1;
        assert_eq!(opened(&sealed.key, &bytes), None, "{place}");
    }
}

#[test]
fn another_tenant_s_key_does_not_open_it() {
    let (one, other) = (sealed(10), sealed(10));
    assert_eq!(opened(&other.key, &one.bytes), None);
}
