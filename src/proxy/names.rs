//! Names of chains: kube-proxy hashes what a chain is for, because chain names are short.

use super::port::PortName;
use crate::api::sha256;
use std::fmt;
use std::net::SocketAddrV4;

/// Sixteen characters of a base32 SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash([u8; 16]);

impl Hash {
    /// The hash of a Service port: `KUBE-SVC-`, `-SVL-`, `-EXT-` and `-FW-` share it.
    pub fn of_port(name: &PortName) -> Self {
        Self::of(&format!("{name}{}", name.protocol.as_str().to_lowercase()))
    }

    /// The hash of one endpoint of a Service port, for `KUBE-SEP-`.
    pub fn of_endpoint(name: &PortName, endpoint: SocketAddrV4) -> Self {
        Self::of(&format!("{name}{}{endpoint}", name.protocol.as_str().to_lowercase()))
    }

    /// The first sixteen characters of the base32 (RFC 4648) SHA-256 of a text: ten bytes.
    pub(super) fn of(text: &str) -> Self {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let digest = sha256(text.as_bytes());
        let mut out = [0; 16];
        for (index, slot) in out.iter_mut().enumerate() {
            let bit = index * 5;
            let pair = u16::from(digest[bit / 8]) << 8 | u16::from(digest[bit / 8 + 1]);
            *slot = ALPHABET[usize::from(pair >> (11 - bit % 8) & 31)];
        }
        Self(out)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::service::Protocol;
    use crate::api::{Key, Kind};

    /// Names that every kubeadm cluster has.
    #[test]
    fn hashes_are_those_of_real_clusters() {
        let https = PortName {
            service: Key::new(Kind::Service, "default", "kubernetes"),
            port: "https".into(),
            protocol: Protocol::Tcp,
        };
        assert_eq!(Hash::of_port(&https).to_string(), "NPX46M4PTMTKRN6Y");
        let dns = PortName {
            service: Key::new(Kind::Service, "kube-system", "kube-dns"),
            port: "dns".into(),
            protocol: Protocol::Udp,
        };
        assert_eq!(Hash::of_port(&dns).to_string(), "TCOU7JCQXEZGVUNU");
    }
}
