//! What was typed after a command.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

/// Options of the commands that write archives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// The one argument without a dash, if any.
    pub(crate) name: Option<String>,
    /// `--seed`.
    pub(crate) seed: Option<u64>,
    /// `--days`.
    pub(crate) days: Option<u32>,
    /// `--bytes`: inflated.
    pub(crate) bytes: Option<u64>,
    /// `--files`.
    pub(crate) files: Option<u32>,
    /// `--out`.
    pub(crate) out: Option<PathBuf>,
}

impl Options {
    /// Reads options; unknown ones are errors.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            if !argument.starts_with('-') {
                if options.name.replace(argument).is_some() {
                    bail!("more than one name is given");
                }
                continue;
            }
            let value = arguments
                .next()
                .with_context(|| format!("`{argument}` lacks a value"))?;
            let bad = || format!("`{value}` is no value for `{argument}`");
            match argument.as_str() {
                "--seed" => options.seed = Some(value.parse().with_context(bad)?),
                "--days" => options.days = Some(value.parse().with_context(bad)?),
                "--bytes" => options.bytes = Some(value.parse().with_context(bad)?),
                "--files" => options.files = Some(value.parse().with_context(bad)?),
                "--out" => options.out = Some(value.into()),
                _ => bail!("unknown option `{argument}`"),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options> {
        Options::parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read() {
        let options = parse("mining --seed 7 --days 2 --out x").unwrap();
        assert_eq!(options.name.as_deref(), Some("mining"));
        assert_eq!((options.seed, options.days), (Some(7), Some(2)));
        assert_eq!(options.out, Some("x".into()));
    }

    #[test]
    fn mistakes_are_refused() {
        for text in ["--seed", "--seed x", "--sed 7", "a b"] {
            assert!(parse(text).is_err(), "`{text}` must be refused");
        }
    }
}
