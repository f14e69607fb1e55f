//! Dependencies that a change brings: early versions, other sources, names close
//! to popular ones, and those whose use goes while they stay.
//!
//! event-stream (2018): a new dependency of version 0.1.0, one function, by the
//! author of the change; a week later its use went, and it stayed.

use gardefou_finding::{Confidence, Severity};

use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report};
use crate::change::{Change, File, Status, View};
use crate::pattern::patterns;

patterns! {
    ENTRY = r#"^\s*"(@?[\w.-]+(?:/[\w.-]+)?)"\s*:\s*"([^"]*)"\s*,?\s*$"#;
    EARLY = r"^[\^~>=v ]*0\.(?:0|1)\.\d+";
    VERSION = r"^(?:[\^~>=<v ]*\d+(?:\.[\dx*]+)*(?:-[\w.]+)?(?:\s.*)?|\*|latest|next|workspace:.*|catalog:.*|x)$";
    ELSEWHERE = r"^(?:https?://|git\+|git://|github:|gitlab:|bitbucket:|git@|file:\.\.|[\w-]+/[\w.-]+(?:#|$))";
    RESOLVED = r#""resolved"\s*:\s*"https?://([^/"]+)/"#;
    REQUIRE = r#"(?:require\(|from\s+|import\s+|import\()\s*["']([@\w][\w./@-]*)["']"#;
    PY_URL = r"(?i)^\s*(?:--(?:extra-)?index-url|--find-links|-i|-f)\s+(\S+)|@\s*(?:git\+)?(https?://\S+)";
}

/// Names that attackers imitate, npm and PyPI. Facts: download counts, 2025.
const POPULAR: &[&str] = &[
    "react",
    "lodash",
    "express",
    "axios",
    "chalk",
    "commander",
    "request",
    "moment",
    "typescript",
    "webpack",
    "eslint",
    "prettier",
    "jquery",
    "async",
    "bluebird",
    "debug",
    "dotenv",
    "electron",
    "event-stream",
    "fs-extra",
    "glob",
    "inquirer",
    "jsonwebtoken",
    "mongoose",
    "mysql",
    "next",
    "node-fetch",
    "nodemon",
    "puppeteer",
    "redux",
    "rimraf",
    "rxjs",
    "semver",
    "socket.io",
    "uuid",
    "vue",
    "winston",
    "yargs",
    "colors",
    "cross-env",
    "discord.js",
    "ethers",
    "web3",
    "ua-parser-js",
    "requests",
    "numpy",
    "pandas",
    "django",
    "flask",
    "urllib3",
    "setuptools",
    "boto3",
    "botocore",
    "cryptography",
    "colorama",
    "selenium",
    "beautifulsoup4",
    "tensorflow",
    "pillow",
    "matplotlib",
    "scikit-learn",
    "python-dateutil",
    "pyyaml",
    "jinja2",
    "sqlalchemy",
    "aiohttp",
    "fastapi",
    "pydantic",
    "openai",
    "anthropic",
    "langchain",
];

pub(crate) struct Dependencies;

impl Check for Dependencies {
    fn id(&self) -> CheckId {
        CheckId::Dependency
    }

    fn change(&self, change: &Change, out: &mut Out<'_>) {
        for file in change
            .files
            .iter()
            .filter(|file| file.status != Status::Present)
        {
            if role(&file.path) == Role::Test {
                continue;
            }
            let Some(view) = file.view() else { continue };
            match file.name() {
                "package.json" => self.manifest(file, view, change, out),
                "package-lock.json" | "npm-shrinkwrap.json" => self.lock(file, view, out),
                name if name.starts_with("requirements") && name.ends_with(".txt") => {
                    self.requirements(file, view, out)
                }
                _ => {}
            }
        }
        self.unused(change, out);
    }
}

impl Dependencies {
    fn manifest(&self, file: &File, view: &View, change: &Change, out: &mut Out<'_>) {
        for (start, line) in view.added_lines() {
            let Some(found) = ENTRY.captures(line) else {
                continue;
            };
            let (Some(name), Some(version)) = (found.get(1), found.get(2)) else {
                continue;
            };
            let (name, version) = (name.as_str(), version.as_str());
            let was_there = view.removed().contains(&format!("\"{name}\""));
            if was_there || !is_dependency(view, start, name, version) {
                continue;
            }
            let range = start..start + line.len();
            if let Some(report) = self.new_dependency(name, version, change) {
                out.at_view(file, view, &range, report);
            }
        }
    }

