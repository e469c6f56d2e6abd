//! The server's end of the control socket.

use std::{sync::Arc, time::Duration};

use anyhow::{Error, Result};
use stoa::Stoa;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Semaphore, mpsc, watch},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use super::protocol::{Frame, receive};
use crate::cli::{
    data_directory::DataDirectory,
    terminal::{Line, Terminal},
};

/// How many commands run at once; more wait, so that requests always find a processor.
const AT_ONCE: usize = 4;
/// How long nobody is let in when the process has no descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// Commands of other processes are taken while this is there.
#[derive(Debug)]
pub(crate) struct Control {
    end: watch::Sender<()>,
    attending: JoinHandle<()>,
}

impl Control {
    pub(crate) fn start(directory: &DataDirectory, stoa: &Stoa) -> Result<Self> {
        let listener = directory.listen()?;
        let (end, ended) = watch::channel(());
        let attending = tokio::spawn(attend_all(listener, stoa.clone(), ended));
        Ok(Self { end, attending })
    }

    /// Drops the commands that still run, each where it stands, and completes when none does.
    pub(crate) async fn end(self) -> Result<()> {
        drop(self.end);
        Ok(self.attending.await?)
    }
}

async fn attend_all(listener: UnixListener, stoa: Stoa, mut ended: watch::Receiver<()>) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut callers = JoinSet::new();
    loop {
        tokio::select! {
            _ = ended.changed() => break,
            Some(_) = callers.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    callers.spawn(attend(socket, stoa.clone(), Arc::clone(&turns)));
                }
                Err(error) => {
                    tracing::warn!(%error, "a command could not be taken");
                    sleep(PAUSE).await;
                }
            },
        }
    }
    callers.shutdown().await;
}

/// Runs one caller's command while the caller is there.
async fn attend(socket: UnixStream, stoa: Stoa, turns: Arc<Semaphore>) {
    let received = receive(&socket).await;
    let (reader, mut writer) = socket.into_split();
    let answered = match received {
        Ok(None) => return,
        Ok(Some((request, given))) => {
            let (lines, said) = mpsc::unbounded_channel();
            let mut terminal = Terminal::of(lines, request.manner, given);
            let work = async {
                let _turn = turns.acquire().await;
                let done = request.command.run(&stoa, &mut terminal).await;
                drop(terminal);
                done
            };
            tokio::select! {
                answered = answer(work, said, &mut writer) => answered,
                () = gone(reader) => return,
            }
        }
        Err(error) => finish(Err(error), &mut writer).await,
    };
    if let Err(error) = answered {
        tracing::debug!(%error, "the caller of a command left before its answer");
    }
}

/// Passes lines on as they come, then how the work ended.
async fn answer(
    work: impl Future<Output = Result<()>>,
    mut said: mpsc::UnboundedReceiver<Line>,
    writer: &mut OwnedWriteHalf,
) -> Result<()> {
    let pass_on = async {
        while let Some(line) = said.recv().await {
            writer.write_all(&Frame::Line(line).encode()?).await?;
        }
        Ok::<_, Error>(())
    };
    let (done, passed) = tokio::join!(work, pass_on);
    passed?;
    finish(done, writer).await
}

async fn finish(done: Result<()>, writer: &mut OwnedWriteHalf) -> Result<()> {
    let frame = match done {
        Ok(()) => Frame::Done,
        Err(error) => Frame::Failed(format!("{error:#}")),
    };
    Ok(writer.write_all(&frame.encode()?).await?)
}

/// Completes when the caller has closed the socket.
async fn gone(mut reader: OwnedReadHalf) {
    let mut byte = [0];
    // A caller that has sent its command says no more.
    while matches!(reader.read(&mut byte).await, Ok(1..)) {}
}
