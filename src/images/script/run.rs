//! Running a script: from where it is to where it has to wait.

use super::super::process::Launch;
use super::errand::{is_flag, value_of};
use super::{Script, Step};
use crate::api::Instant;
use crate::net::{Request, Trace};
use std::collections::BTreeMap;
use std::time::Duration;

/// Commands that are run before a script that never waits is made to.
const BUSY: u32 = 500;
/// What the shortest sleep takes.
const SHORTEST: Duration = Duration::from_millis(10);

/// What a script has to do with.
pub(in crate::images) struct Machine<'a> {
    pub launch: &'a Launch,
    pub now: Instant,
    /// The files that are there beside the image's own.
    pub files: &'a mut BTreeMap<String, String>,
    /// Where its lines go.
    pub out: &'a mut Vec<String>,
    /// Sends a request; `None` where none can be sent.
    pub network: Option<&'a mut dyn FnMut(Request) -> Trace>,
    /// Whether a program is in the image.
    pub has: &'a dyn Fn(&str) -> bool,
    pub busybox: bool,
    /// How many commands this one stands in.
    pub depth: usize,
}

impl Machine<'_> {
    /// The same for a command inside of another, which sends nothing.
    pub fn again(&mut self) -> Machine<'_> {
        Machine {
            launch: self.launch,
            now: self.now,
            files: self.files,
            out: self.out,
            network: None,
            has: self.has,
            busybox: self.busybox,
            depth: self.depth + 1,
        }
    }
}

/// What a script waits for.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::images) enum Pause {
    /// Time.
    For(Duration),
    /// Nothing: it has ended.
    Ended(i32),
    /// It has become another program, or started it in the background: its words.
    Becomes(Vec<String>, bool),
}

/// Where what a command prints goes.
pub(super) enum Route {
    Log,
    Nowhere,
    File(String, bool),
    /// A client's own file for the body; what it complains of goes to the log.
    Body(Option<String>),
}

impl Script {
    /// Goes on as far as it can without waiting.
    pub(in crate::images) fn go_on(&mut self, machine: &mut Machine<'_>) -> Pause {
        machine.out.append(&mut self.coming);
        for _ in 0..BUSY {
            let steps = self.steps.clone();
            let Some(step) = steps.get(self.at) else {
                self.flush(machine);
                return Pause::Ended(self.status);
            };
            self.at += 1;
            match step {
                Step::Jump(to) => self.at = *to,
                Step::OnStatus { failed, to } if (self.status != 0) == *failed => self.at = *to,
                Step::OnStatus { .. } => {}
                Step::Invert => self.status = i32::from(self.status == 0),
                Step::Each(words) => {
                    let values: Vec<String> =
                        words.iter().flat_map(|word| self.fields(word, machine)).collect();
                    self.each.push(values.into_iter());
                }
                Step::Drop => drop(self.each.pop()),
                Step::Next(name, end) => match self.each.last_mut().and_then(Iterator::next) {
                    Some(value) => drop(self.variables.insert(name.clone(), value)),
                    None => {
                        self.each.pop();
                        self.at = *end;
                    }
                },
                Step::Pipe(text, last) => {
                    let words: Vec<String> = last.iter().map(|word| self.expand(word, machine)).collect();
                    if words.first().is_some_and(|word| word == "nc") {
                        return Pause::Becomes(words, false);
                    }
                    self.not_simulated(text, machine);
                    self.status = 0;
                }
                Step::Run(raw) | Step::Start(raw) => {
                    let pause = self.command(raw, matches!(step, Step::Start(_)), machine);
                    if let Some(pause) = pause {
                        return pause;
                    }
                    let decides =
                        matches!(self.steps.get(self.at), Some(Step::OnStatus { .. } | Step::Invert));
                    if self.errexit && self.status != 0 && !decides {
                        return Pause::Ended(self.status);
                    }
                }
            }
        }
        Pause::For(Duration::from_secs(1))
    }

    fn flush(&mut self, machine: &mut Machine<'_>) {
        if !self.partial.is_empty() {
            machine.out.push(std::mem::take(&mut self.partial));
        }
    }

    /// One honest line, once for the same words.
    fn not_simulated(&mut self, text: &str, machine: &mut Machine<'_>) {
        let line = format!("(not simulated in a container's own command: {text})");
        if self.variables.insert(format!(" {text}"), String::new()).is_none() {
            machine.out.push(line);
        }
    }

