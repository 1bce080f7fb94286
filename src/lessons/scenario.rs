//! What a scenario is, and how its text is read.

use super::read::{Fields, Node, Wrong};
use crate::api::{Key, Kind, Labels, Value};
use crate::cluster::Profile;
use crate::manifest::yaml;
use crate::shell::chapter::CHAPTER;
use crate::shell::session::{Beginning, HOME};
use crate::shell::tools::sleep::span;
use std::collections::BTreeMap;
use std::time::Duration;

/// An exercise: how it begins, the steps through it, and what must be true at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its folder's name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// `beginner`, `intermediate` or `advanced`.
    pub level: String,
    /// About how long it takes.
    pub minutes: u64,
    /// What one knows afterwards, in a sentence.
    pub learn: String,
    /// The profile's name.
    pub profile: String,
    /// What the cluster's random choices follow from.
    pub seed: u64,
    /// Shell lines that have run before the learner comes.
    pub setup: Vec<String>,
    /// The learner's files, by their paths below the folder the terminal starts in.
    pub files: Vec<(String, String)>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Hints, from a nudge to the fix.
    pub hints: Vec<String>,
    /// What is judged.
    pub checks: Vec<Check>,
    /// The lesson's text, Markdown: what it is about, and at the end why it works.
    pub lesson: String,
    /// Shell lines that solve it.
    pub solution: String,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do and to look for, Markdown.
    pub text: String,
    /// Commands to run with a click.
    pub run: Vec<String>,
    /// The check that ticks it off.
    pub done: Option<String>,
}

/// One thing that must be true.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its name, for steps and wrong attempts.
    pub id: String,
    /// What is looked at.
    pub subject: Subject,
    /// What must be seen.
    pub expect: Expect,
    /// How long it may take to become true.
    pub within: Duration,
    /// What helps when it is not true.
    pub on_fail: String,
}

/// From where a check asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vantage {
    /// The learner's machine.
    Workstation,
    /// A node.
    Node(String),
    /// A pod.
    Pod(Key),
    /// A pod with these labels.
    Labelled(String, Labels),
}

/// What a check looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// HTTP requests.
    Request {
        /// From where.
        from: Vantage,
        /// `GET` if nothing else.
        method: String,
        /// To what.
        url: String,
        /// How many.
        times: u64,
        /// Until every endpoint has been asked.
        every_endpoint: bool,
    },
    /// An ICMP echo.
    Ping {
        /// From where.
        from: Vantage,
        /// To what.
        host: String,
    },
    /// A name.
    Dns {
        /// From where.
        from: Vantage,
        /// The name.
        name: String,
    },
    /// The ready endpoints of a Service.
    Endpoints {
        /// The Service.
        service: Key,
        /// How many, exactly.
        ready: Option<u64>,
        /// How many at least.
        at_least: Option<u64>,
    },
    /// An object.
    Object {
        /// Which.
        key: Key,
        /// Whether its `spec` must be as at the start.
        unchanged: bool,
        /// Whether it must not be there.
        absent: bool,
        /// What its fields must be, by their paths.
        fields: BTreeMap<String, Value>,
    },
    /// A request that the learner has sent, by whatever tool.
    Ran {
        /// `ping`, `http`, `connect` or `dns`.
        tool: String,
        /// From where.
        from: Option<Vantage>,
        /// To what, as it was written.
        to: Option<String>,
    },
}

/// How a request must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// In any way.
    Anyhow,
    /// The name does not exist.
    NxDomain,
    /// The name has no address, or the name server is silent.
    Dns,
    /// Refused at once.
    Refused,
    /// Nothing came back.
    Timeout,
    /// Nobody there.
    Unreachable,
}

/// What must be seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The HTTP status.
    pub status: Option<u64>,
    /// Labels of the pod that answers.
    pub answered_by: Labels,
    /// A text in the answer's body.
    pub body: Option<String>,
    /// It must fail, and how.
    pub fails: Option<Failing>,
}

const LEVELS: [&str; 3] = ["beginner", "intermediate", "advanced"];

