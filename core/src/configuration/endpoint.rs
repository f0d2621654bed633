//! Where the services are: host names by partition, region and kind of endpoint.

use alloc::format;
use alloc::string::String;

use crate::error::InvalidInput;

/// The URL that every request of a client goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// AWS's own endpoint of a service in a region. A region of no known partition is taken to be in `aws`, as AWS does.
    ///
    /// <https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html>
    ///
    /// # Errors
    /// When the region is not made of lower-case letters, digits and hyphens.
    pub fn for_service(service: Service, region: &str, variant: EndpointVariant) -> Result<Self, InvalidInput> {
        if !is_region(region) {
            return Err(InvalidInput::new("region", "must be lower-case letters, digits and hyphens"));
        }
        let partition = Partition::for_region(region);
        let fips = if variant.fips && !service.is_fips_already(partition, region, variant) { "-fips" } else { "" };
        let suffix = if variant.dual_stack && service.has_dual_stack(partition, region, variant) {
            partition.dual_stack_suffix
        } else {
            partition.suffix
        };
        Ok(Self(format!("https://{}{fips}.{region}.{suffix}/", service.host_prefix())))
    }

    /// An endpoint of the caller's own, such as a proxy: scheme, host, and if need be port and path.
    ///
    /// # Errors
    /// When it is no such URL, or not `https`. Plain `http` is taken for this machine only (`localhost`, `127.0.0.0/8`,
    /// `[::1]`); see [`insecure`](Self::insecure).
    pub fn custom(url: &str) -> Result<Self, InvalidInput> {
        let (scheme, endpoint) = parse(url)?;
        if scheme == Scheme::Http { Err(InvalidInput::new("endpoint", "must be https")) } else { Ok(endpoint) }
    }

    /// As [`custom`](Self::custom), but plain `http` is taken for any host. Passwords sent by USER_PASSWORD_AUTH, and
    /// all tokens, then cross the network in the clear: for test networks only.
    ///
    /// # Errors
    /// When it is no URL of scheme, host, and if need be port and path.
    pub fn insecure(url: &str) -> Result<Self, InvalidInput> {
        parse(url).map(|(_, endpoint)| endpoint)
    }

    /// The URL, with a path.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0
    }
}

/// A service that this crate speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// User pools, `cognito-idp`.
    UserPools,
    /// Identity pools, `cognito-identity`.
    IdentityPools,
    /// The Security Token Service, `sts`.
    Sts,
}

impl Service {
    fn host_prefix(self) -> &'static str {
        match self {
            Self::UserPools => "cognito-idp",
            Self::IdentityPools => "cognito-identity",
            Self::Sts => "sts",
        }
    }

    /// GovCloud's ordinary STS endpoints are FIPS endpoints, and have no other name.
    fn is_fips_already(self, partition: &Partition, region: &str, variant: EndpointVariant) -> bool {
        self == Self::Sts && partition.suffix == "amazonaws.com" && is_gov_cloud(region) && !variant.dual_stack
    }

    /// In the `aws` partition both halves of Cognito answer IPv6 under their ordinary names. Their FIPS endpoints do so
    /// in the four regions that had them first; elsewhere these have a dual-stack name.
    fn has_dual_stack(self, partition: &Partition, region: &str, variant: EndpointVariant) -> bool {
        const FIRST_FIPS_REGIONS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];
        let commercial = partition.suffix == "amazonaws.com" && !is_gov_cloud(region);
        self == Self::Sts || !commercial || (variant.fips && !FIRST_FIPS_REGIONS.contains(&region))
    }
}

/// Which of a service's endpoints; the default is the ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct EndpointVariant {
    /// Cryptography validated under FIPS 140.
    pub fips: bool,
    /// Reachable over IPv6 too.
    pub dual_stack: bool,
}

impl EndpointVariant {
    /// The ordinary endpoint.
    #[must_use]
    pub const fn new() -> Self {
        Self { fips: false, dual_stack: false }
    }

