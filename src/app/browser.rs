//! The browser pane: where it is and what it shows.

use crate::api::Instant;
use crate::net::{Outcome, Trace};

/// What a browser shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shown {
    /// Nothing yet.
    #[default]
    Blank,
    /// It waits for an answer.
    Loading,
    /// A document.
    Page {
        /// The markup.
        html: String,
        /// `200 · 12.0 ms`
        status: String,
    },
    /// No document, and why, in a browser's words.
    Failed {
        /// `This site can’t be reached`
        title: String,
        /// The sentence below it.
        words: String,
        /// `ERR_CONNECTION_REFUSED`
        code: &'static str,
    },
}

/// The pane.
#[derive(Clone, Debug, PartialEq)]
pub struct Browser {
    /// The address.
    pub address: String,
    /// What it shows.
    pub shown: Shown,
    /// What it will show, and when the answer is there.
    pub coming: Option<(Instant, Shown)>,
}

impl Default for Browser {
    fn default() -> Self {
        Self { address: "http://localhost:8080".to_owned(), shown: Shown::Blank, coming: None }
    }
}

impl Browser {
    /// The address a link or form on the page leads to.
    pub fn resolve(&self, target: &str) -> String {
        if target.contains("://") {
            return target.to_owned();
        }
        let (scheme, rest) = self.address.split_once("://").unwrap_or(("http", &self.address));
        let host = rest.split('/').next().unwrap_or(rest);
        if let Some(path) = target.strip_prefix('/') {
            return format!("{scheme}://{host}/{path}");
        }
        // What a person types into the address bar has no scheme.
        format!("http://{target}")
    }

    /// Shows what was coming, if its time has come; whether anything changed.
    pub fn arrive(&mut self, now: Instant) -> bool {
        match self.coming.take() {
            Some((at, shown)) if at <= now => {
                self.shown = shown;
                true
            }
            coming => {
                self.coming = coming;
                false
            }
        }
    }
}

/// What a browser makes of an answer.
pub fn shown(trace: &Trace) -> Shown {
    let host = &trace.request.to.host;
    let failed =
        |words: String, code| Shown::Failed { title: "This site can’t be reached".to_owned(), words, code };
    match &trace.outcome {
        Outcome::Answered(reply) => match &reply.http {
            Some(response) => {
                let status = format!("{} · {}", response.status, super::hops::took(trace.took));
                let plain = response.header("Content-Type").is_some_and(|kind| !kind.contains("html"));
                let html = if plain {
                    format!("<pre>{}</pre>", escape(&response.body))
                } else {
                    response.body.clone()
                };
                Shown::Page { html, status }
            }
            None => failed(format!("{host} sent an answer that is no page."), "ERR_INVALID_RESPONSE"),
        },
        Outcome::Unresolved => {
            failed(format!("{host}’s server IP address could not be found."), "ERR_NAME_NOT_RESOLVED")
        }
        Outcome::Refused => failed(format!("{host} refused to connect."), "ERR_CONNECTION_REFUSED"),
        Outcome::TimedOut => failed(format!("{host} took too long to respond."), "ERR_CONNECTION_TIMED_OUT"),
        Outcome::Unreachable => failed(format!("{host} is unreachable."), "ERR_ADDRESS_UNREACHABLE"),
        Outcome::Empty => failed(format!("{host} didn’t send any data."), "ERR_EMPTY_RESPONSE"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
