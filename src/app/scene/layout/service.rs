//! Draws a Service, the table of its endpoints, and the lines to the pods it selects.

use super::{Columns, LINE, Plan};
use crate::app::scene::census::ServiceFace;
use crate::app::scene::{Entity, Font, Link, Mood, Point, Rect, Shape};

/// Endpoints a slice's table lists before it counts the rest.
const LISTED: usize = 4;

impl Plan<'_> {
    /// Draws the line from a Service to pods its selector matches, or that it nearly matches.
    pub(super) fn link(
        &mut self,
        columns: &Columns,
        service: &ServiceFace,
        from: Rect,
        to: Rect,
        matches: bool,
    ) {
        let pill = self.scene.find(&Entity::Service(service.key.clone())).map_or(from, |item| item.rect);
        let (from, to) = if columns.narrow {
            (Point { x: from.centre().x, y: from.bottom() }, Point { x: to.centre().x, y: to.y })
        } else {
            (Point { x: pill.right(), y: pill.centre().y }, Point { x: to.x, y: to.y + to.h.min(90.0) / 2.0 })
        };
        let room = (to.x - from.x).abs() - 12.0;
        let text = match &service.near {
            Some(near) if !matches => near.words[0].clone(),
            _ => service.selector.clone(),
        };
        let wide = self.measure.width(&text, Font::Small) <= room;
        let middle = Point { x: (from.x + to.x) / 2.0, y: (from.y + to.y) / 2.0 - 6.0 };
        let text_at = (wide && !columns.narrow).then_some(middle);
        self.scene.links.push(Link { from, to, matches, text, text_at });
    }

    /// Draws a Service with its slice below; returns the Service's own rectangle grown by the slice.
    pub(super) fn service(&mut self, service: &ServiceFace, columns: &Columns, y: f64) -> Rect {
        let (x, w) = columns.services;
        let named = format!("Service {}", service.key.name);
        let title =
            if self.measure.width(&named, Font::Strong) <= w - 20.0 { &*named } else { &*service.key.name };
        let alias = service.note == "ExternalName";
        let selector = match service.selector.as_str() {
            _ if alias => "a name for another name".to_owned(),
            "" => "no selector".to_owned(),
            selector => format!("selects {selector}"),
        };
        let mut texts = vec![(title, Font::Strong), (service.address.as_str(), Font::Mono)];
        if !service.note.is_empty() {
            texts.push((&service.note, Font::Small));
        }
        texts.push((&selector, Font::Small));
        if let Some(near) = &service.near {
            // The value that was found is the news: it is not what is cut.
            let fits = |words: &&String| self.measure.width(words, Font::Small) <= w - 14.0;
            texts.push((near.words.iter().find(fits).unwrap_or(&near.words[2]), Font::Small));
        }
        let rect = Rect { x, y, w, h: LINE * texts.len() as f64 + 14.0 };
        let lines = self.centred(rect, &texts);
        let mood = if service.serves { Mood::Plain } else { Mood::Bad };
        let ready = service.endpoints.iter().filter(|(_, ready)| *ready).count();
        let mut label = format!("{named}, {}", service.address);
        if !service.note.is_empty() {
            label += &format!(" {}", service.note);
        }
        label += &format!(", {selector}");
        if !alias {
            label += &format!(", {ready} ready of {} endpoints", service.endpoints.len());
        }
        if let Some(near) = &service.near {
            label += &format!(", matches no pod; nearest {}, {}", near.owner.name, near.words[0]);
        }
        self.item(Entity::Service(service.key.clone()), Shape::Pill, rect, lines, mood, label);
        let bottom = self.slice(service, rect).unwrap_or(rect.bottom());
        Rect { h: if columns.narrow { bottom - rect.y } else { rect.h }, ..rect }.grown_to(bottom)
    }

    /// Draws the table of endpoints below a Service; `None` where a Service has none by its nature.
    fn slice(&mut self, service: &ServiceFace, above: Rect) -> Option<f64> {
        if service.note == "ExternalName" {
            return None;
        }
        let mut rows: Vec<String> = service
            .endpoints
            .iter()
            .take(LISTED)
            .map(|(address, ready)| if *ready { address.clone() } else { format!("{address} not ready") })
            .collect();
        let more = service.endpoints.len().saturating_sub(LISTED);
        if more > 0 {
            rows.push(format!("and {more} more"));
        }
        if rows.is_empty() {
            rows.push("no endpoints".to_owned());
        }
        let inset = 14.0;
        let rect = Rect {
            x: above.x + inset,
            y: above.bottom(),
            w: above.w - 2.0 * inset,
            h: LINE * rows.len() as f64 + 8.0,
        };
        let lines = rows
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let y = rect.y + LINE * index as f64 + 15.0;
                self.line(row, Font::Mono, rect.w - 10.0, rect.centre().x, y)
            })
            .collect();
        let entity = Entity::Slice(service.slice.clone().unwrap_or_else(|| service.key.clone()));
        let mood = if service.serves { Mood::Plain } else { Mood::Bad };
        let label = format!("Endpoints of {}: {}", service.key.name, rows.join(", "));
        self.item(entity, Shape::Table, rect, lines, mood, label);
        Some(rect.bottom())
    }
}

impl Rect {
    /// The same rectangle, reaching down to `bottom`.
    fn grown_to(self, bottom: f64) -> Rect {
        Rect { h: bottom - self.y, ..self }
    }
}
