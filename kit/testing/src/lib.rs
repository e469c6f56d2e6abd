//! Test servers, both engines, an HTTP client and generated route tests.
#![expect(clippy::expect_used, reason = "a test's set-up fails where it breaks")]

mod postgres;

pub use postgres::PostgresServer;
