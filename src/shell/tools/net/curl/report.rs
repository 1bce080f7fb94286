//! What `curl` says about a transfer: headers, `-v`, the progress meter, `-w`.

use super::{Failure, Options, Transfer};
use crate::net::{HttpResponse, Outcome, phrase};
use crate::shell::program::Ctx;

/// The status line and the headers of a response, with the empty line after them.
pub fn head(response: &HttpResponse) -> String {
    let mut text = format!("HTTP/1.1 {} {}\r\n", response.status, phrase(response.status));
    for (name, value) in &response.headers {
        text += &format!("{name}: {value}\r\n");
    }
    if response.header("Content-Length").is_none() && response.header("Transfer-Encoding").is_none() {
        text += &format!("Content-Length: {}\r\n", response.body.len());
    }
    text + "\r\n"
}

/// What `-v` tells.
pub(super) fn verbose(
    options: &Options,
    transfer: &Transfer,
    verdict: &Result<&HttpResponse, Failure>,
    ctx: &mut Ctx<'_>,
) {
    if !options.verbose {
        return;
    }
    let port = transfer.url.port;
    let host = transfer.url.host.trim_matches(['[', ']']);
    if let Some(found) = &transfer.found {
        ctx.complain(format!("*   Trying {}:{port}...", found.address));
    }
    match verdict {
        Err(failure) if !matches!(transfer.trace.outcome, Outcome::Answered(_) | Outcome::Empty) => {
            let why = match transfer.trace.outcome {
                Outcome::Refused => Some("Connection refused"),
                Outcome::Unreachable => Some("No route to host"),
                Outcome::TimedOut if options.max_time.or(options.connect_timeout).is_none() => {
                    Some("Connection timed out")
                }
                _ => None,
            };
            if let (Some(why), Some(found)) = (why, &transfer.found) {
                ctx.complain(format!("* connect to {} port {port} failed: {why}", found.address));
            }
            ctx.complain(format!("* {}", failure.message));
            ctx.complain("* Closing connection 0");
        }
        _ => {
            let address = transfer.found.as_ref().map_or_else(String::new, |found| found.address.to_string());
            ctx.complain(format!("* Connected to {host} ({address}) port {port} (#0)"));
            let request = &transfer.request;
            ctx.complain(format!("> {} {} HTTP/1.1", request.method, request.path));
            for (name, value) in &request.headers {
                ctx.complain(format!("> {name}: {value}"));
            }
            ctx.complain("> ");
            match verdict {
                Ok(response) => {
                    for line in head(response).split_inclusive("\r\n") {
                        ctx.complain(format!("< {}", line.trim_end()));
                    }
                    if !ctx.tty && !response.body.is_empty() && request.method != "HEAD" {
                        ctx.complain(format!("{{ [{} bytes data]", response.body.len()));
                    }
                    ctx.complain(format!("* Connection #0 to host {host} left intact"));
                }
                Err(failure) => {
                    ctx.complain(format!("* {}", failure.message));
                    ctx.complain("* Closing connection 0");
                }
            }
        }
    }
}

/// A number of bytes in the five places that the meter has for it.
fn short(bytes: usize) -> String {
    match bytes {
        0..100_000 => bytes.to_string(),
        100_000..10_240_000 => format!("{}k", bytes / 1024),
        _ => format!("{}M", bytes / (1024 * 1024)),
    }
}

/// The progress meter, which shows where standard output is no terminal.
pub(super) fn progress(options: &Options, transfer: &Transfer, bytes: usize, ctx: &mut Ctx<'_>) {
    let to_file = !options.outputs.is_empty() || options.remote_name;
    if options.silent || options.no_progress || ctx.tty && !to_file {
        return;
    }
    if transfer.first {
        ctx.stderr.push_str(concat!(
            "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n",
            "                                 Dload  Upload   Total   Spent    Left  Speed\n",
        ));
    }
    let took = transfer.trace.took;
    let speed = match took.as_micros() {
        0 => 0,
        micros => (bytes as u128 * 1_000_000 / micros) as usize,
    };
    let clock = |seconds: u64| format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let none = "--:--:--".to_owned();
    let spent = if took.as_secs() > 0 { format!(" {}", clock(took.as_secs())) } else { none.clone() };
    let row = |done: &str, bytes: &str, speed: &str, spent: &str| {
        format!(
            "{done:>3} {bytes:>5}  {done:>3} {bytes:>5}    0     0  {speed:>5}      0 {none} {spent:>8} {none} {speed:>5}"
        )
    };
    let start = row("0", "0", "0", &none);
    let end = match bytes {
        0 => row("0", "0", "0", spent.trim()),
        _ => row("100", &short(bytes), &short(speed), spent.trim()),
    };
    ctx.stderr.push_str(&format!("\r{start}\r{end}\n"));
}

