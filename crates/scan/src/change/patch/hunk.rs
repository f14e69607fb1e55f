//! One hunk: its head's numbers, and as many lines as they tell.

use super::{Lines, View};

/// The numbers of `@@ -a,b +c,d @@`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HunkHead {
    old_lines: u32,
    new_start: u32,
    new_lines: u32,
}

impl HunkHead {
    pub(super) fn parse(line: &str) -> Option<Self> {
        let inner = line.strip_prefix("@@ -")?;
        let (old, rest) = inner.split_once(" +")?;
        let (new, _) = rest.split_once(" @@")?;
        let (_, old_lines) = span(old)?;
        let (new_start, new_lines) = span(new)?;
        Some(Self {
            old_lines,
            new_start,
            new_lines,
        })
    }
}

fn span(text: &str) -> Option<(u32, u32)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// Reads the lines of a hunk; `false` when it ends too early.
pub(super) fn read(head: &HunkHead, lines: &mut Lines<'_>, view: &mut View) -> bool {
    let (mut old, mut new) = (head.old_lines, head.new_lines);
    let mut number = head.new_start;
    view.push_gap();
    while old > 0 || new > 0 {
        let Some(line) = lines.peek() else {
            return false;
        };
        let (sign, text) = split_sign(line);
        match sign {
            '+' if new > 0 => {
                view.push_line(text, number, true);
                number = number.saturating_add(1);
                new -= 1;
            }
            '-' if old > 0 => {
                view.push_removed(text);
                old -= 1;
            }
            ' ' if old > 0 && new > 0 => {
                view.push_line(text, number, false);
                number = number.saturating_add(1);
                (old, new) = (old - 1, new - 1);
            }
            '\\' => {}
            _ => return false,
        }
        lines.next();
    }
    true
}

/// The sign of a line and its text. Mailers strip the blank of an empty
/// context line.
fn split_sign(line: &str) -> (char, &str) {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut chars = line.chars();
    match chars.next() {
        Some(sign) => (sign, chars.as_str()),
        None => (' ', ""),
    }
}
