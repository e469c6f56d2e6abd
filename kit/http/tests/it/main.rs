//! The gateway as its clients see it, over a directory and modules made for these tests.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

mod abandoned;
mod auth;
mod directory;
mod docs;
mod encoding;
mod errors;
mod limits;
mod logs;
mod modules;
mod pages;
mod paging;
mod resolution;
mod serving;
mod slow;
mod world;
