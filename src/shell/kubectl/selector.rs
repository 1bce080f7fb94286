//! Label and field selectors as people type them (`-l`, `--field-selector`).

use super::doc::shown;
use super::output::go;
use crate::api::{Kind, Labels, Object, Ordered, Requirement, RequirementOperator, Value};

/// What a list is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `-l` as it was typed.
    pub labels: String,
    /// `--field-selector` as it was typed.
    pub fields: String,
}

/// A filter that was read, for one kind.
#[derive(Clone, Debug)]
pub struct Matcher {
    labels: Vec<Requirement>,
    fields: Vec<(String, bool, String)>,
}

impl Filter {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Reads the filter for a kind.
    ///
    /// # Errors
    /// What the server says of it.
    pub fn matcher(&self, kind: Kind) -> Result<Matcher, String> {
        let labels = parse_labels(&self.labels)?;
        let mut fields = Vec::new();
        for term in self.fields.split(',').filter(|term| !term.is_empty()) {
            let (key, equal, value) = if let Some((key, value)) = term.split_once("!=") {
                (key, false, value)
            } else if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
                (key, true, value)
            } else {
                return Err(format!("invalid selector: '{}'; can't understand '{term}'", self.fields));
            };
            if !["metadata.name", "metadata.namespace"].contains(&key) && !supported(kind).contains(&key) {
                return Err(format!("field label not supported: {key}"));
            }
            fields.push((key.to_owned(), equal, value.to_owned()));
        }
        Ok(Matcher { labels, fields })
    }
}

impl Matcher {
    /// Whether an object passes.
    pub fn matches(&self, object: &Object) -> bool {
        self.labels.iter().all(|requirement| requirement.matches(&object.meta.labels))
            && self.fields.iter().all(|(key, equal, value)| (field(object, key) == *value) == *equal)
    }

    /// Whether labels pass.
    pub fn matches_labels(&self, labels: &Labels) -> bool {
        self.labels.iter().all(|requirement| requirement.matches(labels))
    }
}

/// The fields that lists of a kind may be narrowed by, besides name and namespace.
fn supported(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pod => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        Kind::Event => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        Kind::Node => &["spec.unschedulable"],
        Kind::Secret => &["type"],
        Kind::Namespace => &["status.phase"],
        Kind::Service => &["spec.clusterIP", "spec.type"],
        Kind::ReplicaSet | Kind::ReplicationController => &["status.replicas"],
        Kind::Job => &["status.successful"],
        Kind::CertificateSigningRequest => &["spec.signerName"],
        _ => &[],
    }
}

fn field(object: &Object, key: &str) -> String {
    let path = match key {
        "source" => "source.component",
        "status.successful" => "status.succeeded",
        key => key,
    };
    let value = path.split('.').fold(object.doc(), |value, key| &value[key]);
    match (key, value) {
        ("spec.unschedulable" | "spec.hostNetwork", Value::Null) => "false".into(),
        ("status.replicas" | "status.successful", Value::Null) => "0".into(),
        (_, value) => shown(value),
    }
}

