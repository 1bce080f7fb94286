//! Tokens as events: the grammar of one document, as libyaml's parser has it. It keeps its own stack of states.

use super::Error;
use super::scan::{Kind, Mark, Scanner};
use std::collections::BTreeMap;

/// A part of a document, in the order it is written.
#[derive(Debug)]
pub(super) enum Event {
    Alias(String),
    /// A scalar: its tag where it has one, and whether its style lets its text say its type.
    Scalar {
        anchor: Option<String>,
        tag: Option<String>,
        value: String,
        plain: bool,
    },
    SequenceStart {
        anchor: Option<String>,
    },
    SequenceEnd,
    MappingStart {
        anchor: Option<String>,
    },
    MappingEnd,
    /// The document, or the text, is over.
    End,
}

/// An event and where it stands.
pub(super) type Placed = (Event, Mark, Mark);

#[derive(Clone, Copy)]
enum State {
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirst,
    BlockSequence,
    IndentlessSequence,
    BlockMappingFirst,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequence,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
}

pub(super) struct Parser {
    scanner: Scanner,
    state: State,
    states: Vec<State>,
    /// Where each open collection begins.
    marks: Vec<Mark>,
    tags: BTreeMap<String, String>,
}

impl Parser {
    pub(super) fn new(text: &str) -> Result<Self, Error> {
        Ok(Self {
            scanner: Scanner::new(text)?,
            state: State::DocumentStart,
            states: Vec::new(),
            marks: Vec::new(),
            tags: BTreeMap::new(),
        })
    }

    pub(super) fn next(&mut self) -> Result<Placed, Error> {
        match self.state {
            State::DocumentStart => self.document_start(),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.at_token(Event::End),
            State::BlockNode => self.node(true, false),
            State::BlockSequenceFirst => self.opened(Self::block_sequence),
            State::BlockSequence => self.block_sequence(false),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockMappingFirst => self.opened(Self::block_mapping_key),
            State::BlockMappingKey => self.block_mapping_key(false),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirst => self.opened(Self::flow_sequence),
            State::FlowSequence => self.flow_sequence(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                self.state = State::FlowSequence;
                self.at_token(Event::MappingEnd)
            }
            State::FlowMappingFirst => self.opened(Self::flow_mapping_key),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
        }
    }

    /// The next token's kind and place.
    fn peek(&mut self) -> Result<(&Kind, Mark, Mark), Error> {
        let token = self.scanner.peek()?;
        Ok((&token.kind, token.start, token.end))
    }

    fn next_is(&mut self, kinds: &[Kind]) -> Result<bool, Error> {
        let (kind, ..) = self.peek()?;
        Ok(kinds.contains(kind))
    }

    fn at_token(&mut self, event: Event) -> Result<Placed, Error> {
        let (_, start, _) = self.peek()?;
        Ok((event, start, start))
    }

    fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    /// The token that opened a collection, then its first part.
    fn opened(
        &mut self,
        then: impl FnOnce(&mut Self, bool) -> Result<Placed, Error>,
    ) -> Result<Placed, Error> {
        let (_, start, _) = self.peek()?;
        self.marks.push(start);
        self.scanner.skip();
        then(self, true)
    }

    /// The token that closes a collection.
    fn closed(&mut self, event: Event) -> Result<Placed, Error> {
        let (_, start, end) = self.peek()?;
        self.marks.pop();
        self.pop();
        self.scanner.skip();
        Ok((event, start, end))
    }

    fn unexpected(&mut self, problem: &str) -> Result<Placed, Error> {
        let context = self.marks.last().copied().unwrap_or_default();
        let (_, start, _) = self.peek()?;
        Err(Error::parser(problem, start, context))
    }

    /// Nothing where a value could be.
    fn empty(&mut self, then: State, mark: Mark) -> Placed {
        self.state = then;
        (Event::Scalar { anchor: None, tag: None, value: String::new(), plain: true }, mark, mark)
    }

