//! `git`: fetches the chapter's repository, and nothing else.

use crate::api::Gathered;
use crate::api::Instant;
use crate::shell::chapter::CHAPTER;
use crate::shell::files::{absolute, name};
use crate::shell::program::{Ctx, Poll, Program, Wake};
use std::time::Duration;

/// How long a clone takes.
const FETCH: Duration = Duration::from_millis(1_400);
/// The repository that is there.
const REPOSITORY: &str = "github.com/sixeyed/kiamol";

/// `git clone URL [DIRECTORY]`
#[derive(Clone, Debug)]
pub struct Git {
    words: Vec<String>,
    /// Where it clones to, and when it is done.
    under: Option<(String, Instant)>,
}

impl Git {
    /// A git of these words.
    pub fn new(words: Vec<String>) -> Self {
        Self { words, under: None }
    }
}

impl Program for Git {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let now = ctx.cluster.now();
        if let Some((path, ends)) = &self.under {
            if *ends > now {
                return Poll::Wait(Wake::At(*ends));
            }
            for (file, text) in CHAPTER {
                let path = format!("{path}/{file}");
                if !ctx.files().exists(&path) {
                    ctx.files().place(&path, *text);
                }
            }
            if ctx.tty {
                progress(ctx);
            }
            return Poll::Done(0);
        }
        let operands: Vec<&String> = self.words[1..].iter().filter(|word| !word.starts_with('-')).collect();
        match operands.as_slice() {
            [verb, url, rest @ ..] if *verb == "clone" => {
                let bare = url.trim_end_matches('/').trim_end_matches(".git");
                let own = name(bare).to_owned();
                let directory = rest.first().map_or(own, |directory| (*directory).clone());
                let path = absolute(ctx.cwd, &directory);
                // The playground lays the chapter's files out beforehand; they may be fetched over.
                let files = ctx.files();
                let taken = files.exists(&path)
                    && (!files.is_directory(&path)
                        || files.list(&path).iter().any(|(entry, _)| entry != "ch03"));
                if taken {
                    ctx.complain(format!(
                        "fatal: destination path '{directory}' already exists and is not an empty directory."
                    ));
                    return Poll::Done(128);
                }
                ctx.complain(format!("Cloning into '{directory}'..."));
                if !bare.ends_with(REPOSITORY) {
                    ctx.complain(format!("fatal: repository '{url}' not found"));
                    ctx.complain("(The playground has only https://github.com/sixeyed/kiamol.)");
                    return Poll::Done(128);
                }
                self.under = Some((path, now + FETCH));
                Poll::Wait(Wake::At(now + FETCH))
            }
            [verb] if *verb == "clone" => {
                ctx.complain("fatal: You must specify a repository to clone.");
                Poll::Done(129)
            }
            [] if self.words.iter().any(|word| word == "--version") => {
                ctx.say("git version 2.39.5");
                Poll::Done(0)
            }
            [verb, ..] => {
                ctx.complain(format!("git: '{verb}' is not simulated in this playground; clone is."));
                Poll::Done(1)
            }
            [] => {
                ctx.complain("usage: git clone <repository> [<directory>]");
                Poll::Done(1)
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// What the other side and the transfer report: the objects are the files, their folders and the commit.
fn progress(ctx: &mut Ctx<'_>) {
    let mut folders = std::iter::once("").into_set();
    for (file, _) in CHAPTER {
        folders.extend(file.match_indices('/').map(|(at, _)| &file[..at]));
    }
    let count = CHAPTER.len() + folders.len() + 1;
    ctx.complain(format!("remote: Enumerating objects: {count}, done."));
    ctx.complain(format!("remote: Counting objects: 100% ({count}/{count}), done."));
    ctx.complain(format!("remote: Total {count} (delta 0), reused {count} (delta 0), pack-reused 0"));
    ctx.complain(format!("Receiving objects: 100% ({count}/{count}), done."));
}
