//! `env`: prints the environment, or runs a program with more of it.

use crate::shell::program::{Ctx, Place, Poll, Program};
use crate::shell::programs;
use std::collections::BTreeMap;

/// `env [NAME=VALUE]… [COMMAND …]`
#[derive(Clone, Debug)]
pub struct Env {
    args: Vec<String>,
    inner: Option<(Box<dyn Program>, BTreeMap<String, String>)>,
}

impl Env {
    /// An env of these words.
    pub fn new(args: Vec<String>) -> Self {
        Self { args, inner: None }
    }
}

impl Program for Env {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if self.inner.is_none() {
            let mut env = ctx.env.clone();
            let mut words = self.args[1..].iter();
            let command: Vec<String> = loop {
                match words.clone().next().map(|word| (word.as_str(), word.split_once('='))) {
                    Some(("-i", _)) => env.clear(),
                    Some((_, Some((name, value)))) => drop(env.insert(name.to_owned(), value.to_owned())),
                    _ => break words.cloned().collect(),
                }
                words.next();
            };
            let Some(name) = command.first().cloned() else {
                // A runtime writes PATH and the host's name first, and the home last.
                let place = |name: &str| match name {
                    "PATH" => 0,
                    "HOSTNAME" => 1,
                    "HOME" => 3,
                    _ => 2,
                };
                let contained = matches!(ctx.place, Place::Container { .. });
                for turn in 0..=3 {
                    for (name, value) in &env {
                        if if contained { place(name) == turn } else { turn == 0 } {
                            ctx.say(format!("{name}={value}"));
                        }
                    }
                }
                return Poll::Done(0);
            };
            match programs::make(ctx.cluster, ctx.place, command) {
                Some(program) => self.inner = Some((program, env)),
                None => {
                    ctx.complain(format!("env: ‘{name}’: No such file or directory"));
                    return Poll::Done(127);
                }
            }
        }
        let Some((program, env)) = &mut self.inner else { return Poll::Done(0) };
        let cwd = ctx.cwd;
        program.poll(&mut ctx.within(cwd, env))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
