//! Lists in pages, and cursors that stay with their tenant (ATK-O6).

use serde_json::Value;
use stoa_core::Token;

use crate::world::{Reply, World, assert_outcome};

async fn list(world: &World, token: &Token, tenant: &str, query: &str) -> Reply {
    let url = format!("app.stoa.test/api/tenant/{tenant}/notes?{query}");
    world.get(&url).signed_in(token).send().await
}

/// ATK-O6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_read_page_by_page() {
    let world = World::start().await;
    let all = &["notes.read", "notes.write"];
    let (_, silk) = world.directory.add_user(Some(world.silk), all);
    let (_, clay) = world.directory.add_user(Some(world.clay), all);
    for number in 0..5 {
        let note = world.post("app.stoa.test/api/tenant/silk/notes").signed_in(&silk);
        let made = note
            .json(&format!("{{\"title\":\"note {number}\"}}"))
            .send()
            .await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let (mut titles, mut next, mut cursor) = (Vec::new(), String::new(), String::new());
    loop {
        let page = list(&world, &silk, "silk", &format!("limit=2{next}"))
            .await
            .json();
        let items = page["items"].as_array().unwrap();
        titles.extend(items.iter().map(|item| item["title"].clone()));
        let Value::String(after) = &page["next"] else {
            break;
        };
        next = format!("&after={after}");
        cursor.clone_from(after);
    }
    // Ids made within one millisecond have no order among themselves.
    titles.sort_by_key(ToString::to_string);
    assert_eq!(titles, ["note 0", "note 1", "note 2", "note 3", "note 4"]);

    let foreign = list(&world, &clay, "clay", &format!("after={cursor}")).await;
    assert_outcome(&foreign, 400, "request.cursor");
    let tampered = list(&world, &silk, "silk", &format!("after={}", cursor.to_lowercase())).await;
    assert_outcome(&tampered, 400, "request.cursor");
    assert_eq!(
        list(&world, &clay, "clay", "").await.json()["items"],
        serde_json::json!([])
    );
}
