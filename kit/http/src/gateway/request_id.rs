//! Ids of requests: unique, and cheap enough for the way of a cached page.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use http::HeaderValue;
use stoa_core::Token;

const DIGITS: [u8; 16] = *b"0123456789abcdef";
const LENGTH: usize = 24;

/// The id of one request, made here; what a client sends as one is ignored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; LENGTH]);

/// Makes ids: a random number of this process, then a counter that is mixed so that neighbours look different.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u32,
    seed: u64,
    count: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        let random = Token::random().hash();
        let (seed, rest) = random
            .split_first_chunk()
            .map_or((0, &random[..]), |(seed, rest)| (u64::from_le_bytes(*seed), rest));
        let process = rest.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        Self {
            process,
            seed,
            count: AtomicU64::new(0),
        }
    }

    pub(crate) fn next(&self) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let low = mix(self.seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let mut value = (u128::from(self.process) << 64) | u128::from(low);
        let mut digits = [b'0'; LENGTH];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[usize::try_from(value & 15).unwrap_or(0)];
            value >>= 4;
        }
        RequestId(digits)
    }
}

/// The finaliser of SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>): different numbers stay different.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl RequestId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or(HeaderValue::from_static("-"))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ() {
        let ids = RequestIds::new();
        let mut seen: Vec<String> = (0..1000).map(|_| ids.next().to_string()).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1000);
        assert!(seen.iter().all(|id| id.len() == LENGTH));
    }
}
