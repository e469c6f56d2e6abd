//! What a parser would build of a markup, found by having it build nothing.

use std::{borrow::Cow, cell::Cell, rc::Rc};

use html5ever::{
    Attribute, ExpandedName, ParseOpts, Parser, QualName, local_name, ns, parse_fragment,
    tendril::{StrTendril, TendrilSink as _},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
};

/// Elements and attributes, those among them that HTML repeats in each paragraph until they are closed.
const MAX_BUILT: usize = 50_000;
const MAX_DEPTH: usize = 100;
/// The parser is stopped between two pieces only.
const PIECE: usize = 512;

/// Whether far more would be built than was written, or all of it inside one another: what a parser does for an element
/// takes as long as elements are open. Parses like `ammonia`, which would not stop.
pub(super) fn is_too_much(text: &str) -> bool {
    let mut parser = parser();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        parser.process(StrTendril::from(piece));
        if parser.tokenizer.sink.sink.is_too_much() {
            return true;
        }
        rest = after;
    }
    false
}

fn parser() -> Parser<Growth> {
    let name = |local| QualName::new(None, ns!(html), local);
    let growth = Growth {
        document: Rc::new(Node {
            name: name(local_name!("html")),
            depth: Cell::new(0),
        }),
        built: Cell::new(0),
        merged: Cell::new(0),
        deepest: Cell::new(0),
    };
    parse_fragment(
        growth,
        ParseOpts::default(),
        name(local_name!("div")),
        Vec::new(),
        false,
    )
}

/// Takes what a parser builds, and keeps how much it was.
struct Growth {
    document: Rc<Node>,
    built: Cell<usize>,
    /// Attributes that were given to an element later, which are compared with those that it has.
    merged: Cell<usize>,
    deepest: Cell<usize>,
}

/// As much of an element as the parser asks for, and how deep it stands.
struct Node {
    name: QualName,
    depth: Cell<usize>,
}

impl Growth {
    fn is_too_much(&self) -> bool {
        self.built.get() > MAX_BUILT || self.deepest.get() > MAX_DEPTH
    }

    fn build(&self, name: QualName, size: usize) -> Rc<Node> {
        self.built.set(self.built.get() + size);
        Rc::new(Node {
            name,
            depth: Cell::new(0),
        })
    }

    fn place(&self, child: NodeOrText<Rc<Node>>, depth: usize) {
        if let NodeOrText::AppendNode(node) = child {
            node.depth.set(depth);
            self.deepest.set(self.deepest.get().max(depth));
        }
    }
}

impl TreeSink for Growth {
    type Handle = Rc<Node>;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Rc<Node> {
        Rc::clone(&self.document)
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Node>) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Rc<Node> {
        self.build(name, 1 + attributes.len())
    }

    fn create_comment(&self, _: StrTendril) -> Rc<Node> {
        self.build(self.document.name.clone(), 1)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Rc<Node> {
        self.build(self.document.name.clone(), 1)
    }

    fn append(&self, parent: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        self.place(child, parent.depth.get() + 1);
    }

    /// What may not stand in a table stands beside it, and is as long to go through as if it stood there.
    fn append_based_on_parent_node(&self, table: &Rc<Node>, _: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        self.place(child, table.depth.get() + 1);
    }

    fn append_before_sibling(&self, sibling: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        self.place(child, sibling.depth.get() + 1);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Rc<Node>) -> Rc<Node> {
        Rc::clone(target)
    }

    fn same_node(&self, one: &Rc<Node>, other: &Rc<Node>) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn add_attrs_if_missing(&self, _: &Rc<Node>, attributes: Vec<Attribute>) {
        self.merged.set(self.merged.get() + attributes.len());
        self.built.set(self.built.get() + self.merged.get());
    }

    fn remove_from_parent(&self, _: &Rc<Node>) {}

    fn reparent_children(&self, _: &Rc<Node>, _: &Rc<Node>) {}
}
