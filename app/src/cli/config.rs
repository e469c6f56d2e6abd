//! `stoa config`: the settings as they are in effect, without their secrets.

use anyhow::{Context, Result};
use serde_json::Value;
use stoa::Settings;

use super::terminal::{Given, Manner, Terminal};

/// What stands in place of a secret.
const HIDDEN: &str = "…";

pub(crate) fn run(settings: Settings, json: bool) -> Result<()> {
    let mut shown = serde_json::to_value(settings.in_effect())?;
    redact("", &mut shown);
    let text = toml::to_string(&shown).context("settings")?;
    Terminal::here(Manner::here(json), Given::default()).show(&shown, || text.trim_end().to_owned())
}

/// Takes out secrets, by what their settings are called, and settings that are not set.
fn redact(name: &str, value: &mut Value) {
    match value {
        Value::Object(settings) => {
            settings.retain(|_, value| !value.is_null());
            for (name, value) in settings {
                redact(name, value);
            }
        }
        Value::String(text) if name.ends_with("url") => *text = without_password(text),
        Value::String(text)
            if ["key", "password", "secret", "token"]
                .iter()
                .any(|end| name.ends_with(end)) =>
        {
            HIDDEN.clone_into(text);
        }
        _ => {}
    }
}

/// A URL without its password and its query, which may hold one; nothing of what is no URL. Whatever precedes the last
/// `@` may be password, a question mark included.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return HIDDEN.to_owned();
    };
    let without_query = |place: &str| place.split('?').next().unwrap_or_default().to_owned();
    match rest.rsplit_once('@') {
        Some((person, place)) => match person.split_once(':') {
            Some((name, _)) => format!("{scheme}://{name}:{HIDDEN}@{}", without_query(place)),
            None => format!("{scheme}://{person}@{}", without_query(place)),
        },
        None => format!("{scheme}://{}", without_query(rest)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(without_password(url), expected);
    }

    #[test]
    fn urls_keep_all_but_their_secrets() {
        check(
            "postgresql://app:canary@db:5432/stoa?x=canary",
            "postgresql://app:…@db:5432/stoa",
        );
        check("postgresql://app:can@ary@db/stoa", "postgresql://app:…@db/stoa");
        check(
            "postgresql://app:can?ary@db/stoa?x=y",
            "postgresql://app:…@db/stoa",
        );
        check("postgresql://app@db/stoa", "postgresql://app@db/stoa");
        check("smtp://mail.example", "smtp://mail.example");
        check("host=db password=canary", "…");
    }

    #[test]
    fn secrets_of_every_section_are_hidden() {
        let mut settings = json!({
            "data": "data", "database_url": null, "mail": {"smtp_url": "smtp://a:canary@b", "smtp_password": "canary"},
            "master_key": "canary",
        });
        redact("", &mut settings);
        let expected = json!({
            "data": "data", "mail": {"smtp_url": "smtp://a:…@b", "smtp_password": "…"}, "master_key": "…",
        });
        assert_eq!(settings, expected);
    }
}
