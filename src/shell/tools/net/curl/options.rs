//! The options of `curl`.

use std::time::Duration;

/// What a command line asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The addresses.
    pub urls: Vec<String>,
    pub silent: bool,
    pub show_errors: bool,
    pub verbose: bool,
    pub include: bool,
    pub head: bool,
    pub fail: bool,
    pub follow: bool,
    pub insecure: bool,
    pub get: bool,
    pub outputs: Vec<String>,
    pub remote_name: bool,
    pub write_out: Option<String>,
    pub method: Option<String>,
    pub headers: Vec<String>,
    pub data: Option<String>,
    pub user: Option<String>,
    pub agent: Option<String>,
    pub max_time: Option<Duration>,
    pub connect_timeout: Option<Duration>,
    pub resolve: Vec<String>,
    pub retry: u32,
    pub retry_delay: Option<Duration>,
    pub retry_refused: bool,
    pub retry_all: bool,
    pub most_redirects: usize,
    pub dump_header: Option<String>,
    pub no_progress: bool,
    pub version: bool,
    pub help: bool,
    pub with_body: bool,
    pub compressed: bool,
    /// Brackets and braces in addresses are meant as they stand.
    pub globoff: bool,
}

/// Long options that take a value, with their letter or a letter of our own.
const VALUED: [(&str, char); 26] = [
    ("output", 'o'),
    ("write-out", 'w'),
    ("request", 'X'),
    ("header", 'H'),
    ("data", 'd'),
    ("data-raw", 'd'),
    ("data-binary", 'd'),
    ("data-ascii", 'd'),
    ("data-urlencode", 'd'),
    ("json", 'J'),
    ("user", 'u'),
    ("user-agent", 'A'),
    ("max-time", 'm'),
    ("connect-timeout", '1'),
    ("resolve", '2'),
    ("retry", '3'),
    ("retry-delay", '4'),
    ("retry-max-time", '_'),
    ("max-redirs", '5'),
    ("dump-header", 'D'),
    ("referer", 'e'),
    ("cookie", 'b'),
    ("cookie-jar", 'c'),
    ("cacert", '_'),
    ("interface", '_'),
    ("url", '6'),
];

/// Long options that are flags.
const FLAGS: [(&str, char); 26] = [
    ("silent", 's'),
    ("show-error", 'S'),
    ("verbose", 'v'),
    ("include", 'i'),
    ("head", 'I'),
    ("fail", 'f'),
    ("fail-with-body", 'B'),
    ("location", 'L'),
    ("insecure", 'k'),
    ("get", 'G'),
    ("remote-name", 'O'),
    ("retry-connrefused", '7'),
    ("retry-all-errors", '8'),
    ("no-progress-meter", '9'),
    ("version", 'V'),
    ("help", 'h'),
    ("ipv4", '_'),
    ("ipv6", '_'),
    ("no-buffer", '_'),
    ("http1.1", '_'),
    ("http1.0", '_'),
    ("http2", '_'),
    ("compressed", 'z'),
    ("progress-bar", '_'),
    ("no-keepalive", '_'),
    ("globoff", 'g'),
];

/// Letters of flags without effect here.
const IGNORED: &str = "46N#0jqRl_";

impl Options {
    /// Reads the words after the name.
    ///
    /// # Errors
    /// curl's message, without its name, for status 2.
    pub fn read(args: &[String]) -> Result<Self, String> {
        let mut options = Self { most_redirects: 50, ..Self::default() };
        let mut args = args.iter();
        let mut only_urls = false;
        while let Some(arg) = args.next() {
            if only_urls || !arg.starts_with('-') || arg == "-" {
                options.urls.push(arg.clone());
            } else if arg == "--" {
                only_urls = true;
            } else if let Some(name) = arg.strip_prefix("--") {
                let unprefixed = name.strip_prefix("no-").unwrap_or(name);
                if let Some((_, letter)) = VALUED.iter().find(|(known, _)| *known == name) {
                    let value = args.next().ok_or_else(|| requires(arg))?;
                    options.set(*letter, value, arg)?;
                } else if let Some((_, letter)) = FLAGS.iter().find(|(known, _)| *known == name) {
                    options.flag(*letter);
                } else if !FLAGS.iter().any(|(known, _)| *known == unprefixed) {
                    return Err(format!("option {arg}: is unknown"));
                }
            } else {
                let mut letters = arg[1..].chars();
                while let Some(letter) = letters.next() {
                    if "owXHduAmDebcExTYyKCFrPQtUzZ".contains(letter) {
                        let rest = letters.as_str();
                        let value =
                            if rest.is_empty() { args.next().map(String::as_str) } else { Some(rest) };
                        options.set(letter, value.ok_or_else(|| requires(&format!("-{letter}")))?, arg)?;
                        break;
                    }
                    if !options.flag(letter) {
                        return Err(format!("option {arg}: is unknown"));
                    }
                }
            }
        }
        Ok(options)
    }

    fn set(&mut self, letter: char, value: &str, option: &str) -> Result<(), String> {
        let number = || format!("option {option}: expected a proper numerical parameter");
        let seconds = || {
            let seconds: f64 = value.parse().map_err(|_| number())?;
            (0.0..1e9).contains(&seconds).then(|| Duration::from_secs_f64(seconds)).ok_or_else(number)
        };
        match letter {
            'o' => self.outputs.push(value.to_owned()),
            'w' => self.write_out = Some(value.to_owned()),
            'X' => self.method = Some(value.to_owned()),
            'H' => self.headers.push(value.to_owned()),
            'd' => match &mut self.data {
                Some(data) => *data += &format!("&{value}"),
                None => self.data = Some(value.to_owned()),
            },
            'J' => {
                self.data = Some(value.to_owned());
                self.headers.push("Content-Type: application/json".to_owned());
                self.headers.push("Accept: application/json".to_owned());
            }
            'u' => self.user = Some(value.to_owned()),
            'A' => self.agent = Some(value.to_owned()),
            'e' => self.headers.push(format!("Referer: {value}")),
            'b' => self.headers.push(format!("Cookie: {value}")),
            'D' => self.dump_header = Some(value.to_owned()),
            'm' => self.max_time = Some(seconds()?).filter(|time| !time.is_zero()),
            '1' => self.connect_timeout = Some(seconds()?).filter(|time| !time.is_zero()),
            '2' => self.resolve.push(value.to_owned()),
            '3' => self.retry = value.parse().map_err(|_| number())?,
            '4' => self.retry_delay = Some(seconds()?).filter(|time| !time.is_zero()),
            '5' => self.most_redirects = value.parse().map_err(|_| number())?,
            '6' => self.urls.push(value.to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn flag(&mut self, letter: char) -> bool {
        match letter {
            's' => self.silent = true,
            'S' => self.show_errors = true,
            'v' => self.verbose = true,
            'i' => self.include = true,
            'I' => self.head = true,
            'f' => self.fail = true,
            'B' => self.with_body = true,
            'z' => self.compressed = true,
            'g' => self.globoff = true,
            'L' => self.follow = true,
            'k' => self.insecure = true,
            'G' => self.get = true,
            'O' => self.remote_name = true,
            '7' => self.retry_refused = true,
            '8' => self.retry_all = true,
            '9' => self.no_progress = true,
            'V' => self.version = true,
            'h' => self.help = true,
            _ => return IGNORED.contains(letter),
        }
        true
    }
}

fn requires(option: &str) -> String {
    format!("option {option}: requires parameter")
}
