//! The numbers of the process, on a port of their own: whoever may ask there, visitors may not.

use std::{io, time::Duration};

use axum::{Router, routing::get};
use http::header;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    time::{MissedTickBehavior, interval},
};

use crate::Gateway;

/// Seconds: from a kept page to what somebody gives up on.
const BUCKETS: [f64; 11] = [
    0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0,
];
/// How often single durations are put into their buckets, so that they do not pile up between two visits.
const UPKEEP: Duration = Duration::from_secs(5);

/// All that is counted with `metrics::counter!` and its like in this process.
#[derive(Debug, Clone)]
pub struct Telemetry(PrometheusHandle);

impl Telemetry {
    /// Begins to count. Once in a process.
    pub fn start() -> Result<Self, BuildError> {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
            .install_recorder()
            .map(Self)
    }

    /// In the text format of Prometheus (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
    #[must_use]
    pub fn render(&self, gateway: &Gateway) -> String {
        self.0.render() + &gateway.render_busiest()
    }

    /// Answers `/metrics`; nothing else is there.
    pub async fn serve(
        self,
        listener: TcpListener,
        gateway: Gateway,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let upkeep = self.clone();
        let page = get(async move || {
            const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, TYPE)], self.render(&gateway))
        });
        let served = axum::serve(listener, Router::new().route("/metrics", page)).with_graceful_shutdown(end);
        tokio::select! {
            served = served => served,
            () = upkeep.keep_up() => Ok(()),
        }
    }

    async fn keep_up(&self) {
        let mut turns = interval(UPKEEP);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            self.0.run_upkeep();
        }
    }
}
