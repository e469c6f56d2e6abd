//! The floor for pages: nginx, which sends the same bytes from a file.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command, time::Instant};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::programs::{Running, free_port, get};

/// A private nginx that serves one page.
#[derive(Debug)]
pub(crate) struct Nginx {
    pub(crate) port: u16,
    _running: Running,
    _home: TempDir,
}

impl Nginx {
    pub(crate) fn serving(page: &[u8]) -> Result<Self> {
        let home = tempfile::Builder::new().prefix("stoa-bench-nginx-").tempdir()?;
        // Started by root, nginx reads the page as a user of its own.
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755))?;
        fs::write(home.path().join("index.html"), page)?;
        let port = free_port()?;
        let file = home.path().join("nginx.conf");
        fs::write(&file, settings(home.path(), port))?;
        let mut running = Running::start(
            Command::new("nginx")
                .arg("-p")
                .arg(home.path())
                .arg("-c")
                .arg(&file)
                .args(["-e", "error.log"]),
        )?;
        running.answers(port, "/", Instant::now())?;
        ensure!(
            get(port, "localhost", "/", "")?.body == page,
            "nginx sends something else"
        );
        Ok(Self {
            port,
            _running: running,
            _home: home,
        })
    }
}

fn settings(home: &Path, port: u16) -> String {
    let home = home.display();
    format!(
        "daemon off;\npid {home}/nginx.pid;\nworker_processes 2;\nevents {{ worker_connections 1024; }}\n\
         http {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  open_file_cache max=16;\n\
         keepalive_requests 1000000000;\n  default_type text/html;\n  charset utf-8;\n\
         client_body_temp_path {home}/body;\n  proxy_temp_path {home}/proxy;\n  fastcgi_temp_path {home}/fastcgi;\n\
         uwsgi_temp_path {home}/uwsgi;\n  scgi_temp_path {home}/scgi;\n\
         server {{ listen 127.0.0.1:{port}; root {home}; }}\n}}\n"
    )
}
