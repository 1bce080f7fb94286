//! What a scenario is, and how its text is read.

use super::read::{Node, Wrong};
use super::subject::{Check, check};
use crate::cluster::Profile;
use crate::manifest::yaml;
use crate::shell::chapter::CHAPTER;
use crate::shell::session::{Beginning, HOME};

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
    /// The folder the terminal starts in, below the home; the files are placed there.
    pub folder: String,
    /// The learner's files, by their paths below that folder.
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
    /// A question before anything moves.
    pub predict: Option<Question>,
    /// Commands to run with a click.
    pub run: Vec<String>,
    /// The check that ticks it off.
    pub done: Option<String>,
}

/// A question that a learner answers before the commands of its step run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub ask: String,
    /// What can be answered.
    pub options: Vec<String>,
    /// Which of them is right.
    pub answer: usize,
    /// Why.
    pub because: String,
}

/// How hard a scenario can be.
pub const LEVELS: [&str; 3] = ["beginner", "intermediate", "advanced"];

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
            "title", "level", "minutes", "learn", "profile", "seed", "cwd", "setup", "files", "steps",
            "hints", "checks",
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
            let step = node.fields(&["text", "predict", "run", "done"])?;
            let done = step.read("done", Node::string)?;
            if let Some(id) = done.as_ref().filter(|id| !checks.iter().any(|check| check.id == **id)) {
                return Err(step.need("done")?.wrong(format!("no check has the id {id:?}")));
            }
            let run = step.read("run", Node::strings)?.unwrap_or_default();
            let predict = step.read("predict", question)?;
            steps.push(Step { text: step.need("text")?.string()?, predict, run, done });
        }
        let mut placed = Vec::new();
        for node in fields.read("files", Node::items)?.unwrap_or_default() {
            let name = node.string()?;
            if name.starts_with('/') || name.split('/').any(|part| part == "..") {
                return Err(node.wrong("must be a path below the folder"));
            }
            let own = files.iter().find(|(other, _)| *other == name).map(|(_, text)| text.as_str());
            // The chapter's files go by their paths in the chapter, or in the whole repository.
            let lent = || {
                let is = |path: &str| {
                    path == name || path == format!("ch03/{name}") || format!("kiamol/{path}") == name
                };
                CHAPTER.iter().find(|(path, _)| is(path)).map(|(_, text)| *text)
            };
            let text =
                own.or_else(lent).ok_or_else(|| node.wrong("neither in files/ nor in the chapter's"))?;
            placed.push((name, text.to_owned()));
        }
        let cwd = fields.read("cwd", Node::string)?;
        let folder = match cwd.as_deref() {
            None => slug.to_owned(),
            Some("~") => String::new(),
            Some(cwd) => match cwd.strip_prefix("~/") {
                Some(below) if !below.split('/').any(|part| part == "..") => below.to_owned(),
                _ => return Err(fields.need("cwd")?.wrong("must be ~ or a folder below it")),
            },
        };
        Ok(Self {
            slug: slug.to_owned(),
            title: fields.need("title")?.string()?,
            level: level.string()?,
            minutes: fields.need("minutes")?.number()?,
            learn: fields.need("learn")?.string()?,
            profile,
            seed: fields.read("seed", Node::number)?.unwrap_or(1),
            setup: fields.read("setup", Node::strings)?.unwrap_or_default(),
            folder,
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
        format!("{HOME}/{}", self.folder).trim_end_matches('/').to_owned()
    }

    /// Where its session begins, before the setup has run.
    pub fn beginning(&self) -> Beginning {
        let cwd = self.cwd();
        let files = self.files.iter().map(|(name, text)| (format!("{cwd}/{name}"), text.clone())).collect();
        let profile = Profile::named(&self.profile).unwrap_or_default();
        Beginning { profile, seed: self.seed, files, cwd }
    }

    /// The lesson's text before the learner has done anything, and why it works, told at the end.
    pub fn parts(&self) -> (&str, &str) {
        match self.lesson.find(WHY) {
            Some(at) => (self.lesson[..at].trim(), self.lesson[at + WHY.len()..].trim()),
            None => (self.lesson.trim(), ""),
        }
    }
}

/// What the end of a lesson's text begins with.
const WHY: &str = "## Why it works";

fn question(node: &Node<'_>) -> Result<Question, Wrong> {
    let fields = node.fields(&["ask", "options", "answer", "because"])?;
    let options = fields.need("options")?.strings()?;
    let right = fields.need("answer")?;
    let text = right.string()?;
    let answer = options.iter().position(|option| *option == text);
    Ok(Question {
        ask: fields.need("ask")?.string()?,
        answer: answer.ok_or_else(|| right.wrong("must be one of the options"))?,
        because: fields.need("because")?.string()?,
        options,
    })
}
