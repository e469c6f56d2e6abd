//! Who becomes the owner of a business that the operator makes.

use crate::installation::Installation;

/// ATK-I13: whoever signed up with somebody's email first does not own what the operator makes for them.
#[test]
fn an_account_that_is_there_becomes_owner_when_the_operator_says_so() {
    let installation = Installation::on_sqlite();
    let create = |slug: &'static str| {
        let named = ["tenant", "create", "--slug", slug, "--name", "A Shop"];
        [&named[..], &["--owner-email", "ada@example.org"]].concat()
    };
    installation.json(&create("first"));
    let output = installation.run(&create("second"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("ada@example.org has had an account since"),
        "{stderr}"
    );
    assert!(stderr.contains("--existing"), "{stderr}");
    let slugs = installation.json(&["tenant", "list"]).to_string();
    assert!(!slugs.contains("second"), "{slugs}");
    let made = installation.json(&[&create("second")[..], &["--existing"]].concat());
    assert_eq!(
        (&made["email"], &made["owner_password"]),
        (&"ada@example.org".into(), &serde_json::Value::Null)
    );
}
