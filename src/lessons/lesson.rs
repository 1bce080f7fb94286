//! A scenario that someone has begun.

use super::{Scenario, Verdict, check, play};
use crate::cluster::Cluster;
use crate::shell::Session;

/// A scenario begun: what it was at the start, and so what has changed.
#[derive(Clone, Debug)]
pub struct Lesson {
    scenario: Scenario,
    start: Cluster,
    sent: u64,
}

impl Lesson {
    /// Begins a scenario: its session has the files, and its setup has run.
    pub fn begin(scenario: Scenario) -> (Self, Session) {
        let mut session = Session::new(scenario.beginning());
        if !scenario.setup.is_empty() {
            play(&mut session, &scenario.setup.join("\n"));
            session.clear(0);
        }
        let start = session.cluster().clone();
        (Self { scenario, start, sent: session.sent() }, session)
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// How one of its checks stands right now, without waiting for what is on its way.
    pub fn glance(&self, index: usize, session: &Session) -> Option<Verdict> {
        let one = self.scenario.checks.get(index)?;
        Some(check::glance(one, session, &self.start, self.sent))
    }

    /// How its checks stand, in their order. Judged on copies: the session does not change.
    pub fn judge(&self, session: &Session) -> Vec<Verdict> {
        self.scenario.checks.iter().map(|one| check::judge(one, session, &self.start, self.sent)).collect()
    }
}
