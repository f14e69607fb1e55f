//! An artifact against the source that it is said to be made of.
//!
//! What differs is told as such, and only what differs is judged as new: what
//! an artifact holds that its source does not is where SolarWinds, xz and
//! Amazon Q put it.

use std::collections::BTreeMap;

use gardefou_finding::{Confidence, Severity};
use sha2::{Digest as _, Sha256};

use crate::archive::INSIDE;
use crate::change::{Change, Content, File, Status};
use crate::check::{CheckId, Out, Reason, Report};
use crate::coverage::Coverage;
use crate::finding::Finding;
use crate::pattern::patterns;

patterns! {
    INSTALL = r#""(?:pre|post)?install"\s*:\s*"(?:[^"\\]|\\.)*""#;
    BUILDS = r#""(?:build|prepare|prepack|prepublish|prepublishOnly|compile|bundle|dist)[\w:-]*"\s*:"#;
}

/// Files of a source revision by path and by content.
#[derive(Debug, Default)]
pub struct Source {
    by_path: BTreeMap<String, Vec<u8>>,
    by_content: BTreeMap<[u8; 32], ()>,
}

impl Source {
    /// Adds a file of the source.
    pub fn add(&mut self, path: &str, bytes: Vec<u8>) {
        self.by_content.insert(hash(&bytes), ());
        self.by_path.insert(path.to_owned(), bytes);
    }

    /// The path of the source that a path of the artifact stands for: the longest
    /// path of the source that it ends with, or the one path that ends with it.
    fn path_of(&self, path: &str) -> Option<&str> {
        let mut rest = path;
        loop {
            if let Some((found, _)) = self.by_path.get_key_value(rest) {
                return Some(found);
            }
            match rest.split_once('/') {
                Some((_, tail)) => rest = tail,
                None => break,
            }
        }
        let tail = path.split_once('/').map_or(path, |(_, tail)| tail);
        if !tail.contains('/') {
            return None;
        }
        let end = format!("/{tail}");
        let mut ends = self.by_path.keys().filter(|path| path.ends_with(&end));
        ends.next()
            .filter(|_| ends.next().is_none())
            .map(String::as_str)
    }
}

/// The same for both kinds of line end.
fn hash(bytes: &[u8]) -> [u8; 32] {
    let plain: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| *byte != b'\r')
        .collect();
    Sha256::digest(plain).into()
}

/// The artifact's files as a change of its source, and what is not explained.
/// `bytes` gives the raw bytes of each file.
pub fn against(files: Vec<File>, source: &Source) -> (Change, Vec<Finding>) {
    let mut change = Change::default();
    let mut coverage = Coverage::default();
    let mut out = Out::new(&mut coverage, None);
    for mut file in files {
        let inside = file
            .path
            .rsplit_once(INSIDE)
            .map_or(file.path.as_str(), |(_, inside)| inside)
            .to_owned();
        let Some(bytes) = bytes_of(&file) else {
            change.files.push(file);
            continue;
        };
        if source.by_content.contains_key(&hash(&bytes)) {
            continue;
        }
        match source.path_of(&inside) {
            Some(path) => {
                let old = source
                    .by_path
                    .get(path)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                file.status = Status::Modified;
                file.content = Content::between(old, bytes);
                differs(&file, path, &mut out);
                gained_hook(&file, path, &mut out);
            }
            None => {
                file.status = Status::Added;
                extra(&file, &inside, source, &mut out);
            }
        }
        change.files.push(file);
    }
    let findings = out.findings();
    (change, findings)
}

