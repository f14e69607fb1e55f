//! Maven's `pom.xml` (<https://maven.apache.org/pom.html>), as far as the file
//! itself says: parents and imported lists of versions are not there.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::xml::{child, document, text};
use super::{Ecosystem, Listing, LockError, Package};

/// How often a property may lead to another.
const MAX_STEPS: usize = 8;

/// Reads the dependencies and plugins; versions that the file does not say are empty.
pub(super) fn read(source: &str) -> Result<Listing, LockError> {
    let document = document(source)?;
    let root = document.root_element();
    if root.tag_name().name() != "project" {
        return Err(LockError::Shape("no `project`", root.range().start));
    }
    let properties = properties(root);
    let mut listing = Listing::default();
    for node in root.descendants().filter(Node::is_element) {
        let group = match node.tag_name().name() {
            "dependency" | "extension" => text(node, "groupId"),
            "plugin" | "parent" => text(node, "groupId").or(Some("org.apache.maven.plugins")),
            _ => continue,
        };
        let (Some(group), Some(artifact)) = (group, text(node, "artifactId")) else {
            continue; // configuration of a plugin uses the same words
        };
        let name = format!(
            "{}:{}",
            filled(group, &properties),
            filled(artifact, &properties)
        );
        let version = filled(text(node, "version").unwrap_or_default(), &properties);
        let exact = if version.contains(['$', '[', '(', ',']) {
            ""
        } else {
            &version
        };
        listing.packages.push(Package::new(
            Ecosystem::Maven,
            &name,
            exact,
            node.range().start,
        ));
    }
    Ok(listing)
}

fn properties(root: Node<'_, '_>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for node in child(root, "properties")
        .into_iter()
        .flat_map(|node| node.children())
    {
        let value = node.text().unwrap_or_default().trim();
        all.insert(node.tag_name().name().to_owned(), value.to_owned());
    }
    let parent = child(root, "parent");
    for name in ["groupId", "version", "artifactId"] {
        let own = text(root, name).or_else(|| parent.and_then(|parent| text(parent, name)));
        if let Some(value) = own {
            all.insert(format!("project.{name}"), value.to_owned());
        }
    }
    all
}

/// A text with its properties filled in, as far as they are known.
fn filled(text: &str, properties: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for _ in 0..MAX_STEPS {
        let Some((head, rest)) = text.split_once("${") else {
            break;
        };
        let Some((name, tail)) = rest.split_once('}') else {
            break;
        };
        let Some(value) = properties.get(name).filter(|value| value.len() < 256) else {
            break;
        };
        text = format!("{head}{value}{tail}");
    }
    text
}
