//! `ssh NODE` and `docker exec NODE`: a command, or a shell, on a node.

use crate::api::Gathered;
use crate::api::Kind;
use crate::shell::Ctx;
use crate::shell::program::{Exit, Input, Place, Poll, Program};
use crate::shell::programs;
use std::collections::BTreeMap;

/// By which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Ssh,
    Docker,
}

/// A command on a node.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    words: Vec<String>,
    way: Way,
    inside: Option<Inside>,
}

#[derive(Clone, Debug)]
struct Inside {
    program: Box<dyn Program>,
    place: Place,
    env: BTreeMap<String, String>,
    stdin: bool,
    tty: bool,
}

impl Elsewhere {
    /// `ssh [USER@]NODE [COMMAND…]`
    pub fn ssh(words: Vec<String>) -> Self {
        Self { words, way: Way::Ssh, inside: None }
    }

    /// `docker exec [-it] NODE COMMAND…`
    pub fn docker(words: Vec<String>) -> Self {
        Self { words, way: Way::Docker, inside: None }
    }

    fn begin(&self, ctx: &mut Ctx<'_>) -> Result<Inside, Exit> {
        let mut words = self.words[1..].iter();
        if self.way == Way::Docker {
            match words.next().map(String::as_str) {
                Some("exec") => {}
                Some("ps") => return Err(containers(ctx)),
                _ => {
                    ctx.complain(
                        "docker: only `docker exec NODE COMMAND` and `docker ps` are simulated here",
                    );
                    return Err(1);
                }
            }
        }
        let (mut stdin, mut tty) = (self.way == Way::Ssh, false);
        let mut node = None;
        for word in words.by_ref() {
            match word.strip_prefix('-') {
                Some(flags) if self.way == Way::Docker => {
                    stdin |= word == "--interactive" || !flags.starts_with('-') && flags.contains('i');
                    tty |= word == "--tty" || !flags.starts_with('-') && flags.contains('t');
                }
                Some(flags) => tty |= flags.contains('t'),
                None => {
                    node = Some(word.clone());
                    break;
                }
            }
        }
        let command: Vec<String> = words.cloned().collect();
        let name = node.unwrap_or_default();
        let name = name.rsplit('@').next().unwrap_or_default();
        if name.is_empty() || self.way == Way::Docker && command.is_empty() {
            ctx.complain(match self.way {
                Way::Ssh => "usage: ssh [-t] [user@]NODE [command ...]",
                Way::Docker => {
                    "docker: 'docker exec' requires at least 2 arguments\n\nUsage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]\n\nSee 'docker exec --help' for more information"
                }
            });
            return Err(if self.way == Way::Ssh { 255 } else { 1 });
        }
        let store = ctx.cluster.store();
        let found = store.list_all(Kind::Node).find(|object| {
            let address =
                |node: &crate::api::node::Node| node.status.addresses.iter().any(|a| a.address == name);
            object.meta.name == name || self.way == Way::Ssh && object.node().is_some_and(address)
        });
        let Some(node) = found.map(|object| object.meta.name.clone()) else {
            let nodes: Vec<&str> = store.list_all(Kind::Node).map(|node| node.meta.name.as_str()).collect();
            let known = format!("(the nodes here are: {})", nodes.join(", "));
            ctx.complain(match self.way {
                Way::Ssh => {
                    format!("ssh: Could not resolve hostname {name}: Name or service not known {known}")
                }
                Way::Docker => format!("Error response from daemon: No such container: {name} {known}"),
            });
            return Err(if self.way == Way::Ssh { 255 } else { 1 });
        };
        let place = Place::Node(node.to_string());
        // What ssh is given goes to a shell there.
        let command = match self.way {
            Way::Docker => command,
            Way::Ssh if command.is_empty() => {
                tty = true;
                vec!["bash".to_owned()]
            }
            Way::Ssh => vec!["bash".to_owned(), "-c".to_owned(), command.join(" ")],
        };
        let first = command[0].clone();
        let Some(program) = programs::make(ctx.cluster, &place, command) else {
            ctx.complain(format!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{first}\": executable file not found in $PATH: unknown"
            ));
            return Err(127);
        };
        let variables = [("HOME", "/root"), ("USER", "root"), ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")];
        let env = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Inside { program, place, env: env.into_iter().into_map(), stdin, tty: tty && ctx.tty })
    }
}

/// `docker ps`, where the nodes are containers.
fn containers(ctx: &mut Ctx<'_>) -> Exit {
    let version = ctx.cluster.profile().version.clone();
    ctx.say("NAMES                IMAGE                  STATUS");
    let names: Vec<String> =
        ctx.cluster.store().list_all(Kind::Node).map(|node| node.meta.name.to_string()).collect();
    for name in names {
        ctx.say(format!("{name:<20} {:<22} Up", format!("kindest/node:{version}")));
    }
    0
}

impl Program for Elsewhere {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        let mut inside = match self.inside.take() {
            Some(inside) => inside,
            None => match self.begin(ctx) {
                Ok(inside) => inside,
                Err(status) => return Poll::Done(status),
            },
        };
        let mut nothing = Input::closed("");
        let poll = {
            let stdin = if inside.stdin { &mut *ctx.stdin } else { &mut nothing };
            let mut inner = Ctx {
                cluster: ctx.cluster,
                world: ctx.world,
                place: &inside.place,
                cwd: if self.way == Way::Ssh { "/root" } else { "/" },
                env: &inside.env,
                stdin,
                stdout: ctx.stdout,
                stderr: ctx.stderr,
                interrupted: ctx.interrupted,
                tty: inside.tty,
                budget: ctx.budget,
            };
            inside.program.poll(&mut inner)
        };
        self.inside = Some(inside);
        poll
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
