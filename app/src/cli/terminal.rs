//! Where a command is called from: what it is given there, and where its lines go.

use std::{
    fs::File,
    io::{BufRead as _, IsTerminal as _, Read as _, stderr, stdin},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

use super::screen::Screen;

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
    Progress(Progress),
}

/// How far a command is.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(crate) done: u64,
    /// Of how many, once that is known.
    pub(crate) total: Option<u64>,
    /// What is counted.
    pub(crate) what: String,
}

#[derive(Debug)]
pub(crate) struct Terminal {
    manner: Manner,
    given: Given,
    audience: Audience,
}

/// Who hears what a command says.
#[derive(Debug)]
enum Audience {
    /// Whoever looks at this process's own screen.
    Here(Screen),
    /// Another process. A command says at most a line for every store, so none waits.
    Caller(UnboundedSender<Line>),
}

impl Progress {
    pub(crate) fn of<N: TryInto<u64>>(done: N, total: Option<N>, what: &str) -> Self {
        let count = |number: N| number.try_into().unwrap_or_default();
        Self {
            done: count(done),
            total: total.map(count),
            what: what.to_owned(),
        }
    }
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

    /// A secret: typed unseen where a person is asked, else the first line of standard input.
    pub(crate) fn secret(prompt: &str) -> Result<Self> {
        let line = match stdin().is_terminal() {
            true => rpassword::prompt_password(format!("{prompt}: ")).context("asking for it")?,
            false => read_line().context("reading the password from standard input")?,
        };
        Ok(Self {
            line: Some(line),
            file: None,
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
            audience: Audience::Here(Screen::default()),
        }
    }

    /// Another process's.
    pub(crate) fn of(caller: UnboundedSender<Line>, manner: Manner, given: Given) -> Self {
        Self {
            manner,
            given,
            audience: Audience::Caller(caller),
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
    pub(crate) fn report_progress(&self, progress: impl FnOnce() -> Progress) {
        if self.manner.is_watched {
            // Work goes on when nobody listens any more.
            let _ = self.say(Line::Progress(progress()));
        }
    }

    fn say(&self, line: Line) -> Result<()> {
        match &self.audience {
            Audience::Here(screen) => screen.print(&line),
            Audience::Caller(caller) => caller.send(line).context("the caller has left"),
        }
    }
}

fn read_line() -> std::io::Result<String> {
    let mut text = String::new();
    stdin().lock().take(4096).read_line(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
