//! `tee`: what comes in goes out, and into files.

use crate::shell::files::absolute;
use crate::shell::program::{Ctx, Poll, Program, Wake};

/// `tee [-a] FILE…`
#[derive(Clone, Debug)]
pub struct Tee {
    files: Vec<String>,
    append: bool,
    begun: bool,
    status: i32,
}

impl Tee {
    /// A tee of these words.
    pub fn new(words: Vec<String>) -> Self {
        let append = words.iter().any(|word| word == "-a" || word == "--append");
        let files = words.into_iter().skip(1).filter(|word| !word.starts_with('-')).collect();
        Self { files, append, begun: false, status: 0 }
    }
}

impl Program for Tee {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let text = ctx.stdin.take();
        let keep = std::mem::replace(&mut self.begun, true) || self.append;
        for file in std::mem::take(&mut self.files) {
            let path = absolute(ctx.cwd, &file);
            let mut whole = String::new();
            if keep {
                whole.push_str(ctx.files().read(&path).unwrap_or_default());
            }
            whole.push_str(&text);
            match ctx.files().write(&path, whole) {
                Ok(()) => self.files.push(file),
                Err(error) => {
                    ctx.complain(format!("tee: {file}: {error}"));
                    self.status = 1;
                }
            }
        }
        ctx.stdout.push_str(&text);
        if ctx.stdin.closed { Poll::Done(self.status) } else { Poll::Wait(Wake::Input) }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
