//! NuGet's `packages.lock.json` and `packages.config`.

use super::json::Value;
use super::xml::document;
use super::{Ecosystem, Listing, LockError, Package};

/// Reads the packages of every framework, each version once.
pub(super) fn lock(text: &str) -> Result<Listing, LockError> {
    let root = Value::whole(text)?.members()?;
    let version = root.get("version").map_or("", |value| value.typed());
    if !matches!(version, "1" | "2") {
        return Err(LockError::Unknown(version.to_owned()));
    }
    let mut listing = Listing::default();
    for (_, framework) in root.members("dependencies")?.iter() {
        for (name, value) in framework.members()?.iter() {
            let members = value.members()?;
            if members.string("type")?.as_deref() == Some("Project") {
                continue;
            }
            let version = members.string("resolved")?.unwrap_or_default();
            let mut package = Package::new(Ecosystem::NuGet, name, &version, value.at());
            let hash = members.string("contentHash")?;
            package.integrity = hash
                .map(|hash| format!("sha512:{hash}"))
                .into_iter()
                .collect();
            listing.packages.push(package);
        }
    }
    let key = |package: &Package| (package.name.clone(), package.version.clone());
    listing
        .packages
        .sort_by_key(|package| (key(package), package.at));
    listing.packages.dedup_by_key(|package| key(package));
    Ok(listing)
}

/// Reads `<package id= version= />` elements.
pub(super) fn config(text: &str) -> Result<Listing, LockError> {
    let document = document(text)?;
    let root = document.root_element();
    if root.tag_name().name() != "packages" {
        return Err(LockError::Shape("no `packages`", root.range().start));
    }
    let mut listing = Listing::default();
    for node in root.children().filter(|node| node.is_element()) {
        let at = node.range().start;
        let (Some(name), Some(version)) = (node.attribute("id"), node.attribute("version")) else {
            return Err(LockError::Shape("a package without name or version", at));
        };
        listing
            .packages
            .push(Package::new(Ecosystem::NuGet, name, version, at));
    }
    Ok(listing)
}
