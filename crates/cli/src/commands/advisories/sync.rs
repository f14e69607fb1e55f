//! `gardefou advisories sync`.

use std::io;
use std::path::PathBuf;

use gardefou_finding::{ExitStatus, Untrusted};
use gardefou_host::{Stream, osv_records, print, source_name, write_atomically};
use gardefou_report::render_advisories;
use gardefou_scan::dependency::advisory::Builder;

use super::super::Error;
use super::FILE;
use super::args::Sync;
use crate::messages::say;

/// Faults that are told one by one; all are counted.
const SHOWN: u64 = 20;

/// Runs `gardefou advisories sync`.
pub(crate) fn run(options: &Sync) -> Result<ExitStatus, Error> {
    let mut builder = Builder::new();
    for from in &options.from {
        builder.source(&source_name(from));
        let mut told = 0;
        let mut take = |name: &str, bytes: io::Result<Vec<u8>>| {
            if let Err(why) = add(&mut builder, bytes) {
                told += 1;
                tell(told, name, &why);
            }
        };
        osv_records(from, &mut take).map_err(|error| unreadable(from, error))?;
    }
    let mut bytes = Vec::new();
    let head = builder.finish(&mut bytes).map_err(Error::output)?;
    let path = options.to.join(FILE);
    write_atomically(&path, &bytes).map_err(|error| Error::file(&path, error))?;
    let text = render_advisories(&head, bytes.len() as u64, options.lang);
    print(Stream::Out, &text).map(drop).map_err(Error::output)?;
    // A source without any record is none.
    let is_read = head.failed == 0 && head.records > 0;
    Ok(if is_read {
        ExitStatus::Clean
    } else {
        ExitStatus::Incomplete
    })
}

fn add(builder: &mut Builder, bytes: io::Result<Vec<u8>>) -> Result<(), String> {
    match bytes {
        Ok(bytes) => builder.add(&bytes).map_err(|error| error.to_string()),
        Err(error) => {
            builder.fail();
            Err(error.to_string())
        }
    }
}

fn tell(count: u64, name: &str, why: &str) {
    if count <= SHOWN {
        let (name, why) = (Untrusted::new(name), Untrusted::new(why));
        say(&format!(
            "gardefou: `{}`: {}",
            name.escaped(),
            why.escaped()
        ));
    }
}

/// A URL that is none is a wrong use; the rest could not be read.
fn unreadable(from: &str, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidInput => Error::Usage(format!("`{from}`: {error}")),
        _ => Error::Unreadable(PathBuf::from(from), error),
    }
}
