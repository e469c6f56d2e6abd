//! `stoa demo`: the demonstration shops, loaded and served.

use anyhow::Result;
use stoa::{Settings, Stoa, load_demo};

use super::{
    screen::Screen,
    serve::{hold, require_loopback, serve_opened},
    terminal::Line,
};

pub(crate) async fn run(settings: &Settings) -> Result<()> {
    require_loopback(settings)?;
    let directory = hold(settings).await?;
    let mut stoa = Stoa::open(settings).await?;
    load_demo(&mut stoa).await?;
    announce(&stoa)?;
    serve_opened(&stoa, settings, directory).await
}

fn announce(stoa: &Stoa) -> Result<()> {
    say(format!("The platform   {}/", stoa.config().subdomain_url("app")))?;
    for shop in stoa.demonstration() {
        say(format!("{:<14} {}/", shop.name, shop.url))?;
    }
    say(String::new())?;
    for shop in stoa.demonstration() {
        say(format!(
            "Sign in as {} with the password \"{}\"",
            shop.owner, shop.password
        ))?;
    }
    Ok(())
}

fn say(text: String) -> Result<()> {
    Screen::default().print(&Line::Out(text))
}
