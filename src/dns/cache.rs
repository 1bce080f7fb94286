//! The `cache 30` of kubeadm's Corefile: what it keeps, and how its answers differ from fresh ones.

use super::name::is_within;
use super::{Question, Rcode, RecordType, Response};
use crate::api::Instant;
use std::collections::BTreeMap;
use std::time::Duration;

/// No answer is kept longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Answers of one DNS pod, by question in lower case.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    kept: BTreeMap<(String, RecordType), (Response, Instant)>,
}

impl Cache {
    /// The kept answer, if it is not too old: its TTLs count down, and it carries `aa` whoever gave it.
    pub fn get(&self, question: &Question, now: Instant) -> Option<Response> {
        let (response, stored) = self.kept.get(&slot(question))?;
        let age = u32::try_from(now.since(*stored).as_secs()).ok()?;
        let mut response = Response { authoritative: true, ..response.clone() };
        for record in response.records_mut() {
            record.ttl = record.ttl.checked_sub(age).filter(|ttl| *ttl > 0)?;
        }
        Some(response)
    }

    /// Keeps an answer, unless it is of the cluster's own domain, cut short or a failure.
    pub fn put(&mut self, domain: &str, question: &Question, response: &Response, now: Instant) {
        let kept = matches!(response.rcode, Rcode::NoError | Rcode::NxDomain) && !response.truncated;
        let records = response.answer.len() + response.authority.len();
        if kept && records > 0 && !is_within(&question.name, domain) {
            self.kept.retain(|_, (_, stored)| now.since(*stored) < LONGEST);
            self.kept.insert(slot(question), (response.clone(), now));
        }
    }
}

fn slot(question: &Question) -> (String, RecordType) {
    (question.name.to_ascii_lowercase(), question.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Record, RecordData};

    #[test]
    fn answers_age_and_go() {
        let question = Question::new("example.com", RecordType::A);
        let record = Record::new("example.com", 30, RecordData::A([192, 0, 2, 80].into()));
        let response = Response { answer: vec![record], ..Response::empty(Rcode::NoError) };
        let start = Instant::from_unix(1000);
        let mut cache = Cache::default();
        cache.put("cluster.local", &question, &response, start);
        cache.put("cluster.local", &Question::new("a.cluster.local", RecordType::A), &response, start);

        let other_case = Question::new("EXAMPLE.com", RecordType::A);
        let later = cache.get(&other_case, Instant::from_unix(1005)).expect("kept for 30 s");
        assert_eq!((later.answer[0].ttl, later.authoritative), (25, true));
        assert_eq!(cache.get(&question, Instant::from_unix(1030)), None);
        assert_eq!(cache.get(&Question::new("a.cluster.local", RecordType::A), start), None);
    }
}
