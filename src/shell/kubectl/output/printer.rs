//! `-o`: how objects are printed.

use super::go;
use crate::api::{Kind, Map, Value, json};
use crate::manifest::yaml;
use crate::shell::kubectl::call::Call;
use crate::shell::kubectl::doc::text;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::jsonpath::{Options, Template};
use crate::shell::kubectl::output::columns::Columns;
use crate::shell::kubectl::output::template;

/// A way to print an object.
#[derive(Clone, Debug)]
pub enum Printer {
    /// `deployment.apps/web`
    Name,
    /// JSON, indented.
    Json,
    /// YAML.
    Yaml,
    /// YAML in flow style.
    Kyaml,
    /// What a JSONPath template finds.
    Path(Template, Options),
    /// What a Go template writes.
    Go(template::Template),
    /// A table of one's own columns.
    Columns(Columns),
}

const FORMATS: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml";
const GET_FORMATS: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml";

/// The printer that `-o` and `--template` ask for; none for the usual message or table.
///
/// # Errors
/// For a format that is not there, and for a template that cannot be read.
pub fn chosen(call: &mut Call<'_, '_>) -> Result<Option<Printer>, Failure> {
    let (output, given) = (call.flags.text("output").to_owned(), call.flags.text("template").to_owned());
    let getting = call.command.path == "get";
    let output = if output.is_empty() && !given.is_empty() { "go-template".to_owned() } else { output };
    // Formats that take no argument are known by their whole word; case does not matter to those that print all.
    let plain = |word: &str| ["json", "yaml", "kyaml", "name"].contains(&word.to_lowercase().as_str());
    let (format, argument) = match output.split_once('=') {
        Some((format, argument)) if !plain(format) && format != "wide" => {
            (format.to_owned(), argument.to_owned())
        }
        _ if plain(&output) => (output.to_lowercase(), given),
        _ => (output.clone(), given),
    };
    let argument = if argument.is_empty() { call.flags.text("template").to_owned() } else { argument };
    let from_file = |call: &mut Call<'_, '_>| -> Result<String, Failure> {
        let read = call.ctx.read(&argument);
        read.map_err(|_| {
            format!("error reading --template {argument}, open {argument}: no such file or directory").into()
        })
    };
    let missing = "template format specified but no template given";
    let allow_missing = call.flags.on("allow-missing-template-keys");
    let printer = match format.as_str() {
        "" => return Ok(None),
        "wide" if getting => return Ok(None),
        "name" => Printer::Name,
        "json" => Printer::Json,
        "yaml" => Printer::Yaml,
        "kyaml" => Printer::Kyaml,
        "jsonpath" | "jsonpath-as-json" | "jsonpath-file" => {
            if argument.is_empty() {
                return Err(missing.into());
            }
            let source = if format == "jsonpath-file" { from_file(call)? } else { argument.clone() };
            let parsed =
                Template::parse(&source).map_err(|why| format!("error parsing jsonpath {source}, {why}"))?;
            Printer::Path(parsed, Options { allow_missing, as_json: format == "jsonpath-as-json" })
        }
        "go-template" | "template" | "go-template-file" | "templatefile" => {
            if argument.is_empty() {
                return Err(missing.into());
            }
            let source = if format.ends_with("file") { from_file(call)? } else { argument.clone() };
            let parsed = template::Template::parse(&source, allow_missing)
                .map_err(|why| format!("error parsing template {source}, {why}"))?;
            Printer::Go(parsed)
        }
        "custom-columns" | "custom-columns-file" if getting => {
            let headings = !call.flags.on("no-headers");
            let columns = if format == "custom-columns" {
                if argument.is_empty() {
                    return Err("custom-columns format specified but no custom columns given".into());
                }
                Columns::parse(&argument, headings)?
            } else {
                if argument.is_empty() {
                    return Err("custom-columns-file format specified but no template file given".into());
                }
                let text = call.ctx.read(&argument).map_err(|_| {
                    Failure::Message(format!(
                        "error reading template {argument}, open {argument}: no such file or directory\n"
                    ))
                })?;
                Columns::from_file(&text, headings)?
            };
            Printer::Columns(columns)
        }
        _ => {
            let formats = if getting { GET_FORMATS } else { FORMATS };
            return Err(format!(
                "unable to match a printer suitable for the output format {}, allowed formats are: {formats}",
                go::quote(&output)
            )
            .into());
        }
    };
    Ok(Some(printer))
}

impl Printer {
    /// One object, or a list of them.
    ///
    /// # Errors
    /// When a template does not fit the object.
    pub fn print(&self, doc: &Value) -> Result<String, Failure> {
        Ok(match self {
            Self::Name => match doc["items"].as_array() {
                Some(items) if text(&doc["kind"]).ends_with("List") => items.iter().map(name).collect(),
                _ => name(doc),
            },
            Self::Json => go::json_indented(doc, "    ") + "\n",
            Self::Yaml => yaml::write(doc),
            Self::Kyaml => format!("---\n{}\n", super::kyaml::to_string(doc)),
            Self::Path(template, options) => template.print(doc, *options).map_err(Failure::Message)?,
            Self::Go(template) => {
                template.print(doc).map_err(|misfit| Failure::Shown(misfit.written, misfit.message))?
            }
            Self::Columns(columns) => columns.print(doc),
        })
    }
}

/// `deployment.apps/web`, in a line.
fn name(doc: &Value) -> String {
    let object = text(&doc["metadata"]["name"]);
    match Kind::from_manifest(text(&doc["apiVersion"]), text(&doc["kind"])) {
        Some(kind) => format!("{}/{object}\n", kind.resource().singular_qualified()),
        None => format!("{}/{object}\n", text(&doc["kind"]).to_lowercase()),
    }
}

/// Objects as a `List`.
pub fn list(items: Vec<Value>) -> Value {
    let mut list = Map::new();
    list.insert("apiVersion".into(), "v1".into());
    list.insert("items".into(), Value::Array(items));
    list.insert("kind".into(), "List".into());
    list.insert("metadata".into(), json!({"resourceVersion": ""}));
    Value::Object(list)
}

/// Prints objects one after the other, as commands do that change several: YAML documents are parted.
///
/// # Errors
/// As [`Printer::print`].
pub fn print_each(call: &mut Call<'_, '_>, printer: &Printer, docs: &[Value]) -> Result<(), Failure> {
    for (at, doc) in docs.iter().enumerate() {
        if at > 0 && matches!(printer, Printer::Yaml) {
            call.print("---\n");
        }
        let printed = printer.print(doc)?;
        call.print(&printed);
    }
    Ok(())
}
