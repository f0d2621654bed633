//! Builds a TLS client as an application does, then sends a request by the adapter, up to the TLS handshake.
//! A conflict about rustls' crypto provider panics.

use std::net::TcpListener;

use cognito_core::error::WithCauses;
use cognito_core::{Headers, Request, SendOutcome};

fn main() {
    #[cfg(feature = "rustls-defaults")]
    let _ = rustls::ClientConfig::builder();
    #[cfg(feature = "reqwest-defaults")]
    let _ = reqwest::Client::new();
    #[cfg(feature = "ureq-defaults")]
    let _ = ureq::get("https://127.0.0.1:1/").call();

    // This server closes each connection, so that the handshake begins and fails.
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("https://{}/", listener.local_addr().expect("the listener is bound"));
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let request = Request::post(url, Headers::default(), Vec::new());
    for outcome in outcomes(&request) {
        let SendOutcome::NotSent(cause) = outcome else { panic!("{outcome:?}") };
        let message = WithCauses::new(&cause).to_string();
        assert!(!message.contains("crypto provider") && !message.contains("certificates"), "{message}");
        println!("{message}");
    }
}

fn outcomes(request: &Request) -> Vec<SendOutcome> {
    vec![
        #[cfg(feature = "blocking")]
        {
            use cognito_blocking::Transport;
            cognito_blocking::UreqTransport::new(&Default::default()).send(request)
        },
        #[cfg(feature = "tokio")]
        {
            use cognito_tokio::Transport;
            let transport = cognito_tokio::ReqwestTransport::new(&Default::default());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(transport.send(request))
        },
    ]
}
