//! What the transport reports when a connection goes well or badly. Each peer is a socket on loopback with a script.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../../adapter-blocking/tests/peer/mod.rs"]
mod peer;

use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

use cognito_tokio::error::WithCauses;
use cognito_tokio::operation::{RevokeToken, SignUp};
use cognito_tokio::{
    AppClient, Client, Endpoint, Error, Event, Headers, Request, ReqwestTransport, Transport, TransportSettings,
    UserPoolId,
};
use peer::{answering, peer, read_request};

fn transport() -> ReqwestTransport {
    let mut settings = TransportSettings::default();
    settings.total_timeout = Duration::from_secs(2);
    settings.connect_timeout = Duration::from_secs(1);
    settings.largest_body = 1000;
    settings.proxy_from_environment = false;
    ReqwestTransport::new(&settings)
}

fn request(url: &str) -> Request {
    let headers = [("content-type", "application/x-amz-json-1.1")].into_iter().collect();
    Request::new(url, headers, b"{\"Password\":\"m4rk\"}".to_vec())
}

async fn send(url: &str) -> Event {
    transport().send(&request(url)).await
}

fn is_no_answer(event: &Event) -> bool {
    matches!(event, Event::NoAnswer(_))
}

#[tokio::test]
async fn an_answer_of_any_status_is_a_response() {
    let url = answering("HTTP/1.1 400 Bad Request\r\nX-Amzn-RequestId: 0d4f\r\ncontent-length: 2\r\n\r\n{}");
    let Event::Response(response) = send(&url).await else { panic!() };
    assert_eq!((response.status(), response.body()), (400, &b"{}"[..]));
    assert_eq!(response.headers().get("x-amzn-requestid"), Some("0d4f"));
}

#[tokio::test]
async fn the_request_goes_out_as_it_is() {
    let (tell, told) = std::sync::mpsc::channel();
    let url = peer(move |mut stream| {
        tell.send(read_request(&mut stream).unwrap()).unwrap();
    });
    send(&format!("{url}cognito/v1")).await;
    let text = told.recv().unwrap();
    assert!(text.starts_with("POST /cognito/v1 HTTP/1.1\r\n"), "{text}");
    assert!(text.to_lowercase().contains("\r\ncontent-type: application/x-amz-json-1.1\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\n{\"Password\":\"m4rk\"}"), "{text}");
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert!(matches!(send(&url).await, Event::NotSent(_)));
}

#[tokio::test]
async fn a_host_that_is_not_found_was_not_sent() {
    // RFC 6761 keeps this domain from ever existing.
    assert!(matches!(send("http://cognito.invalid/").await, Event::NotSent(_)));
}

#[tokio::test]
async fn a_tls_handshake_that_fails_was_not_sent() {
    let url = answering("this is no TLS\r\n").replace("http:", "https:");
    assert!(matches!(send(&url).await, Event::NotSent(_)));
}

#[tokio::test]
async fn a_connection_closed_after_the_request_is_no_answer() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        stream.shutdown(Shutdown::Both).unwrap();
    });
    assert!(is_no_answer(&send(&url).await));
}

