//! How much may be imported at a time.

use clap::Args;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Args, Serialize)]
pub struct ImportFlags {
    /// The largest file that may be imported, in MiB [default: 64]
    #[arg(
        long = "imports-max-mib",
        id = "imports-max-mib",
        global = true,
        env = "STOA_IMPORTS_MAX_MIB",
        value_name = "MIB"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_mib: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportSettings {
    pub max_mib: u32,
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self { max_mib: 64 }
    }
}
