//! The shipped theme: its templates, compiled once, and its assets under an address that changes with them.

mod escape;
mod filters;

pub use filters::in_words;

use std::{borrow::Cow, fmt::Write, sync::LazyLock};

use minijinja::{Environment, UndefinedBehavior, Value};
use rust_embed::Embed;
use sha2::{Digest, Sha256};

use crate::SitesError;

#[derive(Embed)]
#[folder = "../../themes/default"]
struct Files;

static THEME: LazyLock<Result<Theme, SitesError>> = LazyLock::new(Theme::load);

/// A theme that is ready to render.
#[derive(Debug)]
pub(crate) struct Theme {
    environment: Environment<'static>,
    version: String,
}

/// A file that pages refer to.
pub(crate) struct Asset {
    pub(crate) bytes: Cow<'static, [u8]>,
    pub(crate) media_type: &'static str,
}

impl Theme {
    /// The theme that every website has until themes can be chosen.
    pub(crate) fn shipped() -> Result<&'static Self, SitesError> {
        THEME
            .as_ref()
            .map_err(|error| SitesError::Theme(error.to_string()))
    }

    fn load() -> Result<Self, SitesError> {
        let version = assets_version();
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(escape::write_value);
        filters::add(&mut environment, &version);
        for name in Files::iter() {
            let Some(template) = name.strip_prefix("templates/") else {
                continue;
            };
            let file = Files::get(&name).ok_or_else(|| SitesError::Theme(name.to_string()))?;
            let source = String::from_utf8(file.data.into_owned())
                .map_err(|_| SitesError::Theme(format!("{name} is not UTF-8")))?;
            environment.add_template_owned(template.to_owned(), source)?;
        }
        Ok(Self { environment, version })
    }

    pub(crate) fn render(&self, template: &str, context: Value) -> Result<String, SitesError> {
        Ok(self.environment.get_template(template)?.render(context)?)
    }

    /// Changes whenever an asset does.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn asset(file: &str) -> Option<Asset> {
        // Names are flat: a slash or a dot-dot leads to nothing.
        let (_, extension) = file.rsplit_once('.').filter(|_| !file.contains('/'))?;
        let media_type = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "woff2" => "font/woff2",
            _ => return None,
        };
        let found = Files::get(&format!("assets/{file}"))?;
        Some(Asset {
            bytes: found.data,
            media_type,
        })
    }
}

fn assets_version() -> String {
    let mut names: Vec<_> = Files::iter().filter(|name| name.starts_with("assets/")).collect();
    names.sort_unstable();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        if let Some(file) = Files::get(&name) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    hash.finalize()[..8].iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
