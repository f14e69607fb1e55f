//! Tables in a terminal.

use anstyle::Style;

use super::Page;
use super::layout::{self, Line};
use crate::catalogue::Sentence;
use crate::document::{Set, Table};

/// Columns between columns.
const GAP: usize = 2;
/// Columns before a table.
const INDENT: usize = 2;
/// No column is squeezed below this.
const NARROWEST: usize = 6;
/// Lines of a cell; the rest is cut.
const CELL_LINES: usize = 2;

impl Page {
    /// A table, columns squeezed until they fit.
    pub(super) fn table(&mut self, table: &Table) {
        if !table.rows.is_empty() {
            let widths = widths(table, self.width.saturating_sub(INDENT));
            self.header(table, &widths);
            for row in &table.rows {
                self.row(table, row, &widths);
            }
        }
        if let Some(more) = &table.more {
            self.paragraph(more, INDENT, Style::new().dimmed());
        }
    }

    fn header(&mut self, table: &Table, widths: &[usize]) {
        let titles: Vec<_> = table
            .columns
            .iter()
            .map(|column| Sentence::plain(column.title.as_str()))
            .collect();
        self.cells(table, &titles, widths, Style::new().dimmed());
    }

    fn row(&mut self, table: &Table, row: &[Sentence], widths: &[usize]) {
        self.cells(table, row, widths, Style::new());
        for (column, cell) in table.columns.iter().zip(row) {
            if column.set.is_below() && !cell.is_empty() {
                self.paragraph(cell, INDENT + 2 * GAP, Style::new());
            }
        }
    }

    fn cells(&mut self, table: &Table, row: &[Sentence], widths: &[usize], style: Style) {
        let height = if table.compact { 1 } else { CELL_LINES };
        let cells: Vec<(Vec<Line>, usize, Set)> = table
            .columns
            .iter()
            .zip(row)
            .zip(widths)
            .filter(|((column, _), _)| !column.set.is_below())
            .map(|((column, cell), width)| (layout::wrap(cell, *width, height), *width, column.set))
            .collect();
        let height = cells
            .iter()
            .map(|(lines, _, _)| lines.len())
            .max()
            .unwrap_or(0);
        for nth in 0..height {
            self.out.push_str(&" ".repeat(INDENT));
            for (lines, width, set) in &cells {
                self.cell(lines.get(nth), *width, *set, style);
            }
            self.end_line();
        }
    }

    fn cell(&mut self, line: Option<&Line>, width: usize, set: Set, style: Style) {
        let used = line.map_or(0, |line| line.width);
        let pad = " ".repeat(width.saturating_sub(used));
        if set == Set::Right {
            self.out.push_str(&pad);
        }
        if let Some(line) = line {
            self.line(line, style);
        }
        if set != Set::Right {
            self.out.push_str(&pad);
        }
        self.out.push_str(&" ".repeat(GAP));
    }
}

/// Widths of the columns: as wide as their content, then squeezed, the
/// widest first, until the row fits.
fn widths(table: &Table, room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = (0..table.columns.len())
        .map(|at| natural(table, at))
        .collect();
    let beside = table
        .columns
        .iter()
        .filter(|column| !column.set.is_below())
        .count();
    let gaps = GAP * beside.saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > room {
        let widest = table
            .columns
            .iter()
            .zip(&mut widths)
            .filter(|(column, width)| **width > floor(column.set))
            .max_by_key(|(_, width)| **width);
        match widest {
            Some((_, width)) => *width -= 1,
            None => break,
        }
    }
    widths
}

fn floor(set: Set) -> usize {
    if set == Set::Wide {
        2 * NARROWEST
    } else {
        NARROWEST
    }
}

fn natural(table: &Table, at: usize) -> usize {
    let Some(column) = table.columns.get(at) else {
        return 0;
    };
    if column.set.is_below() {
        return 0;
    }
    let cells = table
        .rows
        .iter()
        .filter_map(|row| row.get(at))
        .map(layout::sentence_width);
    cells
        .chain([layout::width(&column.title)])
        .max()
        .unwrap_or(0)
}
