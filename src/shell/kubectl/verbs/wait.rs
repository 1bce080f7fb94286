//! `kubectl wait`: until a condition holds, a field has a value, an object is there or is gone.

use crate::api::{Instant, Key, Value, Word};
use crate::shell::kubectl::call::{Call, Next, OK, Outcome, not_found};
use crate::shell::kubectl::doc::{far, int, items, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::jsonpath::{Options, Template, relaxed};
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::output::printer::{self, Printer};
use crate::shell::kubectl::resources::{query, resolve, unfetched};
use crate::shell::{Ctx, Poll, Program, Wake};

/// What is waited for.
#[derive(Clone, Debug)]
enum Goal {
    Gone,
    There,
    Condition(String, String),
    Field(Template, Option<String>),
}

impl Goal {
    fn parse(words: &[String]) -> Result<Self, Failure> {
        let [word] = words else {
            return Err(format!(
                "unrecognized condition: {}",
                go::quote_list(words.iter().map(String::as_str))
            )
            .into());
        };
        let lower = word.to_lowercase();
        if lower == "delete" {
            return Ok(Self::Gone);
        }
        if lower == "create" {
            return Ok(Self::There);
        }
        if let Some(condition) = word.strip_prefix("condition=") {
            let (name, value) = condition.split_once('=').unwrap_or((condition, "true"));
            return Ok(Self::Condition(name.to_lowercase(), value.to_lowercase()));
        }
        if let Some(expression) = word.strip_prefix("jsonpath=") {
            let parts = split_expression(expression);
            let (path, value) = match &parts[..] {
                [path] => (path, None),
                [path, value] => (path, Some(value.trim_matches(|c| c == '\'' || c == '"').to_owned())),
                _ => return Err("jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'".into()),
            };
            let path = relaxed(path)?;
            if value.as_deref() == Some("") {
                return Err("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3".into());
            }
            if path.is_empty() {
                return Err("jsonpath expression cannot be empty".into());
            }
            return Ok(Self::Field(Template::parse(&path)?, value));
        }
        Err(format!("unrecognized condition: {}", go::quote(word)).into())
    }

    /// Whether it is reached for an object.
    fn is_met(&self, doc: Option<&Value>) -> Result<bool, Failure> {
        let Some(doc) = doc else { return Ok(matches!(self, Self::Gone)) };
        match self {
            Self::Gone => Ok(false),
            Self::There => Ok(true),
            Self::Condition(name, wanted) => {
                let condition = items(&doc["status"]["conditions"])
                    .iter()
                    .find(|c| text(&c["type"]).to_lowercase() == *name);
                let Some(condition) = condition else { return Ok(false) };
                let current = |observed: &Value, generation: &Value| {
                    observed.is_null() || generation.is_null() || int(observed) >= int(generation)
                };
                let generation = &doc["metadata"]["generation"];
                if !current(&condition["observedGeneration"], generation)
                    || !current(&doc["status"]["observedGeneration"], generation)
                {
                    return Ok(false);
                }
                Ok(text(&condition["status"]).to_lowercase() == *wanted)
            }
            Self::Field(template, wanted) => {
                let found = template.find(doc, Options::default())?;
                let values: Vec<&Value> = found.iter().flatten().map(|item| item.value()).collect();
                let [value] = values[..] else {
                    return match values.len() {
                        0 => Ok(false),
                        _ => Err("given jsonpath expression matches more than one value".into()),
                    };
                };
                let Some(wanted) = wanted else { return Ok(true) };
                match value {
                    Value::Array(_) | Value::Object(_) => {
                        Err("jsonpath leads to a nested object or list which is not supported".into())
                    }
                    value => Ok(go::plain(value).trim() == wanted.trim()),
                }
            }
        }
    }
}

/// Splits `{.status.phase}=Running` at each equal sign that is a single one.
fn split_expression(expression: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = expression.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '=' && rest.next_if_eq(&'=').is_none() {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
            if c == '=' {
                last.push(c);
            }
        }
    }
    parts
}

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let goals = call.flags.list("for");
    let goal = if goals.is_empty() { Err("unrecognized condition: []".into()) } else { Goal::parse(&goals) }?;
    let mut query = query(call, args);
    query.live = !matches!(goal, Goal::Gone | Goal::There);
    let printer = printer::chosen(call)?;
    let by_name = !query.all && query.filter.is_empty() && !call.names_files();
    let selection = match (&goal, by_name) {
        (Goal::Gone | Goal::There, true) => unfetched(call, &query)?,
        _ => resolve(call, &query)?,
    };
    let waits: Vec<(Key, Option<Word>)> = selection
        .found
        .iter()
        .map(|found| {
            let uid = call.ctx.cluster.store().get(&found.key()).map(|object| object.meta.uid.clone());
            (found.key(), uid)
        })
        .collect();
    if waits.is_empty() && selection.failures.is_empty() {
        return match goal {
            Goal::Gone => OK,
            _ => Err("no matching resources found".into()),
        };
    }
    let (negative, timeout) = call.flags.duration("timeout");
    let now = call.now();
    let deadline = if negative { now + std::time::Duration::from_secs(7 * 24 * 3600) } else { now + timeout };
    Ok(Next::Run(Box::new(Wait {
        waits,
        at: 0,
        goal,
        deadline,
        once: !negative && timeout.is_zero(),
        printer,
        failures: selection.failures,
        command: call.command.name(),
        late: false,
    })))
}

