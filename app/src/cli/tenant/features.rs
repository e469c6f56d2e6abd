//! `stoa tenant features`: which parts of the platform a business has.

use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa::Stoa;
use stoa_core::{Actor, Feature};
use stoa_tenants::FeatureChange;

use super::find;
use crate::cli::terminal::Terminal;

#[derive(Debug, Args, Serialize, Deserialize)]
pub(crate) struct Features {
    /// The business's slug
    slug: String,
    /// Switch these on, such as cms,ecommerce
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    on: Vec<Feature>,
    /// Switch these off; what was made with them stays, for when they are on again
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    off: Vec<Feature>,
}

impl Features {
    pub(super) async fn run(self, stoa: &Stoa, terminal: &Terminal) -> Result<()> {
        let tenant = find(stoa, &self.slug).await?;
        let is_asked = self.on.is_empty() && self.off.is_empty();
        let features = if is_asked {
            tenant.features.clone()
        } else {
            let change = FeatureChange::new(self.on.into(), self.off.into()).context("--on, --off")?;
            stoa_tenants::switch_features(stoa.db(), Actor::Command, tenant.id, change)
                .await?
                .features
        };
        terminal.show(&json!({ "tenant": self.slug, "features": features }), || {
            let keys: Vec<_> = features.iter().map(Feature::key).collect();
            match keys.is_empty() {
                true => format!("{}: no feature is on", self.slug),
                false => format!("{}: {}", self.slug, keys.join(", ")),
            }
        })
    }
}
