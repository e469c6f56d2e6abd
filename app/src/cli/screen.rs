//! What this process shows: lines on standard output and standard error, and below them how far a command is.

use std::io::{self, ErrorKind, Write as _, stderr, stdout};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::{Line, Progress};

/// Whoever has it shows progress; gone, it leaves no trace of it.
#[derive(Debug)]
pub(crate) struct Screen {
    bar: ProgressBar,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
        }
    }
}

impl Screen {
    /// Whoever read standard output may have seen enough and be gone.
    pub(crate) fn print(&self, line: &Line) -> Result<()> {
        let written = match line {
            Line::Out(text) => self.bar.suspend(|| writeln!(stdout(), "{text}")),
            Line::Err(text) => self.bar.suspend(|| writeln!(stderr(), "{text}")),
            Line::Progress(progress) => self.advance(progress),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }

    fn advance(&self, progress: &Progress) -> io::Result<()> {
        match progress.total {
            Some(total) if self.bar.length() != Some(total) => {
                self.bar.set_length(total);
                self.bar
                    .set_style(style("{bar:30} {pos} of {len} {msg}, {eta} left")?);
            }
            None => self.bar.set_style(style("{spinner} {pos} {msg}")?),
            Some(_) => {}
        }
        self.bar.set_message(progress.what.clone());
        self.bar.set_position(progress.done);
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> io::Result<ProgressStyle> {
    ProgressStyle::with_template(template).map_err(io::Error::other)
}
