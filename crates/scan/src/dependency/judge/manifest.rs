//! Dependencies that a change brings: early versions, other sources, names close
//! to popular ones, and those whose use goes while they stay.
//!
//! event-stream (2018): a new dependency of version 0.1.0, one function, by the
//! author of the change; a week later its use went, and it stayed.

use gardefou_finding::{Confidence, Severity};

use super::name;
use crate::change::{Change, File, Status, View};
use crate::check::{CheckId, Out, Reason, Report, Role, role};
use crate::dependency::Ecosystem;
use crate::dependency::lock::Format;
use crate::dependency::names::Names;
use crate::dependency::package::host;
use crate::pattern::patterns;

patterns! {
    ENTRY = r#"^\s*"(@?[\w.-]+(?:/[\w.-]+)?)"\s*:\s*"([^"]*)"\s*,?\s*$"#;
    EARLY = r"^[\^~>=v ]*0\.(?:0|1)\.\d+";
    VERSION = r"^(?:[\^~>=<v ]*\d+(?:\.[\dx*]+)*(?:-[\w.]+)?(?:\s.*)?|\*|latest|next|workspace:.*|catalog:.*|x)$";
    ELSEWHERE = r"^(?:https?://|git\+|git://|github:|gitlab:|bitbucket:|git@|file:\.\.|[\w-]+/[\w.-]+(?:#|$))";
    REQUIRE = r#"(?:require\(|from\s+|import\s+|import\()\s*["']([@\w][\w./@-]*)["']"#;
    PY_URL = r"(?i)^\s*(?:--(?:extra-)?index-url|--find-links|-i|-f)[\s=]+(\S+)";
}

/// Judges the manifests of a change, and the uses that it takes away.
pub(super) fn judge(names: &Names, change: &Change, out: &mut Out<'_>) {
    let changed = change
        .files
        .iter()
        .filter(|file| file.status != Status::Present);
    for file in changed.filter(|file| role(&file.path) != Role::Test) {
        let Some(view) = file.view() else { continue };
        match Format::of_path(&file.path) {
            Some(Format::Requirements) => indexes(file, view, out),
            _ if file.name() == "package.json" => manifest(names, file, view, change, out),
            _ => {}
        }
    }
    unused(change, out);
}

fn manifest(names: &Names, file: &File, view: &View, change: &Change, out: &mut Out<'_>) {
    for (start, line) in view.added_lines() {
        let Some(found) = ENTRY.captures(line) else {
            continue;
        };
        let (Some(name), Some(version)) = (found.get(1), found.get(2)) else {
            continue;
        };
        let (name, version) = (name.as_str(), version.as_str());
        let was_there = view.removed().contains(&format!("\"{name}\""));
        if was_there || !is_dependency(names, view, start, name, version) {
            continue;
        }
        let range = start..start + line.len();
        if let Some(report) = new_dependency(names, name, version, change) {
            out.at_view(file, view, &range, report);
        }
    }
}

fn new_dependency(names: &Names, name: &str, version: &str, change: &Change) -> Option<Report> {
    let known = |reason, severity, confidence| {
        Report::new(CheckId::Dependency, reason, severity, confidence)
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
    if let Some(report) = name::report(names, Ecosystem::Npm, name) {
        return Some(report);
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

/// Indexes of pip that are neither PyPI's nor PyTorch's.
fn indexes(file: &File, view: &View, out: &mut Out<'_>) {
    for (start, line) in view.added_lines() {
        let url = PY_URL.captures(line).and_then(|found| found.get(1));
        let Some(url) = url.map(|url| url.as_str()) else {
            continue;
        };
        let host = host(url).unwrap_or_default();
        if !matches!(host, "pypi.org" | "download.pytorch.org") {
            let report = Report::new(
                CheckId::DependencySource,
                Reason::DependencyElsewhere,
                Severity::Medium,
                Confidence::Medium,
            );
            out.at_view(file, view, &(start..start + line.len()), report.detail(url));
        }
    }
}

/// Packages of which the change takes an import away while it leaves the
/// manifest alone.
fn unused(change: &Change, out: &mut Out<'_>) {
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
                    CheckId::Dependency,
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

fn is_root_module(path: &str) -> bool {
    !path.contains('/') || path.starts_with("lib/") || path.starts_with("src/")
}

fn is_dependency_tool(name: &str) -> bool {
    matches!(name, "assert" | "vscode" | "electron" | "react")
}

/// Whether an entry stands in a list of what runs in the program.
fn is_dependency(names: &Names, view: &View, start: usize, name: &str, version: &str) -> bool {
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
            looks_so
                && (ELSEWHERE.is_match(version) || names.imitated(Ecosystem::Npm, name).is_some())
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
