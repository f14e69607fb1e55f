//! Gradle's `gradle.lockfile` and `verification-metadata.xml`
//! (<https://docs.gradle.org/current/userguide/dependency_locking.html>,
//! <https://docs.gradle.org/current/userguide/dependency_verification.html>).

use roxmltree::Node;

use super::xml::document;
use super::{Ecosystem, Listing, LockError, Package};

/// Reads `group:artifact:version=configurations` lines.
pub(super) fn lock(text: &str) -> Result<Listing, LockError> {
    let mut listing = Listing::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let package = coordinates(line, start);
        listing
            .packages
            .push(package.ok_or(LockError::Shape("a line that is no module", start))?);
    }
    Ok(listing)
}

fn coordinates(line: &str, at: usize) -> Option<Package> {
    let (module, _) = line.split_once('=')?;
    let (name, version) = module.rsplit_once(':')?;
    let is_module = name.split(':').filter(|part| !part.is_empty()).count() == 2;
    is_module.then(|| Package::new(Ecosystem::Maven, name, version, at))
}

/// Reads the components with the digests of their files.
pub(super) fn verification(text: &str) -> Result<Listing, LockError> {
    let document = document(text)?;
    let root = document.root_element();
    if root.tag_name().name() != "verification-metadata" {
        return Err(LockError::Shape(
            "no `verification-metadata`",
            root.range().start,
        ));
    }
    let mut listing = Listing::default();
    for node in root
        .descendants()
        .filter(|node| node.tag_name().name() == "component")
    {
        let (Some(group), Some(name), Some(version)) = (
            node.attribute("group"),
            node.attribute("name"),
            node.attribute("version"),
        ) else {
            return Err(LockError::Shape(
                "a component without a name",
                node.range().start,
            ));
        };
        let name = format!("{group}:{name}");
        let mut package = Package::new(Ecosystem::Maven, &name, version, node.range().start);
        package.integrity = digests(node);
        listing.packages.push(package);
    }
    Ok(listing)
}

fn digests(component: Node<'_, '_>) -> Vec<String> {
    let is_digest = |node: &Node<'_, '_>| node.tag_name().name().starts_with("sha");
    let digest = |node: Node<'_, '_>| {
        let value = node.attribute("value")?;
        Some(format!("{}:{value}", node.tag_name().name()))
    };
    component
        .descendants()
        .filter(is_digest)
        .filter_map(digest)
        .collect()
}
