//! What GNU wget says of a transfer. It decides nothing but whether one is worth another try.

use super::wget::{Options, Transfer, connected};
use crate::net::{HttpResponse, Outcome, Trace};
use crate::shell::program::Ctx;

fn stamp(ctx: &Ctx<'_>) -> String {
    ctx.cluster.now().rfc3339().replace('T', " ").replace('Z', "")
}

fn says(options: &Options) -> bool {
    !options.quiet && !options.terse
}

/// Where it goes: the first lines of a try.
pub(super) fn connecting(options: &Options, transfer: &Transfer, tries: u32, ctx: &mut Ctx<'_>) {
    if !says(options) {
        return;
    }
    let url = &transfer.url;
    let (host, port) = (url.host.trim_matches(['[', ']']), url.port);
    let attempt = if tries > 0 { format!("(try:{:>2})", tries + 1) } else { String::new() };
    let line = format!("--{}--{attempt}  {}://{}{}\n", stamp(ctx), url.scheme, transfer.place, url.path);
    ctx.stderr.push_str(&line);
    let literal = host.parse::<std::net::IpAddr>().is_ok();
    if !literal && tries == 0 {
        ctx.stderr.push_str(&format!("Resolving {host} ({host})... "));
        if let Some(found) = &transfer.found {
            ctx.stderr.push_str(&format!("{}\n", found.address));
        }
    }
    if let Some(found) = &transfer.found {
        let place = if literal { host.to_owned() } else { format!("{host} ({host})|{}|", found.address) };
        ctx.stderr.push_str(&format!("Connecting to {place}:{port}... "));
        if connected(&transfer.trace) {
            ctx.stderr.push_str("connected.\nHTTP request sent, awaiting response... ");
        }
    }
}

/// Whether a try that failed is followed by another: only silence gives hope.
pub(super) fn retries(options: &Options, trace: &Trace, tries: u32) -> bool {
    let hopeful = matches!(trace.outcome, Outcome::TimedOut | Outcome::Empty);
    hopeful && (options.tries == 0 || tries < options.tries)
}

/// A try that brought nothing.
pub(super) fn failed(options: &Options, transfer: &Transfer, tries: u32, ctx: &mut Ctx<'_>) {
    let host = transfer.url.host.trim_matches(['[', ']']);
    if options.quiet {
        return;
    }
    let again = retries(options, &transfer.trace, tries);
    let spoken = says(options);
    match &transfer.trace.outcome {
        Outcome::Unresolved => {
            if spoken {
                ctx.complain("failed: Name or service not known.");
            }
            ctx.complain(format!("wget: unable to resolve host address '{host}'"));
        }
        Outcome::Refused if spoken => ctx.complain("failed: Connection refused."),
        Outcome::Unreachable if spoken => ctx.complain("failed: No route to host."),
        Outcome::TimedOut if connected(&transfer.trace) && spoken => {
            ctx.complain("Read error (Connection timed out) in headers.");
        }
        Outcome::TimedOut if spoken => ctx.complain("failed: Connection timed out."),
        Outcome::Empty if spoken => ctx.complain("No data received."),
        _ => {}
    }
    if spoken && again {
        ctx.complain("Retrying.\n");
    } else if spoken
        && matches!(transfer.trace.outcome, Outcome::TimedOut | Outcome::Empty)
        && options.tries > 1
    {
        ctx.complain("Giving up.\n");
    }
}

/// The status line, the headers if they are wanted, and what will come.
pub(super) fn status(options: &Options, response: &HttpResponse, line: &str, ctx: &mut Ctx<'_>) {
    if options.server_response && !options.quiet {
        ctx.complain(format!("\n  HTTP/1.1 {line}"));
        for (name, value) in &response.headers {
            ctx.complain(format!("  {name}: {value}"));
        }
    } else if says(options) {
        ctx.complain(line);
    }
    if !says(options) || response.status >= 300 {
        return;
    }
    let kind = response.header("Content-Type").map(|kind| kind.split(';').next().unwrap_or(kind));
    let kind = kind.map_or_else(String::new, |kind| format!(" [{kind}]"));
    ctx.complain(format!("Length: {}{kind}", response.body.len()));
    if options.spider {
        ctx.complain(match kind.contains("html") {
            true => "Remote file exists and could contain further links,\nbut recursion is disabled -- not retrieving.\n",
            false => "Remote file exists.\n",
        });
    }
}

/// A status that is an error.
pub(super) fn error(options: &Options, response: &HttpResponse, ctx: &mut Ctx<'_>) {
    if options.quiet {
        return;
    }
    if options.spider {
        ctx.complain("Remote file does not exist -- broken link!!!\n");
        return;
    }
    let stamp = stamp(ctx);
    let phrase = crate::net::phrase(response.status);
    ctx.complain(format!("{stamp} ERROR {}: {phrase}.\n", response.status));
}

/// A body that was kept.
pub(super) fn saving(options: &Options, transfer: &Transfer, name: &str, bytes: usize, ctx: &mut Ctx<'_>) {
    if options.quiet {
        return;
    }
    let stamp = stamp(ctx);
    let to_stdout = name == "STDOUT";
    if options.terse {
        let url = &transfer.url;
        let shown = if to_stdout { "-" } else { name };
        let address = format!("{}://{}{}", url.scheme, transfer.place, url.path);
        ctx.complain(format!("{stamp} URL:{address} [{bytes}/{bytes}] -> \"{shown}\" [1]"));
        return;
    }
    ctx.complain(format!("Saving to: '{name}'\n"));
    let mut dots = String::new();
    for at in 0..50 {
        if at % 10 == 0 {
            dots.push(' ');
        }
        dots.push(if at < bytes / 1024 { '.' } else { ' ' });
    }
    // A body comes in one piece, in about ten microseconds.
    let speed = bytes as u64 * 100_000;
    let (short, long) = match speed {
        0..1_048_576 => (format!("{}K", speed / 1024), format!("{} KB/s", speed / 1024)),
        _ => {
            let hundredths = speed * 100 / 1_048_576;
            let number = match hundredths {
                0..1_000 => format!("{}.{:02}", hundredths / 100, hundredths % 100),
                1_000..10_000 => format!("{}.{}", hundredths / 100, hundredths % 100 / 10),
                _ => format!("{}", hundredths / 100),
            };
            (format!("{number}M"), format!("{number} MB/s"))
        }
    };
    ctx.complain(format!("     0K{dots}100% {short:>5}=0s\n"));
    ctx.complain(match to_stdout {
        true => format!("{stamp} ({long}) - written to stdout [{bytes}/{bytes}]\n"),
        false => format!("{stamp} ({long}) - '{name}' saved [{bytes}/{bytes}]\n"),
    });
}
