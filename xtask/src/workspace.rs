//! The workspace's members as their manifests state them.

use toml::Table;

use crate::tree::Tree;

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) folder: String,
    pub(crate) name: String,
    pub(crate) manifest: Table,
}

impl Member {
    pub(crate) fn manifest_path(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }
}

/// All members, in the order of their folders; a manifest that cannot be read is left to Cargo to report.
pub(crate) fn members(tree: &Tree) -> Vec<Member> {
    let Some(root) = tree
        .text("Cargo.toml")
        .and_then(|text| text.parse::<Table>().ok())
    else {
        return Vec::new();
    };
    let patterns = root
        .get("workspace")
        .and_then(|table| table.get("members"))
        .and_then(|list| list.as_array());
    let patterns = patterns
        .into_iter()
        .flatten()
        .filter_map(|pattern| pattern.as_str());
    let mut folders: Vec<String> = patterns.flat_map(|pattern| folders(tree, pattern)).collect();
    folders.sort();
    folders
        .into_iter()
        .filter_map(|folder| member(tree, folder))
        .collect()
}

/// Cargo's patterns as far as this workspace uses them: a folder, or all folders in one (`kit/*`).
fn folders(tree: &Tree, pattern: &str) -> Vec<String> {
    match pattern.strip_suffix("/*") {
        Some(parent) => tree
            .folders_in(parent)
            .into_iter()
            .map(|name| format!("{parent}/{name}"))
            .collect(),
        None => vec![pattern.to_owned()],
    }
}

fn member(tree: &Tree, folder: String) -> Option<Member> {
    let manifest: Table = tree.text(&format!("{folder}/Cargo.toml"))?.parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
    Some(Member {
        folder,
        name,
        manifest,
    })
}
