//! The caller's end of the control socket.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::net::UnixStream,
};

use anyhow::{Context, Result, bail};

use super::protocol::{Frame, send};
use crate::cli::{
    command::Command,
    screen::Screen,
    terminal::{Given, Manner},
};

/// Has the server run a command, and says what it says. Waits in place: this process does nothing else.
pub(crate) fn call(server: UnixStream, command: Command, manner: Manner, given: Given) -> Result<()> {
    send(&server, command, manner, given).context("the server does not take commands")?;
    let screen = Screen::default();
    for frame in BufReader::new(server).lines() {
        let Ok(frame) = frame else { break };
        match serde_json::from_str(&frame).context("the server's answer could not be read")? {
            Frame::Line(line) => screen.print(&line)?,
            Frame::Done => return Ok(()),
            Frame::Failed(reason) => bail!("{reason}"),
        }
    }
    bail!("the server ended before the command did; what was not done yet is undone")
}