/// What `-w` asks for.
pub(super) fn write_out(
    options: &Options,
    transfer: &Transfer,
    verdict: Result<&HttpResponse, &Failure>,
    redirects: usize,
    ctx: &mut Ctx<'_>,
) {
    let Some(format) = &options.write_out else { return };
    let mut text = String::new();
    let mut rest = format.as_str();
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix("%{").and_then(|inner| inner.split_once('}')) {
            rest = after;
            match (name, variable(name, transfer, verdict, redirects)) {
                ("stdout" | "onerror", _) => {}
                ("stderr", _) => ctx.stderr.push_str(&std::mem::take(&mut text)),
                (_, Some(value)) => text += &value,
                (_, None) => ctx.complain(format!("curl: unknown --write-out variable: '{name}'")),
            }
            continue;
        }
        if c == '\\' {
            let escaped = rest[1..].chars().next();
            match escaped {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            }
            rest = &rest[1 + escaped.map_or(0, char::len_utf8)..];
            continue;
        }
        if let Some(after) = rest.strip_prefix("%%") {
            text.push('%');
            rest = after;
            continue;
        }
        text.push(c);
        rest = &rest[c.len_utf8()..];
    }
    ctx.stdout.push_str(&text);
}

fn variable(
    name: &str,
    transfer: &Transfer,
    verdict: Result<&HttpResponse, &Failure>,
    redirects: usize,
) -> Option<String> {
    let seconds = |micros: u128| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    let took = transfer.trace.took.as_micros();
    let looked_up = transfer.found.as_ref().map_or(0, |found| found.took.as_micros());
    let connected = matches!(transfer.trace.outcome, Outcome::Answered(_) | Outcome::Empty);
    let sent = || {
        let request = &transfer.request;
        let line = request.method.len() + request.path.len() + 12;
        line + request.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>() + 2
    };
    let sender =
        || transfer.trace.hops.iter().find_map(|hop| hop.before.or(hop.after)).map(|packet| packet.sender());
    let received = verdict.map_or(0, |response| response.body.len());
    Some(match name {
        "local_ip" if connected => sender().map_or_else(String::new, |sender| sender.ip().to_string()),
        "local_port" if connected => sender().map_or(0, |sender| sender.port()).to_string(),
        "local_ip" => String::new(),
        "local_port" => "0".to_owned(),
        "remote_ip" if !connected => String::new(),
        "speed_download" => (received as u128 * 1_000_000).checked_div(took).unwrap_or(0).to_string(),
        "speed_upload" | "size_upload" | "ssl_verify_result" | "proxy_ssl_verify_result" => {
            if name == "size_upload" { transfer.request.body.len() } else { 0 }.to_string()
        }
        "size_request" => if connected { sent() } else { 0 }.to_string(),
        "size_header" => verdict.map_or(0, |response| head(response).len()).to_string(),
        "time_appconnect" => seconds(0),
        "time_pretransfer" => seconds(if connected { (looked_up + took) / 2 } else { 0 }),
        "time_redirect" => seconds(0),
        "num_headers" => verdict.map_or(0, |response| response.headers.len()).to_string(),
        "urlnum" => "0".to_owned(),
        "redirect_url" => {
            verdict.ok().and_then(|response| response.header("Location")).unwrap_or_default().to_owned()
        }
        "http_code" | "response_code" => format!("{:03}", verdict.map_or(0, |response| response.status)),
        "time_total" => seconds(took),
        "time_namelookup" => seconds(looked_up),
        "time_connect" => seconds(if connected { (looked_up + took) / 2 } else { 0 }),
        "time_starttransfer" => seconds(if connected { took } else { 0 }),
        "remote_ip" if connected => {
            transfer.found.as_ref().map_or_else(String::new, |found| found.address.to_string())
        }
        "remote_port" if connected => transfer.url.port.to_string(),
        "remote_port" => "0".to_owned(),
        "size_download" => verdict.map_or(0, |response| response.body.len()).to_string(),
        "url" => transfer.text.clone(),
        "url_effective" => {
            format!("{}://{}{}", transfer.url.scheme, transfer.url.authority(), transfer.url.path)
        }
        "content_type" => {
            verdict.ok().and_then(|response| response.header("Content-Type")).unwrap_or_default().to_owned()
        }
        "num_redirects" => redirects.to_string(),
        "num_connects" => u8::from(connected).to_string(),
        "method" => transfer.request.method.clone(),
        "scheme" => transfer.url.scheme.to_ascii_uppercase(),
        "http_version" => if connected { "1.1" } else { "0" }.to_owned(),
        "exitcode" => verdict.map_or_else(|failure| failure.code, |_| 0).to_string(),
        "errormsg" => verdict.map_or_else(|failure| failure.message.clone(), |_| String::new()),
        "stdout" | "stderr" | "onerror" => String::new(),
        _ => return None,
    })
}
