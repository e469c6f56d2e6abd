//! The platform with one route more: it asks who calls, as all do, and then answers from memory. What it costs is what
//! everything around a handler costs.

use std::{fs, path::PathBuf, sync::OnceLock};

use anyhow::Result;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use clap::Args;
use stoa::{Flags, Settings, Stoa};
use stoa_core::{Feature, permissions};
use stoa_db::Migrations;
use stoa_http::{Module, Pages, Path, Scope};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use utoipa_axum::{router::OpenApiRouter, routes};

permissions! {
    /// The permission that reading a product needs.
    ProductsRead = "products.read";
}

/// What the route answers, and the file that it is read from when it is first asked.
static ANSWER: OnceLock<Bytes> = OnceLock::new();
static FILE: OnceLock<PathBuf> = OnceLock::new();

/// Serves the platform and the route that answers from memory.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The file whose bytes the route answers
    #[arg(long)]
    answer: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

pub(crate) fn run(serve: Serve) -> Result<()> {
    let logged = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .try_init();
    logged.map_err(|error| anyhow::anyhow!("logging could not be started: {error}"))?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve_until_told(serve))
}

async fn serve_until_told(serve: Serve) -> Result<()> {
    FILE.get_or_init(|| serve.answer);
    let settings = Settings::load(serve.flags)?;
    let stoa = Stoa::open(&settings).await?;
    let gateway = stoa.gateway(vec![module()]);
    let listener = TcpListener::bind(settings.listen).await?;
    let mut end = signal(SignalKind::terminate())?;
    let told = async move {
        end.recv().await;
    };
    Ok(stoa_http::serve(listener, gateway, settings.serving().options, told).await?)
}

fn module() -> Module {
    Module {
        name: "bench",
        feature: Some(Feature::Ecommerce),
        permissions: &[],
        migrations: Migrations {
            module: "bench",
            feature: None,
            tenant: &[],
            control: &[],
        },
        routes: OpenApiRouter::new().routes(routes!(answer)),
        pages: Pages::new(),
        sections: Vec::new(),
        jobs: Vec::new(),
        platform_jobs: Vec::new(),
    }
}

/// Answers a product from memory.
#[utoipa::path(get, path = "/ecommerce/memory/{slug}", params(("slug" = String, Path)), responses((status = 200)),
    extensions(("x-permission" = json!("products.read"))))]
async fn answer(_scope: Scope<ProductsRead>, _slug: Path<String>) -> Response {
    let bytes = ANSWER.get_or_init(|| {
        FILE.get()
            .and_then(|file| fs::read(file).ok())
            .unwrap_or_default()
            .into()
    });
    ([("content-type", "application/json")], bytes.clone()).into_response()
}
