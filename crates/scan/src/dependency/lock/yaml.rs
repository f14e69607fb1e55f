//! YAML with places, through the reader of workflows.

use super::LockError;
use crate::check::{Node, Value, node_within};

/// Most nodes of one lock file.
const MAX_NODES: usize = 4_000_000;

/// The document of a text; aliases and repeated keys, which no tool writes into
/// a lock file, are errors.
pub(super) fn document(text: &str) -> Result<Node, LockError> {
    let root = node_within(text, MAX_NODES).map_err(LockError::Syntax)?;
    plain(&root)?;
    Ok(root)
}

fn plain(node: &Node) -> Result<(), LockError> {
    match &node.value {
        Value::Alias => Err(LockError::Shape("an alias", node.at)),
        Value::Text(_) => Ok(()),
        Value::List(items) => items.iter().try_for_each(plain),
        Value::Map(pairs) => {
            let mut keys: Vec<&str> = pairs.iter().filter_map(|(key, _)| key.text()).collect();
            if keys.len() != pairs.len() {
                return Err(LockError::Shape("a key that is no text", node.at));
            }
            keys.sort_unstable();
            let twice = keys.windows(2).find(|pair| pair.first() == pair.last());
            if let Some(key) = twice.and_then(|pair| pair.first()) {
                return Err(LockError::Twice((*key).to_owned()));
            }
            pairs.iter().try_for_each(|(_, value)| plain(value))
        }
    }
}

/// The text of a member.
pub(super) fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    node.get(name).and_then(Node::text)
}
