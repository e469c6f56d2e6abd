//! What this process shows: lines on standard output and standard error, and below them how far a command is.

use std::{
    io::{self, ErrorKind, Write as _, stderr, stdout},
    sync::{Mutex, PoisonError},
};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::{Line, Progress};

/// Gone, it leaves no trace of how far the command was.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// Once there is something to show.
    bar: Mutex<Option<ProgressBar>>,
}

impl Screen {
    /// Whoever read standard output may have seen enough and be gone.
    pub(crate) fn print(&self, line: &Line) -> Result<()> {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let written = match line {
            // What is put out is what the command came to.
            Line::Out(text) => {
                clear(bar.take());
                writeln!(stdout(), "{text}")
            }
            Line::Err(text) => match &*bar {
                Some(bar) => bar.suspend(|| writeln!(stderr(), "{text}")),
                None => writeln!(stderr(), "{text}"),
            },
            Line::Progress(progress) => advance(bar.get_or_insert_with(new_bar), progress),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        clear(self.bar.get_mut().unwrap_or_else(PoisonError::into_inner).take());
    }
}

fn new_bar() -> ProgressBar {
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
}

fn clear(bar: Option<ProgressBar>) {
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn advance(bar: &ProgressBar, progress: &Progress) -> io::Result<()> {
    match progress.total {
        Some(total) if bar.length() != Some(total) => {
            bar.set_style(style("{bar:30} {pos} of {len} {msg}, {eta} left")?);
            bar.set_length(total);
        }
        None => bar.set_style(style("{spinner} {pos} {msg}")?),
        Some(_) => {}
    }
    bar.set_message(progress.what.clone());
    bar.set_position(progress.done);
    Ok(())
}

fn style(template: &str) -> io::Result<ProgressStyle> {
    ProgressStyle::with_template(template).map_err(io::Error::other)
}
