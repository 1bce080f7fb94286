//! The gallery: what can be learned here, in teaching order, and how far somebody has come.
//!
//! The catalogue and what was kept are text that others fetch; neither is trusted to be whole.

use crate::api::{Map, Value, json};

/// How far somebody has come with a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// Not begun.
    #[default]
    New,
    /// So many steps of so many.
    Begun(u64, u64),
    /// Finished once.
    Done,
}

/// A scenario as its card shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// `beginner`, `intermediate` or `advanced`.
    pub level: String,
    /// About how long it takes.
    pub minutes: u64,
    /// What one knows afterwards.
    pub learn: String,
}

/// Scenarios that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub title: String,
    /// They.
    pub cards: Vec<Card>,
}

/// The catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue(pub Vec<Group>);

impl Catalogue {
    /// Reads it; what is not whole is left out.
    pub fn read(text: &str) -> Self {
        let index: Value = serde_json::from_str(text).unwrap_or_default();
        let word = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let card = |value: &Value| Card {
            slug: word(value, "slug"),
            title: word(value, "title"),
            level: word(value, "level"),
            minutes: value["minutes"].as_u64().unwrap_or(0),
            learn: word(value, "learn"),
        };
        let group = |value: &Value| Group {
            title: word(value, "title"),
            cards: list(&value["scenarios"]).iter().map(card).filter(|card| !card.slug.is_empty()).collect(),
        };
        Self(list(&index["groups"]).iter().map(group).collect())
    }

    /// All cards, in teaching order.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.0.iter().flat_map(|group| &group.cards)
    }

    /// The one after a scenario.
    pub fn next(&self, slug: &str) -> Option<&Card> {
        self.cards().skip_while(|card| card.slug != slug).nth(1)
    }

    /// Whether there is such a scenario.
    pub fn has(&self, slug: &str) -> bool {
        self.cards().any(|card| card.slug == slug)
    }
}

/// What is kept of somebody's progress, by slug.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Map<String, Value>);

impl Record {
    /// Reads what was kept; nothing of it if it cannot be read.
    pub fn read(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(Value::Object(map)) => Self(map),
            _ => Self::default(),
        }
    }

    /// The text to keep.
    pub fn text(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// How far somebody has come with a scenario.
    pub fn of(&self, slug: &str) -> Progress {
        let Some(kept) = self.0.get(slug) else { return Progress::New };
        match (kept["done"].as_u64(), kept["of"].as_u64()) {
            _ if kept["finished"] == true => Progress::Done,
            (Some(done), Some(of)) if done > 0 => Progress::Begun(done, of),
            _ => Progress::New,
        }
    }

    /// Takes in how far a lesson has come; true if that is news. What was finished once stays so.
    pub fn note(&mut self, slug: &str, done: usize, of: usize, finished: bool) -> bool {
        let finished = finished || self.of(slug) == Progress::Done;
        let entry = json!({ "done": done, "of": of, "finished": finished });
        if self.0.get(slug) == Some(&entry) {
            return false;
        }
        self.0.insert(slug.to_owned(), entry);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_read_as_far_as_it_is_whole() {
        let text = r#"{"groups":[{"title":"Pods","scenarios":[{"slug":"a","title":"A","level":"beginner","minutes":4,"learn":"x"},{}]},
            {"title":"Services","scenarios":[{"slug":"b"}]},7]}"#;
        let catalogue = Catalogue::read(text);
        assert_eq!(catalogue.cards().map(|card| card.slug.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(catalogue.next("a").map(|card| card.slug.as_str()), Some("b"));
        assert_eq!((catalogue.next("b"), catalogue.next("c")), (None, None));
        assert!(catalogue.has("a") && !catalogue.has("c"));
        assert_eq!(Catalogue::read("<html>").cards().count(), 0);
    }

    #[test]
    fn what_was_finished_stays_finished() {
        let mut record = Record::read("no json");
        assert_eq!(record.of("a"), Progress::New);
        assert!(record.note("a", 1, 3, false));
        assert!(!record.note("a", 1, 3, false));
        assert_eq!(record.of("a"), Progress::Begun(1, 3));
        record.note("a", 3, 3, true);
        record.note("a", 0, 3, false);
        assert_eq!(Record::read(&record.text()).of("a"), Progress::Done);
        assert_eq!(Record::read(r#"{"a":"yes"}"#).of("a"), Progress::New);
    }
}