    /// Runs a command; what it makes the script wait for, if anything.
    fn command(&mut self, raw: &[String], background: bool, machine: &mut Machine<'_>) -> Option<Pause> {
        let mut words: Vec<String> = Vec::new();
        let mut route = Route::Log;
        for word in raw {
            let bare = word.trim_start_matches(['1', '2', '&']);
            let digit = word.strip_suffix(bare).unwrap_or_default();
            if let Some(target) = bare.strip_prefix('>') {
                let (append, target) = (target.starts_with('>'), target.trim_start_matches('>').to_owned());
                let target = self.expand(&target, machine);
                match target.as_str() {
                    _ if digit == "2" || target.starts_with('&') => {}
                    "/dev/null" => route = Route::Nowhere,
                    "/dev/stdout" | "/dev/stderr" | "/proc/1/fd/1" => {}
                    _ => route = Route::File(target, append),
                }
            } else if word.starts_with('<') {
                // What it reads is not followed.
            } else {
                let assigns = words.is_empty() && word.split_once('=').is_some_and(|(name, _)| is_name(name));
                if assigns {
                    let (name, value) = word.split_once('=').unwrap_or_default();
                    let value = self.expand(value, machine);
                    self.variables.insert(name.to_owned(), value);
                    self.status = 0;
                } else {
                    words.extend(self.fields(word, machine));
                }
            }
        }
        let first = words.first()?.clone();
        let name = first.rsplit('/').next().unwrap_or(&first).to_owned();
        let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let mut printed = None;
        self.status = 0;
        match (name.as_str(), arguments.as_slice()) {
            ("exec", [_, ..]) => {
                let quoted: Vec<String> =
                    words[1..].iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
                let pause = self.command(&quoted, false, machine);
                return Some(pause.unwrap_or(Pause::Ended(self.status)));
            }
            (":" | "true" | "cd" | "umask" | "mkdir" | "chmod" | "chown" | "wait" | "sync", _) => {}
            ("false", _) => self.status = 1,
            ("set", flags) => {
                self.errexit |= flags.iter().any(|flag| flag.starts_with('-') && flag.contains('e'))
            }
            ("trap", signals) => {
                self.handles_term |=
                    signals.iter().skip(1).any(|signal| matches!(*signal, "TERM" | "SIGTERM" | "15"));
            }
            ("export" | "local" | "readonly", pairs) => {
                for (name, value) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
                    self.variables.insert(name.to_owned(), value.to_owned());
                }
            }
            ("let", sums) => {
                for (name, sum) in sums.iter().filter_map(|sum| sum.split_once('=')) {
                    let value = self.sum(sum);
                    self.variables.insert(name.to_owned(), value.to_string());
                }
            }
            ("exit", code) => {
                self.flush(machine);
                let code = code.first().and_then(|code| code.parse().ok()).unwrap_or(0);
                return Some(Pause::Ended(code));
            }
            ("sleep", [span, ..]) => match super::super::command::seconds(span) {
                _ if background => {}
                // Not even `sleep 0` takes no time.
                Some(span) => return Some(Pause::For(span.max(SHORTEST))),
                None if matches!(*span, "infinity" | "inf") => return Some(Pause::Becomes(words, false)),
                None => self.status = 1,
            },
            ("echo", arguments) => {
                let flags = arguments.iter().take_while(|arg| matches!(**arg, "-n" | "-e" | "-ne" | "-en"));
                let flags: Vec<&str> = flags.copied().collect();
                let mut text = arguments[flags.len()..].join(" ");
                // BusyBox's echo and bash's leave backslashes alone unless told otherwise.
                if flags.iter().any(|flag| flag.contains('e')) {
                    text = unescape(&text);
                }
                let end = if flags.iter().any(|flag| flag.contains('n')) { "" } else { "\n" };
                printed = Some(text + end);
            }
            ("printf", [format, values @ ..]) => {
                let mut values = values.iter();
                let mut text = String::new();
                let mut pieces = format.split('%');
                text += pieces.next().unwrap_or_default();
                for piece in pieces {
                    let end = piece.find(|c: char| c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
                    text += values.next().copied().unwrap_or_default();
                    text += &piece[end..];
                }
                printed = Some(unescape(&text));
            }
            ("date", arguments) => {
                let format = arguments.iter().find_map(|arg| arg.strip_prefix('+'));
                printed = Some(machine.now.strftime(format.unwrap_or("%a %b %e %H:%M:%S UTC %Y")) + "\n");
            }
            ("hostname", _) => printed = Some(format!("{}\n", machine.launch.hostname)),
            ("whoami", _) => printed = Some("root\n".to_owned()),
            ("env" | "printenv", []) => {
                printed = Some(
                    machine
                        .launch
                        .env
                        .all()
                        .iter()
                        .map(|(name, value)| format!("{name}={value}\n"))
                        .collect(),
                );
            }
            ("printenv", [name, ..]) => {
                printed = machine.launch.env.get(name).map(|value| format!("{value}\n"));
                self.status = i32::from(printed.is_none());
            }
            ("seq", ends) => {
                let numbers: Vec<i64> = ends.iter().filter_map(|end| end.parse().ok()).collect();
                let (from, to) = match numbers[..] {
                    [to] => (1, to),
                    [from, to] | [from, _, to] => (from, to),
                    _ => (1, 0),
                };
                printed = Some((from..=to.min(from + 10_000)).map(|number| format!("{number}\n")).collect());
            }
            ("expr", sum) => printed = Some(format!("{}\n", self.sum(&sum.join(" ")))),
            ("test" | "[", question) => self.status = i32::from(!answer(question, machine)),
            ("touch", paths) => {
                for path in paths {
                    machine.files.entry((*path).to_owned()).or_default();
                }
            }
            ("rm", paths) => {
                for path in paths.iter().filter(|path| !path.starts_with('-')) {
                    let path = path.trim_end_matches("/*");
                    machine.files.retain(|known, _| known != path && !known.starts_with(&format!("{path}/")));
                }
            }
            ("cat", [path]) => {
                printed = machine.files.get(*path).cloned();
                if printed.is_none() {
                    self.status = 1;
                    let words = if machine.busybox { "can't open '" } else { "" };
                    let end = if machine.busybox { "'" } else { "" };
                    machine.out.push(format!("cat: {words}{path}{end}: No such file or directory"));
                }
            }
            ("wget" | "curl" | "nslookup" | "ping" | "nc", _) if !is_listener(&name, &arguments) => {
                let output = value_of(
                    &arguments,
                    if name == "curl" { &["-o", "--output"] } else { &["-O", "-qO", "-q -O"] },
                );
                if let Some(file) = output.filter(|file| *file != "-" && matches!(route, Route::Log)) {
                    route = match file {
                        "/dev/null" => Route::Body(None),
                        file => Route::Body(Some(file.to_owned())),
                    };
                }
                let pause = self.errand(&name, &arguments, &route, machine);
                if pause.is_none() {
                    self.not_simulated(&words.join(" "), machine);
                }
                if pause.is_some() {
                    return pause;
                }
            }
            _ if !(machine.has)(&name) && !first.contains('/') => {
                machine.out.push(format!("sh: {name}: not found"));
                self.status = 127;
            }
            _ => return Some(Pause::Becomes(words, background)),
        }
        if let Some(text) = printed {
            self.print(&text, &route, machine);
        }
        None
    }

