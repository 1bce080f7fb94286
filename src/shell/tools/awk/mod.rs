//! `awk`: patterns and actions over the fields of lines, as one-liners use them.

mod lexer;
mod parser;
mod run;
mod value;

use super::text::{Filter, Made, Output, Stream};
use crate::shell::printf::unescape;
use crate::shell::program::{Ctx, Exit, Poll, Program};
use parser::{Pattern, Rule};
use run::{Flow, Machine};
use std::sync::Arc;
use value::Cell;

/// Steps one program may take: an endless loop must end.
const STEPS: u64 = 2_000_000;

/// `awk [-F SEPARATOR] [-v NAME=VALUE] PROGRAM [FILE…]` of its words.
pub fn program(words: Vec<String>) -> Box<dyn Program> {
    match read(&words[1..]) {
        Ok((filter, files)) => {
            let only_begin = filter.rules.iter().all(|rule| matches!(rule.pattern, Pattern::Begin));
            let stream = Stream::new("awk", false, Made::Filter(Box::new(filter.clone()), files));
            // A program of nothing but BEGIN reads nothing.
            if only_begin { Box::new(Alone(filter)) } else { Box::new(stream) }
        }
        Err(message) => Box::new(Stream::new("awk", false, Made::Said(message, 2))),
    }
}

fn read(args: &[String]) -> Result<(Awk, Vec<String>), String> {
    let mut machine = Machine::new(STEPS);
    let mut words = args.iter().peekable();
    while let Some(option) = words.next_if(|word| word.len() > 1 && word.starts_with('-')) {
        if option == "--" {
            break;
        }
        let (letter, attached) = option[1..].split_at(1);
        let mut value = || match attached {
            "" => {
                words.next().cloned().ok_or_else(|| format!("awk: option requires an argument -- {letter}\n"))
            }
            attached => Ok(attached.to_owned()),
        };
        match letter {
            "F" => machine.set("FS", Cell::text(unescape(&value()?))),
            "v" => {
                let text = value()?;
                let (name, value) = text.split_once('=').ok_or("awk: invalid -v argument\n")?;
                machine.set(name, Cell::input(&unescape(value)));
            }
            _ => return Err(format!("awk: unknown option {option} ignored\n")),
        }
    }
    let Some(program) = words.next() else {
        return Err("Usage: awk [POSIX or GNU style options] [--] 'program' file ...\n".to_owned());
    };
    let rules = parser::parse(program)
        .map_err(|message| format!("awk: cmd. line:1: {program}\nawk: cmd. line:1: {message}\n"))?;
    Ok((Awk { rules: Arc::new(rules), machine, begun: false, range: Vec::new() }, words.cloned().collect()))
}

/// A program of `awk` being fed.
#[derive(Clone, Debug)]
struct Awk {
    rules: Arc<Vec<Rule>>,
    machine: Machine,
    begun: bool,
    /// Rules whose range of lines is open.
    range: Vec<usize>,
}

impl Awk {
    fn begin(&mut self, out: &mut Output) -> bool {
        if std::mem::replace(&mut self.begun, true) {
            return self.machine.exit.is_none();
        }
        self.special(|pattern| matches!(pattern, Pattern::Begin), out);
        self.machine.exit.is_none()
    }

    fn special(&mut self, which: fn(&Pattern) -> bool, out: &mut Output) {
        let rules = self.rules.clone();
        for rule in rules.iter().filter(|rule| which(&rule.pattern)) {
            if self.machine.block(&rule.action, out) == Flow::Exit {
                return;
            }
        }
    }

    fn applies(&mut self, index: usize, pattern: &Pattern, out: &mut Output) -> bool {
        match pattern {
            Pattern::Always => true,
            Pattern::When(test) => self.machine.value(test, out).truth(),
            Pattern::Range(from, to) => {
                let open = self.range.contains(&index);
                if !open && !self.machine.value(from, out).truth() {
                    return false;
                }
                let closes = self.machine.value(to, out).truth();
                match (open, closes) {
                    (true, true) => self.range.retain(|other| *other != index),
                    (false, false) => self.range.push(index),
                    _ => {}
                }
                true
            }
            Pattern::Begin | Pattern::End => false,
        }
    }
}

impl Filter for Awk {
    fn file(&mut self, name: &str, _index: usize, out: &mut Output) {
        self.begin(out);
        self.machine.file(name);
    }