    /// The same with cryptography validated under FIPS 140.
    #[must_use]
    pub const fn with_fips(self) -> Self {
        Self { fips: true, ..self }
    }

    /// The same, reachable over IPv6 too.
    #[must_use]
    pub const fn with_dual_stack(self) -> Self {
        Self { dual_stack: true, ..self }
    }
}

/// A group of regions with domains of its own.
struct Partition {
    suffix: &'static str,
    dual_stack_suffix: &'static str,
}

impl Partition {
    fn for_region(region: &str) -> &'static Self {
        let by_prefix = PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix));
        by_prefix.map_or(&AWS, |(_, partition)| partition)
    }
}

const AWS: Partition = Partition { suffix: "amazonaws.com", dual_stack_suffix: "api.aws" };

/// By the beginning of the region's name. GovCloud has the domains of `aws`.
const PARTITIONS: [(&str, Partition); 6] = [
    ("cn-", Partition { suffix: "amazonaws.com.cn", dual_stack_suffix: "api.amazonwebservices.com.cn" }),
    ("eusc-", Partition { suffix: "amazonaws.eu", dual_stack_suffix: "api.amazonwebservices.eu" }),
    ("us-iso-", Partition { suffix: "c2s.ic.gov", dual_stack_suffix: "api.aws.ic.gov" }),
    ("us-isob-", Partition { suffix: "sc2s.sgov.gov", dual_stack_suffix: "api.aws.scloud" }),
    ("eu-isoe-", Partition { suffix: "cloud.adc-e.uk", dual_stack_suffix: "api.cloud-aws.adc-e.uk" }),
    ("us-isof-", Partition { suffix: "csp.hci.ic.gov", dual_stack_suffix: "api.aws.hci.ic.gov" }),
];

/// The domain of AWS in a region: `amazonaws.com` in most.
pub(crate) fn domain_of(region: &str) -> &'static str {
    Partition::for_region(region).suffix
}

fn is_gov_cloud(region: &str) -> bool {
    region.starts_with("us-gov-")
}

pub(crate) fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[derive(PartialEq, Eq)]
enum Scheme {
    /// `https`, or `http` on this machine.
    Safe,
    /// `http` to elsewhere.
    Http,
}

