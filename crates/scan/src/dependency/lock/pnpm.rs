//! pnpm's `pnpm-lock.yaml`, versions 5, 6 and 9 (<https://github.com/pnpm/spec>).

use super::yaml::{document, text};
use super::{Ecosystem, Listing, LockError, Package};
use crate::check::Node;
use crate::dependency::{Origin, names::is_npm_registry};

/// Reads the packages.
pub(super) fn read(source: &str) -> Result<Listing, LockError> {
    let root = document(source)?;
    let version = text(&root, "lockfileVersion").unwrap_or_default();
    let major = version.split('.').next().unwrap_or_default();
    if !matches!(major, "5" | "6" | "9") {
        return Err(LockError::Unknown(version.to_owned()));
    }
    let mut listing = Listing::default();
    for (key, value) in root.get("packages").map_or(&[][..], Node::pairs) {
        listing.packages.push(package(key, value, major)?);
    }
    Ok(listing)
}

fn package(key: &Node, value: &Node, major: &str) -> Result<Package, LockError> {
    let path = key.text().unwrap_or_default();
    let nothing = LockError::Shape("a package without name or version", key.at);
    let (name, version) = split(path, major).ok_or(nothing)?;
    let name = text(value, "name").unwrap_or(name);
    let version = text(value, "version").unwrap_or(version);
    let is_place = version.contains(':') || version.contains('/');
    let mut package = Package::new(
        Ecosystem::Npm,
        name,
        if is_place { "" } else { version },
        key.at,
    );
    let resolution = value.get("resolution");
    let said = |field: &str| resolution.and_then(|node| text(node, field));
    package.integrity = said("integrity").into_iter().map(str::to_owned).collect();
    let place = said("tarball").or_else(|| said("repo"));
    package.origin = match place.or(is_place.then_some(version)) {
        Some(url) if said("repo").is_some() => Origin::Git(url.to_owned()),
        Some(url) => Origin::of_url(url, is_npm_registry),
        None => Origin::Unsaid,
    };
    Ok(package)
}

/// Name and version of a key: `/name/1.0.0_peers`, `/name@1.0.0(peers)`, `name@1.0.0`.
fn split<'a>(path: &'a str, major: &str) -> Option<(&'a str, &'a str)> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.split_once('(').map_or(path, |(head, _)| head);
    let tail = usize::from(path.starts_with('@'));
    let at = if major == "5" && !path.contains("://") {
        path.rfind('/')?
    } else {
        path.get(tail..)?.find('@')? + tail
    };
    let (name, version) = (path.get(..at)?, path.get(at + 1..)?);
    let version = match major {
        "5" => version.split_once('_').map_or(version, |(head, _)| head),
        _ => version,
    };
    (!name.is_empty() && !version.is_empty()).then_some((name, version))
}
