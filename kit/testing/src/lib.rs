//! Test servers, both engines, an HTTP client and generated route tests.
#![doc = include_str!("../README.md")]
#![expect(clippy::expect_used, reason = "a test's set-up fails where it breaks")]

mod app;
mod client;
mod mail;
mod postgres;

pub use app::{BASE, Engine, MASTER_KEY, PASSWORD, Shop, TestApp, console, outbox, unique, vault};
pub use client::{Client, Events, Reply, Request};
pub use mail::Mail;
pub use postgres::PostgresServer;
