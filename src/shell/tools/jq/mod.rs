//! `jq` 1.6, as far as tutorials go: paths, pipes, conditions, construction, updates and the
//! functions people use. No functions of one's own, no modules.

mod functions;
mod parse;
mod run;
mod value;

use crate::shell::program::{Ctx, Exit, Once, Program};
use parse::{Filter, parse};
use run::{Env, Item, Machine, Stop};
use value::{Json, Layout, Reader};

#[derive(Default)]
struct Options {
    raw: bool,
    join: bool,
    null: bool,
    slurp: bool,
    raw_input: bool,
    by_status: bool,
    layout: Layout,
    env: Env,
    filter: Option<String>,
    files: Vec<String>,
}

const USAGE: &str = "\
Usage:\tjq [OPTIONS] FILTER [FILES...]
\tjq [OPTIONS] --args FILTER [ARGUMENTS...]
\tjq [OPTIONS] --jsonargs FILTER [JSON_VALUES...]";

/// A jq of these words: it waits for its input unless that is in files, or none is wanted.
pub fn program(words: Vec<String>) -> Box<dyn Program> {
    let (mut operands, mut reads) = (0, true);
    let mut rest = words[1..].iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--arg" | "--argjson" | "--slurpfile" | "--rawfile" => drop((rest.next(), rest.next())),
            "--indent" | "-L" => drop(rest.next()),
            "--null-input" => reads = false,
            "--args" | "--jsonargs" => break,
            flags if flags.starts_with('-') && !flags.starts_with("--") && flags.contains('n') => {
                reads = false
            }
            flags if flags.starts_with('-') && flags.len() > 1 => {}
            _ => operands += 1,
        }
    }
    // The first operand is the filter.
    Box::new(Once { act: run, args: words, reads: reads && operands < 2 })
}

/// Runs `jq [OPTIONS] FILTER [FILES...]` on its whole input.
pub fn run(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let mut options = match read(args, ctx) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let Some(text) = &options.filter else {
        ctx.complain(USAGE);
        return 2;
    };
    let filter = match parse(text) {
        Ok(filter) => filter,
        Err(why) => {
            ctx.complain(format!("jq: error: {why} at <top-level>, line 1:\n{text}\njq: 1 compile error"));
            return 3;
        }
    };
    let mut known = Json::object();
    ctx.env.iter().for_each(|(name, value)| known.set(name, Json::text(value.as_str())));
    let now = Json::Number(ctx.cluster.now().micros() as f64 / 1e6);
    options.env = options.env.with("ENV".into(), known).with("now".into(), now);
    let mut status = 0;
    let mut input = String::new();
    for file in &options.files {
        match ctx.read(file) {
            Ok(text) => input += &text,
            Err(error) => {
                ctx.complain(format!("jq: error: Could not open {file}: {error}"));
                status = 2;
            }
        }
    }
    if options.files.is_empty() {
        input = ctx.stdin.take();
    }
    if options.null {
        return one(&options, &filter, Json::Null, "<unknown>", ctx).max(status);
    }
    if options.raw_input {
        let lines: Vec<Json> = match options.slurp {
            true => vec![Json::text(input)],
            false => input.lines().map(Json::text).collect(),
        };
        for line in lines {
            status = one(&options, &filter, line, "<stdin>:1", ctx);
        }
        return status;
    }
    let mut reader = Reader::new(&input);
    let mut all = Vec::new();
    while let Some(value) = reader.next() {
        let value = match value {
            Ok(value) => value,
            Err(why) => {
                ctx.complain(format!("parse error: {why}"));
                return 2;
            }
        };
        if options.slurp {
            all.push(value);
            continue;
        }
        let at = match options.files.is_empty() {
            true => format!("<stdin>:{}", reader.line()),
            false => format!("{}:{}", options.files[0], reader.line()),
        };
        let ended = one(&options, &filter, value, &at, ctx);
        status = if options.by_status { ended } else { status.max(ended) };
        if ended == 3 {
            break;
        }
    }
    if options.slurp {
        let at = format!("<stdin>:{}", reader.line());
        status = one(&options, &filter, Json::array(all), &at, ctx);
    }
    status
}

