//! What both adapters do with the proxies and the certificates that the environment names. Each case runs in
//! a process of its own, because a test cannot change its own environment.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cognito_blocking::TransportSettings;
use cognito_core::adapter::RootCertificates;
use cognito_core::error::WithCauses;
use cognito_core::{Headers, Request, SendOutcome};
use cognito_integration_tests::support::adapter::{Adapter, Blocking, Tokio};
use cognito_integration_tests::test_on_both_adapters;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const HTTPS: &str = "https://service.invalid/";
const HTTP: &str = "http://service.invalid/";

/// Sends one request by an adapter with the default settings, and says what came of it.
fn outcome<A: Adapter>(url: &str) -> String {
    let mut settings = TransportSettings::default();
    settings.connect_timeout = Duration::from_secs(2);
    match A::transport(&settings)(&Request::post(url, Headers::default(), Vec::new())) {
        SendOutcome::Answered(response) => format!("status {}", response.status()),
        SendOutcome::NotSent(cause) => format!("not sent: {}", WithCauses::new(&cause)),
        SendOutcome::NoAnswer(cause) => format!("no answer: {}", WithCauses::new(&cause)),
    }
}

/// Not a test: the process in which a case runs.
#[test]
#[ignore = "the other tests of this module run it in a process of its own"]
fn child() {
    let Ok(url) = std::env::var("TEST_URL") else { return };
    println!("blocking> {}", outcome::<Blocking>(&url));
    println!("tokio> {}", outcome::<Tokio>(&url));
}

/// Runs a case and returns what came of it with each adapter.
pub(crate) fn run<V: AsRef<OsStr>>(variables: &[(&str, V)], url: &str) -> [String; 2] {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "environment::child", "--ignored", "--nocapture"]).env_clear().env("TEST_URL", url);
    let output = command.envs(variables.iter().map(|(name, value)| (name, value))).output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    ["blocking> ", "tokio> "].map(|adapter| {
        let found = output.lines().find_map(|line| Some(line.split_once(adapter)?.1.to_owned()));
        found.unwrap_or_else(|| panic!("{adapter}: {output}"))
    })
}

/// A proxy that refuses every request with this status. Returns its address and the heads of the requests.
fn refusing_proxy(status: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut head, mut chunk) = (Vec::new(), [0; 4096]);
            // A client may send the head in several writes.
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read(&mut chunk) {
                    Ok(count) if count > 0 => head.extend_from_slice(&chunk[..count]),
                    _ => break,
                }
            }
            seen.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
            let _ = write!(stream, "HTTP/1.1 {status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (address, heads)
}

/// Returns where a request went: `A`, `B`, `direct`, or `unusable` for an error about the variable.
fn way(outcome: &str, a: &str, b: &str) -> &'static str {
    if outcome.contains("unusable proxy") {
        "unusable"
    } else if outcome.contains(a) || outcome.contains("status 502") {
        "A"
    } else if outcome.contains(b) || outcome.contains("status 503") {
        "B"
    } else if outcome.contains("the host service.invalid was not found") {
        "direct"
    } else {
        panic!("{outcome}")
    }
}

/// The variables, the URL, and where the request goes.
type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str);

