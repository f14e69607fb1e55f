//! What was typed after `bench trail`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

/// Options of `bench trail`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Inflated size of the large archive, in bytes.
    pub(crate) bytes: u64,
    /// Inflated size of the small archive, a part of the large one, in bytes.
    pub(crate) small: u64,
    /// Files of the large archive.
    pub(crate) files: u32,
    /// Where archives and rules are put; kept for the next time.
    pub(crate) dir: PathBuf,
    /// Rules beside the embedded ones, for both programs.
    pub(crate) sigma: Option<PathBuf>,
    /// The `rsigma` program; without it that comparison is left out.
    pub(crate) rsigma: Option<PathBuf>,
    /// Events of the comparison with `rsigma`.
    pub(crate) events: u64,
    /// Measurements of each kind, at least 1.
    pub(crate) runs: usize,
    /// The processor on which runs on one core are pinned.
    pub(crate) core: usize,
    /// Whether `docs/benchmarks.md` is written.
    pub(crate) write: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bytes: 1_500_000_000,
            small: 200_000_000,
            files: 2_000,
            dir: PathBuf::from("target/bench"),
            sigma: None,
            rsigma: None,
            events: 150_000,
            runs: 3,
            core: 0,
            write: false,
        }
    }
}

impl Options {
    /// Reads options; unknown ones are errors.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument == "--write" {
                options.write = true;
                continue;
            }
            let value = arguments
                .next()
                .with_context(|| format!("`{argument}` lacks a value"))?;
            options
                .set(argument, value)
                .with_context(|| format!("`{value}` is no value for `{argument}`"))?;
        }
        Ok(options)
    }

    fn set(&mut self, option: &str, value: &str) -> Result<()> {
        match option {
            "--bytes" => self.bytes = size(value)?,
            "--small" => self.small = size(value)?,
            "--files" => self.files = value.parse()?,
            "--dir" => self.dir = value.into(),
            "--sigma" => self.sigma = Some(value.into()),
            "--rsigma" => self.rsigma = Some(value.into()),
            "--events" => self.events = value.parse()?,
            "--runs" => self.runs = value.parse::<usize>()?.max(1),
            "--core" => self.core = value.parse()?,
            _ => bail!("unknown option `{option}`"),
        }
        Ok(())
    }
}

/// A number of bytes; `M` and `G` are decimal, and `1.5G` is fine.
fn size(text: &str) -> Result<u64> {
    let (number, zeros) = match text.as_bytes().last() {
        Some(b'G') => (text.trim_end_matches('G'), 9),
        Some(b'M') => (text.trim_end_matches('M'), 6),
        _ => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    anyhow::ensure!(!whole.is_empty(), "a size begins with a digit");
    if fraction.len() > zeros {
        bail!("more digits than bytes");
    }
    Ok(format!("{whole}{fraction:0<zeros$}").parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options> {
        let arguments: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn sizes_may_have_units() {
        for (text, bytes) in [("1.5G", 1_500_000_000), ("200M", 200_000_000), ("7", 7)] {
            assert_eq!(parse(&format!("--bytes {text}")).unwrap().bytes, bytes);
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for text in ["--bytes", "--bytes G", "--bytes 1.5", "--sed 7", "--runs x"] {
            assert!(parse(text).is_err(), "`{text}` must be refused");
        }
    }
}