    fn line(&mut self, line: &str, _ended: bool, out: &mut Output) -> bool {
        if !self.begin(out) {
            return false;
        }
        self.machine.record(line);
        let rules = self.rules.clone();
        for (index, rule) in rules.iter().enumerate() {
            if !self.applies(index, &rule.pattern, out) {
                continue;
            }
            match self.machine.block(&rule.action, out) {
                Flow::Exit => return false,
                Flow::Next => break,
                _ => {}
            }
        }
        self.machine.exit.is_none()
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        let stopped = !self.begin(out);
        if !stopped || !self.machine.failed {
            self.special(|pattern| matches!(pattern, Pattern::End), out);
        }
        self.machine.exit.unwrap_or(0)
    }

    fn unreadable(&self) -> Exit {
        2
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

/// A program that reads no input.
#[derive(Clone, Debug)]
struct Alone(Awk);

impl Program for Alone {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        let mut out = Output::default();
        self.0.begin(&mut out);
        ctx.stdout.push_str(&out.out);
        ctx.stderr.push_str(&out.err);
        Poll::Done(self.0.machine.exit.unwrap_or(0))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(args: &[&str], input: &str) -> (String, Exit) {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let (mut awk, _) = match read(&args) {
            Ok(made) => made,
            Err(message) => return (message, 2),
        };
        let mut out = Output::default();
        awk.file("-", 0, &mut out);
        for line in input.lines() {
            if !awk.line(line, true, &mut out) {
                break;
            }
        }
        let status = awk.end(&mut out);
        (out.out, status)
    }

    #[test]
    fn runs_what_tutorials_write() {
        let pods = "NAME READY STATUS\na 1/1 Running\nb 0/1 Pending\nc 1/1 Running\n";
        for (args, input, expected) in [
            (&["{print $1}"][..], pods, "NAME\na\nb\nc\n"),
            (&["{print $2,$3}"], "x y z", "y z\n"),
            (&["NR>1 && $3==\"Running\" {print $1}"], pods, "a\nc\n"),
            (&["NR==2"], pods, "a 1/1 Running\n"),
            (&["/Pending/{print $1; exit}"], pods, "b\n"),
            (&["$3 ~ /^Run/ {n++} END {print n}"], pods, "2\n"),
            (&["!/Running/"], pods, "NAME READY STATUS\nb 0/1 Pending\n"),
            (&["-F:", "{print $2}"], "a:b:c", "b\n"),
            (&["-F", "[/:]", "{print $NF}"], "a:b/c", "c\n"),
            (&["{s+=$1} END {printf \"%.2f %d\\n\", s/NR, s}"], "1\n2\n", "1.50 3\n"),
            (&["{print ($1>=30000 && $1<=32767)}"], "30080", "1\n"),
            (&["{c[$1]++} END {for (k in c) print k, c[k]}"], "a\nb\na\n", "a 2\nb 1\n"),
            (&["BEGIN {x=\"A\"; if (x==\"A\") print \"yes\"; else print \"no\"}"], "", "yes\n"),
            (
                &["{gsub(/o/,\"0\"); print length($0), toupper(substr($0,2,3)), $0}"],
                "foo boo",
                "7 00  f00 b00\n",
            ),
            (&["BEGIN{while(i<3){i++; if(i==2) continue; print i}}"], "", "1\n3\n"),
            (&["{n=split($0,p,\".\"); print n, p[1]}"], "10.96.0.1", "4 10\n"),
            (&["{$2=\"X\"; print}"], "a b c", "a X c\n"),
            (&["{print $1 \"-\" $2, 1+2*3, 7%4, 2^3, -1}"], "a b", "a-b 7 3 8 -1\n"),
            (&["{print ($1>5 ? \"big\" : \"small\")}"], "10", "big\n"),
            (&["-v", "n=2", "NR==n{print; next} END{print NR}"], "a\nb\nc\n", "b\n3\n"),
            (&["BEGIN{OFS=\"-\"} {print $1,$2}"], "a b", "a-b\n"),
            (&["/a/,/b/"], "x\na\ny\nb\nz\n", "a\ny\nb\n"),
            (&["{a=index($0,\"l\"); print a, match($0,/l+/), RSTART, RLENGTH}"], "hello", "3 3 3 2\n"),
            (&["END{print $0}"], "a\nb\n", "b\n"),
            (
                &["BEGIN{printf \"%-5s|%5.1f|%03d|%s\\n\", \"ab\", 3.14159, 7, \"x\"}"],
                "",
                "ab   |  3.1|007|x\n",
            ),
        ] {
            assert_eq!(run(args, input).0, expected, "{args:?}");
        }
    }

    #[test]
    fn ends_what_would_not_end_and_refuses_nonsense() {
        assert_eq!(run(&["BEGIN{while(1){}}"], "").1, 2);
        assert_eq!(run(&["{print $1"], "a").1, 2);
        assert_eq!(run(&["BEGIN{exit 3}"], "").1, 3);
    }
}