impl Scenario {
    /// Reads a scenario; `files` are those of its folder, by their names.
    ///
    /// # Errors
    /// What is wrong with the text, and on which line.
    pub fn read(
        slug: &str,
        text: &str,
        lesson: &str,
        solution: &str,
        files: &[(String, String)],
    ) -> Result<Self, Wrong> {
        let value = yaml::read(text)
            .map_err(|error| Wrong { line: error.line + 1, message: error.message.clone() })?;
        let top = Node::top(text, &value);
        let fields = top.fields(&[
            "title", "level", "minutes", "learn", "profile", "seed", "setup", "files", "steps", "hints",
            "checks",
        ])?;
        let level = fields.need("level")?;
        if !LEVELS.contains(&level.string()?.as_str()) {
            return Err(level.wrong(format!("must be one of {}", LEVELS.join(", "))));
        }
        let profile = fields.read("profile", Node::string)?.unwrap_or_else(|| "docker-desktop".to_owned());
        if Profile::named(&profile).is_none() {
            let known: Vec<&str> = Profile::names().collect();
            return Err(fields.need("profile")?.wrong(format!("must be one of {}", known.join(", "))));
        }
        let checks = fields.need("checks")?.items()?.iter().map(check).collect::<Result<Vec<_>, _>>()?;
        let mut steps = Vec::new();
        for node in fields.need("steps")?.items()? {
            let step = node.fields(&["text", "run", "done"])?;
            let done = step.read("done", Node::string)?;
            if let Some(id) = done.as_ref().filter(|id| !checks.iter().any(|check| check.id == **id)) {
                return Err(step.need("done")?.wrong(format!("no check has the id {id:?}")));
            }
            let run = step.read("run", Node::strings)?.unwrap_or_default();
            steps.push(Step { text: step.need("text")?.string()?, run, done });
        }
        let mut placed = Vec::new();
        for node in fields.read("files", Node::items)?.unwrap_or_default() {
            let name = node.string()?;
            let own = files.iter().find(|(other, _)| *other == name).map(|(_, text)| text.as_str());
            let chapter = format!("ch03/{name}");
            let lent = || CHAPTER.iter().find(|(path, _)| *path == chapter).map(|(_, text)| *text);
            let text =
                own.or_else(lent).ok_or_else(|| node.wrong("neither in files/ nor in the chapter's"))?;
            placed.push((name, text.to_owned()));
        }
        Ok(Self {
            slug: slug.to_owned(),
            title: fields.need("title")?.string()?,
            level: level.string()?,
            minutes: fields.need("minutes")?.number()?,
            learn: fields.need("learn")?.string()?,
            profile,
            seed: fields.read("seed", Node::number)?.unwrap_or(1),
            setup: fields.read("setup", Node::strings)?.unwrap_or_default(),
            files: placed,
            steps,
            hints: fields.read("hints", Node::strings)?.unwrap_or_default(),
            checks,
            lesson: lesson.to_owned(),
            solution: solution.to_owned(),
        })
    }

    /// The folder the terminal starts in.
    pub fn cwd(&self) -> String {
        format!("{HOME}/{}", self.slug)
    }

    /// Where its session begins, before the setup has run.
    pub fn beginning(&self) -> Beginning {
        let cwd = self.cwd();
        let files = self.files.iter().map(|(name, text)| (format!("{cwd}/{name}"), text.clone())).collect();
        let profile = Profile::named(&self.profile).unwrap_or_default();
        Beginning { profile, seed: self.seed, files, cwd }
    }
}

const SUBJECTS: [&str; 6] = ["request", "ping", "dns", "endpoints", "object", "ran"];

fn check(node: &Node<'_>) -> Result<Check, Wrong> {
    let known: Vec<&str> = ["id", "expect", "within", "onFail"].into_iter().chain(SUBJECTS).collect();
    let fields = node.fields(&known)?;
    let mut subjects = SUBJECTS.iter().filter_map(|name| Some((*name, fields.get(name)?)));
    let wanted = || node.wrong(format!("needs exactly one of {}", SUBJECTS.join(", ")));
    let (Some((name, inner)), None) = (subjects.next(), subjects.next()) else { return Err(wanted()) };
    let within = match fields.get("within") {
        Some(node) => span(&node.string()?).ok_or_else(|| node.wrong("must be a span of time like 30s"))?,
        None => Duration::ZERO,
    };
    Ok(Check {
        id: fields.need("id")?.string()?,
        subject: subject(name, &inner)?,
        expect: fields.read("expect", expect)?.unwrap_or_default(),
        within,
        on_fail: fields.text("onFail")?,
    })
}