/// Waits for one object after the other; once time is up it is up for all that follow.
#[derive(Clone, Debug)]
struct Wait {
    waits: Vec<(Key, Option<Word>)>,
    at: usize,
    goal: Goal,
    deadline: Instant,
    once: bool,
    printer: Option<Printer>,
    failures: Vec<Failure>,
    command: String,
    late: bool,
}

impl Wait {
    fn look(&mut self, ctx: &mut Ctx<'_>, key: &Key, uid: Option<&Word>) -> Result<bool, Failure> {
        let object = ctx.cluster.store().get(key).cloned();
        let object = match (&self.goal, object, uid) {
            // Another object of that name is not the one that is to go.
            (Goal::Gone, Some(object), Some(uid)) if object.meta.uid != *uid => None,
            (Goal::Condition(..) | Goal::Field(..), None, _) => {
                return Err(not_found(key.kind, &key.name).into());
            }
            (_, object, _) => object,
        };
        if !self.goal.is_met(object.as_deref().map(crate::api::Object::doc))? {
            return Ok(false);
        }
        if matches!(self.goal, Goal::Gone) && uid.is_none() {
            return Ok(true);
        }
        let name = crate::shell::kubectl::printers::qualified_name(key.kind, &key.name);
        match (&self.printer, &object) {
            (Some(printer), Some(object)) => {
                let shown = printer.print(object.doc())?;
                ctx.stdout.push_str(&shown);
            }
            _ => ctx.say(format!("{name} condition met")),
        }
        Ok(true)
    }
}

impl Program for Wait {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        while let Some((key, uid)) = self.waits.get(self.at).cloned() {
            self.late |= !self.once && ctx.cluster.now() >= self.deadline;
            let met = if self.late { Ok(false) } else { self.look(ctx, &key, uid.as_ref()) };
            match met {
                Ok(true) => {}
                Ok(false) if self.late || self.once => {
                    let plural = key.kind.resource().plural;
                    let why = if self.once {
                        "condition not met for"
                    } else {
                        "timed out waiting for the condition on"
                    };
                    self.failures.push(format!("{why} {plural}/{}", key.name).into());
                }
                Ok(false) => return Poll::Wait(Wake::ChangeOr(self.deadline.min(far(ctx.cluster.now())))),
                Err(failure) => self.failures.push(failure),
            }
            self.at += 1;
        }
        match Failure::all(std::mem::take(&mut self.failures)) {
            Ok(()) => Poll::Done(0),
            Err(failure) => Poll::Done(crate::shell::kubectl::fail(ctx, &failure, &self.command)),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_split_after_the_path() {
        assert_eq!(split_expression("{.status.phase}=Running"), ["{.status.phase}", "Running"]);
        assert_eq!(split_expression("{.a[?(@.b==\"c\")].d}"), ["{.a[?(@.b==\"c\")].d}"]);
        assert_eq!(split_expression("a===b="), ["a==", "b", ""]);
    }
}
