//! npm's `package-lock.json`, versions 1, 2 and 3
//! (<https://docs.npmjs.com/cli/configuring-npm/package-lock-json>).

use super::json::{Members, Value};
use super::{Ecosystem, Listing, LockError, Package};
use crate::dependency::{
    Origin, Requirement,
    names::{is_npm_registry, npm_file},
};

/// How deep version 1 nests dependencies.
const MAX_DEPTH: usize = 32;

/// Reads the packages: of `packages` where it is there, else of `dependencies`.
pub(super) fn read(text: &str) -> Result<Listing, LockError> {
    let root = Value::whole(text)?.members()?;
    let version = root
        .get("lockfileVersion")
        .map_or("1", |value| value.typed());
    if !matches!(version, "1" | "2" | "3") {
        return Err(LockError::Unknown(version.to_owned()));
    }
    let mut listing = Listing::default();
    match root.get("packages") {
        Some(packages) => flat(&packages.members()?, &mut listing)?,
        None => nested(&root.members("dependencies")?, 0, &mut listing.packages)?,
    }
    Ok(listing)
}

/// Versions 2 and 3: paths to packages; the empty path is the project.
fn flat(packages: &Members<'_>, listing: &mut Listing) -> Result<(), LockError> {
    for (path, value) in packages.iter() {
        let members = value.members()?;
        if path.is_empty() {
            listing.direct = Some(direct(&members)?);
            continue;
        }
        let Some((_, name)) = path.rsplit_once("node_modules/") else {
            continue; // a workspace: part of the same work
        };
        if members.get("link").is_some_and(|link| link.is_true()) {
            continue;
        }
        let name = members.string("name")?.unwrap_or_else(|| name.to_owned());
        listing.packages.push(package(&name, &members, value.at())?);
    }
    Ok(())
}

/// Version 1: dependencies inside dependencies.
fn nested(list: &Members<'_>, depth: usize, out: &mut Vec<Package>) -> Result<(), LockError> {
    for (name, value) in list.iter() {
        if depth > MAX_DEPTH {
            return Err(LockError::Shape("nested deeper than is read", value.at()));
        }
        let members = value.members()?;
        out.push(package(name, &members, value.at())?);
        nested(&members.members("dependencies")?, depth + 1, out)?;
    }
    Ok(())
}

fn package(name: &str, members: &Members<'_>, at: usize) -> Result<Package, LockError> {
    let version = members.string("version")?.unwrap_or_default();
    let resolved = members
        .get("resolved")
        .filter(|value| value.typed() != "false");
    let resolved = resolved.map(|value| value.string()).transpose()?;
    // Version 1 names other sources, and aliases, where the version stands.
    let (name, version, place) = match version
        .strip_prefix("npm:")
        .and_then(|v| v.rsplit_once('@'))
    {
        Some((real, version)) => (real.to_owned(), version.to_owned(), resolved),
        None if version.contains(':') => {
            (name.to_owned(), String::new(), resolved.or(Some(version)))
        }
        None => (name.to_owned(), version, resolved),
    };
    let mut package = Package::new(Ecosystem::Npm, &name, &version, at);
    package.served = place.as_deref().and_then(npm_file);
    package.origin = place.map_or(Origin::Unsaid, |url| Origin::of_url(&url, is_npm_registry));
    // What another package brings inside its own file has no file.
    if ["inBundle", "bundled"]
        .iter()
        .any(|key| members.get(key).is_some_and(|value| value.is_true()))
    {
        package.origin = Origin::Unsaid;
        package.is_inside = true;
    }
    let integrity = members.string("integrity")?.unwrap_or_default();
    package.integrity = integrity.split_whitespace().map(str::to_owned).collect();
    Ok(package)
}

fn direct(root: &Members<'_>) -> Result<Vec<Requirement>, LockError> {
    let mut list = Vec::new();
    for (section, is_optional) in [
        ("dependencies", false),
        ("devDependencies", false),
        ("optionalDependencies", true),
    ] {
        for (name, value) in root.members(section)?.iter() {
            list.push(Requirement {
                name: name.to_owned(),
                range: value.string()?,
                is_optional,
                at: value.at(),
            });
        }
    }
    Ok(list)
}
