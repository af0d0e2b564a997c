//! A page as a browser reads it.

use std::collections::BTreeMap;
use std::rc::Rc;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// An element of a page, in the order of the page.
#[derive(Clone, Debug)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    /// All text inside, as one.
    pub text: String,
    /// Where its ancestors stand in the list, the nearest first.
    pub ancestors: Vec<usize>,
}

impl Element {
    /// "" when it is absent.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.attributes.contains_key(name)
    }
}

/// All elements of a page.
pub fn elements(page: &str) -> Vec<Element> {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(page);
    let mut all = Vec::new();
    walk(&dom.document, &[], &mut all);
    all
}

fn walk(node: &Handle, ancestors: &[usize], all: &mut Vec<Element>) -> String {
    let place = all.len();
    let mut inside = ancestors.to_vec();
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow().iter().map(|one| (one.name.local.to_string(), one.value.to_string())).collect();
        let element =
            Element { name: name.local.to_string(), attributes, text: String::new(), ancestors: ancestors.to_vec() };
        all.push(element);
        inside.insert(0, place);
    }
    let mut text = String::new();
    if let NodeData::Text { contents } = &node.data {
        text.push_str(&contents.borrow());
    }
    let children: Vec<Rc<_>> = node.children.borrow().clone();
    for child in &children {
        text.push_str(&walk(child, &inside, all));
    }
    if let NodeData::Element { .. } = node.data {
        all[place].text.clone_from(&text);
    }
    text
}
