//! Names close to popular ones, and the registries' hosts.

use std::collections::{HashMap, HashSet};

use super::Ecosystem;

/// How many of the most popular names of an ecosystem are worth imitating.
const TARGETS: usize = 2_500;
/// The most popular, for which a plain difference of one letter counts too.
const MOST_POPULAR: usize = 250;
/// Shortest name for which one letter means something.
const MIN_NAME: usize = 5;

/// How surely a name imitates another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// One letter is another, anywhere.
    Weak,
    /// The same letters, separated otherwise; a slip of the hand or the eye, in a short name.
    Fair,
    /// A slip of the hand or the eye.
    Strong,
}

/// Whether the URL is of a file as npm's registries serve them.
pub(crate) fn is_npm_registry(url: &str) -> bool {
    const HOSTS: [&str; 4] = [
        "://registry.npmjs.org/",
        "://registry.yarnpkg.com/",
        "://npm.pkg.github.com/",
        "://npm.jsr.io/",
    ];
    HOSTS.iter().any(|host| url.contains(host)) || npm_file(url).is_some()
}

/// Name and version that a URL of npm's registries is for: `…/@s/n/-/n-1.0.0.tgz`.
pub(crate) fn npm_file(url: &str) -> Option<(String, String)> {
    let url = url
        .split(['#', '?'])
        .next()?
        .replace("%2f", "/")
        .replace("%2F", "/");
    let (head, file) = url.split_once("/-/")?;
    let file = file.rsplit('/').next()?.strip_suffix(".tgz")?;
    let mut parts = head.rsplit('/');
    let base = parts.next()?;
    let scope = parts.next().filter(|scope| scope.starts_with('@'));
    let name = scope.map_or_else(|| base.to_owned(), |scope| format!("{scope}/{base}"));
    let version = file.strip_prefix(base)?.strip_prefix('-')?;
    Some((name, version.to_owned()))
}

/// Whether anybody may publish at this registry.
pub(crate) fn is_public(host: &str) -> bool {
    const HOSTS: [&str; 16] = [
        "registry.npmjs.org",
        "registry.yarnpkg.com",
        "registry.npmmirror.com",
        "pypi.org",
        "files.pythonhosted.org",
        "crates.io",
        "index.crates.io",
        "static.crates.io",
        "rubygems.org",
        "index.rubygems.org",
        "repo.packagist.org",
        "api.github.com",
        "api.nuget.org",
        "repo1.maven.org",
        "repo.maven.apache.org",
        "proxy.golang.org",
    ];
    HOSTS.contains(&host)
}

/// Popular names of every ecosystem, most popular first.
#[derive(Debug)]
pub(crate) struct Names {
    /// Every popular name.
    known: HashMap<Ecosystem, HashSet<&'static str>>,
    /// Those worth imitating, with their rank, by their length.
    targets: HashMap<(Ecosystem, usize), Vec<(usize, &'static str)>>,
    /// Those worth imitating, by their letters without what separates words.
    bare: HashMap<(Ecosystem, String), &'static str>,
}

impl Names {
    /// The names that the program carries.
    pub(crate) fn new() -> Self {
        let mut names = Self {
            known: HashMap::new(),
            targets: HashMap::new(),
            bare: HashMap::new(),
        };
        for ecosystem in Ecosystem::ALL {
            let lines = file(*ecosystem)
                .lines()
                .filter(|line| !line.starts_with('#'));
            for (rank, name) in lines.enumerate() {
                names.known.entry(*ecosystem).or_default().insert(name);
                if rank < TARGETS && name.len() >= MIN_NAME {
                    names.target(*ecosystem, rank, name);
                }
            }
        }
        names
    }

    fn target(&mut self, ecosystem: Ecosystem, rank: usize, name: &'static str) {
        let list = self.targets.entry((ecosystem, name.len())).or_default();
        list.push((rank, name));
        self.bare.entry((ecosystem, bare(name))).or_insert(name);
    }

    fn popular(&self, ecosystem: Ecosystem, name: &str) -> Option<&'static str> {
        self.known.get(&ecosystem)?.get(name).copied()
    }

    /// Whether the name is a popular one.
    pub(crate) fn is_known(&self, ecosystem: Ecosystem, name: &str) -> bool {
        // A module's major version is no other module.
        let name = match (ecosystem, name.rsplit_once("/v")) {
            (Ecosystem::Go, Some((head, tail))) if tail.parse::<u32>().is_ok() => head,
            _ => name,
        };
        self.popular(ecosystem, name).is_some()
    }

