//! What the servers of the known images answer over HTTP.

use super::process::Process;
use super::{documents, numbers};
use crate::api::Instant;
use crate::net::{Answer, HttpRequest, HttpResponse, Trace};
use std::net::SocketAddr;

/// What a process does with the connections it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    /// Nothing: it sleeps.
    Sleep,
    /// A shell that ends unless it is given something to do.
    Shell,
    /// curl, which ends when it is done.
    Curl,
    /// It works, but not for anyone here.
    Quiet,
    NumbersApi,
    NumbersWeb,
    Nginx,
    Httpd,
    Whoami,
    Echo,
    HelloApp,
    Agnhost,
    /// A page that names the pod.
    Hello,
    /// A directory of files.
    Files,
    /// A protocol of its own; the log line that says it is up.
    Tcp(&'static str),
    CoreDns,
    /// An image that is not known here.
    Unknown,
}

/// The first line of a server's log.
pub(super) fn greeting(server: Server) -> Option<&'static str> {
    match server {
        Server::Tcp(line) if !line.is_empty() => Some(line),
        Server::CoreDns => Some("CoreDNS-1.14.2"),
        Server::Nginx => Some("/docker-entrypoint.sh: Configuration complete; ready for start up"),
        Server::NumbersApi | Server::NumbersWeb => {
            Some("info: Microsoft.Hosting.Lifetime[0]\n      Now listening on: http://[::]:80")
        }
        Server::Httpd => Some("AH00094: Command line: 'httpd -D FOREGROUND'"),
        Server::Whoami => Some("Starting up on port 80"),
        Server::HelloApp => Some("Server listening on port 8080"),
        _ => None,
    }
}

pub(super) fn page(status: u16, kind: &str, body: String) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![
            ("Content-Type".into(), kind.into()),
            ("Content-Length".into(), body.len().to_string()),
        ],
        body,
    }
}

/// Answers an HTTP request.
pub(super) fn http(
    process: &mut Process,
    now: Instant,
    port: u16,
    (request, from): (&HttpRequest, SocketAddr),
    calls: &[Trace],
    dice: u32,
) -> Answer {
    let path = request.path.split('?').next().unwrap_or("/").to_owned();
    let host = process.launch.hostname.clone();
    let response = match process.server {
        Server::NumbersApi => numbers::api(process, now, &path, dice),
        Server::NumbersWeb => match numbers::web(process, now, request, &path, calls) {
            Answer::Http(response) => response,
            other => return other,
        },
        Server::Nginx | Server::Httpd => {
            let response = documents::find(process, &path).unwrap_or_else(|| missing(process, &path));
            log_visit(process, now, (request, from), &response);
            response
        }
        Server::Whoami if path == "/health" => page(200, "text/plain; charset=utf-8", String::new()),
        Server::Whoami => {
            let headers: String =
                request.headers.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
            let body = format!(
                "Hostname: {host}\nIP: 127.0.0.1\nIP: ::1\nIP: {}\nRemoteAddr: {from}\n{} {} HTTP/1.1\n{headers}\n",
                process.launch.ip, request.method, request.path
            );
            page(200, "text/plain; charset=utf-8", body)
        }
        Server::Echo => {
            let args = &process.launch.args;
            let text = args.iter().enumerate().find_map(|(index, arg)| {
                let bare = arg.trim_start_matches('-');
                bare.strip_prefix("text=").or_else(|| (bare == "text").then(|| args.get(index + 1))?.map(String::as_str))
            });
            let text = text.or(process.env("ECHO_TEXT")).unwrap_or("hello-world").to_owned();
            page(200, "text/plain; charset=utf-8", format!("{text}\n"))
        }
        Server::HelloApp => {
            let version = if process.tag.starts_with("2") { "2.0.0" } else { "1.0.0" };
            process.say(now, format!("Serving request: {}", request.path));
            let body = format!("Hello, world!\nVersion: {version}\nHostname: {host}\n");
            page(200, "text/plain; charset=utf-8", body)
        }
        Server::Agnhost => agnhost(process, (request, from), &path, &host),
        Server::Hello => page(200, "text/plain", format!("Server address: {}:{port}\nServer name: {host}\nDate: {}\nURI: {}\n", process.launch.ip, clock(now), request.path)),
        Server::Files if path == "/" => page(200, "text/html", "<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<title>Directory listing for /</title>\n</head>\n</html>\n".into()),
        Server::Files => page(404, "text/html", "File not found\n".into()),
        Server::CoreDns => match (port, path.as_str()) {
            (8080, "/health") | (8181, "/ready") => page(200, "text/plain; charset=utf-8", "OK".into()),
            _ => page(404, "text/plain; charset=utf-8", "404 page not found\n".into()),
        },
        Server::Unknown => page(
            200,
            "text/plain",
            format!("{host}\n(the playground does not know the image {}: this answer stands in for it)\n", process.launch.image),
        ),
        _ => return Answer::Nothing,
    };
    let mut response = response;
    documents::dress(process, now, &mut response);
    Answer::Http(response)
}

