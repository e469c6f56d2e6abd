//! The composition root: which modules there are, and how they become one platform.

mod composition;
mod console;
mod demo;
mod directory;
mod jobs;
mod settings;
mod snapshots;

pub use composition::{Migrated, Serving, Stoa, compose, every_module};
pub use demo::{LoadedShop, load as load_demo};
pub use settings::{
    Flags, ImportFlags, ImportSettings, Limit, LimitFlags, LimitSettings, MailFlags, MailSettings,
    MetricsFlags, MetricsSettings, Scheme, Settings,
};
pub use snapshots::KeptSnapshot;
