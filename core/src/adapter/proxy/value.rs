//! The value of a variable that names a proxy: `[scheme://][user[:password]@]host[:port][/]`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::{Proxy, ProxyScheme};
use crate::secret::Password;

/// Parses the value of a variable. The error says why the value is invalid, but does not repeat the value.
pub(super) fn parse(value: &str) -> Result<Proxy, &'static str> {
    if value.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err("it contains white space or a control character");
    }
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (self::scheme(scheme)?, rest),
        None if value.contains(":/") => return Err("its scheme is not followed by `://`"),
        None => (ProxyScheme::Http, value),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, host) = match authority.split_once('@') {
        Some((user, host)) => (Some(self::user(user)?), host),
        None => (None, authority),
    };
    let (host, port) = host_and_port(host)?;
    let default = if scheme == ProxyScheme::Https { 443 } else { 1080 };
    let port = match port {
        "" => default,
        port if port.bytes().all(|digit| digit.is_ascii_digit()) => {
            port.parse().ok().filter(|port| *port != 0).ok_or("its port is not between 1 and 65535")?
        }
        _ => return Err("its port is not a number"),
    };
    Ok(Proxy { scheme, host, port, user })
}

fn scheme(scheme: &str) -> Result<ProxyScheme, &'static str> {
    Ok(match scheme.to_ascii_lowercase().as_str() {
        "http" => ProxyScheme::Http,
        "https" => ProxyScheme::Https,
        // As in curl, the scheme `socks` means SOCKS 4.
        "socks" | "socks4" => ProxyScheme::Socks4,
        "socks4a" => ProxyScheme::Socks4a,
        "socks5" => ProxyScheme::Socks5,
        "socks5h" => ProxyScheme::Socks5h,
        _ => return Err("its scheme is not http, https, socks4, socks4a, socks5 or socks5h"),
    })
}

/// Parses `user`, `user:password` or `:password`.
fn user(text: &str) -> Result<(String, Password), &'static str> {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Ok((decoded(user)?, Password::new(decoded(password)?)))
}

/// Decodes percent-encoded bytes. A percent sign without two hexadecimal digits after it stays unchanged.
fn decoded(text: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let encoded = after.first_chunk::<2>().filter(|_| *first == b'%').and_then(|digits| {
            let digits = core::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            u8::from_str_radix(digits, 16).ok()
        });
        match encoded {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| "its user name or password is not UTF-8")?;
    match text.chars().any(char::is_control) {
        true => Err("its user name or password contains a control character"),
        false => Ok(text),
    }
}

fn host_and_port(text: &str) -> Result<(String, &str), &'static str> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']').ok_or("its IPv6 address has no closing bracket")?;
        address.parse::<Ipv6Addr>().map_err(|_| "its host is not an IPv6 address")?;
        let port = match port.strip_prefix(':') {
            Some(port) => port,
            None if port.is_empty() => "",
            None => return Err("its port does not follow the host"),
        };
        return Ok((alloc::format!("[{address}]"), port));
    }
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    if host.is_empty() {
        return Err("it has no host");
    }
    // If a host ends in a number, URL parsers accept the host only if it is an IPv4 address.
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|digit| digit.is_ascii_digit()) && host.parse::<Ipv4Addr>().is_err() {
        return Err("its host is not an IPv4 address");
    }
    let is_valid = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'.' | b'_');
    match host.bytes().all(is_valid) {
        true => Ok((host.to_owned(), port)),
        false => Err("its host is not a host name"),
    }
}
