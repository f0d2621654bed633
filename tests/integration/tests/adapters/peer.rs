//! Scripted peers on the loopback interface.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Starts a peer that handles one connection after the other with `behave`, and returns its URL.
pub(crate) fn peer(behave: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().for_each(|stream| behave(stream.unwrap())));
    url
}

/// Reads one request, and returns its head and body, or `None` if the connection is closed.
pub(crate) fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        received.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&received).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
    }
}

/// Starts a peer that answers every request with `answer`, and returns its URL.
pub(crate) fn answering(answer: &'static str) -> String {
    peer(move |mut stream| {
        while read_request(&mut stream).is_some() {
            stream.write_all(answer.as_bytes()).unwrap();
        }
    })
}
