//! Reads command lines as `pflag` does: `--name value`, `--name=value`, `-abc`, `--`.

use super::output::{age, go};
use std::collections::BTreeMap;
use std::time::Duration;

/// Flags that every command takes, in the notation of [`Flag::read`].
pub const GLOBAL: &str = "as:text as-group:array as-uid:text as-user-extra:array cache-dir:text \
    certificate-authority:text client-certificate:text client-key:text cluster:text context:text \
    disable-compression:bool insecure-skip-tls-verify:bool kubeconfig:text kuberc:text match-server-version:bool \
    namespace,n:text password:text profile:text profile-output:text request-timeout:text server,s:text \
    tls-server-name:text token:text user:text username:text v,v:int vmodule:text warnings-as-errors:bool \
    log-flush-frequency:duration help,h:bool";

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// `true` or `false`; alone it means true.
    Bool,
    /// Any text.
    Text,
    /// An integer of 64 bits.
    Int,
    /// An integer of 32 bits.
    Small,
    /// A duration.
    Duration,
    /// Texts, each split at commas.
    List,
    /// Texts as they are.
    Array,
}

/// A flag of a command.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// `filename`
    pub name: &'static str,
    /// `f`
    pub short: Option<char>,
    /// What it takes.
    pub takes: Takes,
    /// Its value when it is absent.
    pub default: &'static str,
    /// Its value when it is there without one.
    pub bare: Option<&'static str>,
    /// Whether it must be given.
    pub required: bool,
}

impl Flag {
    /// Reads `name,f!:takes=default?bare` notations, parted by spaces.
    pub fn read(table: &'static str) -> impl Iterator<Item = Flag> {
        table.split_ascii_whitespace().map(|entry| {
            let (names, rest) = entry.split_once(':').unwrap_or((entry, "bool"));
            let (rest, bare) = match rest.split_once('?') {
                Some((rest, bare)) => (rest, Some(bare)),
                None => (rest, None),
            };
            let (takes, default) = rest.split_once('=').unwrap_or((rest, ""));
            let (names, required) = match names.strip_suffix('!') {
                Some(names) => (names, true),
                None => (names, false),
            };
            let (name, short) = names.split_once(',').unwrap_or((names, ""));
            let takes = match takes {
                "text" => Takes::Text,
                "int" => Takes::Int,
                "i32" => Takes::Small,
                "duration" => Takes::Duration,
                "list" => Takes::List,
                "array" => Takes::Array,
                _ => Takes::Bool,
            };
            let bare = if takes == Takes::Bool { Some("true") } else { bare };
            Flag { name, short: short.chars().next(), takes, default, bare, required }
        })
    }

    /// `--filename`, or `-f, --filename`: as complaints name it.
    fn named(&self) -> String {
        match self.short {
            Some(short) => format!("-{short}, --{}", self.name),
            None => format!("--{}", self.name),
        }
    }

    fn check(&self, value: &str) -> Result<(), String> {
        let why = match self.takes {
            Takes::Bool if !is_bool(value) => number_error("ParseBool", value, "invalid syntax"),
            Takes::Int if value.parse::<i64>().is_err() => integer_error(value),
            Takes::Small if value.parse::<i32>().is_err() => integer_error(value),
            Takes::Duration => match age::parse_duration(value) {
                Some(_) => return Ok(()),
                None if number_without_unit(value) => {
                    format!("time: missing unit in duration {}", go::quote(value))
                }
                None => format!("time: invalid duration {}", go::quote(value)),
            },
            _ => return Ok(()),
        };
        Err(format!("invalid argument {} for {} flag: {why}", go::quote(value), go::quote(&self.named())))
    }
}

fn number_without_unit(value: &str) -> bool {
    let unsigned = value.strip_prefix(['-', '+']).unwrap_or(value);
    !unsigned.is_empty()
        && unsigned.parse::<f64>().is_ok()
        && unsigned.starts_with(|c: char| c.is_ascii_digit())
}

/// What `strconv` says of a number it cannot read.
pub fn integer_error(value: &str) -> String {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    number_error("ParseInt", value, if numeric { "value out of range" } else { "invalid syntax" })
}

/// `strconv.ParseInt: parsing "x": invalid syntax`
pub fn number_error(function: &str, value: &str, why: &str) -> String {
    format!("strconv.{function}: parsing {}: {why}", go::quote(value))
}

fn is_bool(value: &str) -> bool {
    truth(value).is_some()
}

fn truth(value: &str) -> Option<bool> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// The flags a command line gave, and what stands beside them.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    given: BTreeMap<&'static str, Vec<String>>,
    defaults: BTreeMap<&'static str, &'static str>,
    /// Arguments that are no flags.
    pub args: Vec<String>,
    /// How many of them stood before `--`, if it was there.
    pub dash: Option<usize>,
}

impl Flags {
    /// Words that are not read.
    pub fn words(args: Vec<String>) -> Self {
        Self { args, ..Self::default() }
    }

