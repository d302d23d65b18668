//! Markdown.

use std::fmt;

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

/// A section of the figures.
pub(crate) struct Section {
    title: &'static str,
    /// What was measured, and how.
    about: String,
    tables: Vec<Table>,
    notes: Vec<String>,
}

impl Section {
    pub(crate) fn new(title: &'static str, about: impl Into<String>) -> Self {
        Self { title, about: about.into(), tables: Vec::new(), notes: Vec::new() }
    }

    /// A table with these columns, of which all but the first hold numbers.
    pub(crate) fn table(&mut self, columns: &[&str]) -> &mut Table {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN);
        table.set_header(columns.iter().copied());
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self.tables.push(table);
        let last = self.tables.len() - 1;
        &mut self.tables[last]
    }

    /// A line below the tables; the same one once.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{}\n", self.title, self.about)?;
        for table in &self.tables {
            writeln!(f, "{table}\n")?;
        }
        for note in &self.notes {
            writeln!(f, "- {note}")?;
        }
        if self.notes.is_empty() { Ok(()) } else { writeln!(f) }
    }
}

/// Whether a figure is within its bar, as a word of a table.
pub(crate) fn verdict(is_within: bool) -> &'static str {
    if is_within { "met" } else { "missed" }
}
