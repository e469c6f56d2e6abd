//! The repository's files, read once, so that checks are functions of a value and tests can hand them small trees.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;

/// Every file that the repository would commit, by its path from the root, with `/` between the parts.
#[derive(Debug)]
pub(crate) struct Tree {
    files: Vec<File>,
}

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    /// Absent when the file is not UTF-8 text.
    pub(crate) text: Option<String>,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let ignored = Ignored::read(root);
        let mut files = Vec::new();
        collect(root, "", &ignored, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// Path and text of the text files whose path ends so.
    pub(crate) fn texts_ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        let at = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        self.files.get(at)?.text.as_deref()
    }

    /// Whether a file or a folder with files in it lies there.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        self.files
            .iter()
            .any(|file| file.path == path || file.path.starts_with(&folder))
    }

    /// Names of the folders directly under `folder` (`""` is the root).
    pub(crate) fn folders_in(&self, folder: &str) -> BTreeSet<&str> {
        let start = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let below = self
            .files
            .iter()
            .filter_map(|file| file.path.strip_prefix(start.as_str()));
        below.filter_map(|rest| Some(rest.split_once('/')?.0)).collect()
    }
}

/// What `.gitignore` leaves out, in the three forms that this repository uses: `/folder/`, `folder/`, `*.ending`.
#[derive(Debug, Default)]
struct Ignored {
    paths: Vec<String>,
    folder_names: Vec<String>,
    endings: Vec<String>,
}

impl Ignored {
    fn read(root: &Path) -> Self {
        let mut ignored = Self {
            folder_names: vec![".git".to_owned()],
            ..Self::default()
        };
        let text = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        for line in text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Some(path) = line.strip_prefix('/') {
                ignored.paths.push(path.trim_end_matches('/').to_owned());
            } else if let Some(ending) = line.strip_prefix('*') {
                ignored.endings.push(ending.to_owned());
            } else {
                ignored.folder_names.push(line.trim_end_matches('/').to_owned());
            }
        }
        ignored
    }

    fn leaves_out(&self, path: &str, name: &str) -> bool {
        self.paths.iter().any(|ignored| ignored == path)
            || self.folder_names.iter().any(|ignored| ignored == name)
            || self.endings.iter().any(|ending| name.ends_with(ending))
    }
}

fn collect(folder: &Path, prefix: &str, ignored: &Ignored, files: &mut Vec<File>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}/{name}")
        };
        if ignored.leaves_out(&path, &name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &path, ignored, files)?;
        } else {
            let text = fs::read(entry.path())
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            files.push(File { path, text });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test that cannot write its files has nothing better to do than stop"
    )]

    use super::*;

    /// A tree of these files, written to a folder of its own and read back.
    pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Tree::read(root.path()).unwrap()
    }

    #[test]
    fn reads_what_git_would_commit() {
        let ignore = "# built\n/target/\n/data/\nnode_modules/\n*.new\n";
        let tree = tree(&[
            (".gitignore", ignore),
            (".git/config", ""),
            ("a.rs", ""),
            ("a.rs.new", ""),
            ("data/control.db", ""),
            ("demo/data/shop.csv", ""),
            ("target/debug/x", ""),
            ("tests/node_modules/x/index.js", ""),
        ]);
        let paths: Vec<&str> = tree.files().iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [".gitignore", "a.rs", "demo/data/shop.csv"]);
    }

    #[test]
    fn knows_files_and_folders() {
        let tree = tree(&[("kit/db/src/lib.rs", "//! x"), ("kit/core/src/lib.rs", "")]);
        assert!(tree.exists("kit/db") && tree.exists("kit/db/src/lib.rs"));
        assert!(!tree.exists("kit/d") && !tree.exists("kit/db/src/lib"));
        assert_eq!(
            tree.folders_in("kit").into_iter().collect::<Vec<_>>(),
            ["core", "db"]
        );
        assert_eq!(tree.text("kit/db/src/lib.rs"), Some("//! x"));
        assert_eq!(tree.text("kit/db"), None);
    }
}
