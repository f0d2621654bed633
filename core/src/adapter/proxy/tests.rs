use alloc::format;
use alloc::string::ToString;

use super::*;

const SERVICE: &str = "service.example.com";

fn proxies(variables: &[(&str, &str)]) -> Proxies {
    Proxies::from_variables(true, |name| {
        variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| value.into())
    })
}

/// Returns the proxy for a URL as text, `direct` if the URL needs no proxy, or `unusable` if the proxy is
/// unusable.
fn way(variables: &[(&str, &str)], scheme: &str, host: &str) -> String {
    match proxies(variables).for_url(scheme, host) {
        Ok(None) => "direct".to_string(),
        Ok(Some(proxy)) => proxy.to_string(),
        Err(_) => "unusable".to_string(),
    }
}

fn parsed(value: &str) -> Result<Proxy, UnusableProxy> {
    proxies(&[("ALL_PROXY", value)]).for_url("https", SERVICE).map(|proxy| proxy.unwrap().clone())
}

#[test]
fn each_scheme_reads_its_own_variables_in_order() {
    let (a, b, at_a, at_b) = ("http://a:1", "http://b:2", "http://a:1", "http://b:2");
    for (variables, https, http) in [
        (&[][..], "direct", "direct"),
        (&[("HTTPS_PROXY", a)], at_a, "direct"),
        (&[("https_proxy", a), ("HTTPS_PROXY", b)], at_a, "direct"),
        (&[("https_proxy", ""), ("HTTPS_PROXY", b)], at_b, "direct"),
        (&[("https_proxy", ""), ("ALL_PROXY", b)], at_b, at_b),
        (&[("HTTP_PROXY", a)], "direct", "direct"),
        (&[("http_proxy", a)], "direct", at_a),
        (&[("HTTP_PROXY", a), ("ALL_PROXY", b)], at_b, at_b),
        (&[("HTTPS_PROXY", a), ("ALL_PROXY", b)], at_a, at_b),
        (&[("all_proxy", a), ("ALL_PROXY", b)], at_a, at_a),
        (&[("all_proxy", ""), ("ALL_PROXY", b)], at_b, at_b),
        (&[("ALL_PROXY", "")], "direct", "direct"),
        // An invalid value causes an error only if the request needs the value. A later variable never
        // replaces an invalid value.
        (&[("HTTPS_PROXY", a), ("ALL_PROXY", "http://")], at_a, "unusable"),
        (&[("HTTPS_PROXY", "http://"), ("ALL_PROXY", b)], "unusable", at_b),
        (&[("HTTPS_PROXY", "http://"), ("NO_PROXY", "*")], "direct", "direct"),
    ] {
        assert_eq!(way(variables, "https", SERVICE), https, "{variables:?}");
        assert_eq!(way(variables, "http", SERVICE), http, "{variables:?}");
    }
}

#[test]
fn the_local_machine_needs_no_proxy() {
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        for value in ["http://a:1", "http://"] {
            assert_eq!(way(&[("ALL_PROXY", value)], "http", host), "direct");
        }
    }
}

#[test]
fn a_value_is_read_as_curl_reads_it() {
    for (value, proxy) in [
        ("proxy", "http://proxy:1080"),
        ("proxy:3128", "http://proxy:3128"),
        ("http://proxy", "http://proxy:1080"),
        ("http://proxy:", "http://proxy:1080"),
        ("HTTP://proxy:3128/path?query", "http://proxy:3128"),
        ("https://proxy", "https://proxy:443"),
        ("[::1]:9", "http://[::1]:9"),
        ("http://[2001:db8::1]", "http://[2001:db8::1]:1080"),
        ("10.0.0.1:8080", "http://10.0.0.1:8080"),
        ("socks://proxy", "socks4://proxy:1080"),
        ("socks4a://proxy:9", "socks4a://proxy:9"),
        ("socks5://proxy:9", "socks5://proxy:9"),
        ("SOCKS5H://proxy:9", "socks5h://proxy:9"),
    ] {
        assert_eq!(parsed(value).unwrap().to_string(), proxy, "{value}");
    }
}

#[test]
fn credentials_are_percent_decoded() {
    for (value, user, password) in [
        ("http://user:pass@proxy", "user", "pass"),
        ("us%40er:p%3Aw%2f@proxy", "us@er", "p:w/"),
        ("user@proxy", "user", ""),
        ("http://:pass@proxy", "", "pass"),
        ("us%zzer:100%@proxy", "us%zzer", "100%"),
        ("us+er:a:b@proxy", "us+er", "a:b"),
        ("caf%C3%A9:%+1@proxy", "café", "%+1"),
    ] {
        let proxy = parsed(value).unwrap();
        let found = proxy.user().map(|(user, password)| (user, password.expose()));
        assert_eq!((found, proxy.host()), (Some((user, password)), "proxy"), "{value}");
    }
}