fn parse(url: &str) -> Result<(Scheme, Endpoint), InvalidInput> {
    let problem = |text| InvalidInput::new("endpoint", text);
    let (scheme, rest) = url.split_once("://").ok_or(problem("must begin with https://"))?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = split_port(authority).ok_or(problem("has no host"))?;
    let is_port =
        |port: &str| port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    if !port.is_none_or(is_port) {
        return Err(problem("has a port that is not a number from 1 to 65535"));
    }
    let host_is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let valid = match bracketed {
        Some(address) => address.parse::<core::net::Ipv6Addr>().is_ok(),
        None => host.bytes().all(host_is_plain) && host.split('.').all(|label| !label.is_empty()),
    };
    if !valid {
        return Err(problem("has a host that is neither a name nor an address"));
    }
    if !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>\\^`{|}".contains(&byte)) {
        return Err(problem("must have no query, no fragment and no unescaped characters"));
    }
    let scheme = match scheme {
        "https" => Scheme::Safe,
        "http" if is_loopback(host) => Scheme::Safe,
        "http" => Scheme::Http,
        _ => return Err(problem("must begin with https://")),
    };
    let path = if path.is_empty() { "/" } else { "" };
    Ok((scheme, Endpoint(format!("{url}{path}"))))
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let after_address = authority.rfind(']').unwrap_or(0);
    match authority.rfind(':').filter(|colon| *colon > after_address) {
        Some(colon) => authority.split_at_checked(colon).map(|(host, port)| (host, port.get(1..))),
        None => (!authority.is_empty()).then_some((authority, None)),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<core::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    address || host == "[::1]" || host.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vectors {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        service: String,
        region: String,
        fips: bool,
        dual_stack: bool,
        url: String,
    }

    #[test]
    fn every_endpoint_of_every_partition_is_where_aws_says() {
        let vectors: Vectors = serde_json::from_str(include_str!("endpoint/vectors.json")).unwrap();
        assert_eq!(vectors.cases.len(), 576);
        for case in vectors.cases {
            let service = [Service::UserPools, Service::IdentityPools, Service::Sts]
                .into_iter()
                .find(|service| service.host_prefix() == case.service)
                .unwrap();
            let variant = EndpointVariant { fips: case.fips, dual_stack: case.dual_stack };
            let endpoint = Endpoint::for_service(service, &case.region, variant).unwrap();
            assert_eq!(endpoint.url(), format!("{}/", case.url), "{} {} {variant:?}", case.service, case.region);
        }
    }

    #[test]
    fn a_region_that_would_change_the_host_is_refused() {
        for region in ["", "evil.example/", "us-east-1.evil", "US-EAST-1", "us east", "us-east-1@"] {
            assert!(Endpoint::for_service(Service::UserPools, region, EndpointVariant::default()).is_err(), "{region}");
        }
    }

    #[test]
    fn an_endpoint_of_ones_own_keeps_port_and_path() {
        for (given, used) in [
            ("https://auth.example.com", "https://auth.example.com/"),
            ("https://auth.example.com:8443/cognito/v1", "https://auth.example.com:8443/cognito/v1"),
            ("https://auth.example.com/a/", "https://auth.example.com/a/"),
            ("http://127.0.0.1:5802", "http://127.0.0.1:5802/"),
            ("http://127.9.9.9", "http://127.9.9.9/"),
            ("http://localhost:9229", "http://localhost:9229/"),
            ("http://[::1]:80/x", "http://[::1]:80/x"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]/"),
        ] {
            assert_eq!(Endpoint::custom(given).unwrap().url(), used);
        }
    }

    #[test]
    fn an_endpoint_that_is_no_plain_url_is_refused() {
        for url in [
            "",
            "auth.example.com",
            "https://",
            "https:///path",
            "ftp://auth.example.com",
            "https://user:pass@auth.example.com",
            "https://auth.example.com:99999",
            "https://auth.example.com:",
            "https://auth.example.com:0",
            "https://auth.example.com:+443",
            "https://auth..example.com",
            "https://..",
            "https://auth.example.com/a?b=c",
            "https://auth.example.com/a#b",
            "https://auth.example.com/a b",
            "https://auth.example.com/\r\nx: y",
            "https://[zz]/",
            "https://[::1",
        ] {
            assert!(Endpoint::insecure(url).is_err(), "{url}");
        }
    }

    #[test]
    fn plain_http_to_another_machine_must_be_asked_for() {
        for url in ["http://auth.example.com", "http://127.0.0.1.example.com/", "http://10.0.0.1:80"] {
            assert!(Endpoint::custom(url).is_err(), "{url}");
            assert!(Endpoint::insecure(url).is_ok(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn an_endpoint_of_ones_own_is_the_url_that_was_given_and_can_be_given_again(
            host in "[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?(\\.[a-z0-9]{1,8}){0,3}|\\[::[0-9a-f]{1,4}\\]",
            port in prop::option::of(1_u16..),
            path in "(/[A-Za-z0-9._~!$&'()*+,;=:@%-]{0,8}){0,3}",
        ) {
            let port = port.map_or(String::new(), |port| format!(":{port}"));
            let url = format!("https://{host}{port}{path}");
            let endpoint = Endpoint::custom(&url).unwrap();
            let used = if path.is_empty() { format!("{url}/") } else { url };
            prop_assert_eq!(endpoint.url(), used);
            prop_assert_eq!(Endpoint::custom(endpoint.url()), Ok(endpoint));
        }

        #[test]
        fn any_text_is_an_endpoint_or_an_error(text in ".{0,60}") {
            let _ = Endpoint::insecure(&text);
        }
    }
}
