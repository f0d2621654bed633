//! A client that tells what it sends and what comes back: one line a step, and no secret.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use cognito_blocking::{AppClient, Client, Error, Request, SendOutcome, Transport, TransportSettings, UreqTransport};

/// Sends by ureq, and writes down each operation with the status that came back.
struct Recorder {
    transport: UreqTransport,
    exchanges: Arc<Mutex<Vec<String>>>,
}

impl Transport for Recorder {
    fn send(&self, request: &Request) -> SendOutcome {
        let outcome = self.transport.send(request);
        let operation = request.operation();
        let answer = match &outcome {
            SendOutcome::Answered(response) => response.status().to_string(),
            SendOutcome::NotSent(_) => "not sent".to_owned(),
            SendOutcome::NoAnswer(_) => "no answer".to_owned(),
        };
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{operation} {answer}"));
        outcome
    }
}

pub(crate) struct NarratedClient {
    client: Client,
    exchanges: Arc<Mutex<Vec<String>>>,
}

impl NarratedClient {
    pub(crate) fn new(app_client: AppClient) -> Self {
        let exchanges = Arc::default();
        let transport = UreqTransport::new(&TransportSettings::default());
        let recorder = Recorder { transport, exchanges: Arc::clone(&exchanges) };
        Self { client: Client::with_transport(app_client, recorder), exchanges }
    }

    /// Takes one step and prints its line.
    pub(crate) fn step<T, Told: Display>(
        &self,
        what: &str,
        act: impl FnOnce(&Client) -> Result<T, Error>,
        tell: impl FnOnce(&T) -> Told,
    ) -> Result<T, Error> {
        let result = act(&self.client);
        match &result {
            Ok(output) => self.print(what, &tell(output)),
            Err(error) => self.print(what, &error.with_causes()),
        }
        result
    }

    /// Takes a step that must be refused, and prints its line.
    pub(crate) fn refused_step<T>(
        &self,
        what: &str,
        act: impl FnOnce(&Client) -> Result<T, Error>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        match act(&self.client) {
            Ok(_) => Err(format!("{what}: should have been refused").into()),
            Err(error) => {
                let kind = error.refusal_kind().ok_or_else(|| error.clone())?;
                self.print(what, &format!("refused, {kind:?}: {}", error.with_causes()));
                Ok(())
            }
        }
    }

    fn print(&self, what: &str, result: &dyn Display) {
        let exchanges: Vec<String> = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        println!("{what:<32} {:<48} {result}", exchanges.join(", "));
    }
}
