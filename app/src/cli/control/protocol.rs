//! What goes over the control socket.

use std::{
    fs::File,
    io::{self, IoSlice, IoSliceMut, Write as _},
    mem::MaybeUninit,
    os::{fd::AsFd as _, unix::net::UnixStream},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::Interest;

use crate::cli::{
    command::Command,
    terminal::{Given, Line, Manner},
};

/// A command is longer than this only by mistake.
const LONGEST: usize = 64 * 1024;

/// Programs of different versions may mean different things by the same command.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A child that the server starts meanwhile does not inherit the file.
#[cfg(not(target_vendor = "apple"))]
const RECEIVE: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(target_vendor = "apple")]
const RECEIVE: RecvFlags = RecvFlags::empty();

/// What the caller sends.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    version: String,
    pub(super) manner: Manner,
    pub(super) command: Command,
    line: Option<String>,
}

/// What the server answers: lines as they come, then the end.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Frame {
    Line(Line),
    Done,
    /// It could not be done, and why.
    Failed(String),
}

impl Frame {
    /// A line of its own.
    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Sends a command; its file goes along with the first bytes.
pub(super) fn send(mut socket: &UnixStream, command: Command, manner: Manner, given: Given) -> Result<()> {
    let request = Request {
        version: VERSION.to_owned(),
        manner,
        command,
        line: given.line,
    };
    let mut bytes = serde_json::to_vec(&request)?;
    bytes.push(b'\n');
    let sent = send_with(socket, &bytes, given.file.as_ref())?;
    Ok(socket.write_all(bytes.get(sent..).unwrap_or_default())?)
}

fn send_with(socket: &UnixStream, bytes: &[u8], file: Option<&File>) -> io::Result<usize> {
    let files: Vec<_> = file.into_iter().map(|file| file.as_fd()).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut along = SendAncillaryBuffer::new(&mut space);
    if !files.is_empty() {
        along.push(SendAncillaryMessage::ScmRights(&files));
    }
    Ok(sendmsg(
        socket,
        &[IoSlice::new(bytes)],
        &mut along,
        SendFlags::empty(),
    )?)
}

/// A command as it was sent, with what was given to it; nothing when the caller only looked whether anybody is there.
pub(super) async fn receive(socket: &tokio::net::UnixStream) -> Result<Option<(Request, Given)>> {
    let mut bytes = Vec::new();
    let mut file = None;
    while bytes.last() != Some(&b'\n') {
        let received = socket
            .async_io(Interest::READABLE, || receive_some(socket, &mut bytes, &mut file))
            .await?;
        match received {
            0 if bytes.is_empty() => return Ok(None),
            0 => bail!("the caller left within its command"),
            _ => ensure!(bytes.len() <= LONGEST, "the command is too long"),
        }
    }
    let request = parse(&bytes)?;
    let line = request.line.clone();
    Ok(Some((request, Given { line, file })))
}

fn receive_some(
    socket: &tokio::net::UnixStream,
    bytes: &mut Vec<u8>,
    file: &mut Option<File>,
) -> io::Result<usize> {
    let mut part = [0; 4096];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut along = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(socket, &mut [IoSliceMut::new(&mut part)], &mut along, RECEIVE)?.bytes;
    for message in along.drain() {
        if let RecvAncillaryMessage::ScmRights(mut files) = message {
            *file = files.next().map(File::from);
        }
    }
    bytes.extend(part.iter().take(received));
    Ok(received)
}

/// Looks at the version first: a command of another one might not even be readable.
fn parse(bytes: &[u8]) -> Result<Request> {
    let request: Value = serde_json::from_slice(bytes).context("the command could not be read")?;
    match request.get("version").and_then(Value::as_str) {
        Some(VERSION) => serde_json::from_value(request).context("the command could not be read"),
        Some(version) => Err(anyhow!(
            "the server is stoa {VERSION}, and this is {version}: restart the server, or call the program that it runs"
        )),
        None => bail!("the command names no version"),
    }
}
