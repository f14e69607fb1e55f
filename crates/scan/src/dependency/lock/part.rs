//! What a patch shows of a lock file: single lines, of which names, versions,
//! places and digests are put together as they follow each other.

use super::{Format, Package, cargo, gem, requirements, yarn};
use crate::dependency::{
    Origin,
    names::{is_npm_registry, npm_file},
};

/// Packages that are shown, and versions that are shown without their name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Packages of which the name and the version or the place are shown.
    pub packages: Vec<Package>,
    /// Offsets of versions of which the name is not shown.
    pub nameless: Vec<usize>,
}

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Name(String),
    Version(String),
    Place(Origin, Option<(String, String)>),
    Digest(String),
    /// Name and version.
    Both(String, String),
    /// All in one line.
    Whole(Box<Package>),
    /// Here something is left out, or a package ends.
    End,
    Nothing,
}

/// Reads what the lines show.
pub(super) fn read(format: Format, text: &str) -> Part {
    let mut reader = Reader {
        format,
        open: None,
        part: Part::default(),
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        reader.take(said(format, line.trim_end(), at + indent), at + indent);
        at += line.len();
    }
    reader.close();
    reader.part
}

struct Reader {
    format: Format,
    open: Option<Package>,
    part: Part,
}

impl Reader {
    fn take(&mut self, said: Said, at: usize) {
        match said {
            Said::Name(name) => self.name(&name, at),
            Said::Both(name, version) => {
                self.close();
                self.open = Some(Package::new(self.format.ecosystem(), &name, &version, at));
            }
            Said::Version(version) => match self.open.as_mut() {
                Some(package) if package.version.is_empty() => package.version = version,
                Some(_) => {}
                None => self.part.nameless.push(at),
            },
            Said::Place(origin, served) => {
                if let Some(package) = &mut self.open {
                    package.origin = origin;
                    package.served = served;
                }
            }
            Said::Digest(digest) => {
                if let Some(package) = &mut self.open {
                    package.integrity.push(digest);
                }
            }
            Said::Whole(package) => self.part.packages.push(*package),
            Said::End => self.close(),
            Said::Nothing => {}
        }
    }

    /// Begins a package. Maven's names come in two halves, group and artifact.
    fn name(&mut self, name: &str, at: usize) {
        if let (Some(artifact), Some(package)) = (name.strip_prefix(':'), &mut self.open)
            && package.name.ends_with(':')
        {
            package.name.push_str(artifact);
            return;
        }
        self.close();
        self.open = Some(Package::new(self.format.ecosystem(), name, "", at));
    }

    fn close(&mut self) {
        let is_said = |package: &Package| {
            !package.version.is_empty() || !matches!(package.origin, Origin::Unsaid)
        };
        self.part.packages.extend(self.open.take().filter(is_said));
    }
}

fn said(format: Format, line: &str, at: usize) -> Said {
    if line.is_empty() && !matches!(format, Format::Requirements) {
        return Said::End;
    }
    match format {
        Format::Npm | Format::Pipfile | Format::NuGetLock | Format::Composer => json(format, line),
        Format::Cargo | Format::Poetry | Format::Uv | Format::Pdm => table(line),
        Format::Pnpm => pnpm(line),
        Format::Yarn => yarn_line(line),
        Format::Pom | Format::GradleVerification => xml(line),
        _ => single(format, line.trim(), at),
    }
}

/// The key and the text of `"key": "text",`, or of `"key": {`.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.trim().strip_prefix('"')?.split_once("\":")?;
    Some((key, value.trim().trim_end_matches(',')))
}

