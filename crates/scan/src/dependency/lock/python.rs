//! Python's lock files in TOML: poetry, uv, pdm.

use gardefou_finding::Timestamp;

use super::toml::{Table, document, inner, items, needed, string, table, tables};
use super::{Ecosystem, Format, Listing, LockError, Package};
use crate::dependency::package::host;
use crate::dependency::{Origin, Requirement};

/// Reads the packages.
pub(super) fn read(text: &str, format: Format) -> Result<Listing, LockError> {
    let root = document(text)?;
    let known = ["package", "metadata", "version", "lock-version"];
    if !known.iter().any(|key| root.contains_key(*key)) {
        return Err(LockError::Shape("neither packages nor metadata", 0));
    }
    let mut listing = Listing::default();
    for (at, entry) in tables(&root, "package")? {
        let name = needed(entry, "name", at)?;
        let source = table(entry, "source");
        if format == Format::Uv && is_own(source) {
            listing
                .direct
                .get_or_insert_default()
                .extend(direct(entry)?);
            continue;
        }
        listing.packages.push(package(name, entry, source, at)?);
    }
    if format == Format::Poetry {
        old_hashes(&root, &mut listing.packages)?;
    }
    Ok(listing)
}

/// Whether uv's source says that the package is the work itself.
fn is_own(source: Option<&Table<'_>>) -> bool {
    let keys = ["virtual", "editable", "workspace", "directory"];
    source.is_some_and(|source| keys.iter().any(|key| source.contains_key(*key)))
}

fn package(
    name: &str,
    entry: &Table<'_>,
    source: Option<&Table<'_>>,
    at: usize,
) -> Result<Package, LockError> {
    let version = string(entry, "version")?.unwrap_or_default();
    let mut package = Package::new(Ecosystem::PyPi, name, version, at);
    package.origin = match source {
        Some(source) => origin(source)?,
        None => pdm_origin(entry)?,
    };
    if !matches!(package.origin, Origin::Unsaid | Origin::Registry(_)) {
        package.version.clear();
    }
    for list in ["wheels", "files"] {
        for file in items(entry, list)? {
            inner(file).map_or(Ok(()), |file| add_file(&mut package, file))?;
        }
    }
    if let Some(sdist) = table(entry, "sdist") {
        add_file(&mut package, sdist)?;
    }
    Ok(package)
}

/// Digest and time of one file.
fn add_file(package: &mut Package, file: &Table<'_>) -> Result<(), LockError> {
    package
        .integrity
        .extend(string(file, "hash")?.map(str::to_owned));
    let time = string(file, "upload-time")?.and_then(Timestamp::parse);
    let times = [package.published, time];
    package.published = times.into_iter().flatten().min();
    Ok(())
}

/// The source of uv (`registry`, `git`, `url`, `path`) and of poetry (`type`, `url`).
fn origin(source: &Table<'_>) -> Result<Origin, LockError> {
    if let Some(url) = string(source, "registry")? {
        return Ok(Origin::Registry(host(url).unwrap_or(url).to_owned()));
    }
    if let Some(url) = string(source, "git")? {
        return Ok(Origin::Git(url.to_owned()));
    }
    let url = string(source, "url")?;
    Ok(match (string(source, "type")?, url) {
        (Some("git"), Some(url)) => Origin::Git(url.to_owned()),
        (Some("url") | None, Some(url)) => Origin::Url(url.to_owned()),
        (Some("legacy"), Some(url)) => Origin::Registry(host(url).unwrap_or(url).to_owned()),
        _ => Origin::Local,
    })
}

/// pdm says other sources beside the version.
fn pdm_origin(entry: &Table<'_>) -> Result<Origin, LockError> {
    Ok(match (string(entry, "git")?, string(entry, "url")?) {
        (Some(url), _) => Origin::Git(url.to_owned()),
        (None, Some(url)) => Origin::Url(url.to_owned()),
        (None, None) if entry.contains_key("path") => Origin::Local,
        (None, None) => Origin::Unsaid,
    })
}

/// What uv's own package asks for.
fn direct(entry: &Table<'_>) -> Result<Vec<Requirement>, LockError> {
    let none = Vec::new();
    let list = match table(entry, "metadata") {
        Some(metadata) => tables(metadata, "requires-dist")?,
        None => none,
    };
    let requirement = |(at, one): (usize, &Table<'_>)| {
        Ok(Requirement {
            name: needed(one, "name", at)?.to_owned(),
            range: string(one, "specifier")?.unwrap_or_default().to_owned(),
            is_optional: one.contains_key("marker"),
            at,
        })
    };
    list.into_iter().map(requirement).collect()
}

/// Before poetry 1.3, digests lay together in `[metadata.files]`.
fn old_hashes(root: &Table<'_>, packages: &mut [Package]) -> Result<(), LockError> {
    let Some(files) = table(root, "metadata").and_then(|metadata| table(metadata, "files")) else {
        return Ok(());
    };
    for package in packages
        .iter_mut()
        .filter(|package| package.integrity.is_empty())
    {
        for file in items(files, &package.name)? {
            inner(file).map_or(Ok(()), |file| add_file(package, file))?;
        }
    }
    Ok(())
}