/// What a server of files says of one that is not there.
fn missing(process: &Process, path: &str) -> HttpResponse {
    let (status, words) = if path == "/" { (403, "Forbidden") } else { (404, "Not Found") };
    let body = match process.server {
        Server::Nginx => {
            let version = documents::nginx(&process.tag);
            format!(
                "<html>\r\n<head><title>{status} {words}</title></head>\r\n<body>\r\n<center><h1>{status} {words}</h1></center>\r\n<hr><center>{version}</center>\r\n</body>\r\n</html>\r\n"
            )
        }
        _ => format!(
            "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>{status} {words}</title>\n</head><body>\n<h1>{words}</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n"
        ),
    };
    page(status, "text/html", body)
}

/// The date and time as web servers write them.
fn clock(now: Instant) -> String {
    let (year, month, day, hour, minute, second) = now.civil();
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .get(month as usize - 1)
        .unwrap_or(&"Jan");
    format!("{day:02}/{month}/{year}:{hour:02}:{minute:02}:{second:02} +0000")
}

/// A visit in the Common Log Format.
fn visit(now: Instant, (request, from): (&HttpRequest, SocketAddr), response: &HttpResponse) -> String {
    let (ip, method, path) = (from.ip(), &request.method, &request.path);
    let (status, bytes) = (response.status, response.body.len());
    format!("{ip} - - [{}] \"{method} {path} HTTP/1.1\" {status} {bytes}", clock(now))
}

/// The line that a server writes to its access log.
fn log_visit(
    process: &mut Process,
    now: Instant,
    visitor: (&HttpRequest, SocketAddr),
    response: &HttpResponse,
) {
    let mut line = visit(now, visitor, response);
    if process.server == Server::Nginx {
        let header = |name: &str| visitor.0.header(name).unwrap_or("-");
        line += &format!(" \"-\" \"{}\" \"{}\"", header("User-Agent"), header("X-Forwarded-For"));
    }
    process.say(now, line);
}

fn agnhost(
    process: &mut Process,
    (request, from): (&HttpRequest, SocketAddr),
    path: &str,
    host: &str,
) -> HttpResponse {
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    let value = |key: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(k, _)| *k == key)
            .map(|(_, v)| v.to_owned())
    };
    let plain = |status, body: String| page(status, "text/plain; charset=utf-8", body);
    if process.launch.args.first().is_some_and(|arg| arg == "serve-hostname") {
        return plain(200, format!("{host}\n"));
    }
    match path {
        "/hostname" | "/hostName" => plain(200, host.to_owned()),
        "/clientip" => plain(200, from.to_string()),
        "/echo" => match value("msg") {
            Some(message) => plain(200, message),
            None => plain(400, "missing msg\n".into()),
        },
        "/healthz" => plain(if process.healthy { 200 } else { 412 }, String::new()),
        "/exit" | "/" => plain(200, format!("NOW: {host}")),
        _ => plain(404, "404 page not found\n".into()),
    }
}
