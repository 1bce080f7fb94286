//! What is due, and when: the one queue of the virtual clock.

use crate::api::{Instant, Key, Word};
use crate::controllers::Controller;
use std::collections::{BTreeMap, BTreeSet};

/// Something that is to happen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// A controller looks at an object.
    Work(Controller, Key),
    /// The kubelet does a step for a pod, if it is still that pod.
    Pod { pod: Key, uid: Word, step: Step },
    /// A node has been silent for long.
    Silent { node: String },
    /// A node's kube-proxy takes up a Service as it then is.
    Program { node: String, service: Key },
    /// The API server looks after its own Service.
    ApiService,
}

/// What the kubelet does for a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Mounts its volumes.
    Begin,
    /// Gives it its network.
    Network,
    /// An image is there, or is found not to be.
    Pulled(usize),
    /// A failed pull is put off.
    PullBackOff(usize),
    /// Pulls again.
    PullAgain(usize),
    /// Starts a container whose configuration was missing.
    StartAgain(usize),
    /// A process goes on that has waited.
    GoOn { container: usize, run: u32 },
    /// A process ends by itself.
    Exit { container: usize, run: u32, code: i32 },
    /// A container that crashed is started again.
    Restart { container: usize, run: u32 },
    /// Probes a container.
    Probe { container: usize, run: u32, probe: Probe },
    /// A container that was told to end has ended.
    Stopped { container: usize, run: u32, code: i32 },
    /// All that was left of a deleted pod is taken away.
    Gone,
    /// Its time is up (`activeDeadlineSeconds`).
    Deadline,
}

/// Which probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Probe {
    Startup,
    Readiness,
    Liveness,
}

/// The queue. Of equal work only the earliest is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    due: BTreeMap<(Instant, u64), Due>,
    waiting: BTreeMap<Due, (Instant, u64)>,
    number: u64,
}

impl Queue {
    /// Puts something in; work that waits already keeps the earlier time.
    pub fn put(&mut self, at: Instant, due: Due) {
        if !matches!(due, Due::Pod { .. }) {
            match self.waiting.get(&due) {
                Some((earlier, _)) if *earlier <= at => return,
                Some(later) => {
                    self.due.remove(&later.clone());
                }
                None => {}
            }
            self.waiting.insert(due.clone(), (at, self.number));
        }
        self.due.insert((at, self.number), due);
        self.number += 1;
    }

    /// When the next is due.
    pub fn next(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes out all that is due at the earliest instant, in the order it came.
    pub fn take(&mut self) -> Vec<Due> {
        let Some(at) = self.next() else { return Vec::new() };
        let mut taken = Vec::new();
        while let Some(entry) = self.due.first_entry().filter(|entry| entry.key().0 == at) {
            let due = entry.remove();
            self.waiting.remove(&due);
            taken.push(due);
        }
        taken
    }
}

/// Work of one instant by controller, in the order the controllers are listed.
pub(super) fn by_controller(due: &[Due]) -> BTreeMap<Controller, BTreeSet<&Key>> {
    let mut work: BTreeMap<Controller, BTreeSet<&Key>> = BTreeMap::new();
    for due in due {
        if let Due::Work(controller, key) = due {
            work.entry(*controller).or_default().insert(key);
        }
    }
    work
}
