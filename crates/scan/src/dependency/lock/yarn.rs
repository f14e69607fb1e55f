//! yarn's `yarn.lock`: classic, which is a format of its own, and berry, which is YAML.

use super::yaml::{document, text};
use super::{Ecosystem, Listing, LockError, Package};
use crate::check::Node;
use crate::dependency::{
    Origin,
    names::{is_npm_registry, npm_file},
};

/// Reads the packages of either.
pub(super) fn read(source: &str) -> Result<Listing, LockError> {
    if source.contains("\n__metadata:") || source.starts_with("__metadata:") {
        return berry(source);
    }
    classic(source)
}

fn berry(source: &str) -> Result<Listing, LockError> {
    let root = document(source)?;
    let mut listing = Listing::default();
    for (key, value) in root.pairs() {
        if key.text() == Some("__metadata") {
            continue;
        }
        let resolution = text(value, "resolution");
        let resolution =
            resolution.ok_or(LockError::Shape("a package without resolution", key.at))?;
        let parts =
            split(resolution).ok_or(LockError::Shape("a resolution that names nothing", key.at))?;
        let Some(package) = resolved(parts, value, key.at) else {
            continue;
        };
        listing.packages.push(package);
    }
    Ok(listing)
}

/// A package of berry; `None` for what lies in the same work.
fn resolved((name, place): (&str, &str), value: &Node, at: usize) -> Option<Package> {
    let (scheme, rest) = place.split_once(':').unwrap_or(("npm", place));
    let mut package = Package::new(Ecosystem::Npm, name, "", at);
    match scheme {
        "npm" | "patch" => package.version = text(value, "version").unwrap_or_default().to_owned(),
        "workspace" | "link" | "portal" | "file" => return None,
        "https" | "http" if !place.contains(".git") => {
            package.origin = Origin::Url(place.to_owned())
        }
        _ => package.origin = Origin::Git(place.to_owned()),
    }
    if let Some((_, url)) = rest.split_once("__archiveUrl=") {
        package.origin = Origin::Url(url.replace("%3A", ":").replace("%2F", "/"));
    }
    package.integrity = text(value, "checksum")
        .into_iter()
        .map(str::to_owned)
        .collect();
    Some(package)
}

/// Name and the rest of `name@rest`, where a name may begin with `@`.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let skip = usize::from(text.starts_with('@'));
    let at = text.get(skip..)?.find('@')? + skip;
    Some((text.get(..at)?, text.get(at + 1..)?)).filter(|(name, _)| !name.is_empty())
}

/// Classic: heads at the margin, fields below by two blanks.
fn classic(source: &str) -> Result<Listing, LockError> {
    let mut listing = Listing::default();
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        if line.is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            let name = head(line).ok_or(LockError::Shape("a line that is no package", start))?;
            listing
                .packages
                .push(Package::new(Ecosystem::Npm, name, "", start));
        } else {
            let open = listing.packages.last_mut();
            let package = open.ok_or(LockError::Shape("a field without a package", start))?;
            field(package, line);
        }
    }
    match listing
        .packages
        .iter()
        .find(|package| package.version.is_empty())
    {
        Some(package) => Err(LockError::Shape("a package without version", package.at)),
        None => Ok(listing),
    }
}

/// The name of a head: the aliased one in `a@npm:b@^1`.
fn head(line: &str) -> Option<&str> {
    let first = line.strip_suffix(':')?.split(", ").next()?;
    let (name, range) = split(first.trim_matches('"'))?;
    let alias = range.strip_prefix("npm:").and_then(split);
    Some(alias.map_or(name, |(real, _)| real))
}

fn field(package: &mut Package, line: &str) {
    let Some(line) = line
        .strip_prefix("  ")
        .filter(|line| !line.starts_with(' '))
    else {
        return;
    };
    let Some((key, value)) = line.split_once(' ') else {
        return;
    };
    let value = value.trim_matches('"');
    match key {
        "version" => package.version = value.to_owned(),
        "integrity" => package.integrity = value.split(' ').map(str::to_owned).collect(),
        "resolved" => {
            package.served = npm_file(value);
            let (url, digest) = value.split_once('#').unwrap_or((value, ""));
            package.origin = Origin::of_url(value, is_npm_registry);
            let is_sha1 = digest.len() == 40 && package.integrity.is_empty();
            if is_sha1 && !matches!(package.origin, Origin::Git(_)) {
                package.integrity = vec![format!("sha1:{digest}")];
                package.origin = Origin::of_url(url, is_npm_registry);
            }
        }
        _ => {}
    }
}
