//! CronJobs: a Job whenever the schedule says so, and no more finished ones kept than asked for.
//!
//! The order of the steps and the words of the events are the real controller's
//! (`pkg/controller/cronjob` of Kubernetes). Its `MissSchedule` is not here, because its own arithmetic
//! cannot come to it: a deadline already bounds the times that are looked at.

use super::write::{self, Write, by_age, left, owned_by};
use super::{Controller, Note};
use crate::api::{Instant, Key, Kind, Object, Ordered, Schedule, Value, Zone, json};
use crate::apiserver::{DeleteOptions, Store};
use std::sync::Arc;
use std::time::Duration;

const SOURCE: &str = "cronjob-controller";
/// The annotation of a Job that says which time of the schedule it is for.
const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/// How late the controller looks, so that clocks that differ a little lose no time of the schedule.
const PADDING: Duration = Duration::from_millis(100);
/// More missed times than this are warned of.
const MANY: u64 = 100;

/// One look at a CronJob.
struct Look<'a> {
    cron: &'a Arc<Object>,
    spec: &'a Value,
    status: Value,
    /// `status.active`.
    active: Vec<Value>,
    now: Instant,
    writes: Vec<Write>,
}

pub(super) fn reconcile(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(cron) = store.get(key) else { return Vec::new() };
    let doc = cron.doc();
    let active = doc["status"]["active"].as_array().cloned().unwrap_or_default();
    let status = if doc["status"].is_object() { doc["status"].clone() } else { json!({}) };
    let mut look = Look { cron, spec: &doc["spec"], status, active, now, writes: Vec::new() };
    let owned = store.owned(Kind::Job, &key.namespace, &cron.meta.uid).into_iter();
    let jobs = owned.filter(|job| job.meta.controller().is_some_and(|o| o.uid == cron.meta.uid)).collect();
    let jobs = by_age(jobs);
    look.keep_few(&jobs, "Complete", "successfulJobsHistoryLimit");
    look.keep_few(&jobs, "Failed", "failedJobsHistoryLimit");
    look.follow(&jobs);
    look.start(store);
    let Look { mut status, active, mut writes, .. } = look;
    if let Some(fields) = status.as_object_mut() {
        fields.remove("active");
    }
    if !active.is_empty() {
        status["active"] = active.into();
    }
    writes.extend(write::status(cron, status));
    writes
}

/// When a CronJob whose schedule was changed is looked at: not before the next time it now names, as
/// the real one's handler of updates has it.
pub(super) fn rescheduled(store: &Store, key: &Key, now: Instant) -> Vec<Write> {
    let Some(cron) = store.get(key) else { return Vec::new() };
    let (spec, status) = (&cron.doc()["spec"], cron.doc()["status"].clone());
    let look = Look { cron, spec, status, active: Vec::new(), now, writes: Vec::new() };
    let times = look.zone().ok().zip(Schedule::parse(spec["schedule"].as_str().unwrap_or_default()).ok());
    times.and_then(|(zone, schedule)| look.again(&schedule, zone)).into_iter().collect()
}

