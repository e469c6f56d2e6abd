//! How letters leave the platform.

use std::path::Path;

use clap::Args;
use serde::{Deserialize, Serialize};
use stoa_mail::{LetterBudget, MailConfig, Way};

#[derive(Debug, Default, Args, Serialize)]
pub struct MailFlags {
    /// Mail server, smtps://user:password@host; without it, letters are kept as files in the outbox of the data directory
    #[arg(
        long = "mail-smtp-url",
        id = "mail-smtp-url",
        global = true,
        env = "STOA_MAIL_SMTP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) smtp_url: Option<String>,
    /// Address that letters come from [default: no-reply at the base domain]
    #[arg(
        long = "mail-from",
        id = "mail-from",
        global = true,
        env = "STOA_MAIL_FROM",
        value_name = "EMAIL"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

/// Section `[mail]`.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSettings {
    pub smtp_url: Option<String>,
    pub from: Option<String>,
}

impl MailSettings {
    /// `base_name` is the platform's domain, without a port.
    pub(super) fn config(&self, base_name: &str, data: &Path, budget: LetterBudget) -> MailConfig {
        MailConfig {
            from: self
                .from
                .clone()
                .unwrap_or_else(|| format!("no-reply@{base_name}")),
            way: match &self.smtp_url {
                Some(url) => Way::Smtp(url.clone()),
                None => Way::Outbox(data.join("outbox")),
            },
            budget,
        }
    }
}

/// The URL holds a password.
impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSettings")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
