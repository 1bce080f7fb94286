//! The random-number application: an API that counts its calls, and a page that asks it.

use super::process::Process;
use super::servers::page;
use crate::api::Instant;
use crate::net::{Answer, HttpRequest, HttpResponse, Outcome, Request, Source, Trace};

const RNG_PATH: &str = "/sixeyed/kiamol/master/ch03/numbers/rng";
const DEFAULT_URL: &str = "http://numbers-api/sixeyed/kiamol/master/ch03/numbers/rng";
const DEFAULT_RETRY_HOST: &str = "raw.githubusercontent.com";

/// The API: `/rng` answers 0 to 99 until it has failed.
pub(super) fn api(process: &mut Process, now: Instant, path: &str, dice: u32) -> HttpResponse {
    let json = "application/json; charset=utf-8";
    match path {
        "/rng" | RNG_PATH => {
            if !process.healthy {
                process.say(now, "fail: Numbers.Api.Controllers.RngController[0]\n      Unhealthy!");
                return page(500, json, "{\"message\":\"Unhealthy!\"}".into());
            }
            process.calls += 1;
            let last = process.env("FailAfterCallCount").and_then(|text| text.parse().ok()).unwrap_or(0);
            if last > 0 && process.calls >= last {
                process.healthy = false;
            }
            let number = dice % 100;
            let call = process.calls;
            process.say(
                now,
                format!("dbug: Numbers.Api.Controllers.RngController[0]\n      Call {call}. Returning random number: {number}"),
            );
            page(200, json, number.to_string())
        }
        "/health" | "/healthz" if process.healthy => page(200, "text/plain; charset=utf-8", "Ok".into()),
        "/health" | "/healthz" => page(500, json, "{\"message\":\"Unhealthy\"}".into()),
        "/reset" => {
            process.healthy = true;
            process.calls = 0;
            page(200, "text/plain; charset=utf-8", "Ok".into())
        }
        _ => page(404, "text/html", String::new()),
    }
}

/// The page: `POST /` asks the API through the network, and shows what came of it.
pub(super) fn web(
    process: &mut Process,
    now: Instant,
    request: &HttpRequest,
    path: &str,
    calls: &[Trace],
) -> Answer {
    if path == "/health" || path == "/healthz" {
        return Answer::Http(page(200, "text/plain; charset=utf-8", "Ok".into()));
    }
    if path != "/" && path != "/index" && path != "/Index" {
        return Answer::Http(page(404, "text/html", String::new()));
    }
    if !request.method.eq_ignore_ascii_case("POST") {
        return Answer::Http(document(process, ""));
    }
    let url = process.env("RngApi__Url").unwrap_or(DEFAULT_URL).to_owned();
    let retry = process.env("RngApi__RetryHost").unwrap_or(DEFAULT_RETRY_HOST).to_owned();
    let host = match calls.len() {
        0 => None,
        1 if status(&calls[0]) == Some(404) => Some(retry.as_str()),
        _ => return Answer::Http(shown(process, now, &url, calls.last())),
    };
    match call(process, &url, host) {
        Some(call) => Answer::Call(Box::new(call)),
        None => Answer::Http(shown(process, now, &url, None)),
    }
}

fn status(trace: &Trace) -> Option<u16> {
    Some(trace.reply()?.http.as_ref()?.status)
}

/// The request to the API; `None` if the URL is none.
fn call(process: &Process, url: &str, host: Option<&str>) -> Option<Request> {
    let (secure, rest) = match url.strip_prefix("http://") {
        Some(rest) => (false, rest),
        None => (true, url.strip_prefix("https://")?),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) => (name, port.parse().ok()?),
        None => (authority, if secure { 443 } else { 80 }),
    };
    let http = HttpRequest {
        method: "GET".into(),
        path: format!("/{path}"),
        headers: vec![("Host".into(), host.unwrap_or(authority).to_owned())],
        body: String::new(),
    };
    let pod = crate::api::Key::new(
        crate::api::Kind::Pod,
        process.launch.namespace.clone(),
        process.launch.pod.clone(),
    );
    Some(Request::new(Source::Pod(pod), name, Some(port), crate::net::Payload::Http(http)))
}

/// The page with what the API said.
fn shown(process: &mut Process, now: Instant, url: &str, trace: Option<&Trace>) -> HttpResponse {
    let number =
        trace.filter(|trace| status(trace) == Some(200) && matches!(trace.outcome, Outcome::Answered(_)));
    let number =
        number.and_then(|trace| trace.reply()?.http.as_ref().map(|http| http.body.trim().to_owned()));
    let text = match number {
        Some(number) => format!("<p>Here it is: {number}</p>"),
        None => {
            process.say(
                now,
                format!("fail: Numbers.Web.Services.RngService[0]\n      API call failed. URL: {url}"),
            );
            "<p>RNG service unavailable!</p>".to_owned()
        }
    };
    document(process, &format!("{text}\n<p>(Using API at: {url})</p>"))
}

fn document(process: &Process, result: &str) -> HttpResponse {
    let colour = if process.tag == "v2" { "#0d6efd" } else { "#ffffff" };
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>KIAMOL Random Number Generator</title></head>\n<body style=\"background:{colour}\">\n<h1>KIAMOL Random Number Generator</h1>\n<form method=\"post\" action=\"/\"><button type=\"submit\">Go!</button></form>\n{result}\n</body>\n</html>\n"
    );
    page(200, "text/html; charset=utf-8", body)
}
