//! IPv4 ranges.

use std::fmt;
use std::net::Ipv4Addr;

/// A range of addresses: `10.244.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr {
    base: u32,
    length: u8,
}

impl Cidr {
    /// The range of `length` leading bits around `address`.
    pub fn new(address: Ipv4Addr, length: u8) -> Self {
        let length = length.min(32);
        Self { base: u32::from(address) & mask(length), length }
    }

    /// Reads `10.244.0.0/16`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let length = length.parse().ok().filter(|length| *length <= 32)?;
        Some(Self::new(address.parse().ok()?, length))
    }

    /// Whether the range holds `address`.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        u32::from(address) & mask(self.length) == self.base
    }

    /// The first address of the range.
    pub fn address(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.base)
    }

    /// The last usable address of the range: the one before its broadcast address.
    pub fn last(&self) -> Ipv4Addr {
        Ipv4Addr::from((self.base | !mask(self.length)).saturating_sub(1))
    }

    /// The number of leading bits all addresses share.
    pub fn length(&self) -> u8 {
        self.length
    }
}

fn mask(length: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(), self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    #[test]
    fn ranges_hold_what_their_mask_says() {
        for (range, address, held) in [
            ("10.244.0.0/16", "10.244.9.3", true),
            ("10.244.0.0/16", "10.245.0.0", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("192.168.65.3/32", "192.168.65.4", false),
            ("10.96.7.9/12", "10.111.255.255", true),
        ] {
            let range = Cidr::parse(range).expect("a range");
            assert_eq!(range.contains(address.parse().expect("an address")), held, "{range} {address}");
        }
        assert_eq!(Cidr::parse("10.0.0.0/33"), None);
        assert_eq!(Cidr::parse("10.0.0.0"), None);
    }
}
