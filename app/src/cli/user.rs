//! `stoa user`: people.

use std::io::{BufRead as _, Read as _};

use anyhow::{Context, Result};
use clap::Subcommand;
use serde_json::json;
use stoa::{Settings, Stoa};
use stoa_core::{Actor, Email};
use stoa_identity::{NewUser, Password, PersonName};

use super::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a person's account; the password is read from standard input
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
    },
}

pub(crate) async fn run(settings: &Settings, command: Command, output: Output) -> Result<()> {
    let Command::Create { email, name } = command;
    let (email, name) = (
        Email::parse(&email).context("--email")?,
        PersonName::parse(&name).context("--name")?,
    );
    let password = read_password()?;
    let stoa = Stoa::open(settings).await?;
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
    output.show(&json!({ "id": user, "email": email }), || {
        format!("created {email} ({user})")
    })
}

/// The first line of standard input.
fn read_password() -> Result<Password> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(4096)
        .read_line(&mut text)
        .context("reading the password from standard input")?;
    let line = text.lines().next().unwrap_or_default();
    Password::parse(line).context("the password, read from standard input")
}
