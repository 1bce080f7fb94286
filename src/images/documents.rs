//! What web servers serve from files, and the headers that each puts around an answer.

use super::process::Process;
use super::servers::{Server, page};
use crate::api::Instant;
use crate::net::HttpResponse;

/// The page that a server's image brings.
const NGINX: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n</body>\n</html>\n";
const HTTPD: &str = "<html><body><h1>It works!</h1></body></html>\n";
/// When the pages of both images were last changed.
const NGINX_CHANGED: u64 = 1_744_804_871;
const HTTPD_CHANGED: u64 = 1_181_587_994;

/// The directory a server serves.
pub(super) fn root(server: Server) -> Option<&'static str> {
    match server {
        Server::Nginx => Some("/usr/share/nginx/html"),
        Server::Httpd => Some("/usr/local/apache2/htdocs"),
        _ => None,
    }
}

/// The page that a server's image brings, and where it is, unless a volume lies over it.
pub(super) fn own(process: &Process) -> Option<(String, &'static str)> {
    let root = root(process.server)?;
    let page = format!("{root}/index.html");
    let lies_over = |mount: &String| {
        page.strip_prefix(mount.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let covered = process.launch.mounts.iter().any(lies_over);
    let text = if process.server == Server::Nginx { NGINX } else { HTTPD };
    (!covered).then_some((page, text))
}

/// The file a path leads to.
pub(super) fn find(process: &Process, path: &str) -> Option<HttpResponse> {
    let index = if path.ends_with('/') { "index.html" } else { "" };
    let place = format!("{}{path}{index}", root(process.server)?);
    let text = process.files.get(&place)?;
    let kind = match place.rsplit('.').next() {
        Some("html" | "htm") => "text/html",
        Some("txt") => "text/plain",
        Some("css") => "text/css",
        Some("js") => "application/javascript",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    };
    let mut response = page(200, kind, text.clone());
    let changed = match text.as_str() {
        NGINX => NGINX_CHANGED,
        HTTPD => HTTPD_CHANGED,
        _ => process.started.unix(),
    };
    response.headers.push(("Last-Modified".into(), date(Instant::from_unix(changed))));
    let length = text.len();
    response.headers.push(("ETag".into(), format!("\"{changed:x}-{length:x}\"")));
    response.headers.push(("Accept-Ranges".into(), "bytes".into()));
    Some(response)
}

/// The version of nginx that an image's tag names.
pub(super) fn nginx(tag: &str) -> String {
    let version = tag.split('-').next().unwrap_or_default();
    let whole = version.split('.').filter(|part| part.parse::<u32>().is_ok()).count() == 3;
    format!("nginx/{}", if whole { version } else { "1.27.5" })
}

fn date(at: Instant) -> String {
    at.strftime("%a, %d %b %Y %T GMT")
}

/// The order in which a server writes its headers; the others come first.
fn order(server: Server) -> &'static [&'static str] {
    match server {
        Server::Nginx | Server::Hello => &[
            "Server",
            "Date",
            "Content-Type",
            "Content-Length",
            "Last-Modified",
            "Connection",
            "ETag",
            "Accept-Ranges",
        ],
        Server::Httpd => {
            &["Date", "Server", "Last-Modified", "ETag", "Accept-Ranges", "Content-Length", "Content-Type"]
        }
        Server::NumbersApi | Server::NumbersWeb => &["Content-Length", "Content-Type", "Date", "Server"],
        Server::Files => &["Server", "Date", "Content-Type", "Content-Length"],
        // Go's own server.
        _ => &["Date", "Content-Length", "Content-Type"],
    }
}

/// An answer with all that its server says of itself.
pub(super) fn dress(process: &Process, now: Instant, response: &mut HttpResponse) {
    let mut add = |name: &str, value: String| response.headers.push((name.to_owned(), value));
    add("Date", date(now));
    match process.server {
        Server::Nginx | Server::Hello => {
            add("Server", nginx(&process.tag));
            add("Connection", "keep-alive".into());
        }
        Server::Httpd => add("Server", "Apache/2.4.65 (Unix)".into()),
        Server::NumbersApi | Server::NumbersWeb => add("Server", "Kestrel".into()),
        Server::Files => add("Server", "SimpleHTTP/0.6 Python/3.13.0".into()),
        Server::Echo => {
            add("X-App-Name", "http-echo".into());
            add("X-App-Version", "1.0.0".into());
        }
        _ => {}
    }
    let place =
        |name: &str| order(process.server).iter().position(|known| *known == name).map_or(0, |at| at + 1);
    response.headers.sort_by_key(|(name, _)| place(name));
}
