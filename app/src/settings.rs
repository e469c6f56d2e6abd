//! Settings, from a TOML file, the environment and flags; the later of these wins.

mod imports;
mod limits;
mod mail;
mod master_key;
mod metrics;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use anyhow::{Context, Result, anyhow, bail};
use axum::http::uri::Authority;
use clap::{Args, ValueEnum};
use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use stoa_db::{DbConfig, PostgresConfig};
use stoa_http::{HttpConfig, ServeOptions, TrustedProxies};
use stoa_mail::MailConfig;
use stoa_vault::{MasterKey, Vault};

use crate::Serving;

pub use self::imports::{ImportFlags, ImportSettings};
pub use self::limits::{Limit, LimitFlags, LimitSettings};
pub use self::mail::{MailFlags, MailSettings};
pub use self::metrics::{MetricsFlags, MetricsSettings};

/// What every command accepts.
#[derive(Debug, Default, Args, Serialize)]
pub struct Flags {
    /// TOML file with settings named as here, with underscores
    #[arg(long, global = true, env = "STOA_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Directory that holds the databases [default: data]
    #[arg(long, global = true, env = "STOA_DATA", value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    /// Address to serve on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "STOA_LISTEN", value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    /// Domain under which tenants have their subdomains [default: localhost and the port served on]
    #[arg(long, global = true, env = "STOA_BASE_DOMAIN", value_name = "DOMAIN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    base_domain: Option<String>,
    /// How browsers come: https, by a proxy that speaks TLS, or http [default: http on this machine's own names]
    #[arg(long, global = true, env = "STOA_SCHEME", value_name = "http|https")]
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<Scheme>,
    /// PostgreSQL, as the role that reads and writes; without it, SQLite files are used
    #[arg(
        long,
        global = true,
        env = "STOA_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<String>,
    /// PostgreSQL, as the role that owns the tables
    #[arg(
        long,
        global = true,
        env = "STOA_DATABASE_OWNER_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_owner_url: Option<String>,
    /// Connections to each PostgreSQL database [default: 16]
    #[arg(long, global = true, env = "STOA_DATABASE_CONNECTIONS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_connections: Option<usize>,
    /// Passwords that PostgreSQL's URLs lack, one a line, as host:port:database:user:password
    #[arg(long, global = true, env = "STOA_DATABASE_PASSFILE", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_passfile: Option<PathBuf>,
    /// Networks of the proxies in front, whose X-Forwarded-For is believed: 10.0.0.0/8,fd00::/8
    #[arg(
        long,
        global = true,
        env = "STOA_TRUSTED_PROXIES",
        value_name = "CIDR",
        value_delimiter = ',',
        value_parser = network
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_proxies: Option<Vec<IpNet>>,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    metrics: MetricsFlags,
    #[command(flatten)]
    mail: MailFlags,
    #[command(flatten)]
    imports: ImportFlags,
}

/// What links to the platform's websites begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    Http,
    Https,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub base_domain: Option<String>,
    pub scheme: Option<Scheme>,
    pub database_url: Option<String>,
    pub database_owner_url: Option<String>,
    pub database_connections: usize,
    pub database_passfile: Option<PathBuf>,
    pub imports: ImportSettings,
    pub mail: MailSettings,
    /// By the environment only; without it the key is in the data directory.
    #[serde(skip)]
    pub master_key: Option<MasterKey>,
    pub trusted_proxies: Vec<IpNet>,
    pub limits: LimitSettings,
    pub metrics: MetricsSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_domain: None,
            scheme: None,
            database_url: None,
            database_owner_url: None,
            database_connections: 16,
            database_passfile: None,
            imports: ImportSettings::default(),
            mail: MailSettings::default(),
            master_key: None,
            trusted_proxies: Vec::new(),
            limits: LimitSettings::default(),
            metrics: MetricsSettings::default(),
        }
    }
}

impl Settings {
    pub fn load(mut flags: Flags) -> Result<Self> {
        flags.database_url = secret(flags.database_url, "STOA_DATABASE_URL_FILE")?;
        flags.database_owner_url = secret(flags.database_owner_url, "STOA_DATABASE_OWNER_URL_FILE")?;
        flags.mail.smtp_url = secret(flags.mail.smtp_url, "STOA_MAIL_SMTP_URL_FILE")?;
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = &flags.config {
            if !file.is_file() {
                bail!("the settings file {} is not there", file.display());
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let settings: Self = figment
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| anyhow!("settings: {}", error.to_string().replace("\"default.", "\"")))?;
        settings.check_base_domain()?;
        Ok(Self {
            master_key: master_key::given()?,
            ..settings
        })
    }

    fn check_base_domain(&self) -> Result<()> {
        let domain = self.base_domain();
        match domain.parse::<Authority>() {
            Ok(authority) if !authority.as_str().contains('@') => Ok(()),
            _ => bail!(
                "the base domain {domain:?} is no domain: give a name such as shops.example, with the port when it is not the \
                 usual one"
            ),
        }
    }

    /// The domain that tenants' subdomains hang on, with the port when it is not the usual one.
    #[must_use]
    pub fn base_domain(&self) -> String {
        self.base_domain
            .clone()
            .unwrap_or_else(|| format!("localhost:{}", self.listen.port()))
    }

    /// How browsers come. Beyond this machine they come by https: cookies and passwords must not be readable on the way.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        let is_local = is_local(&self.base_domain());
        self.scheme
            .unwrap_or(if is_local { Scheme::Http } else { Scheme::Https })
    }

