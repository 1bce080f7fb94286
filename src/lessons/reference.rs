//! References in a lesson's text: `[[pod:sleep-1]]`, or `[[pod:sleep-1|the first pod]]`, points at something on the page.

use crate::api::Kind;
use crate::shell::Session;

/// References that need no name.
const PLACES: [&str; 5] = ["hops", "browser", "dns", "workstation", "internet"];

/// The references of a text: what each names, without its words.
pub fn references(text: &str) -> Vec<&str> {
    let inner = text.split("[[").skip(1).filter_map(|rest| rest.split_once("]]"));
    inner.map(|(inner, _)| inner.split('|').next().unwrap_or(inner)).collect()
}

/// Whether a reference names something that is there.
pub fn resolves(reference: &str, session: &Session) -> bool {
    let Some((kind, name)) = reference.split_once(':') else { return PLACES.contains(&reference) };
    let store = session.cluster().store();
    let exact = |kind| store.list_all(kind).any(|object| object.meta.name == name);
    let begins = |kind| {
        let of =
            |text: &str| text == name || text.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
        store.list_all(kind).any(|object| of(&object.meta.name))
    };
    match kind {
        "node" => exact(Kind::Node),
        "service" => exact(Kind::Service),
        "deployment" => exact(Kind::Deployment),
        "workload" => exact(Kind::Deployment) || exact(Kind::StatefulSet) || exact(Kind::DaemonSet),
        "endpoints" => begins(Kind::EndpointSlice),
        "pod" => begins(Kind::Pod),
        "ghost" => true,
        "file" => session.files().iter().any(|(path, _)| path.ends_with(name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_what_it_points_at() {
        let text = "Ping [[pod:sleep-2|the second]] from [[pod:sleep-1]], see [[hops]]; [[open";
        assert_eq!(references(text), ["pod:sleep-2", "pod:sleep-1", "hops"]);
    }
}