    fn new_dependency(&self, name: &str, version: &str, change: &Change) -> Option<Report> {
        let known = |reason, severity, confidence| {
            Report::new(self.id(), reason, severity, confidence)
                .detail(name)
                .detail(version)
        };
        if ELSEWHERE.is_match(version) {
            let severity = if version.starts_with("http://") {
                Severity::High
            } else {
                Severity::Medium
            };
            return Some(known(
                Reason::DependencyElsewhere,
                severity,
                Confidence::Medium,
            ));
        }
        if let Some(popular) = close_to(name) {
            let report = known(
                Reason::DependencyTyposquat,
                Severity::High,
                Confidence::Medium,
            );
            return Some(report.detail(popular));
        }
        // An early version that runs in the program, of a name nobody used before.
        let is_scoped = name.starts_with('@');
        if EARLY.is_match(version) && !is_scoped && is_required(name, change) {
            return Some(known(
                Reason::DependencyNew,
                Severity::Medium,
                Confidence::Medium,
            ));
        }
        EARLY
            .is_match(version)
            .then(|| known(Reason::DependencyNew, Severity::Low, Confidence::Low))
    }

    fn lock(&self, file: &File, view: &View, out: &mut Out<'_>) {
        for (start, line) in view.added_lines() {
            let Some(host) = RESOLVED.captures(line).and_then(|found| found.get(1)) else {
                continue;
            };
            let host = host.as_str();
            let is_known = matches!(
                host,
                "registry.npmjs.org"
                    | "registry.yarnpkg.com"
                    | "npm.pkg.github.com"
                    | "codeload.github.com"
                    | "npm.jsr.io"
            );
            // A registry of one's own is the host of the other entries as well.
            let others = view.text().matches(host).count() > 3;
            if !is_known && !others {
                let report = Report::new(
                    self.id(),
                    Reason::DependencyElsewhere,
                    Severity::Medium,
                    Confidence::Medium,
                )
                .detail(host);
                out.at_view(file, view, &(start..start + line.len()), report);
            }
        }
    }

    fn requirements(&self, file: &File, view: &View, out: &mut Out<'_>) {
        for (start, line) in view.added_lines() {
            let range = start..start + line.len();
            if let Some(found) = PY_URL.captures(line) {
                let url = (1..=2)
                    .find_map(|index| found.get(index))
                    .map_or("", |url| url.as_str());
                if !url.contains("pypi.org")
                    && !url.contains("pytorch.org")
                    && !url.contains("github.com")
                {
                    let report = Report::new(
                        self.id(),
                        Reason::DependencyElsewhere,
                        Severity::Medium,
                        Confidence::Medium,
                    )
                    .detail(url);
                    out.at_view(file, view, &range, report);
                }
            }
            let name: String = line
                .trim()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
                .collect();
            if let Some(popular) = close_to(&name.to_ascii_lowercase()) {
                let report = Report::new(
                    self.id(),
                    Reason::DependencyTyposquat,
                    Severity::High,
                    Confidence::Medium,
                )
                .detail(name)
                .detail(popular);
                out.at_view(file, view, &range, report);
            }
        }
    }

    /// Packages of which the change takes an import away while it leaves the
    /// manifest alone.
    fn unused(&self, change: &Change, out: &mut Out<'_>) {
        if change
            .files
            .iter()
            .any(|file| file.name() == "package.json")
        {
            return;
        }
        for file in &change.files {
            let Some(view) = file.view() else { continue };
            for found in REQUIRE.captures_iter(view.removed()) {
                let Some(name) = found.get(1).map(|name| name.as_str()) else {
                    continue;
                };
                let goes = !name.contains('/')
                    && !is_builtin(name)
                    && !is_required(name, change)
                    && !is_dependency_tool(name);
                let is_script = matches!(
                    file.path.rsplit_once('.'),
                    Some((_, "js" | "cjs" | "mjs" | "ts"))
                );
                if goes && is_script && is_root_module(&file.path) {
                    let report = Report::new(
                        self.id(),
                        Reason::DependencyUnused,
                        Severity::Medium,
                        Confidence::Low,
                    )
                    .detail(name);
                    out.on_file(file, name, report);
                }
            }
        }
    }
}

fn is_root_module(path: &str) -> bool {
    !path.contains('/') || path.starts_with("lib/") || path.starts_with("src/")
}

fn is_dependency_tool(name: &str) -> bool {
    matches!(name, "assert" | "vscode" | "electron" | "react")
}

