//! Tests across formats and languages.

use crate::{Format, Lang, Options, examples, render};

/// Writes every format where `GARDEFOU_REPORT_OUT` says, to be looked at.
#[test]
#[allow(clippy::disallowed_methods, reason = "a person asks for files to look at")]
fn outputs_can_be_looked_at() {
    let Ok(dir) = std::env::var("GARDEFOU_REPORT_OUT") else { return };
    let reports = [
        ("campaign", examples::campaign()),
        ("quiet", examples::quiet()),
        ("incomplete", examples::incomplete()),
    ];
    for (name, report) in &reports {
        for lang in Lang::ALL {
            for format in Format::ALL {
                let options = Options { lang: *lang, ..Options::default() };
                let path = format!("{dir}/{name}.{lang}.{}", format.extension());
                std::fs::write(path, render(report, *format, &options)).unwrap();
            }
        }
    }
}
