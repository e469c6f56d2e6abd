//! The API's description: as a document, as a page, as `routes.txt`.

use base64::{Engine, engine::general_purpose::STANDARD};
use insta::{assert_json_snapshot, assert_snapshot};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use stoa_http::{
    Json,
    openapi::{self, faults, routes_table},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    modules::{document, modules},
    world::World,
};

#[test]
fn routes_stand_on_one_screen() {
    assert_snapshot!(routes_table(&document()), @r"
    GET   /                  -          public: the front page
    GET   /api/breaks        -          public: a test's
    GET   /api/docs          -          public: what the API offers is no secret
    GET   /api/guest         -          public: a public page says the same
    POST  /api/guest         -          public: guests may send things
    GET   /api/me            -          signed-in: one's own account
    GET   /api/notes         ecommerce  notes.read
    POST  /api/notes         ecommerce  notes.write
    GET   /api/notes/{id}    ecommerce  notes.read
    GET   /api/openapi.json  -          public: what the API offers is no secret
    GET   /api/panics        -          public: a test's
    POST  /api/slow          -          public: a test's
    GET   /cart              -          public: differs from visitor to visitor
    GET   /large             -          public: more than a socket's buffers hold
    GET   /long              -          public: is worth compressing
    GET   /notes             ecommerce  public: everybody may read them
    POST  /notes/lines       ecommerce  public: a form of a page
    GET   /planted           -          public: tries to set a cookie
    ");
}

#[test]
fn the_table_is_the_same_after_a_round_trip() {
    let text = serde_json::to_vec(&document()).unwrap();
    let back = serde_json::from_slice(&text).unwrap();
    assert_eq!(routes_table(&back), routes_table(&document()));
    assert_eq!(openapi::routes(&back).len(), openapi::routes(&document()).len());
}

#[derive(Serialize, ToSchema)]
struct Bare {
    name: String,
}

/// A route that says little of itself.
#[utoipa::path(
    get, path = "/bare",
    params(("colour" = String, Query)),
    responses((status = 200, body = Bare))
)]
async fn bare() -> Json<Bare> {
    let name = String::new();
    Json(Bare { name })
}

#[test]
fn faults_are_found() {
    assert_eq!(faults(&modules()), Vec::<String>::new());
    let mut modules = modules();
    modules[0].permissions = &["notes.read"];
    assert_eq!(
        faults(&modules),
        ["POST /notes asks for notes.write, which no module declares"]
    );
    modules[0].permissions = &["notes.read", "notes.write"];
    modules[0].routes = OpenApiRouter::new().routes(routes!(bare));
    assert_eq!(
        faults(&modules),
        [
            "GET /bare needs one of x-permission, x-public and x-signed-in",
            "GET /api/bare: colour has no example",
            "Bare.name has no example",
        ]
    );
}

#[test]
fn a_route_is_described_whole() {
    let mut document = serde_json::to_value(document()).unwrap();
    let create = &mut document["paths"]["/api/notes"]["post"];
    let one_of_each = |status: &String, _: &mut Value| ["201", "404", "409"].contains(&status.as_str());
    create["responses"].as_object_mut().unwrap().retain(one_of_each);
    assert_json_snapshot!(create, @r##"
    {
      "operationId": "post_notes",
      "requestBody": {
        "content": {
          "application/json": {
            "example": {
              "title": "Silk from Rajshahi"
            },
            "schema": {
              "$ref": "#/components/schemas/NewNote"
            }
          }
        },
        "required": true
      },
      "responses": {
        "201": {
          "content": {
            "application/json": {
              "example": {
                "id": "not_01kag2w3x4e5f6g7h8j9k0m1n2",
                "title": "Silk from Rajshahi"
              },
              "schema": {
                "$ref": "#/components/schemas/NoteView"
              }
            }
          },
          "description": "The note"
        },
        "404": {
          "$ref": "#/components/responses/NotFound"
        },
        "409": {
          "content": {
            "application/problem+json": {
              "examples": {
                "db.duplicate": {
                  "value": {
                    "code": "db.duplicate",
                    "detail": "The title is taken.",
                    "request_id": "0q3k9v1m7t2c8",
                    "status": 409,
                    "title": "Conflict",
                    "type": "about:blank"
                  }
                }
              },
              "schema": {
                "$ref": "#/components/schemas/Problem"
              }
            }
          },
          "description": "`db.duplicate`: the title is taken"
        }
      },
      "security": [
        {
          "session": []
        },
        {
          "bearer": []
        }
      ],
      "summary": "Write a note",
      "tags": [
        "notes"
      ],
      "x-feature": "ecommerce",
      "x-permission": "notes.write"
    }
    "##);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_describes_routes_and_their_problems() {
    let world = World::start().await;
    let reply = world.get("app.stoa.test/api/openapi.json").send().await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (200, "application/json")
    );
    let document = reply.json();
    assert_eq!(document["openapi"].as_str().unwrap().split('.').next(), Some("3"));
    let create = &document["paths"]["/api/notes"]["post"];
    let statuses: Vec<&String> = create["responses"].as_object().unwrap().keys().collect();
    assert_eq!(
        statuses,
        [
            "201", "400", "401", "403", "404", "405", "408", "409", "413", "415", "422", "429", "500", "503"
        ]
    );
    for name in ["Problem", "FieldError", "NoteView"] {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    assert_references_lead_somewhere(&document, &document);
}

fn assert_references_lead_somewhere(part: &Value, document: &Value) {
    if let Some(reference) = part["$ref"].as_str() {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
    match part {
        Value::Object(fields) => fields
            .values()
            .for_each(|field| assert_references_lead_somewhere(field, document)),
        Value::Array(items) => items
            .iter()
            .for_each(|item| assert_references_lead_somewhere(item, document)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_complete_in_itself() {
    let world = World::start().await;
    let reply = world.get("silk.stoa.test/api/docs").send().await;
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let page = reply.text();
    for part in [
        "<code>/<wbr>api/<wbr>notes/<wbr>{id}</code>",
        "Permission <code>notes.write</code> · feature <code>ecommerce</code>",
        "Signed in: one&#39;s own account",
        "Public: a public page says the same",
        "Silk from Rajshahi",
        "What it is called",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for part in ["<script", "src=", "<link", "style=\"", "url("] {
        assert!(!page.contains(part), "{part}");
    }
    // The policy lets the page have its own style sheet.
    let style = page
        .split("<style>")
        .nth(1)
        .unwrap()
        .split("</style>")
        .next()
        .unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    assert!(
        reply
            .header("content-security-policy")
            .contains(&format!("style-src 'sha256-{hash}'"))
    );
}