fn subject(name: &str, node: &Node<'_>) -> Result<Subject, Wrong> {
    Ok(match name {
        "request" => {
            let fields = node.fields(&["from", "namespace", "url", "method", "times", "everyEndpoint"])?;
            Subject::Request {
                from: vantage(&fields)?,
                method: fields.read("method", Node::string)?.unwrap_or_else(|| "GET".to_owned()),
                url: fields.need("url")?.string()?,
                times: fields.read("times", Node::number)?.unwrap_or(1).clamp(1, 100),
                every_endpoint: fields.read("everyEndpoint", Node::flag)?.unwrap_or(false),
            }
        }
        "ping" => {
            let fields = node.fields(&["from", "namespace", "host"])?;
            Subject::Ping { from: vantage(&fields)?, host: fields.need("host")?.string()? }
        }
        "dns" => {
            let fields = node.fields(&["from", "namespace", "name"])?;
            Subject::Dns { from: vantage(&fields)?, name: fields.need("name")?.string()? }
        }
        "endpoints" => {
            let fields = node.fields(&["service", "namespace", "ready", "atLeast"])?;
            let name = fields.need("service")?.string()?;
            Subject::Endpoints {
                service: Key::new(Kind::Service, namespace(&fields)?, name),
                ready: fields.read("ready", Node::number)?,
                at_least: fields.read("atLeast", Node::number)?,
            }
        }
        "object" => {
            let fields = node.fields(&["kind", "namespace", "name", "unchanged", "absent", "fields"])?;
            let kind = fields.need("kind")?;
            let name = kind.string()?;
            let known = Kind::from_name(&name).ok_or_else(|| kind.wrong("no such kind"))?;
            let space = if known.resource().namespaced { namespace(&fields)? } else { String::new() };
            let mut wanted = BTreeMap::new();
            if let Some(node) = fields.get("fields") {
                let Value::Object(map) = node.any() else { return Err(node.wrong("must be a mapping")) };
                wanted.extend(map);
            }
            Subject::Object {
                key: Key::new(known, space, fields.need("name")?.string()?),
                unchanged: fields.read("unchanged", Node::flag)?.unwrap_or(false),
                absent: fields.read("absent", Node::flag)?.unwrap_or(false),
                fields: wanted,
            }
        }
        _ => {
            let fields = node.fields(&["tool", "from", "namespace", "to"])?;
            let tool = fields.need("tool")?;
            if !["ping", "http", "connect", "dns"].contains(&tool.string()?.as_str()) {
                return Err(tool.wrong("must be one of ping, http, connect, dns"));
            }
            let from = fields.get("from").map(|_| vantage(&fields)).transpose()?;
            Subject::Ran { tool: tool.string()?, from, to: fields.read("to", Node::string)? }
        }
    })
}

fn namespace(fields: &Fields<'_>) -> Result<String, Wrong> {
    Ok(fields.read("namespace", Node::string)?.unwrap_or_else(|| "default".to_owned()))
}

/// `workstation`, `node/NAME`, `pod/NAME` or labels like `app=sleep-1`.
fn vantage(fields: &Fields<'_>) -> Result<Vantage, Wrong> {
    let node = fields.need("from")?;
    let text = node.string()?;
    if text == "workstation" {
        return Ok(Vantage::Workstation);
    }
    if let Some((kind, name)) = text.split_once('/') {
        return match kind {
            "pod" => Ok(Vantage::Pod(Key::new(Kind::Pod, namespace(fields)?, name))),
            "node" => Ok(Vantage::Node(name.to_owned())),
            _ => Err(node.wrong("must be workstation, node/NAME, pod/NAME or labels like app=web")),
        };
    }
    let pairs = text.split(',').map(|pair| pair.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())));
    let labels: Option<Labels> = pairs.collect();
    let wrong = || node.wrong("must be workstation, node/NAME, pod/NAME or labels like app=web");
    Ok(Vantage::Labelled(namespace(fields)?, labels.ok_or_else(wrong)?))
}

fn expect(node: &Node<'_>) -> Result<Expect, Wrong> {
    let fields = node.fields(&["status", "answeredBy", "body", "fails"])?;
    let fails = match fields.get("fails") {
        Some(node) => {
            let with = node.fields(&["with"])?.read("with", Node::string)?;
            Some(match with.as_deref() {
                None => Failing::Anyhow,
                Some("nxdomain") => Failing::NxDomain,
                Some("dns") => Failing::Dns,
                Some("refused") => Failing::Refused,
                Some("timeout") => Failing::Timeout,
                Some("unreachable") => Failing::Unreachable,
                Some(_) => {
                    return Err(node.wrong("must be one of nxdomain, dns, refused, timeout, unreachable"));
                }
            })
        }
        None => None,
    };
    Ok(Expect {
        status: fields.read("status", Node::number)?,
        answered_by: fields.read("answeredBy", Node::labels)?.unwrap_or_default(),
        body: fields.read("body", Node::string)?,
        fails,
    })
}