    fn document_start(&mut self) -> Result<Placed, Error> {
        if self.next_is(&[Kind::StreamEnd])? {
            return self.at_token(Event::End);
        }
        let mut explicit = self.next_is(&[Kind::DocumentStart])?;
        loop {
            let (kind, start, _) = self.peek()?;
            match kind.clone() {
                Kind::VersionDirective(major, minor) => {
                    if (major, minor) != (1, 1) {
                        return Err(Error::parser(
                            "found incompatible YAML document",
                            start,
                            Mark::default(),
                        ));
                    }
                }
                Kind::TagDirective(handle, prefix) => {
                    if self.tags.insert(handle, prefix).is_some() {
                        return Err(Error::parser("found duplicate %TAG directive", start, Mark::default()));
                    }
                }
                Kind::DocumentStart => {
                    self.scanner.skip();
                    self.state = State::DocumentContent;
                    return self.next();
                }
                _ if explicit => {
                    return Err(Error::parser(
                        "did not find expected <document start>",
                        start,
                        Mark::default(),
                    ));
                }
                _ => {
                    self.state = State::BlockNode;
                    return self.next();
                }
            }
            explicit = true;
            self.scanner.skip();
        }
    }

    fn document_content(&mut self) -> Result<Placed, Error> {
        let (kind, start, _) = self.peek()?;
        match kind {
            Kind::VersionDirective(..)
            | Kind::TagDirective(..)
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd => Ok(self.empty(State::DocumentEnd, start)),
            _ => self.node(true, false),
        }
    }

    fn node(&mut self, block: bool, indentless: bool) -> Result<Placed, Error> {
        let (_, start, _) = self.peek()?;
        let (mut anchor, mut tag, mut last) = (None, None, None);
        loop {
            let (kind, at, end) = self.peek()?;
            match kind.clone() {
                Kind::Alias(name) if anchor.is_none() && tag.is_none() => {
                    self.pop();
                    self.scanner.skip();
                    return Ok((Event::Alias(name), at, end));
                }
                Kind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                Kind::Tag(handle, suffix) if tag.is_none() => {
                    tag = Some(self.resolve_tag(&handle, &suffix, at, start)?)
                }
                _ => break,
            }
            last = Some(end);
            self.scanner.skip();
        }
        let (kind, at, end) = self.peek()?;
        let begin = if last.is_some() { start } else { at };
        match kind.clone() {
            Kind::BlockEntry if indentless => {
                self.state = State::IndentlessSequence;
                Ok((Event::SequenceStart { anchor }, begin, end))
            }
            Kind::Scalar(value, is_plain) => {
                self.pop();
                self.scanner.skip();
                let plain = is_plain && tag.is_none();
                Ok((Event::Scalar { anchor, tag, value, plain }, begin, end))
            }
            Kind::FlowSequenceStart => {
                self.state = State::FlowSequenceFirst;
                Ok((Event::SequenceStart { anchor }, begin, end))
            }
            Kind::FlowMappingStart => {
                self.state = State::FlowMappingFirst;
                Ok((Event::MappingStart { anchor }, begin, end))
            }
            Kind::BlockSequenceStart if block => {
                self.state = State::BlockSequenceFirst;
                Ok((Event::SequenceStart { anchor }, begin, end))
            }
            Kind::BlockMappingStart if block => {
                self.state = State::BlockMappingFirst;
                Ok((Event::MappingStart { anchor }, begin, end))
            }
            _ => match last {
                Some(last) => {
                    self.pop();
                    let plain = tag.is_none();
                    Ok((Event::Scalar { anchor, tag, value: String::new(), plain }, begin, last))
                }
                None => Err(Error::parser("did not find expected node content", at, start)),
            },
        }
    }

    fn resolve_tag(&self, handle: &str, suffix: &str, at: Mark, node: Mark) -> Result<String, Error> {
        match (handle, self.tags.get(handle)) {
            ("", _) => Ok(suffix.to_owned()),
            (_, Some(prefix)) => Ok(format!("{prefix}{suffix}")),
            ("!", None) => Ok(format!("!{suffix}")),
            ("!!", None) => Ok(format!("tag:yaml.org,2002:{suffix}")),
            _ => Err(Error::parser("found undefined tag handle", at, node)),
        }
    }

    /// A node, unless one of `kinds` comes first: then nothing, after `mark`.
    fn node_unless(
        &mut self,
        kinds: &[Kind],
        then: State,
        block: bool,
        indentless: bool,
        mark: Mark,
    ) -> Result<Placed, Error> {
        if self.next_is(kinds)? {
            return Ok(self.empty(then, mark));
        }
        self.states.push(then);
        self.node(block, indentless)
    }

