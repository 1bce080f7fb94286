//! `sleep`: waits on virtual time.

use crate::api::Instant;
use crate::shell::program::{Ctx, Poll, Program, Wake};
use std::time::Duration;

/// `sleep NUMBER[smhd]…`
#[derive(Clone, Debug)]
pub struct Sleep {
    args: Vec<String>,
    until: Option<Instant>,
}

impl Sleep {
    /// A sleep of these words.
    pub fn new(args: Vec<String>) -> Self {
        Self { args, until: None }
    }
}

/// A span as `sleep` and `timeout` take it: `3`, `0.4`, `5m`, `infinity`.
pub fn span(text: &str) -> Option<Duration> {
    if text == "infinity" || text == "inf" {
        return Some(Duration::from_secs(100 * 365 * 86_400));
    }
    let (number, unit) = match text.chars().last()? {
        's' => (&text[..text.len() - 1], 1.0),
        'm' => (&text[..text.len() - 1], 60.0),
        'h' => (&text[..text.len() - 1], 3_600.0),
        'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    let seconds: f64 = number.parse().ok()?;
    (0.0..1e12).contains(&seconds).then(|| Duration::from_secs_f64(seconds * unit))
}

impl Program for Sleep {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            return Poll::Done(130);
        }
        let until = match self.until {
            Some(until) => until,
            None => {
                if self.args.len() < 2 {
                    ctx.complain("sleep: missing operand");
                    return Poll::Done(1);
                }
                let mut total = Duration::ZERO;
                for arg in &self.args[1..] {
                    let Some(span) = span(arg) else {
                        ctx.complain(format!("sleep: invalid time interval ‘{arg}’"));
                        return Poll::Done(1);
                    };
                    total = total.saturating_add(span);
                }
                *self.until.insert(ctx.cluster.now() + total)
            }
        };
        if ctx.cluster.now() >= until { Poll::Done(0) } else { Poll::Wait(Wake::At(until)) }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
