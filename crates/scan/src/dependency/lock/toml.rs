//! TOML with places.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::LockError;

/// A table of a document.
pub(super) type Table<'a> = DeTable<'a>;
/// A value with its place.
pub(super) type Field<'a> = Spanned<DeValue<'a>>;

/// The document of a text.
pub(super) fn document(text: &str) -> Result<Table<'_>, LockError> {
    let table =
        DeTable::parse(text).map_err(|error| LockError::Syntax(error.message().to_owned()))?;
    Ok(table.into_inner())
}

/// A member that must be a string when it is there.
pub(super) fn string<'a>(table: &'a Table<'_>, name: &str) -> Result<Option<&'a str>, LockError> {
    match table.get(name) {
        None => Ok(None),
        Some(field) => match field.get_ref() {
            DeValue::String(text) => Ok(Some(text)),
            _ => Err(LockError::Shape(
                "a string was expected",
                field.span().start,
            )),
        },
    }
}

/// A member that must be a string.
pub(super) fn needed<'a>(
    table: &'a Table<'_>,
    name: &str,
    at: usize,
) -> Result<&'a str, LockError> {
    string(table, name)?.ok_or(LockError::Shape("a package without name or version", at))
}

/// A member that is a table, where it is there and one.
pub(super) fn table<'a, 'b>(table: &'a Table<'b>, name: &str) -> Option<&'a Table<'b>> {
    match table.get(name)?.get_ref() {
        DeValue::Table(inner) => Some(inner),
        _ => None,
    }
}

/// The items of a member that must be a list when it is there.
pub(super) fn items<'a, 'b>(
    table: &'a Table<'b>,
    name: &str,
) -> Result<Vec<&'a Field<'b>>, LockError> {
    match table.get(name) {
        None => Ok(Vec::new()),
        Some(field) => match field.get_ref() {
            DeValue::Array(items) => Ok(items.iter().collect()),
            _ => Err(LockError::Shape("a list was expected", field.span().start)),
        },
    }
}

/// The tables of a member that is a list of tables, each with its offset.
pub(super) fn tables<'a, 'b>(
    table: &'a Table<'b>,
    name: &str,
) -> Result<Vec<(usize, &'a Table<'b>)>, LockError> {
    let inner = |field: &'a Field<'b>| match field.get_ref() {
        DeValue::Table(inner) => Ok((place(field, inner), inner)),
        _ => Err(LockError::Shape("a table was expected", field.span().start)),
    };
    items(table, name)?.into_iter().map(inner).collect()
}

/// A package's place: its name, else the table's head.
fn place(field: &Field<'_>, table: &Table<'_>) -> usize {
    let name = table.get("name").map(|name| name.span().start);
    name.unwrap_or_else(|| field.span().start)
}

/// The text of a value, where it is one.
pub(super) fn text<'a>(field: &'a Field<'_>) -> Option<&'a str> {
    match field.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

/// The table of a value, where it is one.
pub(super) fn inner<'a, 'b>(field: &'a Field<'b>) -> Option<&'a Table<'b>> {
    match field.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}
