//! `xtask picture`: the program's own answer about the sample, as SVG files.

use std::fs;
use std::process::{Command, Stdio};

use anstyle_svg::Term;
use anyhow::{Context as _, Result, bail};

use crate::root;

/// What a reader would type.
const COMMAND: &str = "gardefou investigate samples/attack";

/// Exit status of a run that found incidents.
const FOUND: i32 = 1;

/// Columns of the pictured terminal.
const COLUMNS: usize = 110;

/// Section where the first picture ends and the second begins.
const STEPS: &str = "Still open";

/// Section where the second picture ends.
const BOUNDARY: &str = "Where the line is drawn";

/// Writes `docs/report.svg` and `docs/next-steps.svg`.
pub(crate) fn run() -> Result<()> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "gardefou", "--"])
        .args([
            "investigate",
            "samples/attack",
            "--quiet",
            "--color",
            "always",
        ])
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run gardefou")?;
    if output.status.code() != Some(FOUND) {
        bail!("`{COMMAND}` ended with {}", output.status);
    }
    let text = String::from_utf8(output.stdout).context("the report is not UTF-8")?;
    let (what, rest) = cut(&text, STEPS)?;
    let (steps, _) = cut(rest, BOUNDARY)?;
    save(
        "docs/report.svg",
        &format!("\x1b[1m$ {COMMAND}\x1b[0m\n{what}"),
    )?;
    save("docs/next-steps.svg", steps)
}

/// The lines before the section with this heading, and the others.
fn cut<'a>(report: &'a str, heading: &str) -> Result<(&'a str, &'a str)> {
    let mut offset = 0;
    for line in report.split_inclusive('\n') {
        if plain(line).trim() == heading {
            return Ok(report.split_at(offset));
        }
        offset += line.len();
    }
    bail!("the report has no section `{heading}`")
}

fn save(name: &str, screen: &str) -> Result<()> {
    let path = root().join(name);
    fs::write(&path, svg(screen)).with_context(|| format!("cannot write `{}`", path.display()))?;
    println!("{name}: {} lines", screen.lines().count());
    Ok(())
}

fn svg(screen: &str) -> String {
    let mut text = Term::new().render_svg(&wrap(screen.trim_end(), COLUMNS));
    text.push('\n');
    text
}

/// Breaks lines where a terminal of this many columns does. Escape sequences
/// take no room; every character of our reports takes one column.
fn wrap(text: &str, columns: usize) -> String {
    let (mut wrapped, mut column, mut is_escape) = (String::new(), 0, false);
    for letter in text.chars() {
        if letter == '\x1b' {
            is_escape = true;
        } else if is_escape {
            is_escape = !letter.is_ascii_alphabetic();
        } else if letter == '\n' {
            column = 0;
        } else if column == columns {
            wrapped.push('\n');
            column = 1;
        } else {
            column += 1;
        }
        wrapped.push(letter);
    }
    wrapped
}

fn plain(text: &str) -> String {
    let mut is_escape = false;
    text.chars()
        .filter(|letter| {
            let was_escape = is_escape;
            is_escape = *letter == '\x1b' || (is_escape && !letter.is_ascii_alphabetic());
            !is_escape && !was_escape
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_shapes_and_no_escape_stays() {
        let text = svg("\x1b[31mred\x1b[0m <tag>\n");
        assert!(text.starts_with("<svg"), "{text}");
        assert!(
            text.contains("red") && text.contains("&lt;tag&gt;"),
            "{text}"
        );
        assert!(!text.contains('\x1b'));
    }

    #[test]
    fn lines_break_at_the_width_whatever_their_colours() {
        let text = wrap("\x1b[1mabc\x1b[0mde\nfg", 3);
        assert_eq!(text, "\x1b[1mabc\x1b[0m\nde\nfg");
    }

    #[test]
    fn a_report_is_cut_at_a_coloured_heading() {
        let (before, after) = cut("a\n\x1b[1mStill open\x1b[0m\nb\n", STEPS).unwrap();
        assert_eq!((before, plain(after).as_str()), ("a\n", "Still open\nb\n"));
        assert!(cut("a\n", STEPS).is_err());
    }
}
