//! A client that prints one line per step, with the requests sent and their results. It prints no secrets.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use cognito_blocking::{AppClient, Client, Error, Request, SendOutcome, Transport, TransportSettings, UreqTransport};

/// A transport that sends with `ureq`, and records each operation with the HTTP status of its response.
struct Recorder {
    transport: UreqTransport,
    exchanges: Arc<Mutex<Vec<String>>>,
}

impl Transport for Recorder {
    fn send(&self, request: &Request) -> SendOutcome {
        let outcome = self.transport.send(request);
        let operation = request.operation();
        let result = match &outcome {
            SendOutcome::Answered(response) => response.status().to_string(),
            SendOutcome::NotSent(_) => "not sent".to_owned(),
            SendOutcome::NoAnswer(_) => "no answer".to_owned(),
        };
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{operation} {result}"));
        outcome
    }
}

/// A client that prints a line for each step.
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

    /// Runs one step and prints its line.
    pub(crate) fn step<T, Text: Display>(
        &self,
        name: &str,
        run: impl FnOnce(&Client) -> Result<T, Error>,
        describe: impl FnOnce(&T) -> Text,
    ) -> Result<T, Error> {
        let result = run(&self.client);
        match &result {
            Ok(output) => self.print(name, &describe(output)),
            Err(error) => self.print(name, &error.with_causes()),
        }
        result
    }

    /// Runs a step that the service must reject, and prints its line.
    pub(crate) fn rejected_step<T>(
        &self,
        name: &str,
        run: impl FnOnce(&Client) -> Result<T, Error>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        match run(&self.client) {
            Ok(_) => Err(format!("{name}: the service must reject this step").into()),
            Err(error) => {
                let kind = error.refusal_kind().ok_or_else(|| error.clone())?;
                self.print(name, &format!("rejected, {kind:?}: {}", error.with_causes()));
                Ok(())
            }
        }
    }

    fn print(&self, name: &str, result: &dyn Display) {
        let exchanges: Vec<String> = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        println!("{name:<32} {:<48} {result}", exchanges.join(", "));
    }
}