#[test]
fn a_value_that_is_no_proxy_is_an_error_not_a_direct_way() {
    for value in [
        "http://",
        "http://[::1",
        "garbage value",
        "http:/127.0.0.1:1",
        "http:127.0.0.1:1",
        "http:///proxy:1",
        "http://us er:pw@proxy:1",
        " http://proxy:1",
        "http://proxy:1 ",
        "ftp://proxy:1",
        "://proxy:1",
        "//proxy:1",
        "::1",
        "http://user:pw@",
        "http://a:b@c@proxy",
        "http://u%00:pw@proxy",
        "http://u%0d%0aX:pw@proxy",
        "http://u%ff:pw@proxy",
        "http://proxy:0",
        "http://proxy:65536",
        "http://proxy:abc",
        "http://proxy:+1",
        "http://[proxy]:1",
        "http://[::1]1",
        "http://1.2.3.4.5:1",
        "http://256.1.1.1:1",
        "http://pro%78y:1",
        "http://proxy\u{7}:1",
    ] {
        let error = parsed(value).unwrap_err();
        assert_eq!(error.variable(), "ALL_PROXY", "{value}");
        assert!(!error.to_string().contains("pw"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf8_is_an_error() {
    use std::os::unix::ffi::OsStringExt;
    let value = OsString::from_vec(b"http://\xff:1".to_vec());
    let proxies = Proxies::from_variables(true, |name| (name == "HTTPS_PROXY").then(|| value.clone()));
    assert!(proxies.for_url("https", SERVICE).is_err());
    assert!(proxies.for_url("http", SERVICE).is_ok());
}

#[test]
fn a_socks_proxy_is_an_error_where_it_is_not_supported() {
    let proxies = Proxies::from_variables(false, |name| (name == "all_proxy").then(|| "socks5://proxy".into()));
    let error = proxies.for_url("https", SERVICE).unwrap_err();
    assert!(error.to_string().contains("SOCKS"), "{error}");
}

#[test]
fn no_proxy_matches_as_in_curl() {
    for (no_proxy, host, matches) in [
        ("*", SERVICE, true),
        (" * ", SERVICE, true),
        ("x,*", SERVICE, false),
        (SERVICE, SERVICE, true),
        ("SERVICE.Example.COM", SERVICE, true),
        (SERVICE, "Service.EXAMPLE.com", true),
        ("service.example.com.", SERVICE, true),
        (SERVICE, "service.example.com.", true),
        ("example.com", SERVICE, true),
        (".example.com", SERVICE, true),
        ("*.example.com", SERVICE, true),
        (".service.example.com", SERVICE, true),
        ("x, example.com", SERVICE, true),
        ("x example.com", SERVICE, true),
        ("x,,\texample.com", SERVICE, true),
        ("vice.example.com", SERVICE, false),
        ("service.example.com:443", SERVICE, false),
        ("example.com;x", SERVICE, false),
        ("..com", SERVICE, false),
        (".", SERVICE, false),
        ("*.", SERVICE, false),
        (",", SERVICE, false),
        ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.0/24", "192.0.2.1", true),
        ("192.0.2.0/24", "192.0.3.1", false),
        ("192.0.2.0/33", "192.0.2.0", false),
        ("192.0.2.0/x", "192.0.2.0", false),
        ("192.0.2.0/0", "192.0.2.1", false),
        ("192.0.2.0/", "192.0.2.0", true),
        ("192.0.2.0/31", "192.0.2.1", true),
        ("192.0.2.0/32", "192.0.2.1", false),
        ("192.0.2.1:80", "192.0.2.1", false),
        ("0.2.1", "192.0.2.1", false),
        ("192.0.2.0/24", SERVICE, false),
        ("2001:db8::1", "[2001:db8::1]", true),
        ("[2001:DB8:0::1]", "[2001:db8::1]", true),
        ("2001:db8::/32", "[2001:db8::1]", true),
        ("[2001:db8::]/32", "2001:db8::1", true),
        ("2001:db8::/129", "[2001:db8::1]", false),
        ("2001:db9::/32", "[2001:db8::1]", false),
        ("::ffff:192.0.2.1", "192.0.2.1", false),
    ] {
        let expected = if matches { "direct" } else { "http://a:1" };
        for variable in ["no_proxy", "NO_PROXY"] {
            let found = way(&[("ALL_PROXY", "http://a:1"), (variable, no_proxy)], "https", host);
            assert_eq!(found, expected, "{no_proxy:?} {host}");
        }
    }
}

#[test]
fn no_proxy_in_lower_case_comes_first() {
    let way =
        |lower: &str| way(&[("ALL_PROXY", "http://a:1"), ("no_proxy", lower), ("NO_PROXY", "*")], "https", SERVICE);
    assert_eq!((way("x"), way("")), ("http://a:1".to_string(), "direct".to_string()));
}

#[test]
fn a_proxy_shows_no_credentials() {
    let proxy = parsed("http://us3r:p4ss@proxy:1").unwrap();
    for shown in
        [format!("{proxy:?}"), proxy.to_string(), format!("{:?}", proxies(&[("ALL_PROXY", "http://us3r:p4ss@p")]))]
    {
        assert!(!shown.contains("us3r") && !shown.contains("p4ss"), "{shown}");
    }
}

#[test]
fn settings_without_the_environment_use_no_proxy() {
    let settings = TransportSettings { proxy_from_environment: false, ..TransportSettings::default() };
    let routes = Routes::new(Proxies::from_settings(&settings, true), |proxy| proxy.is_some());
    assert_eq!(routes.for_url("https", SERVICE), Ok((&false, None)));
}

#[test]
fn each_proxy_has_a_client() {
    let proxies =
        proxies(&[("https_proxy", "http://a:1"), ("all_proxy", "http://b:2"), ("no_proxy", "direct.example.com")]);
    let routes = Routes::new(proxies, |proxy| proxy.map(ToString::to_string));
    for (scheme, host, client) in [
        ("https", SERVICE, Some("http://a:1")),
        ("HTTP", SERVICE, Some("http://b:2")),
        ("https", "direct.example.com", None),
    ] {
        let (found, proxy) = routes.for_url(scheme, host).unwrap();
        assert_eq!((found.as_deref(), proxy.map(ToString::to_string).as_deref()), (client, client));
    }
}
