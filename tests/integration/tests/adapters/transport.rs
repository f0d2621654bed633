//! The outcomes that each adapter's HTTP transport reports. Each peer is a scripted socket on the loopback
//! interface.

use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

use cognito_blocking::TransportSettings;
use cognito_core::error::WithCauses;
use cognito_core::operation::{RevokeToken, SignUp};
use cognito_core::{AppClient, Endpoint, Error, Headers, Request, Response, SendOutcome, UserPoolId};
use cognito_integration_tests::support::adapter::{Adapter, Blocking, Tokio};
use cognito_integration_tests::test_on_both_adapters;

use crate::peer::{answering, peer, read_request};

test_on_both_adapters! {
    an_answer_of_any_status_is_a_response,
    a_request_is_sent_unchanged,
    a_refused_connection_is_reported_as_not_sent,
    an_unknown_host_is_reported_as_not_sent,
    a_failed_tls_handshake_is_reported_as_not_sent,
    a_connection_closed_after_the_request_is_no_answer,
    a_silent_peer_is_no_answer_after_the_timeout,
    a_truncated_body_is_no_answer,
    a_body_over_the_size_limit_is_no_answer,
    a_response_that_is_not_http_is_no_answer,
    a_redirect_is_not_followed,
    a_connection_is_reused_for_the_next_request,
    a_connection_closed_while_idle_fails_no_request,
    an_invalid_url_is_reported_as_not_sent,
    a_failure_names_its_cause,
    no_failure_shows_the_query_of_its_url,
    no_outcome_shows_the_request,
    a_call_without_an_answer_is_retried_only_if_repeatable,
    a_closure_can_be_a_transport,
    a_client_can_be_shared_between_threads,
}

fn settings() -> TransportSettings {
    let mut settings = TransportSettings::default();
    settings.total_timeout = Duration::from_secs(2);
    settings.connect_timeout = Duration::from_secs(1);
    settings.largest_body = 1000;
    settings.proxy_from_environment = false;
    settings
}

fn request(url: &str) -> Request {
    let headers = [("content-type", "application/x-amz-json-1.1")].into_iter().collect();
    Request::post(url, headers, b"{\"Password\":\"m4rk\"}".to_vec())
}

fn send<A: Adapter>(url: &str) -> SendOutcome {
    A::transport(&settings())(&request(url))
}

fn is_no_answer(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::NoAnswer(_))
}

fn an_answer_of_any_status_is_a_response<A: Adapter>() {
    let url = answering("HTTP/1.1 400 Bad Request\r\nX-Amzn-RequestId: 0d4f\r\ncontent-length: 2\r\n\r\n{}");
    let SendOutcome::Answered(response) = send::<A>(&url) else { panic!() };
    assert_eq!((response.status(), response.body()), (400, &b"{}"[..]));
    assert_eq!(response.headers().get("x-amzn-requestid"), Some("0d4f"));
}

fn a_request_is_sent_unchanged<A: Adapter>() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let url = peer(move |mut stream| {
        sender.send(read_request(&mut stream).unwrap()).unwrap();
    });
    send::<A>(&format!("{url}cognito/v1"));
    let text = receiver.recv().unwrap();
    assert!(text.starts_with("POST /cognito/v1 HTTP/1.1\r\n"), "{text}");
    assert!(text.to_lowercase().contains("\r\ncontent-type: application/x-amz-json-1.1\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\n{\"Password\":\"m4rk\"}"), "{text}");
}

fn a_refused_connection_is_reported_as_not_sent<A: Adapter>() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert!(matches!(send::<A>(&url), SendOutcome::NotSent(_)));
}

fn an_unknown_host_is_reported_as_not_sent<A: Adapter>() {
    // RFC 6761 reserves the domain `invalid`, so this host never exists.
    assert!(matches!(send::<A>("http://cognito.invalid/"), SendOutcome::NotSent(_)));
}

fn a_failed_tls_handshake_is_reported_as_not_sent<A: Adapter>() {
    let url = answering("this is not TLS\r\n").replace("http:", "https:");
    assert!(matches!(send::<A>(&url), SendOutcome::NotSent(_)));
}

fn a_connection_closed_after_the_request_is_no_answer<A: Adapter>() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        stream.shutdown(Shutdown::Both).unwrap();
    });
    assert!(is_no_answer(&send::<A>(&url)));
}

fn a_silent_peer_is_no_answer_after_the_timeout<A: Adapter>() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        thread::sleep(Duration::from_secs(5));
    });
    assert!(is_no_answer(&send::<A>(&url)));
}

fn a_truncated_body_is_no_answer<A: Adapter>() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}").unwrap();
    });
    assert!(is_no_answer(&send::<A>(&url)));
}

fn a_body_over_the_size_limit_is_no_answer<A: Adapter>() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n");
        let _ = stream.write_all(&[b'x'; 2000]);
    });
    assert!(is_no_answer(&send::<A>(&url)));
}

fn a_response_that_is_not_http_is_no_answer<A: Adapter>() {
    assert!(is_no_answer(&send::<A>(&answering("SSH-2.0-OpenSSH_9.2\r\n\r\n"))));
}