/// Reads a label selector: `app=web,tier in (a,b),!old,size>3`.
///
/// # Errors
/// In the words of `labels.Parse`.
pub fn parse_labels(text: &str) -> Result<Vec<Requirement>, String> {
    let mut parser = Parser { tokens: tokens(text), at: 0 };
    let mut requirements = Vec::new();
    loop {
        match parser.peek() {
            Token::End => return Ok(requirements),
            Token::Word(_) | Token::Sign("!") => {
                let requirement =
                    parser.requirement().map_err(|why| format!("unable to parse requirement: {why}"))?;
                requirements.push(requirement);
            }
            found => {
                return Err(format!("found '{}', expected: !, identifier, or 'end of string'", found.text()));
            }
        }
        match parser.next() {
            Token::End => return Ok(requirements),
            Token::Sign(",") => {
                let after = parser.peek();
                if !matches!(after, Token::Word(_) | Token::Sign("!")) {
                    return Err(format!("found '{}', expected: identifier after ','", after.text()));
                }
            }
            found => return Err(format!("found '{}', expected: ',' or 'end of string'", found.text())),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Sign(&'static str),
    End,
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Sign(sign) => sign,
            Self::End => "",
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    const SIGNS: [&str; 9] = ["!=", "==", "=", "!", "(", ")", ",", "<", ">"];
    let mut rest = text;
    let mut tokens = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if rest.is_empty() {
            tokens.push(Token::End);
            return tokens;
        }
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
            continue;
        }
        let is_end = |c: char| c.is_ascii_whitespace() || "=!(),<>".contains(c);
        let end = rest.find(is_end).unwrap_or(rest.len());
        tokens.push(Token::Word(rest[..end].to_owned()));
        rest = &rest[end..];
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Token {
        self.tokens.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let absent = self.peek() == Token::Sign("!");
        if absent {
            self.at += 1;
        }
        let Token::Word(key) = self.peek() else {
            return Err(format!("found '{}', expected: identifier", self.peek().text()));
        };
        self.at += 1;
        if let Err(why) = super::names::qualified(&key) {
            return Err(format!("key: Invalid value: {}: {why}", go::quote(&key)));
        }
        let simple = |operator| Ok(Requirement { key: key.clone(), operator, values: Vec::new() });
        if absent {
            return simple(RequirementOperator::DoesNotExist);
        }
        if matches!(self.peek(), Token::End | Token::Sign(",")) {
            return simple(RequirementOperator::Exists);
        }
        let found = self.next();
        let (operator, many) = match found.text() {
            "=" | "==" => (RequirementOperator::In, false),
            "!=" => (RequirementOperator::NotIn, false),
            ">" => (RequirementOperator::Gt, false),
            "<" => (RequirementOperator::Lt, false),
            "in" => (RequirementOperator::In, true),
            "notin" => (RequirementOperator::NotIn, true),
            found => return Err(format!("found '{found}', expected: in, notin, =, ==, !=, gt, lt")),
        };
        let mut values = if many { self.values()? } else { vec![self.value()] };
        if many {
            values.order();
            values.dedup();
        }
        for (at, value) in values.iter().enumerate() {
            if let Err(why) = super::names::label_value(value) {
                return Err(format!("values[{at}][{key}]: Invalid value: {}: {why}", go::quote(value)));
            }
            let compares = matches!(operator, RequirementOperator::Gt | RequirementOperator::Lt);
            if compares && value.parse::<i64>().is_err() {
                let why = "for 'Gt', 'Lt' operators, the value must be an integer";
                return Err(format!("values[{at}][{key}]: Invalid value: {}: {why}", go::quote(value)));
            }
        }
        Ok(Requirement { key, operator, values })
    }

    /// The value after `=`; none at all is the empty one.
    fn value(&mut self) -> String {
        match self.peek() {
            Token::Word(word) => {
                self.at += 1;
                word
            }
            _ => String::new(),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        match self.next() {
            Token::Sign("(") => {}
            found => return Err(format!("found '{}' expected: '('", found.text())),
        }
        let mut values = vec![self.value()];
        loop {
            match self.next() {
                Token::Sign(")") => return Ok(values),
                Token::Sign(",") => values.push(self.value()),
                found => return Err(format!("found '{}', expected: ',' or ')'", found.text())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse_labels;

    #[test]
    fn selectors_fail_in_the_servers_words() {
        for (text, expected) in [
            ("app in", "unable to parse requirement: found '' expected: '('"),
            ("app=a=b", "found '=', expected: ',' or 'end of string'"),
            ("=x", "found '=', expected: !, identifier, or 'end of string'"),
            ("app=ant,", "found '', expected: identifier after ','"),
            (",app=ant", "found ',', expected: !, identifier, or 'end of string'"),
            ("app in (ant) tier", "found 'tier', expected: ',' or 'end of string'"),
            ("bad key=a", "unable to parse requirement: found 'key', expected: in, notin, =, ==, !=, gt, lt"),
        ] {
            assert_eq!(parse_labels(text).map(|_| ()), Err(expected.to_owned()), "{text}");
        }
        for text in ["", "app", "!app", "a=b,c!=d", "t in (a,b),u notin (c)", "size>9", "x in ()", "app="] {
            assert!(parse_labels(text).is_ok(), "{text}");
        }
    }
}
