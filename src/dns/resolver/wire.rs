//! The wire as a resolver sees it: questions go out in rounds, each comes back answered, refused or
//! not at all.
//!
//! A client is a function of what came back so far. Where it needs a round that has not happened,
//! it stops with an [`Ask`]; once the round is carried out, it is called again from the start. So its
//! state is the list of rounds, it can be cloned at any moment, and its code reads straight on.

use crate::dns::{Question, Response, Transport};
use std::net::IpAddr;
use std::time::Duration;

/// One question to one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The server, at port 53.
    pub server: IpAddr,
    /// What is asked.
    pub question: Question,
    /// How it is sent.
    pub transport: Transport,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A server answered, in whatever sense.
    Answered(Response),
    /// ICMP: nobody listens there.
    Refused,
    /// Nothing came back.
    Silent,
}

/// A round that a client wants: all its questions leave at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The questions; none to let time pass.
    pub queries: Vec<Query>,
    /// How long the client waits for the answers.
    pub patience: Duration,
    /// Whether the client takes no notice of ICMP and waits on.
    pub deaf: bool,
}

/// A round that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The questions and what became of each, in the same order.
    pub exchanges: Vec<(Query, Fate)>,
    /// How long the client waited.
    pub took: Duration,
}

impl Ask {
    /// The round, once it is known what became of each question and after what time.
    pub fn carried_out(self, fates: Vec<(Fate, Duration)>) -> Round {
        let waited = |(fate, took): &(Fate, Duration)| match fate {
            Fate::Answered(_) => *took,
            Fate::Refused if !self.deaf => *took,
            _ => self.patience,
        };
        let took = fates.iter().map(waited).max().unwrap_or(self.patience);
        let fates = fates.into_iter().map(|(fate, _)| fate);
        Round { exchanges: self.queries.into_iter().zip(fates).collect(), took }
    }
}

/// What came back so far, as a client reads it.
#[derive(Clone, Debug)]
pub struct Wire<'a> {
    rounds: &'a [Round],
    elapsed: Duration,
}

impl<'a> Wire<'a> {
    /// The wire after these rounds.
    pub fn new(rounds: &'a [Round]) -> Self {
        Self { rounds, elapsed: Duration::ZERO }
    }

    /// Sends a round, or reads what became of it.
    ///
    /// # Errors
    /// The round, if it has not been carried out.
    pub fn round(&mut self, ask: Ask) -> Result<&'a Round, Ask> {
        let (round, rest) = self.rounds.split_first().ok_or(ask)?;
        self.rounds = rest;
        self.elapsed += round.took;
        Ok(round)
    }

    /// How long the rounds took that were read so far.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// The pause, if it has not passed.
    pub fn pause(&mut self, patience: Duration) -> Result<(), Ask> {
        self.round(Ask { queries: Vec::new(), patience, deaf: true }).map(|_| ())
    }
}

/// Runs a client to its end, each question carried by `send`, which is also told how long the client
/// would wait and says how long it took.
pub fn run<T>(
    client: impl Fn(&mut Wire<'_>) -> Result<T, Ask>,
    mut send: impl FnMut(&Query, Duration) -> (Fate, Duration),
) -> (T, Vec<Round>) {
    let mut rounds = Vec::new();
    loop {
        match client(&mut Wire::new(&rounds)) {
            Ok(result) => return (result, rounds),
            Err(ask) => {
                let fates = ask.queries.iter().map(|query| send(query, ask.patience)).collect();
                rounds.push(ask.carried_out(fates));
            }
        }
    }
}
