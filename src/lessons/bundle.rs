//! A scenario's folder as one text: what the page fetches, and what an author puts beside a post.

use super::{Scenario, Wrong};
use crate::api::{Map, Value, json};

/// The longest bundle that is read, in bytes.
pub const LONGEST: usize = 256 * 1024;
/// Its files may be so many at most.
const MOST: usize = 64;

/// The text of a bundle: a scenario's name, and the files of its folder.
pub fn write(name: &str, files: &[(String, String)]) -> String {
    let files: Map<String, Value> =
        files.iter().map(|(path, text)| (path.clone(), text.as_str().into())).collect();
    json!({ "scenario": name, "files": files }).to_string()
}

/// Reads a bundle.
///
/// # Errors
/// What is wrong with it, or with the scenario in it.
pub fn read(text: &str) -> Result<Scenario, Wrong> {
    let wrong = |message: &str| Wrong { line: 0, message: message.to_owned() };
    if text.len() > LONGEST {
        return Err(wrong("the bundle is longer than 256 KiB"));
    }
    let bundle: Value = serde_json::from_str(text).map_err(|_| wrong("this is no bundle of a scenario"))?;
    let name = bundle["scenario"].as_str().filter(|name| is_name(name));
    let name = name.ok_or_else(|| wrong("the bundle has no name made of a-z, 0-9 and -"))?;
    let files = bundle["files"].as_object().filter(|files| files.len() <= MOST);
    let files = files.ok_or_else(|| wrong("the bundle has no files, or more than 64"))?;
    let file = |path: &str| files.get(path).and_then(Value::as_str);
    let needed = |path: &str| file(path).ok_or_else(|| wrong(&format!("{path} is missing")));
    let own: Vec<(String, String)> = files
        .iter()
        .filter_map(|(path, text)| Some((path.strip_prefix("files/")?.to_owned(), text.as_str()?.to_owned())))
        .collect();
    Scenario::read(
        name,
        needed("scenario.yaml")?,
        needed("lesson.md")?,
        file("solution.sh").unwrap_or_default(),
        &own,
    )
}

/// Whether a text can be a scenario's name: it becomes part of addresses and paths.
pub fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