/// The last column is what curl 7.88.1 does. `unusable` is its error 5, "Unsupported proxy syntax", or 7,
/// "Unsupported proxy scheme".
#[test]
fn both_adapters_choose_the_proxy_as_curl_does() {
    let ((a, _), (b, _)) = (refusing_proxy(502), refusing_proxy(503));
    let cases: &[Case] = &[
        (&[("HTTPS_PROXY", "http://{A}")], HTTPS, "A"),
        (&[("https_proxy", "{A}")], HTTPS, "A"),
        (&[("https_proxy", "http://{A}"), ("HTTPS_PROXY", "http://{B}")], HTTPS, "A"),
        (&[("https_proxy", ""), ("HTTPS_PROXY", "http://{B}")], HTTPS, "B"),
        (&[("https_proxy", ""), ("all_proxy", "http://{B}")], HTTPS, "B"),
        (&[("all_proxy", ""), ("ALL_PROXY", "http://{B}")], HTTPS, "B"),
        (&[("HTTP_PROXY", "http://{A}")], HTTPS, "direct"),
        (&[("HTTP_PROXY", "http://{A}")], HTTP, "direct"),
        (&[("http_proxy", "http://{A}")], HTTP, "A"),
        (&[("http_proxy", "http://{A}")], HTTPS, "direct"),
        (&[("ALL_PROXY", "http://{A}")], HTTP, "A"),
        (&[("ALL_PROXY", "http://{A}"), ("HTTPS_PROXY", "http://{B}")], HTTPS, "B"),
        (&[("ALL_PROXY", "http://{A}"), ("HTTPS_PROXY", "http://{B}")], HTTP, "A"),
        (&[("ALL_PROXY", "http://"), ("HTTPS_PROXY", "http://{B}")], HTTPS, "B"),
        (&[("HTTPS_PROXY", "http://")], HTTPS, "unusable"),
        (&[("HTTPS_PROXY", "http://")], HTTP, "direct"),
        (&[("HTTPS_PROXY", "http://[::1")], HTTPS, "unusable"),
        (&[("HTTPS_PROXY", "garbage value")], HTTPS, "unusable"),
        // curl accepts one slash.
        (&[("HTTPS_PROXY", "http:/{A}")], HTTPS, "unusable"),
        (&[("HTTPS_PROXY", "http://us er:pw@{A}")], HTTPS, "unusable"),
        (&[("HTTPS_PROXY", "http://a:b@c@{A}")], HTTPS, "unusable"),
        (&[("HTTPS_PROXY", "ftp://{A}")], HTTPS, "unusable"),
        (&[("HTTPS_PROXY", "HTTP://{A}/path?query")], HTTPS, "A"),
        (&[("HTTPS_PROXY", "https://{A}")], HTTPS, "A"),
        (&[("HTTPS_PROXY", "socks5h://{A}")], HTTPS, "A"),
        (&[("HTTPS_PROXY", "socks4a://{A}")], HTTPS, "A"),
        (&[("ALL_PROXY", "http://{A}"), ("no_proxy", "*")], HTTPS, "direct"),
        (&[("ALL_PROXY", "http://"), ("no_proxy", "*")], HTTPS, "direct"),
        (&[("ALL_PROXY", "http://{A}"), ("no_proxy", "x, SERVICE.invalid")], HTTPS, "direct"),
        (&[("ALL_PROXY", "http://{A}"), ("NO_PROXY", ".invalid")], HTTPS, "direct"),
        (&[("ALL_PROXY", "http://{A}"), ("NO_PROXY", "invalid")], HTTPS, "direct"),
        (&[("ALL_PROXY", "http://{A}"), ("NO_PROXY", "vice.invalid")], HTTPS, "A"),
        (&[("ALL_PROXY", "http://{A}"), ("no_proxy", "x"), ("NO_PROXY", "*")], HTTPS, "A"),
        (&[("ALL_PROXY", "http://{A}"), ("no_proxy", ""), ("NO_PROXY", "*")], HTTPS, "direct"),
        (&[("ALL_PROXY", "http://{A}"), ("NO_PROXY", "192.0.2.0/24")], "https://192.0.3.1/", "A"),
        // curl does not know this form.
        (&[("ALL_PROXY", "http://{A}"), ("NO_PROXY", "*.invalid")], HTTPS, "direct"),
    ];
    for (variables, url, expected) in cases {
        let filled = variables.iter().map(|(name, value)| (*name, value.replace("{A}", &a).replace("{B}", &b)));
        for outcome in run(&filled.collect::<Vec<_>>(), url) {
            assert_eq!(way(&outcome, &a, &b), *expected, "{variables:?} {url}: {outcome}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_proxy_that_is_not_utf8_is_never_bypassed() {
    use std::os::unix::ffi::OsStringExt;
    for outcome in run(&[("HTTPS_PROXY", OsString::from_vec(b"http://\xff\xfe:1".to_vec()))], HTTPS) {
        assert!(outcome.contains("HTTPS_PROXY"), "{outcome}");
    }
}

#[test]
fn the_proxy_gets_the_decoded_credentials_and_errors_do_not() {
    let (address, heads) = refusing_proxy(407);
    let proxy = format!("http://us%40er:p%3Aw%2F@{address}");
    for outcome in run(&[("HTTPS_PROXY", &proxy)], "https://service.invalid:8443/") {
        assert!(
            outcome.contains(&format!("the proxy http://{address} did not connect to service.invalid:8443")),
            "{outcome}"
        );
        assert!(!outcome.contains("p%3A") && !outcome.contains("us%40"), "{outcome}");
    }
    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 2);
    for head in heads.iter() {
        assert!(head.starts_with("CONNECT service.invalid:8443 HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("proxy-authorization: basic dxnazxi6cdp3lw=="), "{head}");
    }
}

#[test]
fn errors_name_the_host_or_the_proxy_that_failed() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let at = |scheme: &str| format!("{scheme}://u:s3cret@{closed}");
    for (variables, url, words) in [
        (vec![], HTTPS.to_owned(), "the host service.invalid was not found".to_owned()),
        (vec![], format!("https://{closed}/"), format!("cannot connect to {closed}")),
        (vec![("ALL_PROXY", at("http"))], HTTPS.to_owned(), format!("cannot connect to the proxy http://{closed}")),
        (vec![("ALL_PROXY", at("http"))], HTTP.to_owned(), format!("cannot connect to the proxy http://{closed}")),
        (vec![("ALL_PROXY", at("https"))], HTTPS.to_owned(), format!("cannot connect to the proxy https://{closed}")),
        (
            vec![("ALL_PROXY", at("socks5h"))],
            HTTPS.to_owned(),
            format!("cannot connect to the proxy socks5h://{closed}"),
        ),
        (
            vec![("ALL_PROXY", "http://proxy.invalid:3128".to_owned())],
            HTTPS.to_owned(),
            "the host of the proxy http://proxy.invalid:3128 was not found".to_owned(),
        ),
    ] {
        for outcome in run(&variables, &url) {
            assert!(outcome.starts_with(&format!("not sent: {words}")), "{variables:?} {url}: {outcome}");
            assert!(!outcome.contains("s3cret"), "{outcome}");
        }
    }
    // `reqwest` does not say why it did not reach a SOCKS proxy.
    for outcome in run(&[("ALL_PROXY", "socks5h://u:s3cret@proxy.invalid:3128")], HTTPS) {
        assert!(outcome.contains("the proxy socks5h://proxy.invalid:3128"), "{outcome}");
        assert!(!outcome.contains("s3cret"), "{outcome}");
    }
}

/// A server with a certificate for `localhost` that the test's own authority has signed.
fn tls_server() -> String {
    let certificates = CertificateDer::pem_slice_iter(include_bytes!("certificates/server.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("certificates/server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let certificates = certificates.collect::<Result<_, _>>().unwrap();
    let config = Arc::new(builder.with_no_client_auth().with_single_cert(certificates, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            // A client that does not trust the certificate closes the connection.
            let mut head = [0; 4096];
            if stream.read(&mut head).is_ok_and(|count| count > 0) {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
                let _ = stream.flush();
            }
        }
    });
    url
}

fn certificate(name: &str) -> String {
    format!("{}/tests/adapters/certificates/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_certificate_is_trusted_only_with_its_bundle() {
    let (url, authority) = (tls_server(), certificate("authority.pem"));
    let other = "/etc/ssl/certs/no-such-bundle.pem";
    for (variables, expected) in [
        (vec![], "the TLS handshake with localhost"),
        (vec![("AWS_CA_BUNDLE", &*authority)], "status 200"),
        (vec![("SSL_CERT_FILE", &*authority)], "status 200"),
        (vec![("AWS_CA_BUNDLE", ""), ("SSL_CERT_FILE", &*authority)], "status 200"),
        (vec![("AWS_CA_BUNDLE", &*authority), ("SSL_CERT_FILE", other)], "status 200"),
        (vec![("AWS_CA_BUNDLE", other), ("SSL_CERT_FILE", &*authority)], "which AWS_CA_BUNDLE names, cannot be read"),
        (vec![("SSL_CERT_FILE", other)], "which SSL_CERT_FILE names, cannot be read"),
        (vec![("SSL_CERT_FILE", "/dev/null")], "which SSL_CERT_FILE names, contain no usable certificate"),
    ] {
        for outcome in run(&variables, &url) {
            assert!(outcome.contains(expected), "{variables:?}: {outcome}");
        }
    }
}

fn settings_choose_the_certificates<A: Adapter>() {
    let url = tls_server();
    let authority = certificate("authority.pem");
    let pem = std::fs::read(&authority).unwrap();
    for (roots, expected) in [
        (RootCertificates::Mozilla, false),
        (RootCertificates::Platform, false),
        (RootCertificates::PemFile(authority.into()), true),
        (RootCertificates::PemFile(certificate("").into()), true),
        (RootCertificates::PemFile("no such file".into()), false),
        (RootCertificates::Pem(pem), true),
        (RootCertificates::Pem(Vec::new()), false),
    ] {
        let mut settings = TransportSettings::default();
        settings.root_certificates = roots.clone();
        settings.root_certificates_from_environment = false;
        let outcome = A::transport(&settings)(&Request::post(&url, Headers::default(), Vec::new()));
        assert_eq!(matches!(outcome, SendOutcome::Answered(_)), expected, "{roots:?}: {outcome:?}");
        assert!(expected || matches!(outcome, SendOutcome::NotSent(_)), "{roots:?}: {outcome:?}");
    }
}

test_on_both_adapters! { settings_choose_the_certificates }
