//! Files: a small tree of text files, for the workstation and for containers.

use crate::api::Ordered;
use std::collections::{BTreeMap, BTreeSet};

/// A file system: directories and text files by absolute path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Files {
    files: BTreeMap<String, String>,
    directories: BTreeSet<String>,
}

/// Why a file could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// Nothing is there.
    NotFound,
    /// A directory is there.
    IsDirectory,
    /// A file is where a directory is needed.
    NotDirectory,
    /// Something is there already.
    Exists,
    /// The directory is not empty.
    NotEmpty,
}

/// As `strerror` words it.
impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotFound => "No such file or directory",
            Self::IsDirectory => "Is a directory",
            Self::NotDirectory => "Not a directory",
            Self::Exists => "File exists",
            Self::NotEmpty => "Directory not empty",
        })
    }
}

/// `path` as seen from `cwd`, without `.`, `..` and double slashes.
pub fn absolute(cwd: &str, path: &str) -> String {
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{cwd}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The directory a path lies in.
pub fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Files {
    /// All of that as a map.
    pub fn all(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// Every file and its text, by absolute path.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.files.iter()
    }

    /// Whether a directory is there.
    pub fn is_directory(&self, path: &str) -> bool {
        path == "/" || self.directories.contains(path)
    }

    /// Whether anything is there.
    pub fn exists(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.is_directory(path)
    }

    /// The text of a file.
    ///
    /// # Errors
    /// `NotFound`, `IsDirectory`.
    pub fn read(&self, path: &str) -> Result<&str, FileError> {
        match self.files.get(path) {
            Some(text) => Ok(text),
            None if self.is_directory(path) => Err(FileError::IsDirectory),
            None => Err(FileError::NotFound),
        }
    }

    /// Writes a file; its directory must be there.
    ///
    /// # Errors
    /// `NotFound` or `NotDirectory` for its directory, `IsDirectory`.
    pub fn write(&mut self, path: &str, text: impl Into<String>) -> Result<(), FileError> {
        if self.is_directory(path) {
            return Err(FileError::IsDirectory);
        }
        match parent(path) {
            up if self.is_directory(up) => {}
            up if self.files.contains_key(up) => return Err(FileError::NotDirectory),
            _ => return Err(FileError::NotFound),
        }
        self.files.insert(path.to_owned(), text.into());
        Ok(())
    }

    /// Writes a file and the directories above it, whatever was there.
    pub fn place(&mut self, path: &str, text: impl Into<String>) {
        self.make_all(parent(path));
        self.files.insert(path.to_owned(), text.into());
    }

    /// Makes a directory.
    ///
    /// # Errors
    /// `Exists`, `NotFound` or `NotDirectory` for the directory above.
    pub fn make(&mut self, path: &str) -> Result<(), FileError> {
        if self.exists(path) {
            return Err(FileError::Exists);
        }
        match parent(path) {
            up if self.is_directory(up) => {}
            up if self.files.contains_key(up) => return Err(FileError::NotDirectory),
            _ => return Err(FileError::NotFound),
        }
        self.directories.insert(path.to_owned());
        Ok(())
    }

    /// Makes a directory and those above it.
    pub fn make_all(&mut self, path: &str) {
        let mut at = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            at = format!("{at}/{part}");
            self.directories.insert(at.clone());
        }
    }

    /// Removes a file, or with `all` a directory and what is in it.
    ///
    /// # Errors
    /// `NotFound`, `IsDirectory`.
    pub fn remove(&mut self, path: &str, all: bool) -> Result<(), FileError> {
        if self.files.remove(path).is_some() {
            return Ok(());
        }
        if !self.is_directory(path) {
            return Err(FileError::NotFound);
        }
        if !all {
            return Err(FileError::IsDirectory);
        }
        let inside = format!("{path}/");
        self.files.retain(|file, _| !file.starts_with(&inside));
        self.directories.retain(|directory| directory != path && !directory.starts_with(&inside));
        Ok(())
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// `NotFound`, `NotDirectory`, `NotEmpty`.
    pub fn remove_directory(&mut self, path: &str) -> Result<(), FileError> {
        if self.files.contains_key(path) {
            return Err(FileError::NotDirectory);
        }
        if !self.is_directory(path) {
            return Err(FileError::NotFound);
        }
        if !self.list(path).is_empty() {
            return Err(FileError::NotEmpty);
        }
        self.directories.remove(path);
        Ok(())
    }

    /// The names in a directory, in order, and whether each is a directory.
    pub fn list(&self, path: &str) -> Vec<(String, bool)> {
        let inside = if path == "/" { "/".to_owned() } else { format!("{path}/") };
        let direct = |full: &String| {
            let rest = full.strip_prefix(&inside)?;
            (!rest.is_empty() && !rest.contains('/')).then(|| rest.to_owned())
        };
        let mut names: Vec<(String, bool)> =
            self.files.keys().filter_map(direct).map(|name| (name, false)).collect();
        names.extend(self.directories.iter().filter_map(direct).map(|name| (name, true)));
        names.order();
        names
    }

    /// The files and directories below a path that a pattern like `*.yaml` matches, in order.
    pub fn glob(&self, cwd: &str, pattern: &str) -> Vec<String> {
        let rooted = pattern.starts_with('/');
        let mut found = vec![if rooted { "/".to_owned() } else { String::new() }];
        for part in pattern.split('/').filter(|part| !part.is_empty()) {
            let mut next = Vec::new();
            for base in &found {
                let joined = |name: &str| match base.as_str() {
                    "" => name.to_owned(),
                    "/" => format!("/{name}"),
                    base => format!("{base}/{name}"),
                };
                if !part.contains(['*', '?', '[']) {
                    let path = joined(part);
                    if self.exists(&absolute(cwd, &path)) {
                        next.push(path);
                    }
                    continue;
                }
                for (name, _) in self.list(&absolute(cwd, base)) {
                    let hidden = name.starts_with('.') && !part.starts_with('.');
                    if !hidden && matches_pattern(part, &name) {
                        next.push(joined(&name));
                    }
                }
            }
            found = next;
        }
        found
    }
}

/// Whether a shell pattern (`*`, `?`, `[a-z]`, `\`) matches all of a text.
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('\\') if p + 1 < pattern.len() => (pattern[p + 1] == text[t]).then_some(2),
            Some('[') => bracket(&pattern[p..], text[t]),
            Some(c) => (*c == text[t]).then_some(1),
            None => None,
        };
        match (step, star) {
            (Some(length), _) => {
                p += length;
                t += 1;
            }
            (None, Some((star_p, star_t))) => {
                p = star_p + 1;
                t = star_t + 1;
                star = Some((star_p, star_t + 1));
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Whether `[…]` at the start of a pattern takes a character, and how long it is.
fn bracket(pattern: &[char], c: char) -> Option<usize> {
    let end = pattern.iter().skip(2).position(|c| *c == ']')? + 2;
    let inside = &pattern[1..end];
    let (negated, inside) = match inside.first() {
        Some('!' | '^') => (true, &inside[1..]),
        _ => (false, inside),
    };
    let mut found = false;
    let mut at = 0;
    while at < inside.len() {
        if inside.get(at + 1) == Some(&'-') && at + 2 < inside.len() {
            found |= (inside[at]..=inside[at + 2]).contains(&c);
            at += 3;
        } else {
            found |= inside[at] == c;
            at += 1;
        }
    }
    (found != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_absolute() {
        for (cwd, path, expected) in [
            ("/home/you", "ch03/../a.yaml", "/home/you/a.yaml"),
            ("/home/you", "/etc//hosts", "/etc/hosts"),
            ("/", "..", "/"),
            ("/a", ".", "/a"),
        ] {
            assert_eq!(absolute(cwd, path), expected);
        }
    }

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, text, expected) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("a*b*c", "a-b-b-c", true),
            ("[a-c]?", "b1", true),
            ("[!a]*", "a1", false),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(matches_pattern(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn directories_hold_files() {
        let mut files = Files::default();
        files.place("/a/b/c.yaml", "x");
        assert_eq!(files.list("/a"), [("b".to_owned(), true)]);
        assert_eq!(files.glob("/a", "b/*.yaml"), ["b/c.yaml"]);
        assert_eq!(files.write("/nope/x", ""), Err(FileError::NotFound));
        assert_eq!(files.remove("/a", false), Err(FileError::IsDirectory));
        assert_eq!(files.remove("/a", true), Ok(()));
        assert!(!files.exists("/a/b/c.yaml"));
    }
}
