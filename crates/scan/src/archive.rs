//! Archives as files in memory: zip (`.vsix`, wheels, jars), tar in gzip, xz or
//! zstd (`.tgz`, sdists, `.crate`), and archives inside archives.
//!
//! Nothing is written anywhere, so that no path can escape and no link is
//! followed; a path that tries is told. Size, ratio, entries and depth are capped.

use std::io::{Cursor, Read};

use gardefou_finding::Untrusted;

use crate::change::{Content, File, Status};
use crate::coverage::{Gap, Unread};

/// What separates an archive's path from the path inside it.
pub const INSIDE: &str = "!/";

/// Caps of unpacking.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// Most bytes that everything inside may inflate to.
    pub bytes: u64,
    /// Most inflated bytes for each stored byte of one entry or stream.
    pub ratio: u64,
    /// Most entries.
    pub entries: usize,
    /// How deep archives may lie in archives.
    pub depth: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            ratio: 1_000,
            entries: 100_000,
            depth: 4,
        }
    }
}

/// What was inside, and what of it could not be read.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// The files, archives among them unpacked as well.
    pub files: Vec<File>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// A form of archive or compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Zip,
    Tar,
    Gzip,
    Xz,
    Zstd,
    /// Known by name, and not read here.
    Foreign(&'static str),
}

fn form(bytes: &[u8]) -> Option<Form> {
    let heads: [(&[u8], Form); 10] = [
        (b"PK\x03\x04", Form::Zip),
        (b"PK\x05\x06", Form::Zip),
        (&[0x1f, 0x8b, 0x08], Form::Gzip),
        (b"\xfd7zXZ\0", Form::Xz),
        (&[0x28, 0xb5, 0x2f, 0xfd], Form::Zstd),
        (b"BZh", Form::Foreign("bzip2")),
        (b"7z\xbc\xaf\x27\x1c", Form::Foreign("7z")),
        (b"Rar!\x1a\x07", Form::Foreign("rar")),
        (b"LZIP", Form::Foreign("lzip")),
        (b"MSCF", Form::Foreign("cab")),
    ];
    let known = heads
        .iter()
        .find(|(head, _)| bytes.starts_with(head))
        .map(|(_, form)| *form);
    known.or_else(|| (bytes.get(257..262) == Some(b"ustar")).then_some(Form::Tar))
}

/// Whether the bytes are an archive or compressed, also of a form not read here.
pub fn is_archive(bytes: &[u8]) -> bool {
    form(bytes).is_some()
}

/// Unpacks bytes that lie at this path.
pub fn unpack(path: &str, bytes: &[u8], caps: &Caps) -> Unpacked {
    let mut unpacker = Unpacker {
        caps: *caps,
        left: caps.bytes,
        out: Unpacked::default(),
    };
    match form(bytes) {
        Some(form) => unpacker.open(path, bytes, form, 0),
        None => unpacker.gap(path, Unread::UnknownFormat, "no archive"),
    }
    unpacker.out
}

struct Unpacker {
    caps: Caps,
    left: u64,
    out: Unpacked,
}

/// Why a stream ended before its end.
enum Stop {
    Broken(String),
    TooLarge,
}

impl Unpacker {
    fn gap(&mut self, source: &str, reason: Unread, detail: &str) {
        self.out.gaps.push(Gap {
            source: Untrusted::new(source),
            line: None,
            reason,
            detail: (!detail.is_empty()).then(|| Untrusted::new(detail)),
        });
    }

    fn stop(&mut self, source: &str, stop: &Stop) {
        match stop {
            Stop::Broken(why) => self.gap(source, Unread::BadArchive, why),
            Stop::TooLarge => self.gap(
                source,
                Unread::LimitReached,
                "inflates to more than is read",
            ),
        }
    }

    fn open(&mut self, path: &str, bytes: &[u8], form: Form, depth: usize) {
        if depth >= self.caps.depth {
            self.gap(
                path,
                Unread::LimitReached,
                "archives lie deeper than is read",
            );
            return;
        }
        let stored = bytes.len() as u64;
        match form {
            Form::Zip => self.zip(path, bytes, depth),
            Form::Tar => self.tar(path, bytes, depth),
            Form::Gzip => self.stream(
                path,
                flate2::read::MultiGzDecoder::new(bytes),
                stored,
                depth,
            ),
            Form::Xz => self.stream(
                path,
                lzma_rust2::XzReader::new_mem_limit(bytes, true, 128 << 10),
                stored,
                depth,
            ),
            Form::Zstd => match ruzstd::decoding::StreamingDecoder::new(bytes) {
                Ok(decoder) => self.stream(path, decoder, stored, depth),
                Err(error) => self.gap(path, Unread::BadArchive, &error.to_string()),
            },
            Form::Foreign(name) => self.gap(path, Unread::UnknownFormat, name),
        }
    }

