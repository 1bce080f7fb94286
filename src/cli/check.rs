//! `playground check`: runs the shell blocks of a post, and compares what they print with what it shows.
//!
//! In a block, `#` lines directly under a command are its output, or an excerpt of it; others are prose.
//! A folder of scenarios is proved instead. Hashes, addresses, ages and times differ from run to run and are compared by pattern.

mod blocks;
mod compare;
mod real;
pub mod scenarios;

use super::Failure;
use super::shell::{chapter, profile, read_all};
use blocks::Step;
use cluster_playground::cluster::Profile;
use cluster_playground::shell::batch::is_interrupt;
use cluster_playground::shell::session::{Beginning, HOME, Session};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// The time a reader takes between two commands.
const THINK: Duration = Duration::from_secs(2);
/// The longest a command may take.
const PATIENCE: Duration = Duration::from_secs(900);

/// What runs commands: the playground, or a real cluster.
trait Runner {
    /// Runs a command; what a terminal would show of it. `held` if the next step is Ctrl-C.
    fn run(&mut self, command: &str, held: bool) -> Result<String, Failure>;
}

impl Runner for Session {
    fn run(&mut self, command: &str, held: bool) -> Result<String, Failure> {
        let patience = if held { THINK } else { PATIENCE };
        let answer = Session::run(self, command, patience, held);
        self.advance(self.now() + THINK);
        Ok(answer.stdout + &answer.stderr)
    }
}

/// Runs it: 0 if all agrees, 1 if not.
///
/// # Errors
/// What is wrong with the arguments or the files they name.
pub fn run(mut parser: lexopt::Parser) -> Result<ExitCode, Failure> {
    use lexopt::prelude::*;
    let (mut post, mut dir, mut context) = (None, None, None);
    let (mut setting, mut is_real, mut sure) = (Profile::default(), false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("profile") => setting = profile(&parser.value()?.string()?)?,
            Long("dir") => dir = Some(parser.value()?.string()?),
            Long("context") => context = Some(parser.value()?.string()?),
            Long("real") => is_real = true,
            Long("yes") => sure = true,
            Value(path) if post.is_none() => post = Some(path.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let Some(post) = post else { return Err(Failure::Usage("check needs a post or a folder".into())) };
    if Path::new(&post).is_dir() {
        return scenarios::all(Path::new(&post));
    }
    let (steps, files) = steps(&post, dir.as_deref())?;
    let mut runner: Box<dyn Runner> = if is_real {
        let (Some(context), true) = (context, sure) else {
            let message = "--real applies and deletes in a real cluster: it demands --context NAME and --yes";
            return Err(Failure::Usage(message.into()));
        };
        Box::new(real::Real::new(context, files.as_deref().unwrap_or_default())?)
    } else {
        let (cwd, files) = match files {
            Some(files) => (format!("{HOME}/work"), files),
            None => (HOME.to_owned(), chapter()),
        };
        let files = files.into_iter().map(|(path, text)| (path.replacen("./", &format!("{cwd}/"), 1), text));
        Box::new(Session::new(Beginning { profile: setting, seed: 1, files: files.collect(), cwd }))
    };
    let mut wrong = 0;
    for (index, step) in steps.iter().enumerate() {
        let held = steps.get(index + 1).is_some_and(|next| is_interrupt(&next.command));
        let printed = runner.run(&step.command, held)?;
        if let Some(difference) = compare::difference(&step.shown, &printed) {
            wrong += 1;
            println!("{post}:{}: {}", step.line, step.command);
            println!("{difference}");
        }
    }
    println!("{}: {} commands, {wrong} differ from what is shown", post, steps.len());
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

/// Files by path, `./` standing for the directory the commands start in.
type Workspace = Option<Vec<(String, String)>>;

/// The steps of a post, and the files they begin with.
fn steps(post: &str, dir: Option<&str>) -> Result<(Vec<Step>, Workspace), Failure> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| Failure::Data(format!("{}: {error}", path.display())))
    };
    let path = Path::new(post);
    let folder = |path: &Path| -> Result<Vec<(String, String)>, Failure> {
        let mut files = Vec::new();
        read_all(path, ".", &mut files)
            .map_err(|error| Failure::Data(format!("{}: {error}", path.display())))?;
        Ok(files)
    };
    let files = dir.map(|dir| folder(Path::new(dir))).transpose()?;
    Ok((blocks::of_post(&read(path)?), files))
}
