//! What a person did, as a list with names, and going back and forth in it.

use super::lesson::again;
use super::model::Model;
use crate::api::Instant;
use crate::cluster::Fault;
use crate::net::{Payload, Request};
use crate::shell::Act;

/// One input of the session, as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What.
    pub words: String,
    /// How many acts of the log it stands for: requests that were sent together are one.
    pub acts: usize,
}

/// A log as entries.
pub fn entries<'a>(log: impl IntoIterator<Item = &'a (Instant, Act)>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut last: Option<&(Instant, Act)> = None;
    for item in log {
        let (at, act) = item;
        if let (Some(entry), Act::Send(request), true) = (entries.last_mut(), act, last == Some(item)) {
            entry.acts += 1;
            entry.words = format!("{} ×{}", sent(request), entry.acts);
        } else {
            entries.push(Entry { at: *at, words: words(act), acts: 1 });
        }
        last = Some(item);
    }
    entries
}

fn words(act: &Act) -> String {
    match act {
        Act::Line { text, .. } => text.clone(),
        Act::Interrupt { .. } => "Ctrl-C".to_owned(),
        Act::Open => "new terminal".to_owned(),
        Act::Save { path, .. } => format!("save {}", super::scenario::short(path)),
        Act::Delete { path } => format!("delete {}", super::scenario::short(path)),
        Act::Send(request) => sent(request),
        Act::Clear { .. } => "clear".to_owned(),
        Act::Apply { line, .. } => line.clone(),
        Act::Fault(fault) => fault_words(fault),
        Act::Visit { method, url } => format!("browser: {method} {url}"),
    }
}

fn fault_words(fault: &Fault) -> String {
    let state = |on: &bool| if *on { "" } else { ", no more" };
    match fault {
        Fault::Crash { pod, .. } => format!("crash {}", pod.name),
        Fault::Unready { pod, on } => format!("{} is not ready{}", pod.name, state(on)),
        Fault::Cut { node, on } => format!("{node} is cut off{}", state(on)),
        Fault::StopProxy { node, on } => format!("kube-proxy on {node} stands{}", state(on)),
        Fault::SlowPulls(factor) => format!("pulls take {factor} times as long"),
        Fault::FailPulls(on) => format!("pulls fail{}", state(on)),
        Fault::Loss { node, percent } => format!("{node} loses {percent} of 100 packets"),
        Fault::StopDns(on) => format!("CoreDNS stands{}", state(on)),
    }
}

fn sent(request: &Request) -> String {
    let verb = match &request.payload {
        Payload::Ping => "ping",
        Payload::Http(http) => &http.method,
        Payload::Connect(_) => "connect to",
        Payload::Dns(_) => "ask",
    };
    let port = request.to.port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{verb} {}{port} from {}", request.to.host, request.from.words())
}

impl Model {
    /// Every input, those that were taken back too, and how many of them have happened.
    pub fn timeline(&self) -> (Vec<Entry>, usize) {
        let done = entries(&self.session.log()[self.floor()..]);
        let at = done.len();
        let undone = entries(self.undone.iter().rev());
        (done.into_iter().chain(undone).collect(), at)
    }

    /// Goes to where the first `count` inputs have happened and the next has not: the session is run again up to
    /// there. What comes later is kept, to be done again.
    pub(super) fn travel(&mut self, count: usize) {
        let (entries, at) = self.timeline();
        let count = count.min(entries.len());
        if count == at {
            return;
        }
        let mut log = self.session.log()[self.floor()..].to_vec();
        log.extend(self.undone.iter().rev().cloned());
        let acts = entries[..count].iter().map(|entry| entry.acts).sum();
        let later = log.split_off(acts);
        let mut session = if count < at {
            again(self.fresh(), &log)
        } else {
            let mut session = self.session.clone();
            for (at, act) in &log[session.log().len()..] {
                session.advance(*at);
                session.act(act.clone());
            }
            session
        };
        if let Some((next, _)) = later.first() {
            session.advance(*next);
        }
        let drafts = std::mem::take(&mut self.drafts);
        self.restart(session);
        self.drafts = drafts;
        self.check();
        self.undone = later.into_iter().rev().collect();
        if let Some(trace) = self.session.traces().last().cloned() {
            self.show(&[trace]);
            if let Some(show) = &mut self.show {
                show.seek(|_| false, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::permalink::Permalink;
    use crate::app::update::Message;
    use std::time::Duration;

    fn typed(model: &mut Model, line: &str) {
        model.update(Message::Line(line.to_owned()));
        for _ in 0..40 {
            model.update(Message::Tick(Duration::from_millis(100)));
        }
    }

    #[test]
    fn what_was_taken_back_can_be_done_again_to_the_same_bytes() {
        let mut model = Model::new(crate::app::opening(&Permalink::default()));
        typed(&mut model, "kubectl create deployment web --image=nginx");
        typed(&mut model, "kubectl get pods");
        let screen = model.session.terminals()[0].screen.clone();
        let now = model.session.now();
        model.update(Message::Travel(0));
        assert!(model.session.log().is_empty());
        assert_eq!(model.timeline().0.len(), 2);
        assert_eq!(model.can_undo(), (false, true));
        model.update(Message::Redo);
        model.update(Message::Redo);
        model.session.advance(now);
        assert_eq!(model.session.terminals()[0].screen, screen);
    }

    #[test]
    fn requests_sent_together_are_one_input() {
        let mut model = Model::new(crate::app::opening(&Permalink::default()));
        model.form.to = "10.1.0.1".to_owned();
        model.form.times = 20;
        model.update(Message::Send);
        let (entries, at) = model.timeline();
        assert_eq!((entries.len(), at), (1, 1));
        assert_eq!(entries[0].words, "ping 10.1.0.1 from your machine ×20");
        model.update(Message::Undo);
        assert!(model.session.log().is_empty());
    }
}
