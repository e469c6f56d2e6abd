//! `stoa demo`: the demonstration shops, loaded and served.

use anyhow::Result;
use stoa::{LoadedShop, Settings, Stoa, load_demo};

use super::serve::{claim, require_loopback, serve_opened};

pub(crate) async fn run(settings: &Settings) -> Result<()> {
    require_loopback(settings)?;
    let _directory = claim(settings)?;
    let stoa = Stoa::open(settings).await?;
    let shops = load_demo(&stoa).await?;
    announce(&stoa, &shops);
    serve_opened(&stoa, settings).await
}

fn announce(stoa: &Stoa, shops: &[LoadedShop]) {
    println!("The platform   {}/", stoa.config().subdomain_url("app"));
    for shop in shops {
        println!("{:<14} {}/", shop.name, shop.url);
    }
    println!();
    for shop in shops {
        println!(
            "Sign in as {} with the password \"{}\"",
            shop.owner, shop.password
        );
    }
}
