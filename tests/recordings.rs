//! Real Kubernetes, recorded, against ours: the number of answers that agree may only grow.
//!
//! `tests/recordings/agree.txt` holds that number by file. `AGREE=write cargo test --test recordings` writes it
//! anew after an improvement. `cargo run --example recordings -- services-core` shows what differs.

#[path = "recordings/replay.rs"]
mod replay;

use std::collections::BTreeMap;
use std::fmt::Write;

const NUMBERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/agree.txt");

#[test]
#[allow(clippy::disallowed_methods)] // A test may be asked to write down its numbers.
fn recorded_answers_agree() {
    let reports = replay::replay("");
    let mut text = String::new();
    let (mut agree, mut shown) = (0, 0);
    for report in &reports {
        let _ = writeln!(text, "{} {} of {}", report.file, report.agree, report.shown);
        agree += report.agree;
        shown += report.shown;
    }
    println!("{text}all {agree} of {shown}");
    let written = std::fs::read_to_string(NUMBERS).unwrap_or_default();
    let before: BTreeMap<&str, usize> = written
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?.parse().ok()?))
        })
        .collect();
    if std::env::var("AGREE").is_ok_and(|value| value == "write") {
        std::fs::write(NUMBERS, text).expect("the numbers can be written");
        return;
    }
    let mut worse = String::new();
    for report in &reports {
        let least = before.get(report.file.as_str()).copied().unwrap_or_default();
        if report.agree < least {
            let _ = writeln!(worse, "{}: {} agree, {least} did before", report.file, report.agree);
            worse.push_str(&report.differences);
        }
    }
    assert!(worse.is_empty(), "recordings that agreed no longer do:\n{worse}");
}