#[tokio::test]
async fn a_silent_peer_is_no_answer_after_the_timeout() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        thread::sleep(Duration::from_secs(5));
    });
    assert!(is_no_answer(&send(&url).await));
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_no_answer() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}").unwrap();
    });
    assert!(is_no_answer(&send(&url).await));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_no_answer() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n");
        let _ = stream.write_all(&[b'x'; 2000]);
    });
    assert!(is_no_answer(&send(&url).await));
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    assert!(is_no_answer(&send(&answering("SSH-2.0-OpenSSH_9.2\r\n\r\n")).await));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    for status in ["302 Found", "307 Temporary Redirect"] {
        let answer = format!("HTTP/1.1 {status}\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
        let Event::Response(response) = send(&answering(answer.leak())).await else { panic!() };
        assert_eq!(response.status().to_string(), status[..3]);
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let (tell, told) = std::sync::mpsc::channel();
    let url = peer(move |mut stream| {
        tell.send(()).unwrap();
        while read_request(&mut stream).is_some() {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        }
    });
    let transport = transport();
    for _ in 0..3 {
        assert!(matches!(transport.send(&request(&url)).await, Event::Response(_)));
    }
    assert_eq!(told.try_iter().count(), 1);
}

#[tokio::test]
async fn a_connection_that_died_while_it_was_idle_costs_nothing() {
    let url = peer(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    });
    let transport = transport();
    for _ in 0..3 {
        assert!(matches!(transport.send(&request(&url)).await, Event::Response(_)));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_written_is_no_panic() {
    let request = Request::new("not a url", Headers::new(), Vec::new());
    assert!(matches!(transport().send(&request).await, Event::NotSent(_)));
}

#[tokio::test]
async fn a_failure_names_its_cause() {
    let refusing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = TcpStream::connect(refusing).unwrap_err();
    let silent = peer(|mut stream| {
        read_request(&mut stream);
        thread::sleep(Duration::from_secs(5));
    });
    // RFC 6761 keeps this domain from ever existing.
    let not_found = "cognito.invalid:80".to_socket_addrs().unwrap_err();
    let not_sent = "no answer (the request was not sent): error sending request: client error (Connect): ";
    for (url, expected) in [
        (format!("http://{refusing}/"), format!("{not_sent}tcp connect error: {refused}")),
        ("http://cognito.invalid/".to_owned(), format!("{not_sent}dns error: {not_found}")),
        (silent, "no answer (the request may have arrived): error sending request: operation timed out".to_owned()),
    ] {
        assert_eq!(failure(&url).await, expected);
    }
}

#[tokio::test]
async fn no_failure_repeats_the_query_of_its_url() {
    let closing = peer(|mut stream| drop(read_request(&mut stream)));
    for url in
        ["http://cognito.invalid/?code=m4rk", "m4rk", "m4rk/?code=m4rk", "http://?m4rk", &format!("{closing}?m4rk")]
    {
        let event = send(url).await;
        let (Event::NotSent(cause) | Event::NoAnswer(cause)) = event else { panic!("{event:?}") };
        let told = format!("{} {cause:?} {cause:#?}", WithCauses::new(&cause));
        assert!(!told.contains("m4rk"), "{url}: {told}");
    }
}

/// What the user is told of a call that fails so.
async fn failure(url: &str) -> String {
    let error = client(url).call(SignUp::new("alice", "Very$ecur3")).await.unwrap_err();
    error.with_causes().to_string()
}

#[tokio::test]
async fn no_report_repeats_the_request() {
    for url in ["http://cognito.invalid/", "not a url", &answering("nonsense\r\n\r\n")] {
        assert!(!format!("{:?}", send(url).await).contains("m4rk"));
    }
}

fn client(url: &str) -> Client {
    let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m").unwrap(), "3pu8tnp684l4lmlfoth25ojmd2");
    let app_client = app_client.unwrap().with_endpoint(Endpoint::insecure(url).unwrap());
    Client::with_transport(app_client, transport())
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_is_repeated_only_if_it_may_be() {
    let (tell, told) = std::sync::mpsc::channel();
    let url = peer(move |mut stream| {
        tell.send(read_request(&mut stream)).unwrap();
    });
    let error = client(&url).call(SignUp::new("alice", "Very$ecur3")).await.unwrap_err();
    assert!(matches!(error, Error::NotReached(error) if error.may_have_arrived));
    assert_eq!(told.try_iter().count(), 1);
    client(&url).call(RevokeToken::new("refresh")).await.unwrap_err();
    assert_eq!(told.try_iter().count(), 3);
}

#[tokio::test]
async fn a_closure_is_a_transport() {
    let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m").unwrap(), "3pu8").unwrap();
    let client = Client::with_transport(app_client, |request: Request| async move {
        assert_eq!(request.headers().get("x-amz-target"), Some("AWSCognitoIdentityProviderService.RevokeToken"));
        Event::Response(cognito_tokio::Response::new(200, Headers::new(), Vec::new()))
    });
    client.call(RevokeToken::new("refresh")).await.unwrap();
}

#[tokio::test]
async fn a_client_can_be_shared_between_threads() {
    fn is_shareable<T: Send + Sync + Clone>() {}
    is_shareable::<Client>();
}
