//! `-o go-template`: the part of Go's `text/template` that people use with kubectl.

mod functions;
mod parse;
mod run;

use super::go;
use crate::api::Value;
use parse::{Named, Node};
use run::Run;

/// A template that was read.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    nodes: Vec<Node>,
    named: Named,
    allow_missing: bool,
}

/// Why a template could not be carried out: what had been written by then, followed by what helps to find the
/// mistake, and the complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// For standard output.
    pub written: String,
    /// The complaint.
    pub message: String,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// In the words of Go's template package: `template: output:1: unclosed action` …
    pub fn parse(text: &str, allow_missing: bool) -> Result<Self, String> {
        let (nodes, named) = parse::template(text)?;
        Ok(Self { text: text.to_owned(), nodes, named, allow_missing })
    }

    /// What the template writes for a document.
    ///
    /// # Errors
    /// When the document does not fit.
    pub fn print(&self, doc: &Value) -> Result<String, Misfit> {
        let numbers = floats(doc);
        let mut run = Run::new(&self.named, &numbers, self.allow_missing);
        let Err(why) = run.all(&self.nodes, &numbers) else { return Ok(run.out) };
        let before = &self.text[..run.place.at];
        let line = 1 + before.matches('\n').count();
        let column = before.rfind('\n').map_or(before.len(), |newline| before.len() - newline - 1);
        let why = format!(
            "template: output:{line}:{column}: executing {} at <{}>: {why}",
            go::quote(&run.name),
            run.place.text
        );
        let written = format!(
            "{}Error executing template: {why}. Printing more information for debugging the template:\n\
             \ttemplate was:\n\t\t{}\n\traw data was:\n\t\t{}\n\
             \tobject given to template engine was:\n\t\t{}\n\n",
            run.out,
            self.text,
            go::json(doc),
            go::plain(&numbers)
        );
        let message = format!("error executing template {}: {why}", go::quote(&self.text));
        Err(Misfit { written, message })
    }
}

/// The document as Go reads JSON: every number is a float.
fn floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.iter().map(floats).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), floats(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Template, go};
    use crate::api::json;

    #[test]
    fn templates_write_as_in_go() {
        let doc = json!({"kind": "List", "items": [{"metadata": {"name": "a", "labels": {"x.y": "1"}}, "n": 2},
            {"metadata": {"name": "b"}}], "t": true});
        for (template, expected) in [
            ("{{.kind}}", "List"),
            ("{{range .items}}{{.metadata.name}}={{.n}}\n{{end}}", "a=2\nb=<no value>\n"),
            ("{{range $i, $x := .items}}{{$i}}{{$x.metadata.name}} {{end}}", "0a 1b "),
            ("{{printf \"%d\" (len .items)}}", "2"),
            ("{{if .t}}yes{{else}}no{{end}}", "yes"),
            ("{{if .nope}}yes{{else if .t}}maybe{{else}}no{{end}}!", "maybe!"),
            ("{{(index .items 0).metadata.name}}", "a"),
            ("{{index (index .items 0).metadata.labels \"x.y\"}}", "1"),
            ("{{with .kind}}<{{.}}>{{end}}", "<List>"),
            ("{{range .items}}{{if eq .metadata.name \"b\"}}B{{end}}{{end}}", "B"),
            ("a {{- .kind -}} b", "aListb"),
            ("{{.kind | printf \"%s-%q\" \"x\"}}", "x-\"List\""),
            ("{{range .none}}x{{else}}empty{{end}}", "empty"),
            (
                "{{if .no}}a{{else if .none}}b{{else if .t}}c{{else}}d{{end}}{{with .no}}{{else}}e{{end}}",
                "ce",
            ),
            ("{{range .items}}{{printf \"%d %v|\" .n .n}}{{end}}", "%!d(float64=2) 2|%!d(<nil>) <nil>|"),
            ("{{.no.thing}}{{.kind | html}}{{print 1 2 \"a\"}}", "<no value>List1 2a"),
            ("{{and .no .kind.x}}", "<no value>"),
            (
                "{{define \"x\"}}<{{.}}{{$}}>{{end}}{{range .items}}{{template \"x\" .metadata.name}}{{end}}",
                "<aa><bb>",
            ),
            ("{{block \"b\" .kind}}{{.}}!{{end}}{{template \"b\"}}", "List!<no value>!"),
            (
                "{{range $i, $x := .items}}{{if eq $x.metadata.name \"a\"}}{{continue}}{{end}}{{$i}}{{break}}x{{end}}",
                "1",
            ),
        ] {
            let parsed = Template::parse(template, true).expect(template);
            assert_eq!(parsed.print(&doc).as_deref().ok(), Some(expected), "{template}");
        }
        for (template, expected) in [
            (
                "{{(index .items 5).metadata}}",
                "1:3: executing \"output\" at <index .items 5>: error calling index: index out of range: 5",
            ),
            (
                "a\n{{.kind.x}}",
                "2:7: executing \"output\" at <.kind.x>: can't evaluate field x in type interface {}",
            ),
            ("{{len .t}}", "1:2: executing \"output\" at <len .t>: error calling len: len of type bool"),
            (
                "{{range .items}}{{if eq .n 2}}{{end}}{{end}}",
                "1:21: executing \"output\" at <eq .n 2>: error calling eq: incompatible types for comparison",
            ),
            (
                "{{template \"x\" .}}",
                "1:11: executing \"output\" at <{{template \"x\" .}}>: template \"x\" not defined",
            ),
            (
                "{{define \"x\"}}{{len .}}{{end}}{{template \"x\" .t}}",
                "1:16: executing \"x\" at <len .>: error calling len: len of type bool",
            ),
            ("{{range .t}}{{end}}", "1:8: executing \"output\" at <.t>: range can't iterate over true"),
        ] {
            let parsed = Template::parse(template, true).expect(template);
            let message = parsed.print(&doc).expect_err(template).message;
            let expected =
                format!("error executing template {}: template: output:{expected}", go::quote(template));
            assert_eq!(message, expected);
        }
        for (template, expected) in [
            ("{{range", "template: output:1: unclosed action"),
            ("{{.kind}", "template: output:1: bad character U+007D '}'"),
            ("{{.kind }", "template: output:1: unrecognized character in action: U+007D '}'"),
            ("{{range .items}}", "template: output:1: unexpected EOF"),
            ("{{foo}}", "template: output:1: function \"foo\" not defined"),
            ("{{end}}", "template: output:1: unexpected {{end}}"),
            ("{{break}}", "template: output:1: {{break}} outside {{range}}"),
            ("{{define x}}{{end}}", "template: output:1: unexpected \"x\" in define clause"),
            ("{{define \"x\"}}", "template: output:1: unexpected EOF"),
        ] {
            assert_eq!(Template::parse(template, true).map(|_| ()), Err(expected.to_owned()), "{template}");
        }
    }
}