    fn block_sequence(&mut self, _first: bool) -> Result<Placed, Error> {
        let (kind, _, end) = self.peek()?;
        match kind {
            Kind::BlockEntry => {
                self.scanner.skip();
                self.node_unless(&[Kind::BlockEntry, Kind::BlockEnd], State::BlockSequence, true, false, end)
            }
            Kind::BlockEnd => self.closed(Event::SequenceEnd),
            _ => self.unexpected("did not find expected '-' indicator"),
        }
    }

    fn indentless_sequence(&mut self) -> Result<Placed, Error> {
        let (kind, start, end) = self.peek()?;
        if *kind != Kind::BlockEntry {
            self.pop();
            return Ok((Event::SequenceEnd, start, start));
        }
        self.scanner.skip();
        let ends = [Kind::BlockEntry, Kind::Key, Kind::Value, Kind::BlockEnd];
        self.node_unless(&ends, State::IndentlessSequence, true, false, end)
    }

    fn block_mapping_key(&mut self, _first: bool) -> Result<Placed, Error> {
        let (kind, _, end) = self.peek()?;
        match kind {
            Kind::Key => {
                self.scanner.skip();
                let ends = [Kind::Key, Kind::Value, Kind::BlockEnd];
                self.node_unless(&ends, State::BlockMappingValue, true, true, end)
            }
            Kind::BlockEnd => self.closed(Event::MappingEnd),
            _ => self.unexpected("did not find expected key"),
        }
    }

    fn block_mapping_value(&mut self) -> Result<Placed, Error> {
        let (kind, start, end) = self.peek()?;
        if *kind != Kind::Value {
            return Ok(self.empty(State::BlockMappingKey, start));
        }
        self.scanner.skip();
        self.node_unless(&[Kind::Key, Kind::Value, Kind::BlockEnd], State::BlockMappingKey, true, true, end)
    }

    fn flow_sequence(&mut self, first: bool) -> Result<Placed, Error> {
        if !first && !self.next_is(&[Kind::FlowSequenceEnd])? {
            if !self.next_is(&[Kind::FlowEntry])? {
                return self.unexpected("did not find expected ',' or ']'");
            }
            self.scanner.skip();
        }
        let (kind, start, end) = self.peek()?;
        match kind {
            Kind::Key => {
                self.state = State::FlowPairKey;
                self.scanner.skip();
                Ok((Event::MappingStart { anchor: None }, start, end))
            }
            Kind::FlowSequenceEnd => self.closed(Event::SequenceEnd),
            _ => {
                self.states.push(State::FlowSequence);
                self.node(false, false)
            }
        }
    }

    fn flow_pair_key(&mut self) -> Result<Placed, Error> {
        let (_, _, end) = self.peek()?;
        let ends = [Kind::Value, Kind::FlowEntry, Kind::FlowSequenceEnd];
        self.node_unless(&ends, State::FlowPairValue, false, false, end)
    }

    fn flow_pair_value(&mut self) -> Result<Placed, Error> {
        let (kind, start, end) = self.peek()?;
        if *kind != Kind::Value {
            return Ok(self.empty(State::FlowPairEnd, start));
        }
        self.scanner.skip();
        self.node_unless(&[Kind::FlowEntry, Kind::FlowSequenceEnd], State::FlowPairEnd, false, false, end)
    }

    fn flow_mapping_key(&mut self, first: bool) -> Result<Placed, Error> {
        if !first && !self.next_is(&[Kind::FlowMappingEnd])? {
            if !self.next_is(&[Kind::FlowEntry])? {
                return self.unexpected("did not find expected ',' or '}'");
            }
            self.scanner.skip();
        }
        let (kind, _, end) = self.peek()?;
        match kind {
            Kind::Key => {
                self.scanner.skip();
                let ends = [Kind::Value, Kind::FlowEntry, Kind::FlowMappingEnd];
                self.node_unless(&ends, State::FlowMappingValue, false, false, end)
            }
            Kind::FlowMappingEnd => self.closed(Event::MappingEnd),
            _ => {
                self.states.push(State::FlowMappingEmptyValue);
                self.node(false, false)
            }
        }
    }

    fn flow_mapping_value(&mut self, absent: bool) -> Result<Placed, Error> {
        let (kind, start, end) = self.peek()?;
        if absent || *kind != Kind::Value {
            return Ok(self.empty(State::FlowMappingKey, start));
        }
        self.scanner.skip();
        self.node_unless(&[Kind::FlowEntry, Kind::FlowMappingEnd], State::FlowMappingKey, false, false, end)
    }
}
