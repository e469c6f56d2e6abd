//! Who is at the other end: the address that a request really comes from, whatever its headers say.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client that a request comes from: an address, of IPv6 its network, since whoever has one address there has 2⁶⁴.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(IpAddr);

/// The networks of the proxies in front, whose word on where a request comes from is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// On a request that reaches the gateway as a service: the address of the socket that it came through.
#[derive(Debug, Clone, Copy)]
pub struct Socket(pub IpAddr);

impl Peer {
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(IpAddr::from([a, b, c, d, 0, 0, 0, 0]))
            }
            address => Self(address),
        }
    }

    pub(crate) fn bits(self) -> u128 {
        match self.0 {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        }
    }
}

impl TrustedProxies {
    #[must_use]
    pub fn new(networks: impl Into<Vec<IpNet>>) -> Self {
        Self(networks.into())
    }

    /// Whether nobody has to be asked who stands behind this address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client of a request that came through `socket`. Each proxy adds to the right of `X-Forwarded-For` whom it
    /// heard from, so the first address from the right that is no proxy's is the client; what stands left of it,
    /// anybody may have written.
    pub(crate) fn client(&self, socket: IpAddr, headers: &HeaderMap) -> Peer {
        let mut nearest = socket;
        for text in headers.get_all(FORWARDED_FOR).iter().rev() {
            for entry in text.to_str().unwrap_or_default().rsplit(',') {
                if !self.contains(nearest) {
                    return Peer::new(nearest);
                }
                let Ok(address) = entry.trim().parse() else {
                    return Peer::new(nearest);
                };
                nearest = address;
            }
        }
        Peer::new(nearest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[track_caller]
    fn check(socket: &str, forwarded: &[&'static str], expected: &str) {
        let networks: Vec<IpNet> = ["10.0.0.0/8", "::1/128"]
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, http::HeaderValue::from_static(value));
        }
        let client = address(socket).map(|socket| TrustedProxies::new(networks).client(socket, &headers));
        assert_eq!(client, address(expected).map(Peer), "{socket} {forwarded:?}");
    }

    /// ATK-P8: whoever writes `X-Forwarded-For` stays who they are.
    #[test]
    fn only_trusted_proxies_are_believed() {
        check("203.0.113.7", &[], "203.0.113.7");
        check("203.0.113.7", &["198.51.100.1"], "203.0.113.7");
        check("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["192.0.2.1, 198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["192.0.2.1, 198.51.100.1, 10.0.0.2"], "198.51.100.1");
        check(
            "10.0.0.1",
            &["192.0.2.1", "198.51.100.1,10.0.0.2"],
            "198.51.100.1",
        );
        check("10.0.0.1", &["198.51.100.1", "10.0.0.2"], "198.51.100.1");
        check("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("::1", &["2001:db8::1"], "2001:db8::");
    }

    #[test]
    fn what_is_no_address_is_nobody_s() {
        check("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1");
        check("10.0.0.1", &["198.51.100.1,"], "10.0.0.1");
        check("10.0.0.1", &["198.51.100.1:80"], "10.0.0.1");
        check("10.0.0.1", &["10.0.0.3"], "10.0.0.3");
    }

    #[test]
    fn neighbours_in_a_network_are_one() {
        check("2001:db8:1:2:aaaa::1", &[], "2001:db8:1:2::");
        check("2001:db8:1:2:bbbb::2", &[], "2001:db8:1:2::");
        check("2001:db8:1:3::1", &[], "2001:db8:1:3::");
    }
}
