//! What lock files and manifests say: packages with their places.

use gardefou_finding::Timestamp;

use super::Ecosystem;

/// Where a package is taken from, as its lock file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The lock file does not say: the registry that is configured.
    #[default]
    Unsaid,
    /// A registry, by its host.
    Registry(String),
    /// A git repository.
    Git(String),
    /// A single file on the network.
    Url(String),
    /// A directory or file beside it: part of the same work.
    Local,
}

impl Origin {
    /// The origin that a URL names. A registry's files lie at many hosts, so
    /// that only the caller knows whether the URL is a registry's.
    pub fn of_url(url: &str, is_registry: impl Fn(&str) -> bool) -> Self {
        let is_git = url.starts_with("git")
            || url.starts_with("ssh:")
            || url.ends_with(".git")
            || url.contains(".git#")
            || url.starts_with("https://codeload.github.com/");
        if is_git {
            return Self::Git(url.to_owned());
        }
        match host(url) {
            Some(_) if is_registry(url) => Self::Registry(host(url).unwrap_or("").to_owned()),
            Some(_) => Self::Url(url.to_owned()),
            None => Self::Local,
        }
    }

    /// What a reader may be shown.
    pub fn shown(&self) -> &str {
        match self {
            Self::Unsaid => "",
            Self::Registry(text) | Self::Git(text) | Self::Url(text) => text,
            Self::Local => "file:",
        }
    }
}

/// The host of a URL with its port, without a user's name.
pub(crate) fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    Some(
        authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host),
    )
}

/// One package of a lock file, or of a manifest that pins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Where its name means something.
    pub ecosystem: Ecosystem,
    /// Its name as written; `group:artifact` for Maven.
    pub name: String,
    /// Its exact version; empty where only a place is said.
    pub version: String,
    /// Where it is taken from.
    pub origin: Origin,
    /// Digests of its files, each `algorithm` `:` or `-` `digest`.
    pub integrity: Vec<String>,
    /// Name and version that the URL of its file is for, where that is readable.
    pub served: Option<(String, String)>,
    /// When its oldest file was published, where the lock file says so.
    pub published: Option<Timestamp>,
    /// Whether another package brings it inside its own file.
    pub is_inside: bool,
    /// Offset of the entry in the text, in bytes.
    pub at: usize,
}

impl Package {
    /// A package of which no more than name and version are said.
    pub fn new(ecosystem: Ecosystem, name: &str, version: &str, at: usize) -> Self {
        Self {
            ecosystem,
            name: name.to_owned(),
            version: version.to_owned(),
            origin: Origin::Unsaid,
            integrity: Vec::new(),
            served: None,
            published: None,
            is_inside: false,
            at,
        }
    }
}

/// One package that a manifest, or a lock file's own head, asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The name as written.
    pub name: String,
    /// Which versions will do, as written; empty for any.
    pub range: String,
    /// Whether an installation may leave it out (optional, peer, of another platform).
    pub is_optional: bool,
    /// Offset in the text, in bytes.
    pub at: usize,
}

/// What a lock file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Its packages, in the order of the text.
    pub packages: Vec<Package>,
    /// What it was made for, where it says so.
    pub direct: Option<Vec<Requirement>>,
}
