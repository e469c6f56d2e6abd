//! How workers hear that the process ends: first that nothing new begins, then that what goes on is given up.

use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Working,
    Finishing,
    GivenUp,
}

#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<Phase>);

impl Stop {
    pub(crate) fn new() -> (watch::Sender<Phase>, Self) {
        let (sender, receiver) = watch::channel(Phase::Working);
        (sender, Self(receiver))
    }

    pub(crate) fn is_asked_for(&self) -> bool {
        *self.0.borrow() >= Phase::Finishing
    }

    /// Completes when work under way is to be given up, be it that nobody is left to say so.
    pub(crate) async fn given_up(&mut self) {
        // An error says that the sender is gone.
        let _ = self.0.wait_for(|phase| *phase == Phase::GivenUp).await;
    }
}
