//! `kubectl explain`: what a field is. Where the descriptions are fetched first, it waits for them a moment.

use crate::api::{Instant, Kind};
use crate::shell::kubectl::call::{Call, Next, Outcome};
use crate::shell::kubectl::explain::{Descriptions, fields, older};
use crate::shell::kubectl::fail;
use crate::shell::program::{Ctx, Poll, Program, Wake};
use std::time::Duration;

/// How long descriptions are waited for; names and types are told without them.
const PATIENCE: Duration = Duration::from_secs(3);

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let path = match &args[..] {
        [] => {
            return Err("You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.".into());
        }
        [path] => path.clone(),
        _ => return Err("We accept only this format: explain RESOURCE".into()),
    };
    let kind = call.kind(path.split('.').next().unwrap_or(""))?;
    let version = call.flags.text("api-version");
    let resource = kind.resource();
    if !version.is_empty() && version != resource.api_version() {
        let version = if version.contains('/') { version.to_owned() } else { format!("/{version}") };
        return Err(format!("couldn't find resource for \"{version}, Resource={}\"", resource.plural).into());
    }
    let recursive = call.flags.on("recursive");
    let older = match call.flags.text("output") {
        "plaintext" => false,
        "plaintext-openapiv2" => true,
        other => return Err(format!("unknown format {other:?}").into()),
    };
    let deadline = call.now() + PATIENCE;
    Ok(Next::Run(Box::new(Explain { kind, path, recursive, older, deadline, name: call.command.name() })))
}

#[derive(Clone, Debug)]
struct Explain {
    kind: Kind,
    path: String,
    recursive: bool,
    older: bool,
    deadline: Instant,
    name: String,
}

impl Explain {
    /// The lines above the answer: which kind it is about.
    fn head(&self) -> String {
        let what = self.kind.resource();
        if self.older {
            return format!("KIND:     {}\nVERSION:  {}\n\n", what.name, what.api_version());
        }
        let group =
            if what.group.is_empty() { String::new() } else { format!("GROUP:      {}\n", what.group) };
        format!("{group}KIND:       {}\nVERSION:    {}\n\n", what.name, what.version)
    }
}

impl Program for Explain {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let told = ctx.world.descriptions();
        if told.is_none() && ctx.cluster.now() < self.deadline {
            ctx.world.wants_descriptions = true;
            return Poll::Wait(Wake::At(ctx.cluster.now() + Duration::from_millis(100)));
        }
        let path: Vec<&str> = self.path.split('.').skip(1).collect();
        let told = Descriptions(told.as_deref().unwrap_or_default());
        let shown = match self.older {
            true => older(self.kind, &path, &told),
            false => fields(self.kind, &path, self.recursive, &told),
        };
        match shown {
            Ok(shown) => {
                ctx.stdout.push_str(&self.head());
                ctx.stdout.push_str(&shown);
                Poll::Done(0)
            }
            Err(why) => Poll::Done(fail(ctx, &why.as_str().into(), &self.name)),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