/// A file of npm's registries, or from elsewhere.
fn file(url: &str) -> Said {
    Said::Place(Origin::of_url(url, is_npm_registry), npm_file(url))
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

fn json(format: Format, line: &str) -> Said {
    let Some((key, value)) = pair(line) else {
        let digest = quoted(line.trim().trim_end_matches(','));
        let digest = digest.filter(|text| text.starts_with("sha256:"));
        return digest.map_or(Said::Nothing, |text| Said::Digest(text.to_owned()));
    };
    if value == "{" && format != Format::Composer {
        let name = key
            .rsplit_once("node_modules/")
            .map_or(key, |(_, name)| name);
        return Said::Name(name.to_owned());
    }
    let Some(text) = quoted(value) else {
        return Said::Nothing;
    };
    let owned = text.to_owned();
    match (format, key) {
        (Format::Composer, "name") if text.contains('/') => Said::Name(owned),
        (Format::Npm, "resolved") => file(text),
        (Format::Npm, "integrity") => Said::Digest(owned),
        (Format::NuGetLock, "resolved") => Said::Version(owned),
        (Format::NuGetLock, "contentHash") => Said::Digest(format!("sha512:{text}")),
        (Format::Pipfile, "version") => Said::Version(text.trim_start_matches('=').to_owned()),
        // At the top stands the project's own.
        (Format::Npm, "version") if line.len() - line.trim_start().len() <= 2 => Said::Nothing,
        (Format::Npm | Format::Composer, "version") => Said::Version(owned),
        _ => Said::Nothing,
    }
}

/// Lines of TOML as Cargo, poetry, pdm and uv write them.
fn table(line: &str) -> Said {
    if line.starts_with("[[") {
        return Said::End;
    }
    let Some((key, value)) = line.split_once(" = ") else {
        return Said::Nothing;
    };
    let text = quoted(value).unwrap_or_default().to_owned();
    match key {
        "name" => Said::Name(text),
        "version" if !text.is_empty() => Said::Version(text),
        "checksum" => Said::Digest(format!("sha256:{text}")),
        "source" if !text.is_empty() => Said::Place(cargo::origin(&text), None),
        "source" => Said::Place(inline(value), None),
        _ => match value
            .split_once("hash = \"")
            .and_then(|(_, rest)| rest.split_once('"'))
        {
            Some((digest, _)) => Said::Digest(digest.to_owned()),
            None => Said::Nothing,
        },
    }
}

/// uv's `{ registry = "…" }`.
fn inline(value: &str) -> Origin {
    let url = value.split('"').nth(1).unwrap_or_default().to_owned();
    match value.trim_start_matches(['{', ' ']).split(' ').next() {
        Some("registry") => Origin::of_url(&url, |_| true),
        Some("git") => Origin::Git(url),
        Some("url") => Origin::Url(url),
        _ => Origin::Local,
    }
}

fn pnpm(line: &str) -> Said {
    let words = line.trim();
    let key = words.strip_suffix(':').filter(|_| line.starts_with("  "));
    if let Some(key) = key.map(|key| key.trim_matches(['\'', '"'])) {
        let path = key.strip_prefix('/').unwrap_or(key);
        let path = path.split_once('(').map_or(path, |(head, _)| head);
        return yarn::split(path).map_or(Said::Nothing, |(name, version)| {
            Said::Both(name.to_owned(), version.to_owned())
        });
    }
    match words.split_once("integrity: ") {
        Some((_, digest)) => {
            let digest = digest.split([',', '}']).next().unwrap_or_default();
            Said::Digest(digest.trim().to_owned())
        }
        None => Said::Nothing,
    }
}

fn yarn_line(line: &str) -> Said {
    if !line.starts_with([' ', '#']) {
        let first = line
            .strip_suffix(':')
            .and_then(|head| head.split(", ").next());
        let parts = first.and_then(|first| yarn::split(first.trim_matches('"')));
        return parts.map_or(Said::End, |(name, _)| Said::Name(name.to_owned()));
    }
    let line = line
        .strip_prefix("  ")
        .filter(|line| !line.starts_with(' '));
    let Some((key, value)) = line.and_then(|line| line.split_once(' ')) else {
        return Said::Nothing;
    };
    let value = value.trim_matches('"').to_owned();
    match key.trim_end_matches(':') {
        "version" => Said::Version(value),
        "resolved" => file(&value),
        "integrity" | "checksum" => Said::Digest(value),
        _ => Said::Nothing,
    }
}

/// The text between a tag and its end.
fn element<'a>(line: &'a str, tag: &str) -> Option<&'a str> {
    let rest = line
        .trim()
        .strip_prefix('<')?
        .strip_prefix(tag)?
        .strip_prefix('>')?;
    rest.split_once('<').map(|(text, _)| text)
}

fn xml(line: &str) -> Said {
    if line.contains("</dependency>") || line.contains("</plugin>") {
        return Said::End;
    }
    if let Some(group) = element(line, "groupId") {
        return Said::Name(format!("{group}:"));
    }
    if let Some(artifact) = element(line, "artifactId") {
        return Said::Name(format!(":{artifact}"));
    }
    match element(line, "version") {
        Some(version) if !version.contains('$') => Said::Version(version.to_owned()),
        _ => Said::Nothing,
    }
}

/// Formats of which each line is a package.
fn single(format: Format, line: &str, at: usize) -> Said {
    let found = match format {
        Format::Requirements if line.starts_with(['#', '-']) => None,
        Format::Requirements => {
            let line = line.trim_end_matches('\\');
            requirements::requirement(line.split(" #").next().unwrap_or(line), at)
        }
        Format::GoSum | Format::GoMod => module(format, line, at),
        _ => pair_of(format, line)
            .map(|(name, version)| Package::new(format.ecosystem(), name, version, at)),
    };
    found.map_or(Said::Nothing, |package| Said::Whole(Box::new(package)))
}

/// A line of `go.mod` or `go.sum`.
fn module(format: Format, line: &str, at: usize) -> Option<Package> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match (format, words.as_slice()) {
        (Format::GoSum, [path, version, sum])
            if sum.starts_with("h1:") && !version.ends_with("/go.mod") =>
        {
            let mut package = Package::new(format.ecosystem(), path, version, at);
            package.integrity = vec![(*sum).to_owned()];
            Some(package)
        }
        (Format::GoMod, ["require", path, version, ..] | [path, version, ..])
            if version.starts_with('v') && path.contains('.') =>
        {
            Some(Package::new(format.ecosystem(), path, version, at))
        }
        _ => None,
    }
}

/// Name and version of a line of Bundler, Gradle or NuGet.
fn pair_of(format: Format, line: &str) -> Option<(&str, &str)> {
    let attribute = |name: &str| line.split_once(name)?.1.split('"').next();
    match format {
        Format::Gemfile => gem::gem(line),
        Format::GradleLock => line.split_once('=')?.0.rsplit_once(':'),
        Format::NuGetConfig => attribute(" id=\"").zip(attribute(" version=\"")),
        _ => None,
    }
}
