//! Reads short and long options in the way of `getopt`, with the words of GNU's tools for wrong ones.

/// What to print instead of running, and the exit status.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage(pub String, pub i32);

/// The options of a command line, in order, and its operands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Options with their values; a long one by its short letter where it has one.
    pub given: Vec<(char, String)>,
    /// What is no option.
    pub operands: Vec<String>,
}

impl Options {
    /// Reads `args` of `tool`. `letters` lists the flags, a `:` after those that take a value; `long` names
    /// the letter of each long option.
    ///
    /// # Errors
    /// The tool's message, with status 2 for `grep`, `sort`, `diff`, else 1.
    pub fn read(tool: &str, args: &[String], letters: &str, long: &[(&str, char)]) -> Result<Self, Usage> {
        let status = if matches!(tool, "grep" | "egrep" | "fgrep" | "sort" | "diff") { 2 } else { 1 };
        let takes_value = |letter: char| letters.contains(&format!("{letter}:"));
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if arg == "--" {
                options.operands.extend(args.cloned());
                break;
            }
            if let Some(name) = arg.strip_prefix("--") {
                let (name, value) =
                    name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v.to_owned())));
                let Some((_, letter)) = long.iter().find(|(known, _)| *known == name) else {
                    return Err(Usage(
                        format!(
                            "{tool}: unrecognized option '--{name}'\nTry '{tool} --help' for more information.\n"
                        ),
                        status,
                    ));
                };
                let value = match value {
                    None if takes_value(*letter) => args.next().cloned().ok_or_else(|| {
                        Usage(format!("{tool}: option '--{name}' requires an argument\nTry '{tool} --help' for more information.\n"), status)
                    })?,
                    value => value.unwrap_or_default(),
                };
                options.given.push((*letter, value));
                continue;
            }
            let Some(cluster) = arg.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
                options.operands.push(arg.clone());
                continue;
            };
            let mut rest = cluster.chars();
            while let Some(letter) = rest.next() {
                if letter == ':' || !letters.contains(letter) {
                    return Err(Usage(
                        format!(
                            "{tool}: invalid option -- '{letter}'\nTry '{tool} --help' for more information.\n"
                        ),
                        status,
                    ));
                }
                let mut value = String::new();
                if takes_value(letter) {
                    value = rest.as_str().to_owned();
                    if value.is_empty() {
                        value = args.next().cloned().ok_or_else(|| {
                            Usage(format!("{tool}: option requires an argument -- '{letter}'\nTry '{tool} --help' for more information.\n"), status)
                        })?;
                    }
                    rest = "".chars();
                }
                options.given.push((letter, value));
            }
        }
        Ok(options)
    }

    /// Whether a flag was given.
    pub fn has(&self, letter: char) -> bool {
        self.given.iter().any(|(given, _)| *given == letter)
    }

    /// The last value of an option.
    pub fn value(&self, letter: char) -> Option<&str> {
        self.given.iter().rev().find(|(given, _)| *given == letter).map(|(_, value)| value.as_str())
    }

    /// All values of an option.
    pub fn values(&self, letter: char) -> impl Iterator<Item = &str> {
        self.given.iter().filter(move |(given, _)| *given == letter).map(|(_, value)| value.as_str())
    }
}
