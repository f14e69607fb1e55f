//! What manifests ask for, to be compared with their lock files.

use super::json::Value;
use super::toml::{Table, document, inner, items, string, table, text};
use super::{Ecosystem, Format, LockError, requirements};
use crate::dependency::Requirement;

/// A manifest that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// `package.json`.
    Npm,
    /// `Cargo.toml`.
    Cargo,
    /// `pyproject.toml`.
    Python,
    /// `composer.json`.
    Composer,
}

impl Manifest {
    /// The manifest beside a lock file of this format, and its name.
    pub(crate) fn of(format: Format) -> Option<(Self, &'static str)> {
        Some(match format {
            Format::Npm | Format::Pnpm | Format::Yarn => (Self::Npm, "package.json"),
            Format::Cargo => (Self::Cargo, "Cargo.toml"),
            Format::Poetry | Format::Uv | Format::Pdm => (Self::Python, "pyproject.toml"),
            Format::Composer => (Self::Composer, "composer.json"),
            _ => return None,
        })
    }

    /// Reads what it asks for.
    ///
    /// # Errors
    /// When it is none of its format.
    pub(crate) fn requires(self, text: &str) -> Result<Vec<Requirement>, LockError> {
        match self {
            Self::Npm => members(
                text,
                &[
                    ("dependencies", false),
                    ("devDependencies", false),
                    ("optionalDependencies", true),
                ],
            ),
            Self::Composer => {
                let mut list = members(text, &[("require", false), ("require-dev", false)])?;
                // PHP itself and its extensions have no vendor.
                list.retain(|one| one.name.contains('/'));
                Ok(list)
            }
            Self::Cargo => cargo(&document(text)?),
            Self::Python => python(&document(text)?),
        }
    }
}

fn members(text: &str, sections: &[(&str, bool)]) -> Result<Vec<Requirement>, LockError> {
    let root = Value::whole(text)?.members()?;
    let mut list = Vec::new();
    for (section, is_optional) in sections {
        for (name, value) in root.members(section)?.iter() {
            list.push(Requirement {
                name: name.to_owned(),
                range: value.string()?,
                is_optional: *is_optional,
                at: value.at(),
            });
        }
    }
    Ok(list)
}

fn cargo(root: &Table<'_>) -> Result<Vec<Requirement>, LockError> {
    let mut list = Vec::new();
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (key, field) in table(root, section).into_iter().flatten() {
            let entry = inner(field);
            let said = |name: &str| entry.map_or(Ok(None), |entry| string(entry, name));
            let elsewhere = ["path", "git", "workspace", "registry"];
            let is_elsewhere = entry.is_some_and(|e| elsewhere.iter().any(|k| e.contains_key(*k)));
            list.push(Requirement {
                name: said("package")?.unwrap_or(key.get_ref()).to_owned(),
                range: text(field)
                    .or(said("version")?)
                    .unwrap_or_default()
                    .to_owned(),
                is_optional: is_elsewhere,
                at: key.span().start,
            });
        }
    }
    Ok(list)
}

fn python(root: &Table<'_>) -> Result<Vec<Requirement>, LockError> {
    let mut list = Vec::new();
    if let Some(project) = table(root, "project") {
        for field in items(project, "dependencies")? {
            let at = field.span().start;
            let line = text(field).ok_or(LockError::Shape("a string was expected", at))?;
            let package = requirements::requirement(line, at);
            let package = package.ok_or(LockError::Shape("a text that is no requirement", at))?;
            list.push(Requirement {
                name: package.name,
                range: String::new(),
                is_optional: line.contains(';'),
                at,
            });
        }
    }
    let poetry = table(root, "tool").and_then(|tool| table(tool, "poetry"));
    let poetry = poetry.and_then(|poetry| table(poetry, "dependencies"));
    for (key, field) in poetry
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.get_ref() != "python")
    {
        list.push(Requirement {
            name: key.get_ref().to_string(),
            range: String::new(),
            is_optional: inner(field).is_some(),
            at: key.span().start,
        });
    }
    Ok(list)
}

/// Whether a version is surely outside of what is asked for; `None` where the
/// range is of a kind that is not judged here.
pub(crate) fn is_outside(ecosystem: Ecosystem, range: &str, version: &str) -> Option<bool> {
    let range = range.trim();
    let is_exact = range.starts_with(|c: char| c.is_ascii_digit());
    let is_simple = is_exact || range.starts_with(['^', '~']);
    if !is_simple || range.contains([' ', '|', ',', 'x', 'X', '*']) {
        return None;
    }
    let is_whole = range.split('-').next()?.matches('.').count() == 2;
    let request = match (ecosystem, is_exact, is_whole) {
        (Ecosystem::Npm, true, true) => format!("={range}"),
        (Ecosystem::Npm, true, false) => format!("~{range}"),
        _ => range.to_owned(),
    };
    let request = semver::VersionReq::parse(&request).ok()?;
    let version = semver::Version::parse(version).ok()?;
    Some(version.pre.is_empty() && !request.matches(&version))
}
