//! What the page's address says: which scenario, how it looks, what runs at once.

/// What is seen of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Everything.
    #[default]
    Full,
    /// Diagram and terminal.
    Split,
    /// The diagram alone.
    Diagram,
    /// The terminal alone.
    Terminal,
}

impl View {
    /// As the address spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Split => "split",
            Self::Diagram => "diagram",
            Self::Terminal => "terminal",
        }
    }
}

/// The parameters of the page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permalink {
    /// The scenario's slug; empty for the first one.
    pub scenario: String,
    /// What is seen.
    pub view: View,
    /// Whether files can only be read.
    pub readonly: bool,
    /// Command lines that run at once.
    pub run: Vec<String>,
    /// The seed, if it is given.
    pub seed: Option<u64>,
}

impl Permalink {
    /// Reads the query of an address, with or without its `?`. What it does not know is passed over.
    pub fn parse(query: &str) -> Self {
        let mut link = Self::default();
        for pair in query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            match name {
                "scenario" => link.scenario = value,
                "view" => {
                    link.view = match value.as_str() {
                        "split" => View::Split,
                        "diagram" => View::Diagram,
                        "terminal" => View::Terminal,
                        _ => View::Full,
                    }
                }
                "readonly" => link.readonly = value != "false" && value != "0",
                "run" => link.run.extend(value.lines().map(str::to_owned)),
                "seed" => link.seed = value.parse().ok(),
                _ => {}
            }
        }
        link
    }
}

/// Undoes percent-encoding (RFC 3986, 2.1); a stray `%` stays as it is, `+` is a space.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = hex.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[at], byte) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_says_what_is_shown() {
        let link =
            Permalink::parse("?scenario=ch03-sleep&view=split&run=kubectl+get%20pods%0Als&theme=dark&seed=7");
        assert_eq!(link.scenario, "ch03-sleep");
        assert_eq!(link.view, View::Split);
        assert_eq!(link.run, ["kubectl get pods", "ls"]);
        assert_eq!(link.seed, Some(7));
        assert!(Permalink::parse("?view=%zz&&=&readonly").readonly);
    }
}
