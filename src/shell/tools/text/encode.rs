//! `base64`.

use super::lines::cloned;
use super::{Filter, Made, Options, Output};
use crate::shell::program::Exit;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as base64.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// The bytes of base64, and whether all of it was well formed.
pub fn decode(text: &str) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    let trimmed = text.trim_end_matches('=');
    for c in trimmed.bytes() {
        let Some(value) = LETTERS.iter().position(|letter| *letter == c) else { return (bytes, false) };
        bits = bits << 6 | value as u32;
        count += 1;
        if count == 4 {
            bytes.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
            (bits, count) = (0, 0);
        }
    }
    match count {
        2 => bytes.push((bits >> 4) as u8),
        3 => bytes.extend([(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => {}
    }
    (bytes, count != 1 && text.len().is_multiple_of(4))
}

#[derive(Clone, Debug)]
struct Base64 {
    decode: bool,
    width: usize,
    text: String,
}

/// `base64` from its arguments.
pub(super) fn make(args: &[String]) -> Made {
    match Options::read("base64", args, "dDiw:", &[("decode", 'd'), ("wrap", 'w')]) {
        Ok(options) => {
            let width = options.value('w').and_then(|width| width.parse().ok()).unwrap_or(76);
            let decode = options.has('d') || options.has('D');
            Made::Filter(Box::new(Base64 { decode, width, text: String::new() }), options.operands)
        }
        Err(usage) => usage.into(),
    }
}

impl Filter for Base64 {
    fn line(&mut self, line: &str, ended: bool, _out: &mut Output) -> bool {
        self.text.push_str(line);
        if ended && !self.decode {
            self.text.push('\n');
        }
        true
    }

    fn end(&mut self, out: &mut Output) -> Exit {
        if self.decode {
            let (bytes, whole) = decode(self.text.trim());
            out.out += &String::from_utf8_lossy(&bytes);
            if !whole {
                out.err += "base64: invalid input\n";
            }
            return Exit::from(!whole);
        }
        let encoded = encode(self.text.as_bytes());
        if self.width == 0 {
            out.out += &encoded;
        } else {
            let mut rest = encoded.as_str();
            while !rest.is_empty() {
                let (line, after) = rest.split_at(self.width.min(rest.len()));
                out.say(line);
                rest = after;
            }
        }
        0
    }

    cloned!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_and_decodes() {
        for (plain, encoded) in
            [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("s3cr3t!", "czNjcjN0IQ==")]
        {
            assert_eq!(encode(plain.as_bytes()), encoded);
            assert_eq!(decode(encoded), (plain.as_bytes().to_vec(), true));
        }
        assert!(!decode("YQ").1);
        assert!(!decode("Y*==").1);
    }
}
