//! Runs other programs, and ends those that it started.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// The signal on which it ends by itself.
    signal: &'static str,
}

/// An answer to a plain GET.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        Ok(Self {
            child,
            signal: "TERM",
        })
    }

    /// For a program that waits for its clients when it is asked politely.
    pub(crate) fn ended_by(mut self, signal: &'static str) -> Self {
        self.signal = signal;
        self
    }

    /// Waits until a path of a server answers 200; says how long after `since` it did.
    pub(crate) fn answers(&mut self, port: u16, path: &str, since: Instant) -> Result<Duration> {
        loop {
            if get(port, &format!("127.0.0.1:{port}"), path, "").is_ok_and(|answer| answer.status == 200) {
                return Ok(since.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended too early: {status}");
            }
            ensure!(since.elapsed() < PATIENCE, "the server does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Memory that the process itself holds now, in MB (Linux: `VmRSS`).
    pub(crate) fn resident_megabytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kilobytes: u32 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
            .context("VmRSS")?;
        Ok(f64::from(kilobytes) / 1024.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A signal that lets it end by itself; there is no safe call for it in the standard library.
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-s", self.signal, &id]).status();
        if !told.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Runs a program to its end and yields what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("starting {command:?}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{command:?} failed: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(text)
}

pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Gets a path from a server on this machine. `headers` are whole lines.
pub(crate) fn get(port: u16, host: &str, path: &str, headers: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .context("an answer without an end of its head")?;
    let body = answer.split_off(end + 4);
    let head = String::from_utf8_lossy(&answer);
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .context("an answer without a status")?;
    Ok(Answer { status, body })
}
