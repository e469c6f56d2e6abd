//! What holds for the platform as a whole: every statement, every table, every route, every tenant.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails where its set-up does"
)]

mod caches;
mod canaries;
mod cases;
mod command;
mod control;
mod crash;
mod demo;
mod denials;
mod engine;
mod faults;
mod features;
mod guesses;
mod installation;
mod killed_commands;
mod lifecycle;
mod lists;
mod master_key;
mod metrics;
mod migration;
mod owners;
mod references;
mod resolution;
mod routes;
mod secrets;
mod shards;
mod snapshots;
mod stores;
mod untouched;
mod uploads;
