//! A trace as a table of hops and a verdict in words.

use crate::net::{Field, Step, Trace};
use std::time::Duration;

/// One row of the hop table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it happens.
    pub title: String,
    /// What changed there.
    pub change: String,
    /// Why.
    pub cause: String,
    /// How long it took; empty where that says nothing.
    pub took: String,
    /// Whether the request failed here.
    pub failed: bool,
    /// How many requests it is within: a server's own requests are shown below the hop they serve.
    pub depth: usize,
    /// The hop of the outer trace it belongs to.
    pub hop: usize,
    /// The rules that decided it, as the node's own tool prints them.
    pub rules: Vec<String>,
}

/// How a request ended, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it was answered.
    pub good: bool,
    /// Who asked whom, and what came of it.
    pub happened: String,
    /// Why.
    pub why: String,
    /// What to try.
    pub hint: Option<String>,
    /// A command that shows it.
    pub evidence: Option<String>,
}

/// The rows of a trace, those of a server's own requests after the hop that caused them.
pub fn rows(trace: &Trace) -> Vec<Row> {
    let mut rows = Vec::new();
    collect(trace, 0, None, &mut rows);
    rows
}

fn collect(trace: &Trace, depth: usize, within: Option<usize>, rows: &mut Vec<Row>) {
    let last = trace.hops.len().saturating_sub(1);
    let failed = trace.failed_hop().is_some();
    for (index, hop) in trace.hops.iter().enumerate() {
        let outer = within.unwrap_or(index);
        let change = hop.change();
        let cause = hop.cause();
        rows.push(Row {
            title: title(hop.step, &hop.title()),
            cause: if cause == change { String::new() } else { cause },
            change,
            took: took(hop.took),
            failed: failed && index == last,
            depth,
            hop: outer,
            rules: hop.rules.clone(),
        });
        if hop.step == Step::Deliver && depth < 4 {
            for nested in &hop.nested {
                collect(nested, depth + 1, Some(outer), rows);
            }
        }
    }
}

fn title(step: Step, place: &str) -> String {
    match step {
        Step::Resolve => "DNS lookup".to_owned(),
        Step::Send => format!("{place} sends"),
        Step::Reply => format!("{place} answers"),
        Step::Deliver => format!("arrives at {place}"),
        _ => place.to_owned(),
    }
}

/// `0.4 ms`, `3.1 s`; nothing for no time at all.
pub fn took(duration: Duration) -> String {
    let micros = duration.as_micros();
    match micros {
        0 => String::new(),
        1..1_000_000 => format!("{:.1} ms", micros as f64 / 1_000.0),
        _ => format!("{:.1} s", micros as f64 / 1_000_000.0),
    }
}

/// How a trace ended.
pub fn verdict(trace: &Trace) -> Verdict {
    let good = trace.reply().is_some() && trace.decisive_hop().is_none_or(|hop| !fails(trace, hop));
    let explanation = trace.explanation();
    Verdict {
        good,
        happened: match trace.reply() {
            // Without it an answer would be called a failure, and nobody would know whose.
            Some(_) if !good => format!("{} But a request behind it failed.", explanation.happened),
            _ => explanation.happened,
        },
        why: explanation.why,
        hint: explanation.hint.filter(|_| !good),
        evidence: explanation.evidence.filter(|_| !good),
    }
}

/// The field of an object that made a request fail; none for one that went well.
pub fn decisive_field(trace: &Trace) -> Option<Field> {
    (!verdict(trace).good).then(|| trace.explanation().field).flatten()
}

/// Whether the decisive hop of an answered request is the failure of a request its server made.
fn fails(trace: &Trace, hop: &crate::net::Hop) -> bool {
    let nested = trace.hops.iter().flat_map(|hop| &hop.nested);
    nested.filter_map(|trace| trace.failed_hop()).any(|failed| std::ptr::eq(failed, hop))
}
