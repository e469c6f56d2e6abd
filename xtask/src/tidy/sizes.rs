//! No file or function grows beyond what a reader takes in, unless `xtask/sizes.toml` says why.

use serde::Deserialize;
use syn::spanned::Spanned;
use syn::visit::Visit;

use crate::exceptions::{self, Exception, Objection};
use crate::tidy::Finding;
use crate::tree::Tree;

const EXCEPTIONS: &str = "xtask/sizes.toml";
const FUNCTION_LINES: usize = 80;
const FILE_LINES: usize = 500;
/// The crate on which isolation rests is kept small enough to be read whole.
const SHORT: (&str, usize) = ("kit/db/", 300);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Exceptions {
    file: Vec<Exception<FileKey>>,
    function: Vec<Exception<FunctionKey>>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct FileKey {
    path: String,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct FunctionKey {
    path: String,
    name: String,
}

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let allowed: Exceptions = match exceptions::read(tree, EXCEPTIONS) {
        Ok(allowed) => allowed,
        Err(finding) => return vec![finding],
    };
    let mut files = Vec::new();
    let mut functions = Vec::new();
    for (path, text) in tree.texts_ending(".rs") {
        files.extend(long_file(path, text));
        functions.extend(long_functions(path, text));
    }
    let mut findings = exceptions::apply(files, &allowed.file, EXCEPTIONS);
    findings.extend(exceptions::apply(functions, &allowed.function, EXCEPTIONS));
    findings
}

fn long_file(path: &str, text: &str) -> Option<Objection<FileKey>> {
    let limit = if path.starts_with(SHORT.0) {
        SHORT.1
    } else {
        FILE_LINES
    };
    let lines = text.lines().count();
    (lines > limit).then(|| Objection {
        key: FileKey {
            path: path.to_owned(),
        },
        finding: Finding::new(
            path,
            limit + 1,
            format!("{lines} lines, {limit} allowed: split the file by meaning"),
        ),
    })
}

fn long_functions(path: &str, text: &str) -> Vec<Objection<FunctionKey>> {
    // What cannot be parsed is the compiler's to report.
    let Ok(file) = syn::parse_file(text) else {
        return Vec::new();
    };
    let mut functions = Functions::default();
    functions.visit_file(&file);
    let long = functions
        .found
        .into_iter()
        .filter(|function| function.lines > FUNCTION_LINES);
    long.map(|Function { name, line, lines }| {
        let message = format!("{name} has {lines} lines, {FUNCTION_LINES} allowed: take steps out of it");
        Objection {
            key: FunctionKey {
                path: path.to_owned(),
                name,
            },
            finding: Finding::new(path, line, message),
        }
    })
    .collect()
}

#[derive(Debug)]
struct Function {
    /// `name`, or `Type::name` in an `impl` or a trait.
    name: String,
    line: usize,
    lines: usize,
}

#[derive(Debug, Default)]
struct Functions {
    owner: Option<String>,
    found: Vec<Function>,
}

impl Functions {
    /// From `fn` to the closing brace; attributes and documentation do not count.
    fn add(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let name = signature.ident.to_string();
        let line = signature.fn_token.span.start().line;
        let end = body.span().end().line;
        let name = self
            .owner
            .as_ref()
            .map_or_else(|| name.clone(), |owner| format!("{owner}::{name}"));
        self.found.push(Function {
            name,
            line,
            lines: end + 1 - line,
        });
    }

    fn within(&mut self, owner: Option<String>, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.owner, owner);
        visit(self);
        self.owner = outer;
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        self.within(None, |this| syn::visit::visit_item_fn(this, function));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.within(type_name(&item.self_ty), |this| {
            syn::visit::visit_item_impl(this, item)
        });
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        self.within(None, |this| syn::visit::visit_impl_item_fn(this, function));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.within(Some(item.ident.to_string()), |this| {
            syn::visit::visit_item_trait(this, item)
        });
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.add(&function.sig, body);
        }
        self.within(None, |this| syn::visit::visit_trait_item_fn(this, function));
    }
}

fn type_name(kind: &syn::Type) -> Option<String> {
    match kind {
        syn::Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    fn lines(count: usize) -> String {
        "//\n".repeat(count)
    }

    /// A function of `count` lines, with a brace and a `fn` where only a parser knows them for text.
    fn function(name: &str, count: usize) -> String {
        format!(
            "fn {name}() {{\n    let brace = \"}} fn x() {{\"; // }}\n{}}}\n",
            lines(count - 3)
        )
    }

    #[test]
    fn files_stay_short() {
        finds(
            check,
            &[
                ("app/src/long.rs", &lines(501)),
                ("app/src/short.rs", &lines(500)),
                ("app/src/x.txt", &lines(900)),
                ("kit/db/src/long.rs", &lines(301)),
                ("kit/db/src/short.rs", &lines(300)),
            ],
            &[
                "app/src/long.rs:501: 501 lines, 500 allowed: split the file by meaning",
                "kit/db/src/long.rs:301: 301 lines, 300 allowed: split the file by meaning",
            ],
        );
    }

    #[test]
    fn functions_stay_short() {
        let methods = format!(
            "impl Shop {{\n{}}}\ntrait Door {{\n{}}}\n",
            function("sell", 81),
            function("open", 82)
        );
        finds(
            check,
            &[
                (
                    "a.rs",
                    &format!("/// Short.\n{}\n{}", function("short", 80), function("long", 81)),
                ),
                ("b.rs", &methods),
            ],
            &[
                "a.rs:83: long has 81 lines, 80 allowed: take steps out of it",
                "b.rs:2: Shop::sell has 81 lines, 80 allowed: take steps out of it",
                "b.rs:85: Door::open has 82 lines, 80 allowed: take steps out of it",
            ],
        );
    }

    #[test]
    fn a_reason_excuses() {
        let exceptions = "[[file]]\npath = \"a.rs\"\nreason = \"one table\"\n\
                          [[function]]\npath = \"b.rs\"\nname = \"long\"\nreason = \"one table\"\n";
        finds(
            check,
            &[
                ("a.rs", &lines(501)),
                ("b.rs", &function("long", 81)),
                (super::EXCEPTIONS, exceptions),
            ],
            &[],
        );
    }

    #[test]
    fn exceptions_are_used_and_reasoned() {
        let exceptions =
            "[[file]]\npath = \"a.rs\"\nreason = \" \"\n[[file]]\npath = \"b.rs\"\nreason = \"why\"\n";
        finds(
            check,
            &[
                ("a.rs", &lines(501)),
                ("b.rs", &lines(500)),
                (super::EXCEPTIONS, exceptions),
            ],
            &[
                "xtask/sizes.toml:1: FileKey { path: \"a.rs\" } is excused without a reason",
                "xtask/sizes.toml:1: FileKey { path: \"b.rs\" } needs no exception any more",
            ],
        );
    }

    #[test]
    fn exceptions_must_be_readable() {
        finds(
            check,
            &[(super::EXCEPTIONS, "[[file]]\npath = \"a.rs\"\n")],
            &["xtask/sizes.toml:1: missing field `reason`"],
        );
    }
}
