//! Where a command is called from: what it is given there, and where its lines go.

use std::{
    fs::File,
    io::{ErrorKind, IsTerminal as _, Write as _, stderr, stdout},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

/// What of the caller's a command takes: the process that serves may neither see it nor be allowed to open it.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// The first line of standard input.
    pub(crate) line: Option<String>,
    /// The file that the command names, opened.
    pub(crate) file: Option<File>,
}

/// How a command is to answer.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Manner {
    pub(crate) json: bool,
    /// Somebody looks on, and wants to know how far a long command is.
    pub(crate) is_watched: bool,
}

/// A piece of what a command says, for standard output or standard error.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Line {
    Out(String),
    Err(String),
}

#[derive(Debug)]
pub(crate) struct Terminal {
    manner: Manner,
    given: Given,
    /// Where lines go when the caller is another process. A command says at most a line for every store, so none waits.
    caller: Option<UnboundedSender<Line>>,
}

impl Given {
    /// Opens the file that a command reads.
    pub(crate) fn file(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
        // Anything else could keep whoever reads it waiting.
        ensure!(file.metadata()?.is_file(), "{} is no file", path.display());
        Ok(Self {
            file: Some(file),
            line: None,
        })
    }
}

impl Manner {
    /// As this process was called.
    pub(crate) fn here(json: bool) -> Self {
        Self {
            json,
            is_watched: stderr().is_terminal(),
        }
    }
}

impl Terminal {
    /// This process's own.
    pub(crate) fn here(manner: Manner, given: Given) -> Self {
        Self {
            manner,
            given,
            caller: None,
        }
    }

    /// Another process's.
    pub(crate) fn of(caller: UnboundedSender<Line>, manner: Manner, given: Given) -> Self {
        Self {
            manner,
            given,
            caller: Some(caller),
        }
    }

    /// The first line of the caller's standard input.
    pub(crate) fn line(&self) -> &str {
        self.given.line.as_deref().unwrap_or_default()
    }

    /// The file that the command names.
    pub(crate) fn file(&mut self) -> Result<File> {
        self.given.file.take().context("no file came with the command")
    }

    /// Prints an answer for a program or for a person.
    pub(crate) fn show(&self, answer: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        if self.manner.json {
            self.say(Line::Out(serde_json::to_string_pretty(answer)?))
        } else {
            self.say(Line::Out(text()))
        }
    }

    /// Says what went wrong with a part of the work.
    pub(crate) fn complain(&self, text: String) -> Result<()> {
        self.say(Line::Err(text))
    }

    /// Says how far the work is, where somebody looks on.
    pub(crate) fn report_progress(&self, text: impl FnOnce() -> String) {
        if self.manner.is_watched {
            // Work goes on when nobody listens any more.
            let _ = self.say(Line::Err(text()));
        }
    }

    fn say(&self, line: Line) -> Result<()> {
        match &self.caller {
            Some(caller) => caller.send(line).context("the caller has left"),
            None => line.print(),
        }
    }
}

impl Line {
    /// Writes it where this process was called. Whoever read standard output may have seen enough and be gone.
    pub(crate) fn print(&self) -> Result<()> {
        let written = match self {
            Self::Out(text) => writeln!(stdout(), "{text}"),
            Self::Err(text) => writeln!(stderr(), "{text}"),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }
}
