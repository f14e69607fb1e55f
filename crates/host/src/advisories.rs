//! Advisories: OSV records from files, directories, archives and URLs, and the
//! compact file of them, read by place.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use gardefou_scan::dependency::advisory::{MAX_RECORD, Pages};
use tokio::time::timeout;

use crate::aws::config::connector;
use crate::aws::send::next_bytes;

/// Most records of one archive.
const MAX_ENTRIES: usize = 5_000_000;
/// Deepest directory.
const MAX_DEPTH: usize = 32;
/// Largest download, in bytes.
const MAX_DOWNLOAD: u64 = 8 << 30;
/// Longest wait for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Takes one record, or why it could not be read, with its name.
pub type TakeRecord<'a> = &'a mut dyn FnMut(&str, io::Result<Vec<u8>>);

/// Reads OSV records one by one: of a JSON file, of a zip archive as OSV exports
/// it (`all.zip`), of every such file below a directory, or of such a file at an
/// `https://` URL (`http://` only of this machine).
///
/// # Errors
/// When the source itself cannot be read; what of it cannot be is given to `take`.
pub fn osv_records(from: &str, take: TakeRecord<'_>) -> io::Result<()> {
    if from.contains("://") {
        let mut file = tempfile::tempfile()?;
        download(from, &mut file)?;
        file.seek(SeekFrom::Start(0))?;
        return records(from, file, take);
    }
    let path = Path::new(from);
    if fs::metadata(path)?.is_dir() {
        return below(path, 0, take);
    }
    records(from, File::open(path)?, take)
}

/// The last part of what a source is called, which says nothing of the machine.
pub fn source_name(from: &str) -> String {
    if from.contains("://") {
        return from.split(['?', '#']).next().unwrap_or(from).to_owned();
    }
    let name = Path::new(from).file_name();
    name.map_or_else(
        || from.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn below(directory: &Path, depth: usize, take: TakeRecord<'_>) -> io::Result<()> {
    if depth > MAX_DEPTH {
        return Err(io::Error::other("directories lie deeper than is read"));
    }
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(directory)? {
        paths.push(entry?.path());
    }
    paths.sort();
    for path in paths {
        let kind = fs::symlink_metadata(&path)?;
        let extension = path.extension().and_then(|extension| extension.to_str());
        if kind.is_dir() {
            below(&path, depth + 1, take)?;
        } else if kind.is_file() && matches!(extension, Some("json" | "zip")) {
            records(&path.to_string_lossy(), File::open(&path)?, take)?;
        }
    }
    Ok(())
}

/// The records of one file.
fn records(name: &str, mut file: File, take: TakeRecord<'_>) -> io::Result<()> {
    let mut head = [0; 4];
    let count = file.read(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    if count == 4 && head == *b"PK\x03\x04" {
        return archive(name, file, take);
    }
    take(name, limited(file));
    Ok(())
}

fn limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_RECORD as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_RECORD {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The records of an archive, one in memory at a time.
fn archive(name: &str, file: File, take: TakeRecord<'_>) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file))?;
    if archive.len() > MAX_ENTRIES {
        return Err(io::Error::other(format!(
            "`{name}` holds more records than are read"
        )));
    }
    for index in 0..archive.len() {
        match archive.by_index(index) {
            Ok(entry) => {
                let own = String::from_utf8_lossy(entry.name_raw()).into_owned();
                if own.ends_with(".json") {
                    take(&format!("{name}!/{own}"), limited(entry));
                }
            }
            Err(error) => take(&format!("{name}!/{index}"), Err(error.into())),
        }
    }
    Ok(())
}

fn download(url: &str, to: &mut File) -> io::Result<()> {
    let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    if !url.starts_with("https://") && !here.iter().any(|head| url.starts_with(head)) {
        let detail = "advisories are only fetched over https";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, detail));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(fetch(url, to))
}

async fn fetch(url: &str, to: &mut File) -> io::Result<()> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(url).map_err(io::Error::other)?;
    let connector = connector()?;
    let answer = timeout(ANSWER_TIMEOUT, connector.call(request)).await;
    let answer = answer.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
    let answer = answer.map_err(io::Error::other)?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(io::Error::other(format!("the server answered {status}")));
    }
    let mut body = ByteStream::new(answer.into_body());
    let mut left = MAX_DOWNLOAD;
    while let Some(piece) = next_bytes(&mut body).await.map_err(io::Error::other)? {
        let length = piece.len() as u64;
        left = left
            .checked_sub(length)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        to.write_all(&piece)?;
    }
    Ok(())
}

/// A file of advisories on disk.
#[derive(Debug)]
pub struct AdvisoryFile {
    file: Mutex<File>,
    length: u64,
}

impl AdvisoryFile {
    /// Opens it.
    ///
    /// # Errors
    /// The system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self {
            file: Mutex::new(file),
            length,
        })
    }
}

impl Pages for AdvisoryFile {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut file = self
            .file
            .lock()
            .map_err(|_| io::Error::other("a reader stopped"))?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(from: &str) -> Vec<(String, Option<String>)> {
        let mut list = Vec::new();
        let mut take = |name: &str, bytes: io::Result<Vec<u8>>| {
            let text = bytes.ok().map(|bytes| String::from_utf8(bytes).unwrap());
            list.push((name.rsplit('/').next().unwrap().to_owned(), text));
        };
        osv_records(from, &mut take).unwrap();
        list
    }

    #[test]
    fn records_come_from_directories_and_archives() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json"), "{}").unwrap();
        fs::write(folder.path().join("note.txt"), "x").unwrap();
        let mut zip = zip::ZipWriter::new(File::create(folder.path().join("all.zip")).unwrap());
        for (name, text) in [("b.json", "[]"), ("README", "x")] {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        let found = all(&folder.path().to_string_lossy());
        let pair = |name: &str, text: &str| (name.to_owned(), Some(text.to_owned()));
        assert_eq!(found, [pair("a.json", "{}"), pair("b.json", "[]")]);
    }

    #[test]
    fn only_https_leaves_the_machine() {
        let mut take = |_: &str, _: io::Result<Vec<u8>>| {};
        for url in [
            "http://osv.example/all.zip",
            "ftp://x/all.zip",
            "http://127.0.0.1.example/x",
        ] {
            let error = osv_records(url, &mut take).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{url}");
        }
    }
}
