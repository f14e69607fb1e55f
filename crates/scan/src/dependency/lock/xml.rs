//! XML with places; document types, and with them entities, are refused.

use roxmltree::{Document, Node, ParsingOptions};

use super::LockError;

/// Most nodes of one file.
const MAX_NODES: u32 = 2_000_000;

/// The document of a text.
pub(super) fn document(text: &str) -> Result<Document<'_>, LockError> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options)
        .map_err(|error| LockError::Syntax(error.to_string()))
}

/// The child element of this local name.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children()
        .find(|child| child.tag_name().name() == name)
}

/// The trimmed text of a child element.
pub(super) fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)
        .and_then(|child| child.text())
        .map(str::trim)
}
