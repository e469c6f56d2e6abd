//! The control socket: commands of other processes, run by the one that serves the data directory.
//!
//! The caller sends one line, the command, and with it the file that the command names, opened: the server reads it with
//! the caller's permission, not with its own. The server answers line by line, last with how the command ended. Whoever
//! closes the socket first leaves: a command whose caller is gone is dropped where it stands, and what it had not committed
//! is rolled back.

mod caller;
mod protocol;
mod server;
pub(crate) mod socket;

pub(crate) use caller::call;
pub(crate) use server::Control;