impl Look<'_> {
    fn note(&self, reason: &'static str, message: String) -> Note {
        Note::new(SOURCE, self.cron.key(), reason, message)
    }

    fn say(&mut self, reason: &'static str, message: String) {
        let note = self.note(reason, message);
        self.writes.push(Write::Note(note));
    }

    fn warn(&mut self, reason: &'static str, message: String) {
        let note = self.note(reason, message).warning();
        self.writes.push(Write::Note(note));
    }

    fn is_active(&self, job: &Object) -> bool {
        self.active.iter().any(|active| active["uid"] == job.meta.uid.as_str())
    }

    fn forget(&mut self, uid: &str) {
        self.active.retain(|active| active["uid"] != uid);
    }

    /// Deletes a Job of its own, with its pods.
    fn delete(&mut self, uid: &str, name: &str) {
        let key = Key::new(Kind::Job, self.cron.meta.namespace.clone(), name);
        let options = DeleteOptions { uid: Some(uid.into()), ..DeleteOptions::default() };
        self.writes.push(Write::Delete(key, options));
        self.forget(uid);
        self.say("SuccessfulDelete", format!("Deleted job {name}"));
    }

    /// Deletes the oldest Jobs that ended in one way, beyond so many.
    fn keep_few(&mut self, jobs: &[&Arc<Object>], end: &str, limit: &str) {
        let Some(limit) = self.spec[limit].as_u64() else { return };
        let mut ended: Vec<&Arc<Object>> =
            jobs.iter().copied().filter(|job| finished(job).is_some_and(|how| how == end)).collect();
        let started = |job: &Object| job.job().and_then(|job| job.status.start_time.clone());
        ended.order_by(|a, b| {
            // One that never started comes after those that did.
            let (first, second) = (started(a), started(b));
            (first.is_none(), first, &a.meta.name).cmp(&(second.is_none(), second, &b.meta.name))
        });
        let surplus = ended.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        for job in &ended[..surplus] {
            self.delete(&job.meta.uid, &job.meta.name);
        }
    }

    /// Takes up what became of its Jobs.
    fn follow(&mut self, jobs: &[&Arc<Object>]) {
        for job in jobs {
            let name = &job.meta.name;
            let Some(how) = finished(job) else {
                if !self.is_active(job) {
                    match self.due_of(job) {
                        Some(time) => self.register(job, time),
                        None => {
                            let what = "Saw a job that the controller did not create or forgot";
                            self.warn("UnexpectedJob", format!("{what}: {name}"));
                        }
                    }
                }
                continue;
            };
            if self.is_active(job) {
                self.forget(&job.meta.uid);
                self.say("SawCompletedJob", format!("Saw completed job: {name}, condition: {how}"));
            }
            let ended = &job.doc()["status"]["completionTime"];
            // Written times compare as instants do.
            if how == "Complete" && ended.as_str() > self.status["lastSuccessfulTime"].as_str() {
                self.status["lastSuccessfulTime"] = ended.clone();
            }
        }
        let gone = |active: &Value| jobs.iter().all(|job| active["uid"] != job.meta.uid.as_str());
        let (missing, rest) = std::mem::take(&mut self.active).into_iter().partition(gone);
        self.active = rest;
        let missing: Vec<Value> = missing;
        for job in missing {
            let name = job["name"].as_str().unwrap_or_default();
            self.say("MissingJob", format!("Active job went missing: {name}"));
        }
    }

    /// The time that a Job is for which this controller has created since it last wrote the status: its
    /// name and uid are known only now.
    fn due_of(&self, job: &Object) -> Option<Instant> {
        let (local, offset) = job.meta.annotations.get(SCHEDULED)?.split_at_checked(19)?;
        let local = Instant::parse_rfc3339(&format!("{local}Z"))?;
        let part = |range| offset.get(range).and_then(|digits: &str| digits.parse::<u64>().ok()).unwrap_or(0);
        let ahead = Duration::from_secs(part(1..3) * 3600 + part(4..6) * 60);
        let time = if offset.starts_with('-') { local + ahead } else { local - ahead };
        (self.last().is_none_or(|last| last < time)).then_some(time)
    }

    /// Counts a Job as running.
    fn register(&mut self, job: &Object, time: Instant) {
        self.active.push(json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "name": job.meta.name,
            "namespace": job.meta.namespace,
            "resourceVersion": job.meta.resource_version.to_string(),
            "uid": job.meta.uid,
        }));
        self.status["lastScheduleTime"] = time.rfc3339().as_str().into();
    }

    /// Creates the Job that is due, and says when to look again.
    fn start(&mut self, store: &Store) {
        if self.cron.meta.deleted.is_some() {
            return;
        }
        let zone = match self.zone() {
            Ok(zone) => zone,
            Err(name) => {
                let message = format!("invalid timeZone: {name:?}: unknown time zone {name}");
                return self.warn("UnknownTimeZone", message);
            }
        };
        if self.spec["suspend"] == true {
            return;
        }
        let text = self.spec["schedule"].as_str().unwrap_or_default();
        let Ok(schedule) = Schedule::parse(text) else { return };
        let due = match self.times(&schedule, zone, true) {
            Ok(times) => times,
            Err(why) => return self.warn("InvalidSchedule", format!("invalid schedule: {text} : {why}")),
        };
        if let Some(time) = due.latest {
            if due.missed > MANY {
                let message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
                self.warn("TooManyMissedTimes", message.to_owned());
            }
            if !self.start_at(store, time, zone) {
                return;
            }
        }
        let again = self.again(&schedule, zone);
        self.writes.extend(again);
    }

    /// Creates the Job of a time unless something speaks against it; false if nothing more is to be done
    /// for the CronJob until something changes.
    fn start_at(&mut self, store: &Store, time: Instant, zone: Zone) -> bool {
        let name = format!("{}-{}", self.cron.meta.name, time.unix() / 60);
        let is_named = |active: &Value| active["name"] == name.as_str();
        if self.active.iter().any(is_named) || self.last() == Some(time) {
            return true;
        }
        match self.spec["concurrencyPolicy"].as_str() {
            Some("Forbid") if !self.active.is_empty() => {
                let message =
                    "Not starting job because prior execution is running and concurrency policy is Forbid";
                self.say("JobAlreadyActive", message.to_owned());
                return true;
            }
            Some("Replace") => {
                for job in self.active.clone() {
                    let text = |field: &str| job[field].as_str().unwrap_or_default();
                    self.delete(text("uid"), text("name"));
                }
            }
            _ => {}
        }
        if let Some(job) = store.find(Kind::Job, &self.cron.meta.namespace, &name) {
            // A schedule finer than a minute names the same Job again; one of somebody else's stays.
            let own = job.meta.controller().is_some_and(|owner| owner.uid == self.cron.meta.uid);
            if own {
                self.register(job, time);
            }
            return own;
        }
        let template = &self.spec["jobTemplate"];
        let mut job = json!({
            "metadata": {
                "name": name,
                "namespace": self.cron.meta.namespace,
                "annotations": template["metadata"]["annotations"],
                "ownerReferences": [owned_by(self.cron)],
            },
            "spec": template["spec"],
        });
        job["metadata"]["annotations"][SCHEDULED] = zone.rfc3339(time).into();
        if template["metadata"]["labels"].is_object() {
            job["metadata"]["labels"] = template["metadata"]["labels"].clone();
        }
        let note = self.note("SuccessfulCreate", "Created job {}".to_owned());
        self.writes.push(Write::Create(Kind::Job, job, Some(note)));
        true
    }

    /// The zone whose clocks the schedule means, or the name of one that nobody here knows.
    fn zone(&self) -> Result<Zone, String> {
        let Some(name) = self.spec["timeZone"].as_str() else { return Ok(Zone::default()) };
        Zone::named(name).ok_or_else(|| name.to_owned())
    }

    /// `status.lastScheduleTime`.
    fn last(&self) -> Option<Instant> {
        self.status["lastScheduleTime"].as_str().and_then(Instant::parse_rfc3339)
    }

    /// When it is looked at again: at the next time after the latest.
    fn again(&self, schedule: &Schedule, zone: Zone) -> Option<Write> {
        let from = match self.times(schedule, zone, false) {
            Ok(Times { latest: Some(latest), .. }) => latest,
            Ok(Times { earliest, missed: 0, .. }) => earliest,
            _ => self.now,
        };
        let next = schedule.next(from, zone)?;
        let wait = left(next, PADDING, self.now).unwrap_or_default();
        Some(Write::Again(Controller::CronJob, self.cron.key(), wait))
    }

    /// The times of the schedule between the last Job, or the CronJob's creation, and now.
    fn times(&self, schedule: &Schedule, zone: Zone, heed_deadline: bool) -> Result<Times, &'static str> {
        const NEVER: &str = "time difference between two schedules is less than 1 second";
        let mut earliest = self.last().unwrap_or(Instant::from_unix(self.cron.meta.created.unix()));
        if let Some(seconds) = self.spec["startingDeadlineSeconds"].as_u64().filter(|_| heed_deadline) {
            earliest = earliest.max(self.now - Duration::from_secs(seconds));
        }
        let first = schedule.next(earliest, zone).ok_or(NEVER)?;
        if self.now < first {
            return Ok(Times { earliest, latest: None, missed: 0 });
        }
        let second = schedule.next(first, zone).ok_or(NEVER)?;
        if self.now < second {
            return Ok(Times { earliest, latest: Some(first), missed: 0 });
        }
        // As many as would fit if all were as far from each other as the first two.
        let apart = second.since(first).as_secs().max(1);
        let missed = self.now.since(first).as_secs() / apart + 1;
        let mut at = first + Duration::from_secs((missed - 2) * apart);
        let mut latest = None;
        while let Some(next) = schedule.next(at, zone).filter(|next| *next <= self.now) {
            latest = Some(next);
            at = next;
        }
        Ok(Times { earliest, latest, missed })
    }
}

/// The times of a schedule up to now.
struct Times {
    /// From when they are counted.
    earliest: Instant,
    /// The last of them.
    latest: Option<Instant>,
    /// About how many there are, where it is more than one.
    missed: u64,
}

/// How a Job ended, if it has.
fn finished(job: &Object) -> Option<&str> {
    let conditions = job.job().map_or(&[][..], |job| job.status.conditions.as_slice());
    let ended =
        conditions.iter().find(|c| matches!(c.kind.as_str(), "Complete" | "Failed") && c.status == "True");
    ended.map(|condition| condition.kind.as_str())
}