/// Whether an entry stands in a list of what runs in the program.
fn is_dependency(view: &View, start: usize, name: &str, version: &str) -> bool {
    let head = view.text().get(..start).unwrap_or_default();
    let section = [
        "\"dependencies\"",
        "\"devDependencies\"",
        "\"scripts\"",
        "\"peerDependencies\"",
        "\"engines\"",
        "\"optionalDependencies\"",
        "\"contributes\"",
        "\"overrides\"",
        "\"resolutions\"",
        "\"repository\"",
        "\"bugs\"",
        "\"author\"",
    ]
    .into_iter()
    .filter_map(|section| Some((head.rfind(section)?, section)))
    .max();
    let is_known_field = matches!(
        name,
        "version"
            | "name"
            | "node"
            | "npm"
            | "type"
            | "main"
            | "license"
            | "description"
            | "url"
            | "homepage"
            | "vscode"
            | "types"
            | "module"
    );
    let looks_so = VERSION.is_match(version) || ELSEWHERE.is_match(version);
    match section {
        Some((_, "\"dependencies\"" | "\"optionalDependencies\"" | "\"peerDependencies\"")) => {
            looks_so && !is_known_field
        }
        Some((_, "\"devDependencies\"")) => {
            looks_so && (ELSEWHERE.is_match(version) || close_to(name).is_some())
        }
        Some(_) => false,
        // A patch may not show the section: a range alone is a dependency.
        None => !is_known_field && looks_so && version.starts_with(['^', '~']),
    }
}

/// Whether the change imports a package somewhere.
fn is_required(name: &str, change: &Change) -> bool {
    change.files.iter().filter_map(File::view).any(|view| {
        REQUIRE
            .captures_iter(view.text())
            .any(|found| found.get(1).is_some_and(|found| found.as_str() == name))
    })
}

fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        "fs" | "path"
            | "os"
            | "util"
            | "http"
            | "https"
            | "stream"
            | "events"
            | "crypto"
            | "child_process"
            | "url"
            | "zlib"
            | "net"
            | "assert"
            | "buffer"
            | "process"
            | "readline"
            | "tls"
            | "vm"
            | "worker_threads"
            | "querystring"
            | "module"
            | "timers"
            | "dns"
            | "v8"
    ) || name.starts_with("node:")
}

/// The popular name that this one is an edit away from, when it is not one itself.
fn close_to(name: &str) -> Option<&'static str> {
    if name.len() < 5 || POPULAR.contains(&name) || name.starts_with('@') {
        return None;
    }
    const HONEST: &[&str] = &[
        "preact",
        "colord",
        "color",
        "flash",
        "glob2",
        "redux",
        "chalk",
        "asynckit",
        "request-ip",
        "underscore",
        "nodemon2",
        "uuidv4",
        "vuex",
        "yargs",
        "semver2",
        "mysql2",
        "reacts",
        "requests",
        "request",
        "panda",
        "moments",
        "webpack5",
        "lodash.get",
        "globs",
        "asyncs",
        "jinja",
        "nextjs",
        "pygount",
    ];
    if HONEST.contains(&name) {
        return None;
    }
    let plain = name.replace(['-', '_', '.'], "");
    POPULAR
        .iter()
        .copied()
        .filter(|popular| popular.len() >= 5)
        .find(|popular| {
            let same = plain == popular.replace(['-', '_', '.'], "");
            same || is_one_edit(name, popular)
        })
}

/// Whether one insertion, deletion, replacement or swap of neighbours makes one the other.
fn is_one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let tail = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    if head + tail >= short && long > short {
        return true;
    }
    if a.len() != b.len() {
        return false;
    }
    let middle = short.saturating_sub(head + tail);
    let is_swap = middle == 2 && a.get(head) == b.get(head + 1) && a.get(head + 1) == b.get(head);
    middle <= 1 || is_swap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_one_edit_away_are_close() {
        for (name, popular) in [
            ("lodahs", "lodash"),
            ("expresss", "express"),
            ("crossenv", "cross-env"),
            ("reqeusts", "requests"),
            ("colourama", "colorama"),
        ] {
            assert_eq!(close_to(name), Some(popular), "{name}");
        }
        for name in [
            "flatmap-stream",
            "lodash",
            "preact",
            "mysql2",
            "map-stream",
            "from",
        ] {
            assert_eq!(close_to(name), None, "{name}");
        }
    }
}