fn a_redirect_is_not_followed<A: Adapter>() {
    let elsewhere = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    for status in ["302 Found", "307 Temporary Redirect"] {
        let answer = format!("HTTP/1.1 {status}\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
        let SendOutcome::Answered(response) = send::<A>(&answering(answer.leak())) else { panic!() };
        assert_eq!(response.status().to_string(), status[..3]);
    }
}

fn a_connection_is_reused_for_the_next_request<A: Adapter>() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let url = peer(move |mut stream| {
        sender.send(()).unwrap();
        while read_request(&mut stream).is_some() {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        }
    });
    let send = A::transport(&settings());
    for _ in 0..3 {
        assert!(matches!(send(&request(&url)), SendOutcome::Answered(_)));
        // The HTTP client returns the connection to its pool only after it has returned the answer.
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(receiver.try_iter().count(), 1);
}

fn a_connection_closed_while_idle_fails_no_request<A: Adapter>() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    });
    let send = A::transport(&settings());
    for _ in 0..3 {
        assert!(matches!(send(&request(&url)), SendOutcome::Answered(_)));
        thread::sleep(Duration::from_millis(50));
    }
}

fn an_invalid_url_is_reported_as_not_sent<A: Adapter>() {
    let request = Request::post("not a url", Headers::new(), Vec::new());
    assert!(matches!(A::transport(&settings())(&request), SendOutcome::NotSent(_)));
}

/// The text that each HTTP client puts before the cause of a failure.
trait CausePrefixes {
    const REFUSED: &str;
    const NOT_FOUND: &str;
    const TIMED_OUT: &str;
}

impl CausePrefixes for Blocking {
    const REFUSED: &str = "";
    const NOT_FOUND: &str = "";
    const TIMED_OUT: &str = "timeout: global";
}

impl CausePrefixes for Tokio {
    const REFUSED: &str = "error sending request: client error (Connect): tcp connect error: ";
    const NOT_FOUND: &str = "error sending request: client error (Connect): dns error: error resolving DNS: ";
    const TIMED_OUT: &str = "error sending request: operation timed out";
}

fn a_failure_names_its_cause<A: Adapter + CausePrefixes>() {
    let refusing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = TcpStream::connect(refusing).unwrap_err();
    // RFC 6761 reserves the domain `invalid`, so this host never exists.
    let not_found = "cognito.invalid:80".to_socket_addrs().unwrap_err();
    let silent = peer(|mut stream| {
        read_request(&mut stream);
        thread::sleep(Duration::from_secs(5));
    });
    let not_sent = "no response (the request was not sent): ";
    for (url, expected) in [
        (format!("http://{refusing}/"), format!("{not_sent}cannot connect to {refusing}: {}{refused}", A::REFUSED)),
        (
            "http://cognito.invalid/".to_owned(),
            format!("{not_sent}the host cognito.invalid was not found: {}{not_found}", A::NOT_FOUND),
        ),
        (silent, format!("no response (the request may have arrived): {}", A::TIMED_OUT)),
    ] {
        let error = client::<A>(&url).call(SignUp::new("alice", "Very$ecur3")).unwrap_err();
        assert_eq!(error.with_causes().to_string(), expected);
    }
}

fn no_failure_shows_the_query_of_its_url<A: Adapter>() {
    let closing = peer(|mut stream| drop(read_request(&mut stream)));
    let closing = format!("{closing}?code=m4rk");
    for url in ["http://cognito.invalid/?code=m4rk", "m4rk", "m4rk/?code=m4rk", "http://?m4rk", &closing] {
        let outcome = send::<A>(url);
        let (SendOutcome::NotSent(cause) | SendOutcome::NoAnswer(cause)) = outcome else { panic!("{outcome:?}") };
        let report = format!("{} {cause:?} {cause:#?}", WithCauses::new(&cause));
        assert!(!report.contains("m4rk"), "{url}: {report}");
    }
}

fn no_outcome_shows_the_request<A: Adapter>() {
    for url in ["http://cognito.invalid/", "not a url", &answering("nonsense\r\n\r\n")] {
        assert!(!format!("{:?}", send::<A>(url)).contains("m4rk"));
    }
}

#[track_caller]
fn client<A: Adapter>(url: &str) -> A {
    let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m").unwrap(), "3pu8tnp684l4lmlfoth25ojmd2");
    let app_client = app_client.unwrap().with_endpoint(Endpoint::insecure(url).unwrap());
    A::new(app_client, &settings())
}

fn a_call_without_an_answer_is_retried_only_if_repeatable<A: Adapter>() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let url = peer(move |mut stream| {
        sender.send(read_request(&mut stream)).unwrap();
    });
    let error = client::<A>(&url).call(SignUp::new("alice", "Very$ecur3")).unwrap_err();
    assert!(matches!(error, Error::NotReached(error) if error.may_have_arrived));
    assert_eq!(receiver.try_iter().count(), 1);
    client::<A>(&url).call(RevokeToken::new("refresh")).unwrap_err();
    assert_eq!(receiver.try_iter().count(), 3);
}

fn a_closure_can_be_a_transport<A: Adapter>() {
    let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m").unwrap(), "3pu8").unwrap();
    let client = A::with_transport(app_client, |request: &Request| {
        assert_eq!(request.headers().get("x-amz-target"), Some("AWSCognitoIdentityProviderService.RevokeToken"));
        SendOutcome::Answered(Response::new(200, Headers::new(), Vec::new()))
    });
    client.call(RevokeToken::new("refresh")).unwrap();
}

fn a_client_can_be_shared_between_threads<A: Adapter>() {
    fn is_shareable<T: Send + Sync + Clone>() {}
    is_shareable::<A::Client>();
}