fn read(args: &[String], ctx: &mut Ctx<'_>) -> Result<Options, Exit> {
    let mut options = Options { layout: Layout { indent: Some("  "), sorted: false }, ..Options::default() };
    let mut words = args[1..].iter();
    let mut only_operands = false;
    while let Some(word) = words.next() {
        if only_operands || !word.starts_with('-') || word == "-" {
            match options.filter {
                None => options.filter = Some(word.clone()),
                Some(_) => options.files.push(word.clone()),
            }
            continue;
        }
        match word.as_str() {
            "--" => only_operands = true,
            "--raw-output" => options.raw = true,
            "--compact-output" => options.layout.indent = None,
            "--exit-status" => options.by_status = true,
            "--null-input" => options.null = true,
            "--slurp" => options.slurp = true,
            "--raw-input" => options.raw_input = true,
            "--sort-keys" => options.layout.sorted = true,
            "--join-output" => (options.raw, options.join) = (true, true),
            "--tab" => options.layout.indent = Some("\t"),
            "--indent" => {
                let count: usize = words.next().and_then(|count| count.parse().ok()).unwrap_or(2);
                options.layout.indent = (count > 0).then(|| &"       "[..count.min(7)]);
            }
            "--monochrome-output" | "--color-output" | "--unbuffered" | "--ascii-output" => {}
            "--arg" | "--argjson" => {
                let (Some(name), Some(text)) = (words.next(), words.next()) else {
                    let what = if word == "--arg" { "name value" } else { "name text" };
                    ctx.complain(format!("jq: error: {word} takes two parameters (e.g. {word} {what})"));
                    return Err(2);
                };
                let value = match word.as_str() {
                    "--arg" => Some(Json::text(text.as_str())),
                    _ => Reader::new(text).next().and_then(Result::ok),
                };
                let Some(value) = value else {
                    ctx.complain(format!("jq: Invalid JSON text passed to --argjson\n{USAGE}"));
                    return Err(2);
                };
                options.env = options.env.with(name.as_str().into(), value);
            }
            "--version" | "-V" => {
                ctx.say("jq-1.6");
                return Err(0);
            }
            "--help" | "-h" => {
                ctx.say(USAGE);
                return Err(0);
            }
            _ => {
                for letter in word.chars().skip(1) {
                    match letter {
                        'r' => options.raw = true,
                        'j' => (options.raw, options.join) = (true, true),
                        'c' => options.layout.indent = None,
                        'n' => options.null = true,
                        's' => options.slurp = true,
                        'S' => options.layout.sorted = true,
                        'R' => options.raw_input = true,
                        'e' => options.by_status = true,
                        'M' | 'C' | 'a' => {}
                        _ => {
                            ctx.complain(format!("jq: Unknown option: {word}\n{USAGE}"));
                            return Err(2);
                        }
                    }
                }
            }
        }
    }
    Ok(options)
}

/// Runs the filter on one value.
fn one(options: &Options, filter: &Filter, value: Json, at: &str, ctx: &mut Ctx<'_>) -> Exit {
    let mut last = None;
    let mut printed = String::new();
    let done = Machine::default().run(filter, &Item::plain(value), &options.env, &mut |_, item| {
        match &item.value {
            Json::Text(text) if options.raw => printed.push_str(text),
            value => value.write(options.layout, &mut printed),
        }
        if !options.join {
            printed.push('\n');
        }
        last = Some(item.value.truth());
        Ok(())
    });
    ctx.stdout.push_str(&printed);
    match done {
        Err(Stop::Error(Json::Text(text)))
            if text.ends_with(" is not defined") || text.ends_with(" is not simulated here") =>
        {
            let filter = options.filter.as_deref().unwrap_or_default();
            ctx.complain(format!("jq: error: {text} at <top-level>, line 1:\n{filter}\njq: 1 compile error"));
            3
        }
        Err(Stop::Error(Json::Text(text))) => {
            ctx.complain(format!("jq: error (at {at}): {text}"));
            5
        }
        Err(Stop::Error(value)) => {
            ctx.complain(format!("jq: error (at {at}) (not a string): {}", value.compact()));
            5
        }
        _ => match (options.by_status, last) {
            (true, Some(true)) | (false, _) => 0,
            (true, Some(false)) => 1,
            (true, None) => 4,
        },
    }
}