    pub(super) fn print(&mut self, text: &str, route: &Route, machine: &mut Machine<'_>) {
        match route {
            Route::Nowhere | Route::Body(None) => {}
            Route::Body(Some(path)) => drop(machine.files.insert(path.clone(), text.to_owned())),
            Route::File(path, append) => {
                let file = machine.files.entry(path.clone()).or_default();
                if !append {
                    file.clear();
                }
                file.push_str(text);
            }
            Route::Log => {
                self.partial += text;
                let ends = self.partial.rfind('\n').map_or(0, |at| at + 1);
                let rest = self.partial.split_off(ends);
                let whole = std::mem::replace(&mut self.partial, rest);
                machine.out.extend(whole.lines().map(str::to_owned));
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_listener(name: &str, arguments: &[&str]) -> bool {
    name == "nc" && arguments.iter().any(|arg| is_flag(arg, 'l'))
}

fn unescape(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
}

/// `test`: one question about strings, numbers or files.
fn answer(question: &[&str], machine: &Machine<'_>) -> bool {
    let question = question.strip_suffix(&["]"]).unwrap_or(question);
    let number = |text: &str| text.trim().parse::<i64>().unwrap_or(0);
    match question {
        ["!", rest @ ..] => !answer(rest, machine),
        ["-z", text] => text.is_empty(),
        ["-e" | "-f" | "-r" | "-s", path] => machine.files.contains_key(*path),
        ["-d", path] => machine.files.keys().any(|known| known.starts_with(&format!("{path}/"))),
        ["-n", text] | [text] => !text.is_empty(),
        [a, "=" | "==", b] => a == b,
        [a, "!=", b] => a != b,
        [a, "-eq", b] => number(a) == number(b),
        [a, "-ne", b] => number(a) != number(b),
        [a, "-lt", b] => number(a) < number(b),
        [a, "-le", b] => number(a) <= number(b),
        [a, "-gt", b] => number(a) > number(b),
        [a, "-ge", b] => number(a) >= number(b),
        _ => false,
    }
}