fn bytes_of(file: &File) -> Option<Vec<u8>> {
    match &file.content {
        Content::Text(view) => Some(view.text().as_bytes().to_vec()),
        Content::Binary(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

fn differs(file: &File, path: &str, out: &mut Out<'_>) {
    let is_rewritten = is_written_by_tools(path);
    let severity = if is_rewritten {
        Severity::Low
    } else {
        Severity::High
    };
    let confidence = if is_rewritten {
        Confidence::Low
    } else {
        Confidence::High
    };
    let report = Report::new(
        CheckId::ArtifactSource,
        Reason::ArtifactDiffers,
        severity,
        confidence,
    )
    .detail(path);
    let shown = file
        .view()
        .and_then(|view| view.added_lines().next())
        .map_or("", |(_, line)| line);
    out.on_file(file, if shown.is_empty() { path } else { shown }, report);
}

/// A manifest whose artifact runs a command at install that the source does not have.
fn gained_hook(file: &File, path: &str, out: &mut Out<'_>) {
    let Some(view) = file.view().filter(|_| name(path) == "package.json") else {
        return;
    };
    let removed = view.removed();
    for found in INSTALL.find_iter(view.text()) {
        if !removed.contains(found.as_str()) && view.is_added(&found.range()) {
            let (reason, severity) = (Reason::ArtifactDiffers, Severity::High);
            let report = Report::new(CheckId::ArtifactSource, reason, severity, Confidence::High);
            out.at_view(file, view, &found.range(), report.detail(path));
        }
    }
}

/// Whether the source has a step that makes files: without one, nothing in the
/// artifact is explained as built.
fn builds(source: &Source) -> bool {
    let manifests = source
        .by_path
        .iter()
        .filter(|(path, _)| name(path) == "package.json");
    let mut texts = manifests.map(|(_, bytes)| String::from_utf8_lossy(bytes));
    let mut has_manifest = false;
    let says = texts.any(|text| {
        has_manifest = true;
        BUILDS.is_match(&text)
    });
    says || !has_manifest
}

fn extra(file: &File, inside: &str, source: &Source, out: &mut Out<'_>) {
    let is_script = [".js", ".cjs", ".mjs", ".py", ".sh"]
        .iter()
        .any(|end| inside.ends_with(end));
    let severity = if is_written_by_tools(inside) {
        Severity::Informational
    } else if is_built(inside) && (builds(source) || !is_script) {
        Severity::Low
    } else {
        Severity::Medium
    };
    let report = Report::new(
        CheckId::ArtifactSource,
        Reason::ArtifactExtra,
        severity,
        Confidence::Medium,
    );
    out.on_file(file, inside, report);
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Files that packagers write or rewrite.
fn is_written_by_tools(path: &str) -> bool {
    matches!(
        name(path),
        "package.json"
            | "PKG-INFO"
            | "METADATA"
            | "RECORD"
            | "WHEEL"
            | "top_level.txt"
            | "SOURCES.txt"
            | "entry_points.txt"
            | "requires.txt"
            | "dependency_links.txt"
            | "setup.cfg"
            | "[Content_Types].xml"
            | "extension.vsixmanifest"
            | "Cargo.toml"
            | "Cargo.toml.orig"
            | "Cargo.lock"
            | ".cargo_vcs_info.json"
            | "MANIFEST.MF"
            | "not-zip-safe"
            | "LICENSE.txt"
            | "readme.md"
            | "changelog.md"
            | "pyproject.toml"
    ) || path.contains(".egg-info/")
        || path.contains(".dist-info/")
}

/// What builds make: bundles, maps, compiled files.
fn is_built(path: &str) -> bool {
    let is_in = |dir: &str| path.starts_with(dir) || path.contains(&format!("/{dir}"));
    [
        "dist/",
        "out/",
        "build/",
        "lib/",
        "esm/",
        "cjs/",
        "bin/",
        "es/",
        "umd/",
        "node_modules/",
    ]
    .iter()
    .any(|dir| is_in(dir))
        || [".map", ".min.js", ".d.ts", ".pyc", ".class", ".js.gz"]
            .iter()
            .any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_the_source_is_told() {
        let mut source = Source::default();
        source.add("packages/q/src/a.ts", b"one\n".to_vec());
        source.add("README.md", b"hi\n".to_vec());
        let files = vec![
            File::present("x.vsix!/extension/src/a.ts", b"one\ntwo\n".to_vec()),
            File::present("x.vsix!/extension/README.md", b"hi\r\n".to_vec()),
            File::present("x.vsix!/extension/evil.ts", b"x\n".to_vec()),
        ];
        let (change, findings) = against(files, &source);
        assert_eq!(change.files.len(), 2);
        let said: Vec<_> = findings.iter().map(|f| (f.reason, f.severity)).collect();
        assert_eq!(
            said,
            [
                (Reason::ArtifactDiffers, Severity::High),
                (Reason::ArtifactExtra, Severity::Medium)
            ]
        );
        let view = change.files[0].view().unwrap();
        assert_eq!(
            view.added_lines().map(|(_, line)| line).collect::<Vec<_>>(),
            ["two"]
        );
    }
}
