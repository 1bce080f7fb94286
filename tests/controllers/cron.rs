//! Schedules against a table, and CronJobs minute by minute.

use super::{agrees, wait};
use cluster_playground::api::{Instant, Kind, Schedule, Value, Zone, json};
use cluster_playground::cluster::{Cluster, Profile};
use std::fmt::Write;
use std::time::Duration;

const TABLE: &str = include_str!("schedules.txt");

#[test]
fn schedules_name_their_times() {
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some((schedule, why)) = line.split_once(" ! ") {
            assert_eq!(Schedule::parse(schedule), Err(why.to_owned()), "{line}");
            continue;
        }
        let parts: Vec<&str> = line.split(" | ").collect();
        let schedule = Schedule::parse(parts[0]).expect(line);
        let zone = Zone::named(parts[1]).expect(line);
        let mut at = Instant::parse_rfc3339(parts[2]).expect(line);
        for expected in &parts[3..] {
            let Some(next) = schedule.next(at, zone) else {
                assert_eq!(*expected, "never", "{line}");
                continue;
            };
            assert!(next.rfc3339().trim_end_matches('Z').ends_with(expected), "{line}: {next:?}");
            at = next;
        }
    }
}

/// A CronJob whose Jobs take so many seconds.
fn cron_job(name: &str, spec: Value, seconds: u32, exit: i32) -> Value {
    let command = format!("sleep {seconds}; exit {exit}");
    let container = json!({"name": "c", "image": "busybox", "command": ["sh", "-c", command]});
    let mut doc = json!({"metadata": {"name": name}, "spec": spec});
    doc["spec"]["jobTemplate"] = json!({"spec": {"backoffLimit": 0, "template":
        {"spec": {"restartPolicy": "Never", "containers": [container]}}}});
    doc
}

/// What the CronJob controller says while time passes, with the seconds since the beginning; then what is left.
fn watch(cluster: &mut Cluster, name: &str, seconds: u64) -> String {
    let begin = cluster.now();
    wait(cluster, seconds);
    let store = cluster.store();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut said: Vec<(u64, String)> = Vec::new();
    for event in store.list(Kind::Event, "default").map(|event| event.doc()) {
        if event["involvedObject"]["name"] != name || event["involvedObject"]["kind"] != "CronJob" {
            continue;
        }
        let last = Instant::parse_rfc3339(&text(&event["lastTimestamp"])).expect("a time");
        if last >= begin {
            let count = event["count"].as_u64().filter(|count| *count > 1);
            let count = count.map(|count| format!(" (x{count})")).unwrap_or_default();
            said.push((
                last.since(begin).as_secs(),
                format!("{}{count}: {}", text(&event["reason"]), text(&event["message"])),
            ));
        }
    }
    said.sort();
    let mut out = String::new();
    for (seconds, line) in said {
        let _ = writeln!(out, "{:>3}:{:02} {line}", seconds / 60, seconds % 60);
    }
    for job in store.list(Kind::Job, "default").filter(|job| job.meta.name.starts_with(name)) {
        let status = &job.doc()["status"];
        let active = status["active"].as_i64().unwrap_or(0);
        let _ = writeln!(out, "       job {} active {active}", job.meta.name);
    }
    if let Some(cron) = store.find(Kind::CronJob, "default", name) {
        let status = &cron.doc()["status"];
        let active = status["active"].as_array().map_or(0, Vec::len);
        let (last, well) = (text(&status["lastScheduleTime"]), text(&status["lastSuccessfulTime"]));
        let _ = writeln!(out, "       active {active}, last {last}, successful {well}");
    }
    out
}

#[test]
fn cron_jobs_minute_by_minute() {
    let mut out = String::new();
    let every_minute = |more: Value| {
        let mut spec = json!({"schedule": "* * * * *"});
        more.as_object().expect("fields").iter().for_each(|(key, value)| spec[key] = value.clone());
        spec
    };
    for (title, spec, seconds, exit) in [
        ("jobs of twenty seconds, two kept", every_minute(json!({"successfulJobsHistoryLimit": 2})), 20, 0),
        ("jobs that fail, one kept", every_minute(json!({})), 5, 1),
        ("slow jobs side by side", every_minute(json!({})), 150, 0),
        ("slow jobs, one at a time", every_minute(json!({"concurrencyPolicy": "Forbid"})), 100, 0),
        ("slow jobs, the last counts", every_minute(json!({"concurrencyPolicy": "Replace"})), 100, 0),
        ("suspended", every_minute(json!({"suspend": true})), 5, 0),
        ("a day that never comes", json!({"schedule": "59 23 31 2 *"}), 5, 0),
        ("a zone half an hour off", json!({"schedule": "32 * * * *", "timeZone": "Asia/Kolkata"}), 5, 0),
        ("a zone that the table lacks", every_minute(json!({"timeZone": "Asia/Kabul"})), 5, 0),
        ("finer than a minute", json!({"schedule": "@every 25s"}), 2, 0),
    ] {
        let mut cluster = Cluster::new(Profile::default(), 1);
        cluster.create(Kind::CronJob, cron_job("tick", spec, seconds, exit)).expect(title);
        let _ = writeln!(out, "## {title}\n{}", watch(&mut cluster, "tick", 290));
    }
    agrees("cron-jobs", &out);
}

#[test]
fn a_cron_job_that_is_changed_looks_again() {
    let mut out = String::new();
    let mut cluster = Cluster::new(Profile::default(), 1);
    let mut doc = cron_job("tick", json!({"schedule": "0 4 1 1 *"}), 5, 0);
    cluster.create(Kind::CronJob, doc.clone()).expect("accepted");
    let mut change = |title: &str, spec: Value, seconds: u64| {
        spec.as_object().expect("fields").iter().for_each(|(key, value)| doc["spec"][key] = value.clone());
        cluster.update(Kind::CronJob, doc.clone()).expect("accepted");
        let _ = writeln!(out, "## {title}\n{}", watch(&mut cluster, "tick", seconds));
    };
    change("a year away", json!({}), 150);
    change("now every two minutes: not for those that have passed", json!({"schedule": "*/2 * * * *"}), 60);
    change("held", json!({"suspend": true}), 8 * 3600);
    change("no longer held: the last time missed is made up for", json!({"suspend": false}), 30);
    change("held", json!({"suspend": true}), 645);
    change("with a deadline, it is not", json!({"suspend": false, "startingDeadlineSeconds": 15}), 30);
    agrees("cron-job-changes", &out);
}

#[test]
fn a_cron_job_wakes_nobody_before_it_is_due() {
    let events = |with: bool| {
        let mut cluster = Cluster::new(Profile::default(), 1);
        if with {
            let doc = cron_job("tick", json!({"schedule": "0 4 1 1 *"}), 5, 0);
            cluster.create(Kind::CronJob, doc).expect("accepted");
        }
        wait(&mut cluster, 10);
        let end = cluster.now() + Duration::from_secs(3600);
        let mut events = 0;
        while let Some(next) = cluster.next_event().filter(|next| *next < end) {
            cluster.advance(next);
            events += 1;
        }
        events
    };
    assert_eq!(events(true), events(false));
}