    /// A compressed stream: a tar inside, or one file.
    fn stream(&mut self, path: &str, reader: impl Read, stored: u64, depth: usize) {
        let (bytes, stop) = self.inflate(reader, stored);
        if let Some(stop) = &stop {
            self.stop(path, stop);
        }
        if form(&bytes) == Some(Form::Tar) {
            self.tar(path, &bytes, depth);
        } else if says_tar(path) {
            self.said_tar(path, &bytes, depth);
        } else if !bytes.is_empty() {
            let name = path.rsplit('/').next().unwrap_or(path);
            let name = name
                .rsplit_once('.')
                .map_or(name, |(stem, _)| stem)
                .to_owned();
            self.entry(path, &name, bytes, false, depth);
        }
    }

    /// A stream whose name says that a tar is inside: one of the oldest form, an
    /// empty one, or none, which is told.
    fn said_tar(&mut self, path: &str, bytes: &[u8], depth: usize) {
        let before = (self.out.files.len(), self.out.gaps.len());
        self.tar(path, bytes, depth);
        let is_empty = before == (self.out.files.len(), self.out.gaps.len());
        if is_empty && bytes.iter().any(|byte| *byte != 0) {
            self.gap(path, Unread::BadArchive, "no tar inside");
        }
    }

    /// Reads within what is left of the caps.
    fn inflate(&mut self, reader: impl Read, stored: u64) -> (Vec<u8>, Option<Stop>) {
        // Small inputs may inflate by any ratio: they stay small.
        let allowed = self
            .left
            .min(stored.saturating_mul(self.caps.ratio).max(16 << 20));
        let mut bytes = Vec::new();
        let result = reader.take(allowed + 1).read_to_end(&mut bytes);
        let read = bytes.len() as u64;
        self.left = self.left.saturating_sub(read);
        let stop = match result {
            Err(error) => Some(Stop::Broken(error.to_string())),
            Ok(_) if read > allowed => Some(Stop::TooLarge),
            Ok(_) => None,
        };
        (bytes, stop)
    }

    fn zip(&mut self, path: &str, bytes: &[u8], depth: usize) {
        let mut archive = match zip::ZipArchive::new(Cursor::new(bytes)) {
            Ok(archive) => archive,
            Err(error) => return self.gap(path, Unread::BadArchive, &error.to_string()),
        };
        if has_strays(bytes, &mut archive) {
            let why = "files that the archive's directory does not name";
            self.gap(path, Unread::BadArchive, why);
        }
        for index in 0..archive.len() {
            if self.is_full(path) {
                return;
            }
            match archive.by_index(index) {
                Ok(entry) => self.zip_entry(path, entry, depth),
                Err(error) => {
                    let reason = match &error {
                        zip::result::ZipError::UnsupportedArchive(_) => Unread::UnknownFormat,
                        _ => Unread::BadArchive,
                    };
                    self.gap(path, reason, &error.to_string());
                }
            }
        }
    }

    fn zip_entry<R: Read>(&mut self, path: &str, entry: zip::read::ZipFile<'_, R>, depth: usize) {
        if entry.is_dir() {
            return;
        }
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let is_link = entry.is_symlink();
        let is_executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        let stored = entry.compressed_size().max(1);
        let (bytes, stop) = self.inflate(entry, stored);
        if let Some(stop) = stop {
            self.stop(&format!("{path}{INSIDE}{name}"), &stop);
        }
        if is_link {
            self.link(path, &name, &String::from_utf8_lossy(&bytes));
        } else {
            self.entry(path, &name, bytes, is_executable, depth);
        }
    }

    fn tar(&mut self, path: &str, bytes: &[u8], depth: usize) {
        let mut archive = tar::Archive::new(bytes);
        let entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => return self.gap(path, Unread::BadArchive, &error.to_string()),
        };
        for entry in entries {
            if self.is_full(path) {
                return;
            }
            match entry {
                Ok(entry) => self.tar_entry(path, entry, depth),
                Err(error) => return self.gap(path, Unread::BadArchive, &error.to_string()),
            }
        }
    }

    fn tar_entry<R: Read>(&mut self, path: &str, entry: tar::Entry<'_, R>, depth: usize) {
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        if kind.is_symlink() || kind.is_hard_link() {
            let target = entry
                .link_name_bytes()
                .map(|target| String::from_utf8_lossy(&target).into_owned());
            // A hard link's target is a path of the archive.
            if kind.is_symlink() {
                self.link(path, &name, &target.unwrap_or_default());
            }
            return;
        }
        if !kind.is_file() {
            return;
        }
        let is_executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
        let stored = entry.size().max(1);
        let (bytes, stop) = self.inflate(entry, stored);
        // The tar itself is in memory already; what it holds is not counted twice.
        self.left = self.left.saturating_add(bytes.len() as u64);
        if let Some(stop) = stop {
            self.stop(&format!("{path}{INSIDE}{name}"), &stop);
        }
        self.entry(path, &name, bytes, is_executable, depth);
    }

    fn is_full(&mut self, path: &str) -> bool {
        let full = self.out.files.len() >= self.caps.entries || self.left == 0;
        if full {
            self.gap(
                path,
                Unread::LimitReached,
                "more entries or bytes than are read",
            );
        }
        full
    }

    fn link(&mut self, path: &str, name: &str, target: &str) {
        let file = File::with(
            inner(path, name),
            Status::Present,
            Content::Link(target.to_owned()),
        );
        self.out.files.push(file);
    }

    fn entry(&mut self, path: &str, name: &str, bytes: Vec<u8>, is_executable: bool, depth: usize) {
        let inside = inner(path, name);
        if name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..") {
            self.gap(&inside, Unread::BadArchive, "the path leaves the archive");
        }
        if let Some(form) = form(&bytes) {
            self.open(&inside, &bytes, form, depth + 1);
        }
        let mut file = File::present(inside, bytes);
        file.is_executable = is_executable;
        self.out.files.push(file);
    }
}

