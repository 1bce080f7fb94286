//! A terminal's screen as lines: what a carriage return wrote over is gone, names of objects can be pointed at.

use super::scene::Entity;
use crate::shell::Stream;
use std::collections::BTreeMap;

/// How many characters of a screen are shown; what is before them has scrolled out of reach.
const MOST: usize = 200_000;

/// A stretch of one ink.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Where it came from.
    pub ink: Stream,
    /// Its text.
    pub text: String,
    /// The thing of the diagram it names.
    pub names: Option<Entity>,
}

/// A line, with its end if it has one.
pub type Row = Vec<Piece>;

/// The rows of a screen. `names` are the words that name things.
pub fn rows(screen: &[(Stream, String)], names: &BTreeMap<String, Entity>) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![Vec::new()];
    for (ink, text) in within_reach(screen) {
        for line in text.split_inclusive('\n') {
            let (body, end) = line.strip_suffix('\n').map_or((line, false), |body| (body, true));
            let body = body.strip_suffix('\r').filter(|_| end).unwrap_or(body);
            let row = rows.last_mut().expect("there is always a row");
            let mut parts = body.split('\r');
            push(row, *ink, parts.next().unwrap_or_default());
            for over in parts {
                write_over(row, *ink, over);
            }
            if end {
                push(row, *ink, "\n");
                name(row, names);
                rows.push(Vec::new());
            }
        }
    }
    if rows.last().is_some_and(Vec::is_empty) {
        rows.pop();
    }
    rows
}

/// The end of a screen that is short enough to be shown.
fn within_reach(screen: &[(Stream, String)]) -> impl Iterator<Item = (&Stream, &str)> {
    let mut left = MOST;
    let mut from = screen.len();
    while from > 0 && left > 0 {
        from -= 1;
        left = left.saturating_sub(screen[from].1.len());
    }
    screen[from..].iter().enumerate().map(|(index, (ink, text))| {
        if index > 0 || text.len() <= MOST {
            return (ink, text.as_str());
        }
        let mut at = text.len() - MOST;
        while !text.is_char_boundary(at) {
            at += 1;
        }
        let at = text[at..].find('\n').map_or(at, |end| at + end + 1);
        (ink, &text[at..])
    })
}

fn push(row: &mut Row, ink: Stream, text: &str) {
    match row.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.ink == ink => last.text.push_str(text),
        _ => row.push(Piece { ink, text: text.to_owned(), names: None }),
    }
}

/// The cursor went back to the row's begin: as many characters as come are replaced.
fn write_over(row: &mut Row, ink: Stream, text: &str) {
    let old: String = row.iter().map(|piece| piece.text.as_str()).collect();
    let rest: String = old.chars().skip(text.chars().count()).collect();
    row.clear();
    push(row, ink, text);
    push(row, ink, &rest);
}

/// Cuts a finished row's output at the words that name things.
fn name(row: &mut Row, names: &BTreeMap<String, Entity>) {
    if names.is_empty() {
        return;
    }
    let mut cut = Vec::with_capacity(row.len());
    for piece in row.drain(..) {
        if piece.ink != Stream::Out {
            cut.push(piece);
            continue;
        }
        let mut rest = piece.text.as_str();
        let mut plain = String::new();
        while !rest.is_empty() {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let word = &rest[..end];
            // `deployment.apps/web` names what stands after the slash.
            let at = word.rfind('/').map_or(0, |slash| slash + 1);
            if let Some(entity) = names.get(&word[at..]).filter(|_| end > 0) {
                plain.push_str(&word[..at]);
                if !plain.is_empty() {
                    cut.push(Piece { ink: piece.ink, text: std::mem::take(&mut plain), names: None });
                }
                let text = word[at..].to_owned();
                cut.push(Piece { ink: piece.ink, text, names: Some(entity.clone()) });
            } else {
                plain.push_str(word);
            }
            let space =
                rest[end..].find(|c: char| !c.is_whitespace()).map_or(rest.len(), |space| end + space);
            plain.push_str(&rest[end..space]);
            rest = &rest[space..];
        }
        if !plain.is_empty() {
            cut.push(Piece { ink: piece.ink, text: plain, names: None });
        }
    }
    *row = cut;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Key, Kind};

    fn texts(screen: &[(Stream, &str)]) -> Vec<String> {
        let screen: Vec<_> = screen.iter().map(|(ink, text)| (*ink, (*text).to_owned())).collect();
        rows(&screen, &BTreeMap::new())
            .iter()
            .map(|row| row.iter().map(|piece| piece.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn carriage_returns_write_over() {
        assert_eq!(
            texts(&[(Stream::Err, "a\r\nlong line\rsho"), (Stream::Err, "\rX\n")]),
            ["a\n", "Xhog line\n"]
        );
        assert_eq!(texts(&[(Stream::Typed, "$ x\n"), (Stream::Out, "1\n2")]), ["$ x\n", "1\n", "2"]);
        assert_eq!(texts(&[]), Vec::<String>::new());
    }

    #[test]
    fn what_scrolled_out_of_reach_is_left_out() {
        let long = "0123456789\n".repeat(40_000);
        let shown = texts(&[(Stream::Out, "first\n"), (Stream::Out, &long)]);
        assert!(shown.len() < 20_000 && shown[0] == "0123456789\n");
    }

    #[test]
    fn names_can_be_pointed_at() {
        let web = Entity::Service(Key::new(Kind::Service, "default", "web"));
        let names = BTreeMap::from([("web".to_owned(), web.clone())]);
        let screen = [(Stream::Out, "service/web created\nweb  80\nwebs web\n".to_owned())];
        let rows = rows(&screen, &names);
        let named: Vec<usize> = rows
            .iter()
            .map(|row| row.iter().filter(|piece| piece.names == Some(web.clone())).count())
            .collect();
        assert_eq!(named, [1, 1, 1]);
        let text: String = rows.iter().flatten().map(|piece| piece.text.as_str()).collect();
        assert_eq!(text, screen[0].1);
    }
}
