//! The endpoints of the services. The host name depends on the partition, the region and the variant.

use alloc::format;
use alloc::string::String;

use crate::error::InvalidInput;

/// The URL to which all requests of a client are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Returns AWS's own endpoint of a service in a region. If this crate does not know the partition of the
    /// region, the endpoint is in the partition `aws`. The AWS SDKs follow the same rule.
    ///
    /// <https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html>
    ///
    /// # Errors
    /// When the region is empty or contains characters other than lower-case letters, digits and hyphens.
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

    /// Creates an endpoint from a URL, such as the URL of a proxy. The URL has a scheme, a host, and
    /// optionally a port and a path.
    ///
    /// # Errors
    /// When the URL is invalid or its scheme is not `https`. Plain `http` is allowed only for the local
    /// machine (`localhost`, `127.0.0.0/8`, `[::1]`). For plain `http` to other hosts,
    /// see [`insecure`](Self::insecure).
    pub fn custom(url: &str) -> Result<Self, InvalidInput> {
        let (scheme, endpoint) = parse(url)?;
        if scheme == Scheme::Http {
            Err(InvalidInput::new("endpoint", "must use https, except on this machine"))
        } else {
            Ok(endpoint)
        }
    }

    /// Creates an endpoint from a URL. Unlike [`custom`](Self::custom), this function allows plain `http` for
    /// any host. With plain `http`, all tokens and the passwords of `USER_PASSWORD_AUTH` are sent
    /// unencrypted. Use plain `http` only in test networks.
    ///
    /// # Errors
    /// When the URL is invalid: it must have a scheme, a host, and optionally a port and a path.
    pub fn insecure(url: &str) -> Result<Self, InvalidInput> {
        parse(url).map(|(_, endpoint)| endpoint)
    }

    /// Returns whether this URL is one of AWS's own endpoints of a service in a region, in any variant.
    pub(crate) fn is_of_aws(url: &str, service: Service, region: &str) -> bool {
        [(false, false), (false, true), (true, false), (true, true)].into_iter().any(|(fips, dual_stack)| {
            let variant = EndpointVariant { fips, dual_stack };
            Self::for_service(service, region, variant).is_ok_and(|endpoint| endpoint.url() == url)
        })
    }

    /// Returns the URL, which always has a path.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0
    }
}

/// An AWS service to which this crate sends requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Amazon Cognito user pools, with the host prefix `cognito-idp`.
    UserPools,
    /// Amazon Cognito identity pools, with the host prefix `cognito-identity`.
    IdentityPools,
    /// The AWS Security Token Service, with the host prefix `sts`.
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

    /// Returns whether the default endpoint of the service is already a FIPS endpoint. In GovCloud, the
    /// default STS endpoints are FIPS endpoints, and STS has no separate host names for FIPS.
    fn is_fips_already(self, partition: &Partition, region: &str, variant: EndpointVariant) -> bool {
        self == Self::Sts && partition.suffix == "amazonaws.com" && is_gov_cloud(region) && !variant.dual_stack
    }

    /// Returns whether the service has a separate host name for dual stack. In the partition `aws`, the
    /// default endpoints of user pools and identity pools already accept IPv6. The FIPS endpoints in the four
    /// regions below also accept IPv6. In the other regions of `aws`, FIPS endpoints have a separate host
    /// name for dual stack.
    fn has_dual_stack(self, partition: &Partition, region: &str, variant: EndpointVariant) -> bool {
        const FIRST_FIPS_REGIONS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];
        let commercial = partition.suffix == "amazonaws.com" && !is_gov_cloud(region);
        self == Self::Sts || !commercial || (variant.fips && !FIRST_FIPS_REGIONS.contains(&region))
    }
}

/// The kind of endpoint that requests use: with or without FIPS, and with or without dual stack. The default
/// is an endpoint without FIPS and without dual stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct EndpointVariant {
    /// Whether to use the endpoint whose cryptography is validated under FIPS 140.
    pub fips: bool,
    /// Whether to use the endpoint that accepts both IPv4 and IPv6.
    pub dual_stack: bool,
}

impl EndpointVariant {
    /// Returns the variant with neither FIPS nor dual stack.
    #[must_use]
    pub const fn new() -> Self {
        Self { fips: false, dual_stack: false }
    }

    /// Selects the endpoint whose cryptography is validated under FIPS 140.
    #[must_use]
    pub const fn with_fips(self) -> Self {
        Self { fips: true, ..self }
    }

    /// Selects the endpoint that accepts both IPv4 and IPv6.
    #[must_use]
    pub const fn with_dual_stack(self) -> Self {
        Self { dual_stack: true, ..self }
    }
}

/// The domains of an AWS partition. A partition is a group of regions.
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

