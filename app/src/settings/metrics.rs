//! `[metrics]`: numbers for the operator.

use std::net::SocketAddr;

use clap::Args;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Args, Serialize)]
pub struct MetricsFlags {
    /// Address to serve metrics on, at /metrics, to whoever can reach it [default: none]
    #[arg(
        id = "metrics-listen",
        long = "metrics-listen",
        global = true,
        env = "STOA_METRICS_LISTEN",
        value_name = "ADDRESS"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    /// Names so many of the businesses that ask most [default: 0]
    #[arg(
        id = "metrics-top-tenants",
        long = "metrics-top-tenants",
        global = true,
        env = "STOA_METRICS_TOP_TENANTS",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    top_tenants: Option<usize>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsSettings {
    pub listen: Option<SocketAddr>,
    pub top_tenants: usize,
}
