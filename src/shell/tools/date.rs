//! `date`: the virtual time.

use crate::shell::program::{Ctx, Exit};

/// `date [-u] [+FORMAT]`
pub fn run(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let format = args[1..].iter().find_map(|arg| arg.strip_prefix('+'));
    let text = ctx.cluster.now().strftime(format.unwrap_or("%a %b %e %H:%M:%S UTC %Y"));
    ctx.say(text);
    0
}
