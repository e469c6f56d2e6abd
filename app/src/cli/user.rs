//! `stoa user`: people.

use std::io::{BufRead as _, Read as _};

use anyhow::{Context, Result};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa::Stoa;
use stoa_core::{Actor, Email};
use stoa_identity::{NewUser, Password, PersonName};

use super::terminal::{Given, Terminal};

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Create a person's account; the password is read from standard input
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
    },
}

impl Command {
    /// The password, as the first line of standard input.
    pub(super) fn given(&self) -> Result<Given> {
        let Self::Create { .. } = self;
        Ok(Given {
            line: Some(read_line()?),
            file: None,
        })
    }
}

pub(crate) async fn run(stoa: &Stoa, command: Command, terminal: &Terminal) -> Result<()> {
    let Command::Create { email, name } = command;
    let (email, name) = (
        Email::parse(&email).context("--email")?,
        PersonName::parse(&name).context("--name")?,
    );
    let password = Password::parse(terminal.line()).context("the password, read from standard input")?;
    let password = Some(stoa.tenants().identity().hash(password).await?);
    let mut cx = stoa.db().platform_begin(Actor::Command).await?;
    let user = stoa_identity::create_user(
        &mut cx,
        NewUser {
            name,
            email: email.clone(),
            password,
        },
    )
    .await?;
    cx.commit().await?;
    terminal.show(&json!({ "id": user, "email": email }), || {
        format!("created {email} ({user})")
    })
}

fn read_line() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(4096)
        .read_line(&mut text)
        .context("reading the password from standard input")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
