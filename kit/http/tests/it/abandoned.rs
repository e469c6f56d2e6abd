//! Requests whose clients go away.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::oneshot;
use tower::ServiceExt;

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_is_done_without_its_client() {
    let world = World::start().await;
    let (_, user) = world
        .directory
        .add_user(Some(world.silk), &["notes.read", "notes.write"]);
    let (begun, has_begun) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let start = stream::once(async move {
        begun.send(()).unwrap();
        Bytes::from_static(b"{\"title\":")
    });
    let rest = stream::once(async move {
        may_go_on.await.unwrap();
        Bytes::from_static(b"\"a\"}")
    });
    let note = world
        .post("app.stoa.test/api/tenant/silk/notes")
        .signed_in(&user)
        .json("")
        .body(Body::from_stream(start.chain(rest).map(Ok::<_, std::io::Error>)));
    let mut answer = Box::pin(world.gateway.clone().oneshot(note.request));
    assert!((&mut answer).now_or_never().is_none());
    has_begun.await.unwrap();
    drop(answer);
    go_on.send(()).unwrap();

    let notes = || world.get("app.stoa.test/api/tenant/silk/notes").signed_in(&user);
    let written = async { while !notes().send().await.text().contains("\"a\"") {} };
    tokio::time::timeout(Duration::from_secs(20), written)
        .await
        .unwrap();
}
