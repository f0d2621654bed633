//! What the dependencies of both transports write to the crate `log`, and to `tracing`, at level TRACE.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::thread;

use cognito_blocking::TransportSettings;
use cognito_core::{Request, SendOutcome};
use cognito_integration_tests::support::adapter::{Adapter, Blocking, Tokio};
use cognito_integration_tests::support::trace_recorder::TraceRecorder;

/// The targets that log secrets, and that no setting of this project can turn off. README and the
/// documentation of `UreqTransport` name them. If a new version of a dependency no longer logs secrets, this
/// list must shrink.
const LEAKING: [&str; 2] = ["ureq::run", "ureq_proto::util"];

/// Longer than one row of a hexadecimal dump, which has 16 bytes.
const SECRET: &str = "m4rkm4rkm4rkm4rkm4rkm4rkm4rkm4rk";
const MARK: &str = "m4rk";

struct Recorder(Mutex<Vec<(String, String)>>);

impl log::Log for Recorder {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.0.lock().unwrap().push((record.target().to_owned(), record.args().to_string()));
    }

    fn flush(&self) {}
}

static RECORDER: Recorder = Recorder(Mutex::new(Vec::new()));

/// A server whose response has the secret in a header and in the body.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/{SECRET}?code={SECRET}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let body = format!("{{\"AccessToken\":\"{SECRET}\"}}");
            let head = format!("HTTP/1.1 200 OK\r\nset-cookie: {SECRET}\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    url
}

/// Sends a request with the secret in its URL, a header and the body. Returns the targets that logged the
/// secret.
fn leaking_targets<A: Adapter>() -> Vec<String> {
    RECORDER.0.lock().unwrap().clear();
    let headers = [("authorization", SECRET)].into_iter().collect();
    let request = Request::post(server(), headers, format!("{{\"Password\":\"{SECRET}\"}}").into_bytes());
    let traces = TraceRecorder::for_targets("");
    let outcome =
        tracing::subscriber::with_default(traces.clone(), || A::transport(&TransportSettings::default())(&request));
    assert!(matches!(outcome, SendOutcome::Answered(_)), "{outcome:?}");
    assert!(traces.lines().iter().all(|line| !line.contains(MARK)), "{:?}", traces.lines());
    let records = std::mem::take(&mut *RECORDER.0.lock().unwrap());
    let mut targets: Vec<_> =
        records.into_iter().filter(|(_, text)| text.contains(MARK)).map(|(target, _)| target).collect();
    targets.sort();
    targets.dedup();
    targets
}

#[test]
fn only_the_documented_targets_log_a_secret() {
    log::set_logger(&RECORDER).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    assert_eq!(leaking_targets::<Blocking>(), LEAKING);
    assert_eq!(leaking_targets::<Tokio>(), [""; 0]);
    // At level DEBUG, nothing leaks.
    log::set_max_level(log::LevelFilter::Debug);
    assert_eq!(leaking_targets::<Blocking>(), [""; 0]);
    assert_eq!(leaking_targets::<Tokio>(), [""; 0]);
}
