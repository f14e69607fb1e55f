//! pip's `requirements.txt`
//! (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>).

use super::{Ecosystem, Listing, LockError, Package};
use crate::dependency::Origin;

/// Reads the packages; those that are not pinned have no version.
pub(super) fn read(text: &str) -> Result<Listing, LockError> {
    let mut listing = Listing::default();
    for (at, line) in logical(text) {
        let line = without_comment(&line);
        if line.is_empty() || is_option(line) {
            continue;
        }
        let package = requirement(line, at);
        listing
            .packages
            .push(package.ok_or(LockError::Shape("a line that is no requirement", at))?);
    }
    Ok(listing)
}

/// Lines with those that a backslash continues, and where each begins.
fn logical(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let (mut at, mut goes_on) = (0, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        let (body, continues) = match line.strip_suffix('\\') {
            Some(body) => (body, true),
            None => (line, false),
        };
        match lines.last_mut().filter(|_| goes_on) {
            Some((_, open)) => open.push_str(body),
            None => lines.push((start, body.to_owned())),
        }
        goes_on = continues;
    }
    lines
}

fn without_comment(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') {
        return "";
    }
    line.split_once(" #").map_or(line, |(head, _)| head).trim()
}

/// Options of pip, but for those that name a package.
fn is_option(line: &str) -> bool {
    line.starts_with('-') && !line.starts_with("-e") && !line.starts_with("--editable")
}

/// One requirement (PEP 508, and pip's bare URLs and paths).
pub(super) fn requirement(line: &str, at: usize) -> Option<Package> {
    let (line, hashes) = split_hashes(line);
    let line = line
        .trim_start_matches("--editable")
        .trim_start_matches("-e")
        .trim();
    let body = line.split_once(';').map_or(line, |(head, _)| head).trim();
    let mut package = match body.split_once('@') {
        Some((name, url)) if is_name(bare(name)) => place(bare(name), url.trim(), at),
        _ if is_place(body) => place(&egg(body), body, at),
        _ => named(body, at)?,
    };
    package.integrity = hashes;
    Some(package)
}

fn split_hashes(line: &str) -> (&str, Vec<String>) {
    let mut parts = line.split(" --");
    let head = parts.next().unwrap_or_default();
    let hashes = parts.filter_map(|option| option.trim().strip_prefix("hash="));
    (head.trim(), hashes.map(str::to_owned).collect())
}

fn is_place(text: &str) -> bool {
    let is_file = [".whl", ".zip", ".tar.gz"]
        .iter()
        .any(|end| text.ends_with(end));
    text.contains("://") || text.starts_with(['.', '/']) || is_file
}

fn place(name: &str, url: &str, at: usize) -> Package {
    let mut package = Package::new(Ecosystem::PyPi, name, "", at);
    package.origin = Origin::of_url(url, |_| false);
    package
}

/// The name that a URL's fragment says, else its last part.
fn egg(url: &str) -> String {
    let fragment = url.split_once("#egg=").map(|(_, egg)| egg);
    let last = || url.trim_end_matches('/').rsplit('/').next();
    let name = fragment.or_else(last).unwrap_or(url);
    name.split(['&', '[']).next().unwrap_or(name).to_owned()
}

fn named(body: &str, at: usize) -> Option<Package> {
    let end = body
        .find(|c: char| "<>=!~ ([".contains(c))
        .unwrap_or(body.len());
    let (name, rest) = body.split_at_checked(end)?;
    let rest = rest.split_once(']').map_or(rest, |(_, rest)| rest);
    let rest = rest.trim().trim_matches(['(', ')']).trim();
    let sound = is_name(name) && (rest.is_empty() || rest.starts_with(['<', '>', '=', '!', '~']));
    if !sound {
        return None;
    }
    let pinned = rest.strip_prefix("===").or_else(|| rest.strip_prefix("=="));
    let exact = pinned.map(str::trim).filter(|v| !v.contains([',', '*']));
    Some(Package::new(Ecosystem::PyPi, name, exact.unwrap_or(""), at))
}

/// A name without its extras.
fn bare(name: &str) -> &str {
    name.split_once('[').map_or(name, |(head, _)| head).trim()
}

pub(super) fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && name.chars().all(is_part)
}