/// Whether the bytes hold heads of files that are not of the directory's entries:
/// other readers may see another archive.
fn has_strays(bytes: &[u8], archive: &mut zip::ZipArchive<Cursor<&[u8]>>) -> bool {
    let mut known: Vec<(u64, u64)> = Vec::new();
    for index in 0..archive.len() {
        if let Ok(entry) = archive.by_index_raw(index) {
            let head = entry.header_start() + 30 + entry.name_raw().len() as u64;
            let data = entry.data_start().unwrap_or(head);
            known.push((entry.header_start(), data + entry.compressed_size()));
        }
    }
    known.sort_unstable();
    let is_known = |at: u64| {
        let after = known.partition_point(|(start, _)| *start <= at);
        let last = after.checked_sub(1).and_then(|index| known.get(index));
        last.is_some_and(|(start, end)| at == *start || at < *end)
    };
    memchr::memmem::find_iter(bytes, b"PK\x03\x04").any(|at| !is_known(at as u64))
}

/// Whether a name says that a tar is inside of what is compressed.
fn says_tar(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [
        ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".crate",
    ]
    .iter()
    .any(|end| lower.ends_with(end))
}

fn inner(path: &str, name: &str) -> String {
    format!("{path}{INSIDE}{}", name.trim_start_matches("./"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn tgz(name: &str, body: &[u8]) -> Vec<u8> {
        let mut header = tar::Header::new_ustar();
        header.set_size(body.len() as u64);
        let raw = header.as_old_mut();
        raw.name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        let mut builder = tar::Builder::new(Vec::new());
        builder.append(&header, body).unwrap();
        gzip(&builder.into_inner().unwrap())
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn archives_in_archives_are_read() {
        let inner = tgz("package/a.js", b"x");
        let outer = tgz("b/inner.tgz", &inner);
        let out = unpack("o.tgz", &outer, &Caps::default());
        let paths: Vec<&str> = out.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            ["o.tgz!/b/inner.tgz!/package/a.js", "o.tgz!/b/inner.tgz"]
        );
        assert!(out.gaps.is_empty());
    }

    #[test]
    fn what_is_damaged_hostile_or_unknown_is_told() {
        let gaps = |bytes: &[u8], caps: &Caps| {
            let out = unpack("x", bytes, caps);
            out.gaps.iter().map(|gap| gap.reason).collect::<Vec<_>>()
        };
        let good = tgz("a", &vec![b'a'; 5000]);
        let caps = Caps::default();
        assert_eq!(gaps(&good, &caps), []);
        assert_eq!(gaps(&good[..good.len() - 9], &caps), [Unread::BadArchive]);
        assert_eq!(gaps(b"PK\x03\x04 broken", &caps), [Unread::BadArchive]);
        assert_eq!(gaps(b"BZh9....", &caps), [Unread::UnknownFormat]);
        assert_eq!(gaps(b"hello", &caps), [Unread::UnknownFormat]);
        assert_eq!(gaps(&tgz("../../etc/x", b"x"), &caps), [Unread::BadArchive]);
        let no_tar = unpack("x.tar.gz", &gzip(b"hello, I am no tar"), &caps);
        assert_eq!(no_tar.gaps.len(), 1);
        let empty = unpack("x.tar.gz", &gzip(&[0; 1024]), &caps);
        assert_eq!(empty.gaps.len(), 0);
        let zip = |name: &str| {
            let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(name, options).unwrap();
            writer.write_all(b"x").unwrap();
            writer.finish().unwrap().into_inner()
        };
        assert_eq!(gaps(&zip("a"), &caps), []);
        let twice = [zip("a"), zip("b")].concat();
        assert_eq!(gaps(&twice, &caps), [Unread::BadArchive]);
        let bomb = gzip(&vec![0; 40 << 20]);
        assert_eq!(
            gaps(&bomb, &Caps { ratio: 10, ..caps }),
            [Unread::LimitReached]
        );
    }
}
