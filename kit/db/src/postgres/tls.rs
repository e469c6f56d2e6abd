//! TLS to PostgreSQL, as `sslmode` of the URL asks for it and libpq means it
//! (<https://www.postgresql.org/docs/current/libpq-ssl.html>): `require` keeps what is sent from being read, `verify-ca`
//! and `verify-full` also tell the server from an impostor.

mod encrypted;
mod verifier;

use std::{io, pin::Pin, sync::Arc};

use percent_encoding::percent_decode_str;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::{
    config::SslMode,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream},
};
use tokio_rustls::TlsConnector;

use encrypted::Encrypted;
use verifier::ChainOnly;

use crate::{DbError, DbResult};

/// What a URL says of TLS.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    sslmode: Option<String>,
    /// A file of certificates that the server's must come from; `system`, or none, for those that the system trusts.
    sslrootcert: Option<String>,
}

impl Wanted {
    /// Takes what is about TLS out of a URL, of which the driver knows less; says what is left.
    pub(super) fn take(url: &str) -> (Self, String) {
        let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
        let (mut wanted, mut left) = (Self::default(), Vec::new());
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let value = |text: &str| Some(percent_decode_str(text).decode_utf8_lossy().into_owned());
            match parameter.split_once('=') {
                Some(("sslmode", mode)) => wanted.sslmode = value(mode),
                Some(("sslrootcert", file)) => wanted.sslrootcert = value(file),
                _ => left.push(parameter),
            }
        }
        (wanted, format!("{address}?{}", left.join("&")))
    }
}

#[derive(Clone)]
pub(super) struct Tls(Arc<ClientConfig>);

impl Tls {
    /// How connections are made, and whether they must be encrypted.
    pub(super) fn of(wanted: &Wanted) -> DbResult<(Self, SslMode)> {
        let roots = wanted.sslrootcert.as_deref();
        // With certificates named, libpq takes `require` for `verify-ca`.
        let (verified, mode) = match (wanted.sslmode.as_deref(), roots) {
            (Some("disable"), _) => (Verified::Nothing, SslMode::Disable),
            (None | Some("prefer" | "allow"), _) => (Verified::Nothing, SslMode::Prefer),
            (Some("require"), None) => (Verified::Nothing, SslMode::Require),
            (Some("require" | "verify-ca"), _) => (Verified::Chain, SslMode::Require),
            (Some("verify-full"), _) => (Verified::ChainAndName, SslMode::Require),
            (Some(other), _) => {
                return Err(DbError::unavailable(format!(
                    "the database URL's sslmode={other} is not known"
                )));
            }
        };
        Ok((Self(Arc::new(client(verified, roots)?)), mode))
    }
}

enum Verified {
    Nothing,
    Chain,
    ChainAndName,
}

fn client(verified: Verified, roots: Option<&str>) -> DbResult<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(DbError::unavailable)?;
    let chain = match verified {
        Verified::ChainAndName => {
            return Ok(builder
                .with_root_certificates(trusted(roots)?)
                .with_no_client_auth());
        }
        Verified::Chain => ChainOnly::new(Some(trusted(roots)?), &provider),
        Verified::Nothing => ChainOnly::new(None, &provider),
    };
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(chain))
        .with_no_client_auth())
}

fn trusted(roots: Option<&str>) -> DbResult<RootCertStore> {
    let mut store = RootCertStore::empty();
    let certificates = match roots {
        None | Some("system") => rustls_native_certs::load_native_certs().certs,
        Some(file) => CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect)
            .map_err(|error| DbError::unavailable(format!("sslrootcert={file}: {error}")))?,
    };
    store.add_parsable_certificates(certificates);
    if store.is_empty() {
        return Err(DbError::unavailable(
            "there are no certificates that the database's could come from",
        ));
    }
    Ok(store)
}

/// A connection about to be encrypted.
pub(super) struct Handshake {
    connector: TlsConnector,
    host: String,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Encrypted<S>;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Handshake> {
        Ok(Handshake {
            connector: TlsConnector::from(Arc::clone(&self.0)),
            host: host.to_owned(),
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Handshake {
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let name = ServerName::try_from(self.host).map_err(io::Error::other)?;
            Ok(Encrypted(self.connector.connect(name, stream).await?))
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Encrypted<S> {
    /// None: what the server's certificate is worth, `sslmode` decides.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_how_far_a_server_is_trusted() {
        let url = "postgresql://app@db.example/stoa?sslmode=verify-full&application_name=x&sslrootcert=/etc/a%20b.crt";
        let (wanted, left) = Wanted::take(url);
        assert_eq!(wanted.sslmode.as_deref(), Some("verify-full"));
        assert_eq!(wanted.sslrootcert.as_deref(), Some("/etc/a b.crt"));
        assert_eq!(left, "postgresql://app@db.example/stoa?application_name=x");
    }

    #[track_caller]
    fn check(sslmode: Option<&str>, expected: Option<SslMode>) {
        let wanted = Wanted {
            sslmode: sslmode.map(str::to_owned),
            sslrootcert: None,
        };
        assert_eq!(
            Tls::of(&wanted).ok().map(|(_, mode)| mode),
            expected,
            "{sslmode:?}"
        );
    }

    #[test]
    fn modes_are_those_of_libpq() {
        check(None, Some(SslMode::Prefer));
        check(Some("disable"), Some(SslMode::Disable));
        check(Some("prefer"), Some(SslMode::Prefer));
        check(Some("require"), Some(SslMode::Require));
        check(Some("verify"), None);
    }
}