    /// Reads a command line.
    ///
    /// # Errors
    /// In pflag's words.
    pub fn parse(flags: &[Flag], line: &[String]) -> Result<Self, String> {
        let mut read = Self::default();
        for flag in flags {
            // A command's own flag hides one of all commands.
            read.defaults.entry(flag.name).or_insert(flag.default);
        }
        let mut words = line.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                read.dash = Some(read.args.len());
                read.args.extend(words.by_ref().cloned());
            } else if let Some(long) = word.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (long, None),
                };
                if name.is_empty() || name.starts_with(['-', '=']) {
                    return Err(format!("bad flag syntax: {word}"));
                }
                let Some(flag) = flags.iter().find(|flag| flag.name == name) else {
                    return Err(format!("unknown flag: --{name}"));
                };
                let value = match (value, flag.bare) {
                    (Some(value), _) => value.to_owned(),
                    (None, Some(bare)) => bare.to_owned(),
                    (None, None) => match words.next() {
                        Some(value) => value.clone(),
                        None => return Err(format!("flag needs an argument: --{name}")),
                    },
                };
                read.set(flag, value)?;
            } else if word.len() > 1 && word.starts_with('-') {
                read.shorthands(flags, &word[1..], &mut words)?;
            } else {
                read.args.push(word.clone());
            }
        }
        Ok(read)
    }

    fn shorthands<'a>(
        &mut self,
        flags: &[Flag],
        group: &str,
        words: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), String> {
        let mut rest = group;
        while let Some(letter) = rest.chars().next() {
            let Some(flag) = flags.iter().find(|flag| flag.short == Some(letter)) else {
                return Err(format!("unknown shorthand flag: {} in -{rest}", quoted_char(letter)));
            };
            let after = &rest[letter.len_utf8()..];
            if let Some(value) = after.strip_prefix('=').filter(|_| rest.len() > 2) {
                return self.set(flag, value.to_owned());
            }
            if let Some(bare) = flag.bare {
                self.set(flag, bare.to_owned())?;
                rest = after;
                continue;
            }
            if !after.is_empty() {
                return self.set(flag, after.to_owned());
            }
            return match words.next() {
                Some(value) => self.set(flag, value.clone()),
                None => Err(format!("flag needs an argument: {} in -{rest}", quoted_char(letter))),
            };
        }
        Ok(())
    }

    fn set(&mut self, flag: &Flag, value: String) -> Result<(), String> {
        flag.check(&value)?;
        if matches!(flag.takes, Takes::List) && value.is_empty() {
            return Ok(());
        }
        let values = self.given.entry(flag.name).or_default();
        match flag.takes {
            Takes::List => values.extend(value.split(',').map(str::to_owned)),
            Takes::Array => values.push(value),
            _ => *values = vec![value],
        }
        Ok(())
    }

    /// The required flags that are absent.
    pub fn missing(&self, flags: &[Flag]) -> Vec<&'static str> {
        flags.iter().filter(|flag| flag.required && !self.given(flag.name)).map(|flag| flag.name).collect()
    }

    /// The flags that were given, by name, and their values.
    pub fn shown(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        self.given.iter().map(|(name, values)| (*name, values.join(",")))
    }

    /// Whether a flag was given.
    pub fn given(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// The value of a flag, or its default.
    pub fn text(&self, name: &str) -> &str {
        match self.given.get(name).and_then(|values| values.last()) {
            Some(value) => value,
            None => self.defaults.get(name).copied().unwrap_or(""),
        }
    }

    /// Whether a flag is on.
    pub fn on(&self, name: &str) -> bool {
        truth(self.text(name)).unwrap_or(false)
    }

    /// The value of a flag that takes an integer.
    pub fn int(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// All values of a flag that may be repeated.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.given.get(name).cloned().unwrap_or_default()
    }

    /// The value of a flag that takes a duration, and whether it is negative.
    pub fn duration(&self, name: &str) -> (bool, Duration) {
        age::parse_duration(self.text(name)).unwrap_or_default()
    }
}

fn quoted_char(c: char) -> String {
    match c {
        '\'' => "'\\''".into(),
        '\\' => "'\\\\'".into(),
        c => format!("'{c}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Flags, String> {
        let flags: Vec<Flag> =
            Flag::read("filename,f:list output,o:text all,A:bool tail:int=-1 port,p:int wait:text=yes?maybe timeout:duration")
                .collect();
        let words: Vec<String> = line.split_ascii_whitespace().map(str::to_owned).collect();
        Flags::parse(&flags, &words)
    }

    #[test]
    fn flags_are_read_as_pflag_reads_them() {
        let flags = parse("a -f x,y -fz -Ao=json b --tail 3 --wait -- -f c").expect("well-formed");
        assert_eq!(flags.list("filename"), ["x", "y", "z"]);
        assert!(flags.on("all"));
        assert_eq!(flags.text("output"), "json");
        assert_eq!(flags.int("tail"), 3);
        assert_eq!(flags.text("wait"), "maybe");
        assert_eq!((flags.args.join(" ").as_str(), flags.dash), ("a b -f c", Some(2)));
    }

    #[test]
    fn mistakes_are_told_in_pflags_words() {
        for (line, expected) in [
            ("--foo=1", "unknown flag: --foo"),
            ("-z", "unknown shorthand flag: 'z' in -z"),
            ("-Az", "unknown shorthand flag: 'z' in -z"),
            ("-o", "flag needs an argument: 'o' in -o"),
            ("--output", "flag needs an argument: --output"),
            (
                "--tail=abc",
                r#"invalid argument "abc" for "--tail" flag: strconv.ParseInt: parsing "abc": invalid syntax"#,
            ),
            (
                "-p x",
                r#"invalid argument "x" for "-p, --port" flag: strconv.ParseInt: parsing "x": invalid syntax"#,
            ),
            (
                "--all=x",
                r#"invalid argument "x" for "-A, --all" flag: strconv.ParseBool: parsing "x": invalid syntax"#,
            ),
            ("--timeout=abc", r#"invalid argument "abc" for "--timeout" flag: time: invalid duration "abc""#),
            (
                "--timeout=5",
                r#"invalid argument "5" for "--timeout" flag: time: missing unit in duration "5""#,
            ),
            ("--=x", "bad flag syntax: --=x"),
        ] {
            assert_eq!(parse(line).map(|_| ()), Err(expected.to_owned()), "{line}");
        }
    }
}
