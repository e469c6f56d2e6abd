//! `stoa user`: people.

use anyhow::{Context, Result};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa::Stoa;
use stoa_core::{Actor, Email, Token};
use stoa_identity::{NewUser, Password, PersonName, ReplacedPassword};

use super::terminal::{Given, Terminal};

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Create a person's account; the password is asked for, or read from standard input
    Create {
        /// What they sign in with
        #[arg(long)]
        email: String,
        /// As others see them
        #[arg(long)]
        name: String,
    },
    /// Give a person another password, and end their sessions; it is asked for, or read from standard input
    Password {
        /// What they sign in with
        #[arg(long)]
        email: String,
        /// Make one up, and show it this once
        #[arg(long)]
        random: bool,
    },
}

impl Command {
    /// The password, unless one is made up.
    pub(super) fn given(&self) -> Result<Given> {
        match self {
            Self::Create { email, .. } | Self::Password { email, random: false } => {
                Given::secret(&format!("Password for {email}"))
            }
            Self::Password { .. } => Ok(Given::default()),
        }
    }
}

pub(crate) async fn run(stoa: &Stoa, command: Command, terminal: &Terminal) -> Result<()> {
    match command {
        Command::Create { email, name } => create(stoa, &email, &name, terminal).await,
        Command::Password { email, random } => set_password(stoa, &email, random, terminal).await,
    }
}

async fn create(stoa: &Stoa, email: &str, name: &str, terminal: &Terminal) -> Result<()> {
    let (email, name) = (
        Email::parse(email).context("--email")?,
        PersonName::parse(name).context("--name")?,
    );
    let password = Password::parse(terminal.line()).context("the password")?;
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

async fn set_password(stoa: &Stoa, email: &str, random: bool, terminal: &Terminal) -> Result<()> {
    let email = Email::parse(email).context("--email")?;
    let made_up = random.then(made_up);
    let text = made_up.as_deref().unwrap_or_else(|| terminal.line());
    let password = Password::parse(text).context("the password")?;
    let ReplacedPassword { user, sessions_ended } = stoa_identity::set_password(
        stoa.tenants().identity(),
        stoa.db(),
        Actor::Command,
        &email,
        password,
    )
    .await
    .with_context(|| email.to_string())?;
    let answer = json!({ "id": user, "email": email, "password": made_up, "sessions_ended": sessions_ended });
    terminal.show(&answer, || {
        let with = made_up.as_ref().map_or_else(
            || "the new password".to_owned(),
            |password| format!("the password {password} (shown this once)"),
        );
        format!("{email} signs in with {with}; sessions that ended: {sessions_ended}")
    })
}

/// A password that nobody guesses.
pub(super) fn made_up() -> String {
    Token::random().as_str().chars().take(20).collect()
}
