//! kubectl's dialect of JSONPath: templates of text and `{…}` actions. Knows no cluster and no command.
//!
//! The dialect is what client-go's `util/jsonpath` accepts, its error messages included: ranges that may
//! nest, filters with one comparison, unions, slices with steps, recursive descent, quoted text.

mod compare;
mod evaluate;
mod parse;

pub use evaluate::Item;

use super::output::go;
use crate::api::Value;
use parse::Node;

/// A template that was read.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    nodes: Vec<Node>,
}

/// How a template is carried out.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A field that is absent gives nothing, instead of an error.
    pub allow_missing: bool,
    /// Each action prints a JSON list of what it found (`-o jsonpath-as-json`).
    pub as_json: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { allow_missing: true, as_json: false }
    }
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// In client-go's words: `unclosed action` …
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.to_owned(), nodes: parse::parse(text, 0)? })
    }

    /// The template as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What each action finds, in order.
    ///
    /// # Errors
    /// In client-go's words: `array index out of bounds: index 5, length 1` …
    pub fn find<'a>(&self, data: &'a Value, options: Options) -> Result<Vec<Vec<Item<'a>>>, String> {
        evaluate::find(&self.nodes, data, options.allow_missing)
    }

    /// What the template prints for a document.
    ///
    /// # Errors
    /// As [`Template::find`].
    pub fn render(&self, data: &Value, options: Options) -> Result<String, String> {
        let mut out = String::new();
        for results in self.find(data, options)? {
            if options.as_json {
                let list = results.iter().map(|item| item.value().clone()).collect();
                out.push_str(&go::json_indented(&Value::Array(list), "    "));
                out.push('\n');
                continue;
            }
            for (at, item) in results.iter().enumerate() {
                if at > 0 {
                    out.push(' ');
                }
                out.push_str(&item.text());
            }
        }
        Ok(out)
    }

    /// What `-o jsonpath` prints for a document.
    ///
    /// # Errors
    /// What kubectl says, after `error: `: the message, the template and the document.
    pub fn print(&self, data: &Value, options: Options) -> Result<String, String> {
        self.render(data, options).map_err(|message| {
            format!(
                "error executing jsonpath {}: Error executing template: {message}. Printing more information for \
                 debugging the template:\n\ttemplate was:\n\t\t{}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
                go::quote(&self.text),
                self.text,
                go::syntax(data)
            )
        })
    }
}

/// The template that a path written loosely (`metadata.name`, `.metadata.name`, `{.metadata.name}`) means.
///
/// # Errors
/// When it is none of these.
pub fn relaxed(path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let inside = path.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(path);
    let field = match inside.strip_prefix('.') {
        Some("") => ".",
        Some(rest) => rest,
        None => inside,
    };
    if field.is_empty() || field.contains(['{', '}', '\n']) {
        return Err("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'".into());
    }
    Ok(format!("{{.{field}}}"))
}

/// The native command `playground jsonpath`: what `-o jsonpath` prints for a document, or the message
/// that kubectl would print.
///
/// # Errors
/// The message, with its `error: `.
pub fn command(template: &str, document: &Value, allow_missing: bool) -> Result<String, String> {
    if template.is_empty() {
        return Err("error: template format specified but no template given".into());
    }
    let parsed = Template::parse(template)
        .map_err(|message| format!("error: error parsing jsonpath {template}, {message}"))?;
    let options = Options { allow_missing, as_json: false };
    parsed.print(document, options).map_err(|message| format!("error: {message}"))
}

#[cfg(test)]
mod tests;