    /// With what follows from others filled in.
    #[must_use]
    pub fn in_effect(self) -> Self {
        Self {
            base_domain: Some(self.base_domain()),
            scheme: Some(self.scheme()),
            ..self
        }
    }

    #[must_use]
    pub fn http(&self) -> HttpConfig {
        HttpConfig::new(&self.base_domain(), self.scheme() == Scheme::Https)
            .with_proxies(TrustedProxies::new(self.trusted_proxies.clone()))
            .with_limits(self.limits.limits())
            .with_busiest(self.metrics.top_tenants)
    }

    #[must_use]
    pub fn serving(&self) -> Serving {
        Serving {
            listen: self.listen,
            metrics: self.metrics.listen,
            options: ServeOptions {
                connections_per_peer: self.limits.connections(),
                ..ServeOptions::default()
            },
        }
    }

    /// Opens the vault. Several processes on one database need one key: where the world comes, it must be given.
    pub fn vault(&self) -> Result<Vault> {
        if let Some(key) = &self.master_key {
            return Ok(Vault::new(key));
        }
        if self.database_url.is_some() && !is_local(&self.base_domain()) {
            bail!(
                "PostgreSQL that serves {} needs a master key, the same for every process: give it by STOA_MASTER_KEY or \
                 STOA_MASTER_KEY_FILE. `openssl rand -hex 32` makes one; keep a copy apart from the database's backups",
                self.base_domain()
            );
        }
        Ok(Vault::new(&master_key::of_directory(&self.data)?))
    }

    #[must_use]
    pub fn mail(&self) -> MailConfig {
        let budget = self.limits.letters();
        self.mail.config(self.http().base_name(), &self.data, budget)
    }

    pub fn db(&self) -> Result<DbConfig> {
        match (&self.database_url, &self.database_owner_url) {
            (None, None) => Ok(DbConfig::Files {
                data: self.data.clone(),
            }),
            (Some(url), Some(owner_url)) => Ok(DbConfig::Postgres(PostgresConfig {
                url: url.clone(),
                owner_url: owner_url.clone(),
                connections: self.database_connections,
                passfile: self.database_passfile.clone(),
            })),
            _ => bail!(
                "PostgreSQL needs two roles: give both STOA_DATABASE_URL (reads and writes, owns nothing) and \
                 STOA_DATABASE_OWNER_URL (owns the tables, migrates)"
            ),
        }
    }
}

/// Whether a domain, perhaps with a port, is this machine: `localhost`, a name under it (RFC 6761) or a loopback address.
fn is_local(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    if let Ok(address) = domain.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = domain.split(':').next().unwrap_or_default();
    let address = domain.trim_matches(['[', ']']).parse::<IpAddr>();
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, ipnet::AddrParseError> {
    let text = text.trim();
    match text.parse::<IpAddr>() {
        Ok(address) => Ok(address.into()),
        Err(_) => text.parse(),
    }
}

/// A secret given directly, or in the file that an environment variable names.
fn secret(given: Option<String>, variable: &str) -> Result<Option<String>> {
    match (given, std::env::var_os(variable).filter(|file| !file.is_empty())) {
        (None, Some(file)) => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("reading the file that {variable} names"))?;
            Ok(Some(text.trim().to_owned()))
        }
        (given, _) => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base_domain: Option<&str>, scheme: Option<Scheme>, expected: &str) {
        let settings = Settings {
            base_domain: base_domain.map(str::to_owned),
            scheme,
            ..Settings::default()
        };
        assert_eq!(settings.http().scheme(), expected, "{base_domain:?} {scheme:?}");
    }

    #[test]
    fn only_this_machine_is_reached_without_tls() {
        check(None, None, "http");
        check(Some("localhost"), None, "http");
        check(Some("Shops.localhost:8080"), None, "http");
        check(Some("127.0.0.1:8080"), None, "http");
        check(Some("127.1.2.3"), None, "http");
        check(Some("[::1]:8080"), None, "http");
        check(Some("::1"), None, "http");
        check(Some("shops.example"), None, "https");
        check(Some("shops.example:8443"), None, "https");
        check(Some("localhost.example"), None, "https");
        check(Some("notlocalhost"), None, "https");
        check(Some("10.0.0.1:8080"), None, "https");
        check(Some("shops.example"), Some(Scheme::Http), "http");
        check(Some("localhost"), Some(Scheme::Https), "https");
    }
}