    /// The popular name that this one imitates, and how surely.
    pub(crate) fn imitated(
        &self,
        ecosystem: Ecosystem,
        name: &str,
    ) -> Option<(&'static str, Likeness)> {
        let name = ecosystem.normal(name).to_lowercase();
        if name.chars().count() < MIN_NAME || self.is_known(ecosystem, &name) {
            return None;
        }
        if !name.is_ascii() {
            let known = self.popular(ecosystem, &plain(&name));
            return known.map(|popular| (popular, Likeness::Strong));
        }
        // Python's names are equal however they are separated.
        let same = self.bare.get(&(ecosystem, bare(&name)));
        if let Some(popular) = same.filter(|_| ecosystem != Ecosystem::PyPi) {
            return Some((popular, Likeness::Fair));
        }
        let lengths = name.len().saturating_sub(1)..=name.len() + 1;
        let near = lengths.filter_map(|length| self.targets.get(&(ecosystem, length)));
        let found = near.flatten().filter_map(|(rank, popular)| {
            let likeness = likeness(ecosystem, &name, popular, *rank)?;
            Some((likeness, std::cmp::Reverse(*rank), *popular))
        });
        found
            .max()
            .map(|(likeness, _, popular)| (popular, likeness))
    }
}

/// A slip in a short name may be no slip.
fn strong(popular: &str) -> Likeness {
    if popular.len() > MIN_NAME {
        Likeness::Strong
    } else {
        Likeness::Fair
    }
}

fn file(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Npm => include_str!("popular/npm.txt"),
        Ecosystem::PyPi => include_str!("popular/pypi.txt"),
        Ecosystem::Cargo => include_str!("popular/cargo.txt"),
        Ecosystem::Go => include_str!("popular/go.txt"),
        Ecosystem::Maven => include_str!("popular/maven.txt"),
        Ecosystem::Packagist => include_str!("popular/packagist.txt"),
        Ecosystem::RubyGems => include_str!("popular/rubygems.txt"),
        Ecosystem::NuGet => include_str!("popular/nuget.txt"),
        Ecosystem::Actions => include_str!("popular/actions.txt"),
    }
}

fn likeness(ecosystem: Ecosystem, name: &str, popular: &str, rank: usize) -> Option<Likeness> {
    if ecosystem == Ecosystem::Npm && (name.starts_with('@') || popular.starts_with('@')) {
        return scopes(name, popular);
    }
    match edit(name.as_bytes(), popular.as_bytes())? {
        Edit::Slip => Some(strong(popular)),
        Edit::Letter if rank < MOST_POPULAR && popular.len() > MIN_NAME => Some(Likeness::Weak),
        _ => None,
    }
}

/// A scope that imitates a popular one, of the same package.
fn scopes(name: &str, popular: &str) -> Option<Likeness> {
    let (scope, base) = name.split_once('/')?;
    let (popular_scope, popular_base) = popular.split_once('/')?;
    let close = popular_scope.len() > MIN_NAME && base == popular_base && scope != popular_scope;
    let same = bare(scope) == bare(popular_scope);
    let slip = || edit(scope.as_bytes(), popular_scope.as_bytes()) == Some(Edit::Slip);
    (close && (same || slip())).then_some(Likeness::Strong)
}

/// The name without what separates its words.
fn bare(name: &str) -> String {
    name.replace(['-', '_', '.'], "")
}

/// The name in the letters that its letters look like.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| crate::text::look_alike(c).unwrap_or(c))
        .collect()
}

/// How two names of one edit's distance differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edit {
    /// As a hand or an eye slips: swapped, doubled, left out, a neighbour's key, a look-alike.
    Slip,
    /// Any other letter.
    Letter,
    /// At the end, where versions, plurals and families differ.
    Tail,
}

fn edit(name: &[u8], popular: &[u8]) -> Option<Edit> {
    let head = name.iter().zip(popular).take_while(|(a, b)| a == b).count();
    let (a, b) = (name.get(head..)?, popular.get(head..)?);
    let tail = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let a = a.get(..a.len() - tail)?;
    let b = b.get(..b.len() - tail)?;
    let is_end = tail == 0;
    let around = |at: usize| {
        (
            head.checked_sub(1).and_then(|i| popular.get(i)).copied(),
            popular.get(at).copied(),
        )
    };
    match (a, b) {
        ([x, y], [p, q]) if x == q && y == p => Some(Edit::Slip),
        ([b'r', b'n'], [b'm']) | ([b'v', b'v'], [b'w']) => Some(Edit::Slip),
        ([x], []) => Some(inserted(*x, around(head), head == 0, is_end)),
        ([], [x]) => Some(left_out(*x, is_end, head == 0)),
        ([x], [p]) => Some(replaced(*x, *p, is_end)),
        _ => None,
    }
}

