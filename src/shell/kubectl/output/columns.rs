//! `-o custom-columns`: a table of JSONPaths.

use super::go;
use super::tabwriter::TabWriter;
use crate::api::Value;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::jsonpath::{Options, Template, relaxed};

/// The columns of a table.
#[derive(Clone, Debug)]
pub struct Columns {
    columns: Vec<(String, Template)>,
    headings: bool,
}

impl Columns {
    /// Reads `NAME:.metadata.name,IMAGE:.spec.containers[*].image`.
    ///
    /// # Errors
    /// When a column has no path, or its path cannot be read.
    pub fn parse(spec: &str, headings: bool) -> Result<Self, Failure> {
        let mut columns = Vec::new();
        for part in spec.split(',') {
            let Some((heading, path)) = part.split_once(':') else {
                return Err(format!(
                    "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
                )
                .into());
            };
            columns.push((heading.to_owned(), column(path)?));
        }
        Ok(Self { columns, headings })
    }

    /// Reads two lines: headings, and below them their paths.
    ///
    /// # Errors
    /// When the lines do not fit together.
    pub fn from_file(text: &str, headings: bool) -> Result<Self, Failure> {
        let mut lines = text.lines();
        let words = |line: Option<&str>| -> Vec<String> {
            line.unwrap_or("").split_whitespace().map(str::to_owned).collect()
        };
        let (names, paths) = (words(lines.next()), words(lines.next()));
        if names.is_empty() || paths.is_empty() {
            return Err("invalid template, expected two lines: headers and below them their paths".into());
        }
        if names.len() != paths.len() {
            return Err(format!(
                "number of headers ({}) and field specifications ({}) don't match",
                names.len(),
                paths.len()
            )
            .into());
        }
        let columns = names.into_iter().zip(paths).map(|(name, path)| Ok((name, column(&path)?)));
        Ok(Self { columns: columns.collect::<Result<_, Failure>>()?, headings })
    }

    /// The table of an object, or of a list's items.
    pub fn print(&self, doc: &Value) -> String {
        let mut writer = TabWriter::table();
        if self.headings {
            writer.row(self.columns.iter().map(|(heading, _)| heading.as_str()));
        }
        let items = match doc["items"].as_array() {
            Some(items) => items.as_slice(),
            None => std::slice::from_ref(doc),
        };
        for item in items {
            let cells: Vec<String> = self.columns.iter().map(|(_, path)| cell(path, item)).collect();
            writer.row(cells.iter().map(String::as_str));
        }
        writer.finish()
    }
}

fn column(path: &str) -> Result<Template, Failure> {
    let template = relaxed(path)?;
    Template::parse(&template).map_err(|why| format!("error parsing jsonpath {template}, {why}").into())
}

fn cell(path: &Template, item: &Value) -> String {
    let found = path.find(item, Options::default()).unwrap_or_default();
    let values: Vec<String> = found
        .first()
        .map(|items| {
            items.iter().filter(|item| !item.value().is_null()).map(|item| go::plain(item.value())).collect()
        })
        .unwrap_or_default();
    if values.is_empty() { "<none>".into() } else { values.join(",") }
}
