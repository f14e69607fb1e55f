//! Files whose content nobody can review: binaries, programs among the sources,
//! links that leave the tree, build inputs that version control does not see.
//!
//! xz (2024): the payload lay in "test files", and the script that unpacked it
//! was in the release archive alone, because `.gitignore` kept it out of sight.

use gardefou_finding::{Confidence, Severity};

use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report};
use crate::change::{Change, Content, File, Status};

pub(crate) struct OpaqueFile;

impl Check for OpaqueFile {
    fn id(&self) -> CheckId {
        CheckId::OpaqueFile
    }

    fn change(&self, change: &Change, out: &mut Out<'_>) {
        let is_change = |file: &&File| matches!(file.status, Status::Added | Status::Modified);
        for file in change
            .files
            .iter()
            .filter(is_change)
            .filter(|file| is_binary(file))
        {
            self.binary(file, change, out);
        }
    }

    fn file(&self, file: &File, out: &mut Out<'_>) {
        match &file.content {
            Content::Link(target) if leaves(&file.path, target) => {
                let report = Report::new(
                    self.id(),
                    Reason::LinkOutside,
                    Severity::High,
                    Confidence::Medium,
                )
                .detail(target.as_str());
                out.on_file(file, target, report);
            }
            Content::Binary(bytes) if file.status != Status::Present && is_program(bytes) => {
                let report = Report::new(
                    self.id(),
                    Reason::OpaqueProgram,
                    Severity::Medium,
                    Confidence::Medium,
                );
                out.on_file(file, &file.path, report);
            }
            _ => {}
        }
        if file.name() == ".gitignore" {
            self.ignored(file, out);
        }
    }
}

impl OpaqueFile {
    /// A binary of a kind that can hold anything. With words about tests and no
    /// program that makes it, nobody can tell what is in it.
    fn binary(&self, file: &File, change: &Change, out: &mut Out<'_>) {
        if is_picture(&file.path) {
            return;
        }
        let packed = is_packed(&file.path)
            || matches!(&file.content, Content::Binary(bytes) if is_packed_bytes(bytes));
        let made = change.files.iter().any(makes);
        let severity = if packed && !made {
            Severity::Medium
        } else {
            Severity::Low
        };
        let confidence = if file.status == Status::Modified {
            Confidence::Medium
        } else {
            Confidence::Low
        };
        let report = Report::new(self.id(), Reason::OpaqueBinary, severity, confidence);
        out.on_file(file, &file.path, report);
    }

    /// Lines of `.gitignore` that name one build input.
    fn ignored(&self, file: &File, out: &mut Out<'_>) {
        let Some(view) = file.view() else { return };
        for (start, line) in view.added_lines() {
            let name = line.trim();
            if is_build_input(name) {
                let report = Report::new(
                    self.id(),
                    Reason::IgnoredBuildInput,
                    Severity::Medium,
                    Confidence::Low,
                )
                .detail(name);
                out.at_view(file, view, &(start..start + line.len()), report);
            }
        }
    }
}

fn is_binary(file: &File) -> bool {
    matches!(file.content, Content::Binary(_) | Content::Unseen)
}

/// Whether a file of this change could make a binary: code, not text for people.
fn makes(file: &File) -> bool {
    let is_code = |extension: &str| {
        matches!(
            extension,
            "c" | "h"
                | "py"
                | "js"
                | "ts"
                | "rs"
                | "go"
                | "java"
                | "rb"
                | "sh"
                | "pl"
                | "cc"
                | "cpp"
                | "kt"
        )
    };
    file.path
        .rsplit_once('.')
        .is_some_and(|(_, extension)| is_code(extension))
}

fn is_picture(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let extension = lower
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension);
    matches!(
        extension,
        "png"
            | "jpg"
            | "jpeg"
            | "gif"
            | "webp"
            | "ico"
            | "icns"
            | "bmp"
            | "avif"
            | "svg"
            | "woff"
            | "woff2"
            | "ttf"
            | "otf"
            | "eot"
            | "mp3"
            | "mp4"
            | "webm"
            | "wav"
            | "ogg"
            | "pdf"
            | "mo"
            | "snap"
    )
}

/// Whether the name is of a compressed or executable kind, or of none.
fn is_packed(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(
        extension,
        "xz" | "lzma"
            | "gz"
            | "bz2"
            | "zst"
            | "zip"
            | "7z"
            | "tar"
            | "tgz"
            | "lz"
            | "bin"
            | "dat"
            | "so"
            | "dll"
            | "exe"
            | "a"
            | "o"
            | "dylib"
            | "node"
            | "wasm"
            | "pyc"
            | "class"
            | "jar"
            | ""
            | "br"
            | "rar"
    )
}

fn is_packed_bytes(bytes: &[u8]) -> bool {
    is_program(bytes)
        || bytes.starts_with(b"\xfd7zXZ\0")
        || bytes.starts_with(&[0x1f, 0x8b])
        || bytes.starts_with(b"BZh")
        || bytes.starts_with(b"\x28\xb5\x2f\xfd")
        || bytes.starts_with(b"7z\xbc\xaf")
}

/// ELF, PE, Mach-O, WebAssembly, Java and Python bytecode.
fn is_program(bytes: &[u8]) -> bool {
    let heads: [&[u8]; 6] = [
        b"\x7fELF",
        b"MZ\x90",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\0asm",
        b"\xfe\xed\xfa\xcf",
    ];
    heads.iter().any(|head| bytes.starts_with(head))
        || matches!(bytes, [_, 0x0d, 0x0d, 0x0a, 0, ..])
}

/// Whether a link's target is outside the tree.
fn leaves(path: &str, target: &str) -> bool {
    if target.starts_with('/') || target.starts_with('~') || target.contains(":\\") {
        return true;
    }
    let mut depth = path.matches('/').count();
    for part in target.split('/') {
        match part {
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            "" | "." => {}
            _ => depth += 1,
        }
    }
    false
}

/// Whether a pattern names one file that a build runs, and not its products.
fn is_build_input(name: &str) -> bool {
    let plain =
        !name.is_empty() && !name.contains(['*', '?', '[', '!', '#']) && !name.ends_with('/');
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    plain
        && (matches!(extension, "m4" | "cmake" | "mk" | "gradle")
            || (matches!(extension, "sh" | "py" | "pl") && role(name) == Role::Build))
}