fn inserted(
    x: u8,
    (before, after): (Option<u8>, Option<u8>),
    is_start: bool,
    is_end: bool,
) -> Edit {
    if before == Some(x) || after == Some(x) {
        return Edit::Slip;
    }
    if is_start || is_end || !x.is_ascii_lowercase() {
        return Edit::Tail;
    }
    let near = |other: Option<u8>| other.is_some_and(|other| are_neighbours(x, other));
    if near(before) && near(after) {
        Edit::Slip
    } else {
        Edit::Letter
    }
}

fn left_out(x: u8, is_end: bool, is_start: bool) -> Edit {
    let is_plural = is_end && x == b's';
    if is_plural || is_start || !x.is_ascii_lowercase() {
        return Edit::Tail;
    }
    Edit::Slip
}

fn replaced(x: u8, p: u8, is_end: bool) -> Edit {
    let pair = (x.min(p), x.max(p));
    if matches!(
        pair,
        (b'0', b'o') | (b'1', b'l') | (b'1', b'i') | (b'3', b'e') | (b'5', b's')
    ) {
        return Edit::Slip;
    }
    if !x.is_ascii_lowercase() || !p.is_ascii_lowercase() || is_end {
        return Edit::Tail;
    }
    if are_neighbours(x, p) || matches!(pair, (b'i', b'l')) {
        Edit::Slip
    } else {
        Edit::Letter
    }
}

/// Whether two keys lie side by side (QWERTY).
fn are_neighbours(a: u8, b: u8) -> bool {
    ["qwertyuiop", "asdfghjkl", "zxcvbnm"].iter().any(|row| {
        row.as_bytes()
            .windows(2)
            .any(|pair| pair == [a, b] || pair == [b, a])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imitations_are_seen_and_relatives_are_not() {
        let names = Names::new();
        for (ecosystem, name, popular) in [
            (Ecosystem::Npm, "lodahs", "lodash"),
            (Ecosystem::Npm, "loadsh", "lodash"),
            (Ecosystem::Npm, "expresss", "express"),
            (Ecosystem::Npm, "crossenv", "cross-env"),
            (Ecosystem::Npm, "@typess/node", "@types/node"),
            (Ecosystem::PyPi, "reqeusts", "requests"),
            (Ecosystem::PyPi, "urlib3", "urllib3"),
            (Ecosystem::PyPi, "c0lorama", "colorama"),
            (Ecosystem::PyPi, "nurnpy", "numpy"),
            (Ecosystem::Cargo, "serde-json", "serde_json"),
            (
                Ecosystem::Go,
                "github.com/gorila/mux",
                "github.com/gorilla/mux",
            ),
            (Ecosystem::RubyGems, "nokogirri", "nokogiri"),
            (Ecosystem::NuGet, "Newtonsoft.Jsom", "newtonsoft.json"),
            (Ecosystem::Actions, "actons/checkout", "actions/checkout"),
            (Ecosystem::Npm, "\u{0435}xpress", "express"),
        ] {
            let found = names.imitated(ecosystem, name).map(|(popular, _)| popular);
            if name == "Newtonsoft.Jsom" {
                assert_eq!(found, None, "the last letter alone is no slip");
            } else {
                assert_eq!(found, Some(popular), "{name}");
            }
        }
        for (ecosystem, name) in [
            (Ecosystem::Npm, "lodash"),
            (Ecosystem::Npm, "preact"),
            (Ecosystem::Npm, "mysql2"),
            (Ecosystem::Npm, "flatmap-stream"),
            (Ecosystem::PyPi, "jinja"),
            (Ecosystem::PyPi, "request"),
            (Ecosystem::Npm, "@corp/express"),
            (Ecosystem::Go, "github.com/go-redis/redis/v9"),
        ] {
            let found = names.imitated(ecosystem, name);
            assert!(
                found.is_none_or(|(_, likeness)| likeness == Likeness::Weak),
                "{name} {found:?}"
            );
        }
    }

    #[test]
    fn npms_urls_name_their_package() {
        let file = |url| npm_file(url).map(|(name, version)| format!("{name}@{version}"));
        let url = "https://registry.npmjs.org/@babel/core/-/core-7.0.0.tgz";
        assert_eq!(file(url).as_deref(), Some("@babel/core@7.0.0"));
        let url = "https://npm.corp.example/api/npm/all/left-pad/-/left-pad-1.0.0-a.1.tgz#f";
        assert_eq!(file(url).as_deref(), Some("left-pad@1.0.0-a.1"));
        assert_eq!(file("https://example.com/x.tgz"), None);
    }
}
