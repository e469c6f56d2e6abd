//! What is measured, one file per subject; each knows what it is measured against.

pub(crate) mod builds;
pub(crate) mod checkouts;
pub(crate) mod growth;
pub(crate) mod neighbours;
pub(crate) mod pages;
pub(crate) mod products;
pub(crate) mod tenants;

use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    figures::Figures,
    server::{Limits, Server, Store},
    turns::{Comparison, Turns},
};

/// What all measurements share.
#[derive(Debug)]
pub(crate) struct Bench {
    /// The program that is measured.
    pub(crate) stoa: PathBuf,
    /// This program, which serves the composition with one route more.
    pub(crate) own: PathBuf,
    /// For what lasts as long as the run.
    pub(crate) home: TempDir,
    pub(crate) turns: Turns,
}

impl Bench {
    /// Starts the program that is measured.
    pub(crate) fn serve(&self, command: &str, store: &Store) -> Result<Server> {
        Server::start(&self.stoa, &[command], store, &self.log())
    }

    /// Starts the program with its limits as they are, or off.
    pub(crate) fn serve_limited(&self, store: &Store, limits: Limits) -> Result<Server> {
        Server::start_limited(&self.stoa, &["serve"], store, limits, &self.log())
    }

    /// Starts this program, which has one route more: what it answers is in a file.
    pub(crate) fn serve_own(&self, store: &Store, answer: &Path) -> Result<Server> {
        let answer = answer.to_string_lossy();
        Server::start(&self.own, &["serve", "--answer", &answer], store, &self.log())
    }

    /// What the servers log.
    pub(crate) fn log(&self) -> PathBuf {
        self.home.path().join("servers.log")
    }
}

/// One line of the report.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) id: &'static str,
    pub(crate) what: &'static str,
    pub(crate) against: String,
    /// The ratio to reach.
    pub(crate) reach: f64,
    pub(crate) comparison: Comparison,
}

/// Notes what a server's process holds in memory now.
fn note_memory(
    figures: &mut Figures,
    what: &'static str,
    server: &Server,
    reach: &'static str,
) -> Result<()> {
    let megabytes = server.running.resident_megabytes()?;
    figures.note("PERF-14", what, format!("{megabytes:.1} MB"), reach);
    Ok(())
}
