//! What the terminal can show.

use std::env;
use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size_of};

/// Widths that are believed; others are mistakes or attempts at mischief.
const WIDTHS: std::ops::RangeInclusive<u16> = 20..=1000;

/// An output stream of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What one output stream can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Whether a person looks at it.
    pub is_tty: bool,
    /// Whether to colour.
    pub color: bool,
    /// Columns, where known.
    pub width: Option<u16>,
}

impl Terminal {
    /// Looks at a stream and at `NO_COLOR` (no-color.org), `CLICOLOR_FORCE`
    /// (bixense.com/clicolors), `TERM=dumb` and `COLUMNS`.
    pub fn of(stream: Stream) -> Self {
        let (is_tty, size) = match stream {
            Stream::Out => (io::stdout().is_terminal(), terminal_size_of(io::stdout())),
            Stream::Err => (io::stderr().is_terminal(), terminal_size_of(io::stderr())),
        };
        Self::from_facts(is_tty, size.map(|(Width(columns), _)| columns), |name| {
            env::var(name).ok()
        })
    }

    fn from_facts(
        is_tty: bool,
        width: Option<u16>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let forced = variable("CLICOLOR_FORCE").is_some_and(|value| !matches!(&*value, "" | "0"));
        let dumb = variable("TERM").is_some_and(|value| value == "dumb");
        let asked = variable("COLUMNS").and_then(|value| value.parse().ok());
        Self {
            is_tty,
            color: !set("NO_COLOR") && (forced || (is_tty && !dumb)),
            width: asked
                .into_iter()
                .chain(width)
                .find(|columns| WIDTHS.contains(columns)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(is_tty: bool, variables: &[(&str, &str)]) -> bool {
        facts(is_tty, None, variables).color
    }

    fn facts(is_tty: bool, width: Option<u16>, variables: &[(&str, &str)]) -> Terminal {
        Terminal::from_facts(is_tty, width, |wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted)?;
            Some(found.1.to_owned())
        })
    }

    #[test]
    fn color_is_for_terminals_unless_told_otherwise() {
        assert!(color(true, &[]) && !color(false, &[]));
        assert!(!color(true, &[("NO_COLOR", "1")]));
        assert!(color(true, &[("NO_COLOR", "")]), "empty counts as unset");
        assert!(color(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!color(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!color(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
        assert!(!color(true, &[("TERM", "dumb")]));
    }

    #[test]
    fn columns_win_over_the_terminal_when_they_make_sense() {
        assert_eq!(facts(true, Some(80), &[]).width, Some(80));
        assert_eq!(
            facts(true, Some(80), &[("COLUMNS", "120")]).width,
            Some(120)
        );
        for nonsense in ["", "0", "-5", "99999999", "wide"] {
            assert_eq!(
                facts(true, Some(80), &[("COLUMNS", nonsense)]).width,
                Some(80)
            );
        }
        assert_eq!(facts(false, None, &[]).width, None);
    }
}
