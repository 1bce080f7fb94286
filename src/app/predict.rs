//! Predict first: what someone expects of a request before it is sent, and whether it came so.

use super::model::{Model, Pane, Talk};
use crate::net::{Outcome, Request, Trace};
use crate::shell::Act;

/// What someone can expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// An answer.
    Answered,
    /// The name has no address.
    Unresolved,
    /// Refused at once.
    Refused,
    /// Silence.
    Silent,
}

impl Guess {
    /// All of them, with the words they are offered in.
    pub const ALL: [(Guess, &'static str); 4] = [
        (Guess::Answered, "Yes, it is answered."),
        (Guess::Unresolved, "No: the name is not found."),
        (Guess::Refused, "No: it is refused at once."),
        (Guess::Silent, "No: nothing comes back."),
    ];

    /// What a request came to, in the same terms.
    pub fn of(trace: &Trace) -> Self {
        match trace.outcome {
            Outcome::Answered(_) => Self::Answered,
            Outcome::Unresolved => Self::Unresolved,
            Outcome::Refused | Outcome::Empty => Self::Refused,
            Outcome::TimedOut | Outcome::Unreachable => Self::Silent,
        }
    }
}

/// A request that someone is asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The request.
    pub request: Request,
    /// How often it is sent.
    pub times: u16,
    /// What was expected; none before someone says.
    pub guess: Option<Guess>,
    /// What it came to; none before it was sent.
    pub came: Option<Guess>,
}

impl Model {
    /// Asks what will come of a request, instead of sending it. A lesson may ask as well.
    pub fn ask(&mut self, request: Request, times: u16) {
        self.question = Some(Question { request, times, guess: None, came: None });
        self.talk = Talk::Hops;
        self.pane = Pane::Hops;
    }

    /// Takes an answer, and sends the request.
    pub(super) fn guess(&mut self, guess: Guess) {
        let Some(mut question) = self.question.take().filter(|question| question.guess.is_none()) else {
            return;
        };
        question.guess = Some(guess);
        self.undone.clear();
        for _ in 0..question.times.max(1) {
            self.session.act(Act::Send(question.request.clone()));
        }
        self.notice();
        question.came = self.session.traces().last().map(|trace| Guess::of(trace));
        self.question = Some(question);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::permalink::Permalink;
    use crate::app::update::Message;

    #[test]
    fn nothing_is_sent_before_someone_says_what_they_expect() {
        let mut model = Model::new(crate::app::opening(&Permalink::default()));
        model.predicting = true;
        model.form.to = "no-such-name".to_owned();
        model.update(Message::Send);
        assert!(model.session.log().is_empty());
        model.update(Message::Guess(Guess::Refused));
        assert_eq!(model.session.log().len(), 1);
        let question = model.question.as_ref().expect("the question stays, with its answer");
        assert_eq!((question.guess, question.came), (Some(Guess::Refused), Some(Guess::Unresolved)));
    }
}
