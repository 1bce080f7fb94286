//! How much of an answer fits into a packet: UDP without EDNS takes 512 bytes (RFC 1035, 4.2.1).

use super::{Question, Record, RecordData, Response};
use std::collections::BTreeSet;

const HEADER: usize = 12;
const OPT_RECORD: usize = 11;
const POINTER: usize = 2;

/// How a question was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Over UDP, as C libraries ask.
    Udp,
    /// Over UDP with the size of EDNS (RFC 6891); dig says 1232.
    Edns(u16),
    /// Over TCP.
    Tcp,
}

impl Transport {
    /// The bytes a message may have.
    fn limit(self) -> usize {
        match self {
            Self::Tcp => usize::from(u16::MAX),
            Self::Udp => 512,
            Self::Edns(size) => usize::from(size.max(512)),
        }
    }

    /// Cuts an answer to what fits and says so in `tc`. Records at the end go first.
    pub fn fit(self, question: &Question, response: &mut Response) {
        let size = self.limit();
        if self.length(question, response, false) <= size {
            return;
        }
        let mut message = Message::new(self, question, true);
        let mut cut = false;
        for section in [&mut response.answer, &mut response.authority, &mut response.additional] {
            let fitting = section.iter().take_while(|record| {
                cut |= message.add(record) > size;
                !cut
            });
            let fitting = fitting.count();
            section.truncate(fitting);
        }
        response.truncated |= cut;
    }

    /// The bytes of an answer with its question: dig's `MSG SIZE`. CoreDNS writes names in full
    /// unless the message would be too long so.
    pub fn message_size(self, question: &Question, response: &Response) -> usize {
        let plain = self.length(question, response, false);
        if plain <= self.limit() { plain } else { self.length(question, response, true) }
    }

    fn length(self, question: &Question, response: &Response, compressed: bool) -> usize {
        let mut message = Message::new(self, question, compressed);
        for record in response.answer.iter().chain(&response.authority).chain(&response.additional) {
            message.add(record);
        }
        message.length
    }
}

/// The length of a message as records are added, with the names a pointer can lead to.
struct Message {
    length: usize,
    compressed: bool,
    names: BTreeSet<String>,
}

impl Message {
    fn new(transport: Transport, question: &Question, compressed: bool) -> Self {
        let opt = if matches!(transport, Transport::Edns(_)) { OPT_RECORD } else { 0 };
        let mut message = Self { length: HEADER + opt, compressed, names: BTreeSet::new() };
        message.length += message.name(&question.name, true) + 4;
        message
    }

    /// The length with one more record.
    fn add(&mut self, record: &Record) -> usize {
        let owner = self.name(&record.name, true);
        let data = match &record.data {
            RecordData::A(_) => 4,
            RecordData::Aaaa(_) => 16,
            RecordData::Cname(name) | RecordData::Ptr(name) | RecordData::Ns(name) => self.name(name, true),
            // The target of SRV is not compressed (RFC 2782).
            RecordData::Srv { target, .. } => 6 + self.name(target, false),
            RecordData::Mx { exchange, .. } => 2 + self.name(exchange, true),
            RecordData::Soa { mname, rname, .. } => self.name(mname, true) + self.name(rname, true) + 20,
            RecordData::Txt(text) => text.len() + text.len().div_ceil(255).max(1),
        };
        self.length += owner + 10 + data;
        self.length
    }

    /// The length of a name, which later ones may point into.
    fn name(&mut self, name: &str, compress: bool) -> usize {
        let mut rest = name;
        let mut length = 0;
        while !rest.is_empty() {
            if self.compressed && compress && self.names.contains(rest) {
                return length + POINTER;
            }
            self.names.insert(rest.to_owned());
            let (label, tail) = rest.split_once('.').unwrap_or((rest, ""));
            length += label.len() + 1;
            rest = tail;
        }
        length + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Rcode, RecordType};

    fn addresses(count: u8) -> (Question, Response) {
        let name = "hl-big.kube-dnstest-a.svc.cluster.local";
        let record = |last| Record::new(name, 30, RecordData::A([192, 0, 2, last].into()));
        let response =
            Response { answer: (0..count).map(record).collect(), ..Response::empty(Rcode::NoError) };
        (Question::new(name, RecordType::A), response)
    }

    #[test]
    fn answers_are_cut_to_the_transport() {
        for (transport, kept, cut) in
            [(Transport::Udp, 28, true), (Transport::Edns(1232), 40, false), (Transport::Tcp, 40, false)]
        {
            let (question, mut response) = addresses(40);
            transport.fit(&question, &mut response);
            assert_eq!((response.answer.len(), response.truncated), (kept, cut), "{transport:?}");
        }
    }

    #[test]
    fn short_answers_spell_names_out() {
        let (question, response) = addresses(1);
        assert_eq!(Transport::Udp.message_size(&question, &response), 12 + 45 + 55);
    }
}