/// The partitions other than `aws`, and for each partition the prefix of its region names. GovCloud is
/// absent, because GovCloud uses the domains of `aws`.
const PARTITIONS: [(&str, Partition); 6] = [
    ("cn-", Partition { suffix: "amazonaws.com.cn", dual_stack_suffix: "api.amazonwebservices.com.cn" }),
    ("eusc-", Partition { suffix: "amazonaws.eu", dual_stack_suffix: "api.amazonwebservices.eu" }),
    ("us-iso-", Partition { suffix: "c2s.ic.gov", dual_stack_suffix: "api.aws.ic.gov" }),
    ("us-isob-", Partition { suffix: "sc2s.sgov.gov", dual_stack_suffix: "api.aws.scloud" }),
    ("eu-isoe-", Partition { suffix: "cloud.adc-e.uk", dual_stack_suffix: "api.cloud-aws.adc-e.uk" }),
    ("us-isof-", Partition { suffix: "csp.hci.ic.gov", dual_stack_suffix: "api.aws.hci.ic.gov" }),
];

/// Returns the domain of AWS's endpoints in a region: `amazonaws.com` in most regions.
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
    /// The scheme is `https`, or the scheme is `http` and the host is the local machine.
    Safe,
    /// The scheme is `http` and the host is another machine.
    Http,
}

fn parse(url: &str) -> Result<(Scheme, Endpoint), InvalidInput> {
    let invalid = |problem| InvalidInput::new("endpoint", problem);
    let (scheme, rest) = url.split_once("://").ok_or(invalid("must begin with https://"))?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = split_port(authority).ok_or(invalid("has no host"))?;
    let is_port =
        |port: &str| port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    if !port.is_none_or(is_port) {
        return Err(invalid("must have a port from 1 to 65535"));
    }
    let host_is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_valid_host = match bracketed {
        Some(address) => address.parse::<core::net::Ipv6Addr>().is_ok(),
        None => host.bytes().all(host_is_plain) && host.split('.').all(|label| !label.is_empty()),
    };
    if !is_valid_host {
        return Err(invalid("must have a host that is a name or an IP address"));
    }
    if !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>\\^`{|}".contains(&byte)) {
        return Err(invalid("must have no query, no fragment and no unescaped characters"));
    }
    let scheme = match scheme {
        "https" => Scheme::Safe,
        "http" if is_loopback(host) => Scheme::Safe,
        "http" => Scheme::Http,
        _ => return Err(invalid("must begin with https://")),
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
    fn endpoints_of_all_partitions_match_the_rules_of_aws() {
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
    fn a_region_that_would_change_the_host_is_rejected() {
        for region in ["", "evil.example/", "us-east-1.evil", "US-EAST-1", "us east", "us-east-1@"] {
            assert!(Endpoint::for_service(Service::UserPools, region, EndpointVariant::default()).is_err(), "{region}");
        }
    }

    #[test]
    fn a_custom_endpoint_keeps_its_port_and_path() {
        for (input, url) in [
            ("https://auth.example.com", "https://auth.example.com/"),
            ("https://auth.example.com:8443/cognito/v1", "https://auth.example.com:8443/cognito/v1"),
            ("https://auth.example.com/a/", "https://auth.example.com/a/"),
            ("http://127.0.0.1:5802", "http://127.0.0.1:5802/"),
            ("http://127.9.9.9", "http://127.9.9.9/"),
            ("http://localhost:9229", "http://localhost:9229/"),
            ("http://[::1]:80/x", "http://[::1]:80/x"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]/"),
        ] {
            assert_eq!(Endpoint::custom(input).unwrap().url(), url);
        }
    }

    #[test]
    fn an_invalid_endpoint_url_is_rejected() {
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
    fn plain_http_to_another_machine_needs_insecure() {
        for url in ["http://auth.example.com", "http://127.0.0.1.example.com/", "http://10.0.0.1:80"] {
            assert!(Endpoint::custom(url).is_err(), "{url}");
            assert!(Endpoint::insecure(url).is_ok(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn a_custom_endpoint_keeps_its_url_and_parses_again(
            host in "[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?(\\.[a-z0-9]{1,8}){0,3}|\\[::[0-9a-f]{1,4}\\]",
            port in prop::option::of(1_u16..),
            path in "(/[A-Za-z0-9._~!$&'()*+,;=:@%-]{0,8}){0,3}",
        ) {
            let port = port.map_or(String::new(), |port| format!(":{port}"));
            let url = format!("https://{host}{port}{path}");
            let endpoint = Endpoint::custom(&url).unwrap();
            let with_path = if path.is_empty() { format!("{url}/") } else { url };
            prop_assert_eq!(endpoint.url(), with_path);
            prop_assert_eq!(Endpoint::custom(endpoint.url()), Ok(endpoint));
        }

        #[test]
        fn parsing_any_text_as_an_endpoint_does_not_panic(text in ".{0,60}") {
            let _ = Endpoint::insecure(&text);
        }
    }
}
