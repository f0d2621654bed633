//! The hosts that need no proxy.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// The parsed value of the variable `no_proxy` or `NO_PROXY`.
#[derive(Debug, Clone, Default)]
pub(super) enum NoProxy {
    /// Every host needs a proxy.
    #[default]
    None,
    /// No host needs a proxy.
    All,
    /// The hosts that match one of these entries need no proxy.
    Some(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(super) enum Entry {
    /// A host name in lower case, without a dot at either end. The name also matches its subdomains.
    Name(String),
    /// A network: this address, and the number of leading bits that all addresses of the network share.
    Network(IpAddr, u32),
}

impl NoProxy {
    pub(super) fn parse(text: &str) -> Self {
        if text.trim() == "*" {
            return Self::All;
        }
        let entries = text.split(|letter: char| letter == ',' || letter.is_whitespace());
        Self::Some(entries.filter_map(Entry::parse).collect())
    }

    /// Returns whether the host needs no proxy. If `host` is an IPv6 address, it may have brackets.
    pub(super) fn matches(&self, host: &str) -> bool {
        let entries = match self {
            Self::None => return false,
            Self::All => return true,
            Self::Some(entries) => entries,
        };
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => entries.iter().any(|entry| entry.contains(address)),
            Err(_) => {
                let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
                entries.iter().any(|entry| entry.is_domain_of(&host))
            }
        }
    }
}

impl Entry {
    /// Parses one entry. Returns `None` for an invalid entry, which then matches no host.
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let bracketed = address.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
        if let Ok(address) = bracketed.unwrap_or(address).parse::<IpAddr>() {
            let all = if address.is_ipv4() { 32 } else { 128 };
            // As in curl, a network without a number of bits, or with the number 0, is a single address.
            let bits = match bits {
                None | Some("" | "0") => all,
                Some(bits) => bits.parse().ok().filter(|bits| *bits <= all)?,
            };
            return Some(Self::Network(address, bits));
        }
        let name = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')).unwrap_or(text);
        let name = name.strip_suffix('.').unwrap_or(name);
        (!name.is_empty() && bits.is_none()).then(|| Self::Name(name.to_owned().to_ascii_lowercase()))
    }

    fn contains(&self, address: IpAddr) -> bool {
        let differing = |bits: u32, of: u32| of.saturating_sub(bits);
        match (self, address) {
            (Self::Network(IpAddr::V4(network), bits), IpAddr::V4(address)) => {
                let difference = network.to_bits() ^ address.to_bits();
                difference.checked_shr(differing(*bits, 32)).unwrap_or_default() == 0
            }
            (Self::Network(IpAddr::V6(network), bits), IpAddr::V6(address)) => {
                let difference = network.to_bits() ^ address.to_bits();
                difference.checked_shr(differing(*bits, 128)).unwrap_or_default() == 0
            }
            _ => false,
        }
    }

    fn is_domain_of(&self, host: &str) -> bool {
        let Self::Name(name) = self else { return false };
        host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}
