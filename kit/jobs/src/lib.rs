//! Does jobs of tenants, and of the platform itself: leases, attempts, schedules, and a fair turn for everybody.
#![doc = include_str!("../README.md")]

mod backoff;
mod kind;
mod owner;
mod queue;
mod runner;
mod running;
mod slice;
mod standing;
mod stop;
mod timing;

pub use kind::{JobKind, JobKinds, PlatformJobKind};
pub use runner::{Runner, RunnerOptions};
pub use running::{JobError, JobResult, Running};
pub use standing::{Ask, Standing};
pub use timing::Timing;
