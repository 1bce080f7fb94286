//! The verbs, one file each.

pub mod apply;
pub mod create;
pub mod delete;
pub mod exec;
pub mod get;
pub mod raw;
pub mod sort;
pub mod debug;
pub mod describe;
pub mod dump;
pub mod edit;
pub mod explain;
pub mod expose;
pub mod labels;
pub mod logs;
pub mod nodes;
pub mod port_forward;
pub mod proxy;
pub mod rollout;
pub mod access;
pub mod autoscale;
pub mod api;
pub mod config;
pub mod events;
pub mod generate;
pub mod drain;
pub mod honest;
pub mod overrides;
pub mod patch;
pub mod replace;
pub mod run;
pub mod scale;
pub mod set;
pub mod taint;
pub mod wait;

use super::call::{Call, OK, Outcome};
use super::commands::{Command, ROOT};
use super::failure::Failure;
use super::flags::Flags;
use super::help as help_text;
use super::output::go;
use crate::shell::Ctx;

/// `kubectl` alone.
pub fn root(call: &mut Call<'_, '_>) -> Outcome {
    call.print(&help_text::of(&ROOT));
    OK
}

/// `kubectl options`
pub fn options(call: &mut Call<'_, '_>) -> Outcome {
    call.print(&help_text::options());
    OK
}

/// `kubectl help COMMAND`
pub fn help(call: &mut Call<'_, '_>) -> Outcome {
    let mut command = &ROOT;
    for word in call.args().iter().filter(|word| !word.starts_with('-')) {
        match command.child(word) {
            Some(child) => command = child,
            None => {
                let topic: Vec<String> = call.args();
                let text =
                    format!("Unknown help topic [`{}`]\n\n\n{}", topic.join("` `"), help_text::overview());
                call.ctx.stderr.push_str(&text);
                return OK;
            }
        }
    }
    call.print(&help_text::of(command));
    OK
}

/// A command that only has subcommands.
pub fn parent(ctx: &mut Ctx<'_>, command: &Command, flags: &Flags) -> Outcome {
    if !flags.args.is_empty() {
        let message = format!("unknown command {}", go::quote(&flags.args.join(" ")));
        return Err(Failure::Usage(message));
    }
    // Of all parents only this one's help goes to standard output.
    let text = help_text::of(command);
    if command.path == "rollout" {
        ctx.stdout.push_str(&text);
    } else {
        ctx.stderr.push_str(&text);
    }
    Err(Failure::Exit(1))
}
