//! Rust read as tokens, which sees inside macros and never mistakes a comment or a text for code.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A call `name!(… "text" …)` with all texts in its arguments.
#[derive(Debug)]
pub(crate) struct TextMacro {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// The calls of the macros `names` in `source`, wherever they stand. What is not Rust holds none: the compiler says so.
pub(crate) fn text_macros(source: &str, names: &[&str]) -> Vec<TextMacro> {
    let mut found = Vec::new();
    each_window(source, &mut |window| {
        if let [
            TokenTree::Ident(name),
            TokenTree::Punct(mark),
            TokenTree::Group(arguments),
        ] = window
            && mark.as_char() == '!'
            && names.iter().any(|wanted| name == wanted)
        {
            let line = name.span().start().line;
            let text = texts(arguments.stream()).join(" ");
            found.push(TextMacro {
                name: name.to_string(),
                line,
                text,
            });
        }
    });
    found
}

/// Lines on which `name` stands as a type or an import; `Name(…)`, a variant of that name, does not count.
pub(crate) fn lines_naming(source: &str, name: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    each_window(source, &mut |window| {
        if let [TokenTree::Ident(ident), rest @ ..] = window
            && ident == name
            && !is_parenthesis(rest.first())
        {
            lines.push(ident.span().start().line);
        }
    });
    lines
}

/// Lines that call a method: `.name(…)`.
pub(crate) fn lines_calling(source: &str, name: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    each_window(source, &mut |window| {
        if let [TokenTree::Punct(dot), TokenTree::Ident(ident), arguments] = window
            && dot.as_char() == '.'
            && ident == name
            && is_parenthesis(Some(arguments))
        {
            lines.push(ident.span().start().line);
        }
    });
    lines
}

/// A test's first line of documentation.
#[derive(Debug)]
pub(crate) struct DocumentedTest {
    pub(crate) line: usize,
    pub(crate) doc: String,
}

/// The documented tests of a file: functions with a test's attribute, or within a macro that makes tests of them.
pub(crate) fn documented_tests(source: &str) -> Vec<DocumentedTest> {
    let mut found = Vec::new();
    if let Ok(tokens) = TokenStream::from_str(source) {
        documented_tests_in(tokens, false, &mut found);
    }
    found
}

fn documented_tests_in(tokens: TokenStream, in_macro: bool, found: &mut Vec<DocumentedTest>) {
    let (mut doc, mut is_test, mut last) = (None, in_macro, ' ');
    for token in tokens {
        match &token {
            TokenTree::Group(group) if last == '#' => {
                is_test |= group.stream().into_iter().any(|part| part.to_string() == "test");
                if doc.is_none() && group.stream().to_string().starts_with("doc =") {
                    let doc_text = texts(group.stream()).join(" ").trim().to_owned();
                    doc = Some(DocumentedTest {
                        line: group.span_open().start().line,
                        doc: doc_text,
                    });
                }
            }
            TokenTree::Group(group) => {
                documented_tests_in(group.stream(), last == '!', found);
                // What ends an item ends what was said of it; `pub(crate)` does not.
                if group.delimiter() == Delimiter::Brace {
                    (doc, is_test) = (None, in_macro);
                }
            }
            TokenTree::Ident(word) if word == "fn" => {
                found.extend(doc.take().filter(|_| is_test));
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => (doc, is_test) = (None, in_macro),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        last = match &token {
            TokenTree::Punct(mark) => mark.as_char(),
            _ => ' ',
        };
    }
}

fn is_parenthesis(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

/// Shows every run of up to three neighbouring tokens, in every group.
fn each_window(source: &str, visit: &mut dyn FnMut(&[TokenTree])) {
    if let Ok(tokens) = TokenStream::from_str(source) {
        each_window_in(tokens, visit);
    }
}

fn each_window_in(tokens: TokenStream, visit: &mut dyn FnMut(&[TokenTree])) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let end = tokens.len().min(index + 3);
        visit(tokens.get(index..end).unwrap_or_default());
        if let TokenTree::Group(group) = token {
            each_window_in(group.stream(), visit);
        }
    }
}

fn texts(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(texts(group.stream())),
            TokenTree::Literal(literal) => {
                let text = syn::parse_str::<syn::LitStr>(&literal.to_string());
                found.extend(text.map(|text| text.value()));
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r##"
        //! sql!("in a comment")
        use stoa_db::{Cx, Db};
        enum Error { Db(DbError), Text(&'static str) }
        fn run(db: &Db) -> Result<(), Error> {
            let text = "sql!(\"in a text\") Db";
            assert!(one(sql!("SELECT 1")) == two(sql!(r#"SELECT "x""#)));
            other!("SELECT 3")?;
            state.db().begin(); state.db; db(1);
            Err(Self::Db(error))
        }
    "##;

    #[test]
    fn finds_calls_inside_other_macros() {
        let found = text_macros(SOURCE, &["sql"]);
        let found: Vec<(usize, &str)> = found.iter().map(|call| (call.line, call.text.as_str())).collect();
        assert_eq!(found, [(7, "SELECT 1"), (7, "SELECT \"x\"")]);
    }

    #[test]
    fn finds_what_tests_say_first() {
        let source = "/// A\n/// B\n#[tokio::test]\nasync fn a() {}\n/// C\nfn helper() {}\n\
                      on_both! { a::b; /// D\n async fn d(x: X) { y() } }\n\
                      /// E\nconst E: u8 = 1;\n#[test]\npub(crate) fn plain() {}";
        let found: Vec<_> = documented_tests(source)
            .into_iter()
            .map(|test| (test.line, test.doc))
            .collect();
        assert_eq!(found, [(1, "A".to_owned()), (7, "D".to_owned())]);
    }

    #[test]
    fn finds_names_and_method_calls() {
        assert_eq!(lines_naming(SOURCE, "Db"), [3, 5]);
        assert_eq!(lines_calling(SOURCE, "db"), [9]);
    }
}
