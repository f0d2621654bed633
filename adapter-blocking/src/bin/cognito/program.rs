//! The parts that all commands share: the configuration, the clients, the store, and input.

use std::cell::OnceCell;
use std::env;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use cognito_blocking::secret::Parameter;
use cognito_blocking::{Client, Error, IdentityPoolClient, SessionHandle, Sessions, Timestamp};

use crate::aliases;
use crate::arguments::Settings;
use crate::configuration::Configuration;
use crate::output::{Failure, Output};
use crate::store::ToolStore;
use crate::terminal;
use crate::transport::WatchedTransport;
#[cfg(unix)]
use crate::unbuffered;

/// One run of the tool, with its settings, clients and store.
pub(crate) struct Program {
    pub(crate) configuration: Configuration,
    pub(crate) output: Output,
    passwords_from_stdin: bool,
    transport: Arc<WatchedTransport>,
    client: OnceCell<Client>,
    sessions: OnceCell<Sessions>,
    store: OnceCell<ToolStore>,
}

impl Program {
    pub(crate) fn new(settings: &Settings, output: Output) -> Result<Self, Failure> {
        [PASSWORD, NEW_PASSWORD].into_iter().try_for_each(require_utf_8)?;
        let configuration = Configuration::new(settings, output)?;
        let transport = WatchedTransport::new(&configuration.transport(), settings.verbose.then_some(output));
        Ok(Self {
            configuration,
            output,
            // If standard input is a terminal, the tool prompts instead, so that the typed password is not
            // shown.
            passwords_from_stdin: settings.password_stdin && !io::stdin().is_terminal(),
            transport: Arc::new(transport),
            client: OnceCell::new(),
            sessions: OnceCell::new(),
            store: OnceCell::new(),
        })
    }

    /// Returns the client for the configured user pool.
    pub(crate) fn client(&self) -> Result<&Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::with_transport(self.configuration.app_client(self.output)?, Arc::clone(&self.transport));
        Ok(self.client.get_or_init(|| client))
    }

    pub(crate) fn identity_pool_client(&self) -> Result<IdentityPoolClient, Failure> {
        Ok(IdentityPoolClient::with_transport(
            self.configuration.identity_pool(self.output)?,
            Arc::clone(&self.transport),
        ))
    }

    /// Returns the store of sessions, devices and identities.
    pub(crate) fn store(&self) -> Result<ToolStore, Failure> {
        if let Some(store) = self.store.get() {
            return Ok(store.clone());
        }
        let store = self.configuration.store()?;
        Ok(self.store.get_or_init(|| store).clone())
    }

    pub(crate) fn sessions(&self) -> Result<&Sessions, Failure> {
        if let Some(sessions) = self.sessions.get() {
            return Ok(sessions);
        }
        let sessions = Sessions::new(self.client()?.clone(), self.store()?);
        Ok(self.sessions.get_or_init(|| sessions))
    }

    /// Returns the session of the configured user. If no user is configured, returns the session of the user
    /// who signed in last.
    pub(crate) fn session(&self) -> Result<SessionHandle, Failure> {
        let sessions = self.sessions()?;
        let last = || -> Result<String, Failure> { Ok(sessions.last_username()?.ok_or(Error::NotSignedIn)?) };
        let username = self.configuration.username().map_or_else(last, |name| aliases::canonical(self, name))?;
        Ok(sessions.user(&username))
    }

    /// Returns the configured user name, or prompts for a user name.
    pub(crate) fn username(&self) -> Result<String, Failure> {
        self.configuration.username().map_or_else(|| terminal::ask("USERNAME", "User name"), |name| Ok(name.to_owned()))
    }

    /// Returns the configured user name, or prompts for a user name. The prompt suggests the name of the user
    /// who signed in last.
    pub(crate) fn username_or_last(&self) -> Result<String, Failure> {
        match (self.configuration.username(), self.sessions()?.last_username()?) {
            (None, Some(last)) => terminal::ask_with_default("User name", last),
            _ => self.username(),
        }
    }

    pub(crate) fn password(&self) -> Result<Parameter, Failure> {
        self.password_or(PASSWORD, || terminal::ask_hidden("PASSWORD", "Password"))
    }

    pub(crate) fn new_password(&self) -> Result<Parameter, Failure> {
        self.password_or(NEW_PASSWORD, || terminal::ask_new_password("NEW_PASSWORD"))
    }

    /// Reads the next password from standard input if `--password-stdin` is set. Returns `None` at the end of
    /// the input.
    pub(crate) fn password_line(&self) -> Result<Option<Parameter>, Failure> {
        if self.passwords_from_stdin { read_stdin_line() } else { Ok(None) }
    }

    /// Returns the password for a new user.
    pub(crate) fn sign_up_password(&self) -> Result<Parameter, Failure> {
        self.password_or(PASSWORD, || terminal::ask_new_password("PASSWORD"))
    }

    fn password_or(
        &self,
        variable_name: &str,
        ask: impl FnOnce() -> Result<Parameter, Failure>,
    ) -> Result<Parameter, Failure> {
        if self.passwords_from_stdin {
            return require_stdin_line("a password");
        }
        environment_variable(variable_name).map_or_else(ask, Ok)
    }

    /// Saves the sessions and devices that the store could not save while the command ran.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.sessions.get().map_or(Ok(()), Sessions::flush)
    }
}

/// The environment variable that holds the password.
const PASSWORD: &str = "COGNITO_PASSWORD";

/// The environment variable that holds a new password.
pub(crate) const NEW_PASSWORD: &str = "COGNITO_NEW_PASSWORD";

/// Returns the value of an environment variable, or `None` if the variable is unset or empty.
pub(crate) fn environment_variable(name: &str) -> Option<Parameter> {
    env::var(name).ok().filter(|value| !value.is_empty()).map(Parameter::from)
}

/// Returns an error if the value of the environment variable is not UTF-8, because [`environment_variable`]
/// would treat the variable as unset.
fn require_utf_8(name: &str) -> Result<(), Failure> {
    if env::var_os(name).is_some_and(|value| value.to_str().is_none()) {
        return Err(Failure::Usage(format!("{name} is not UTF-8")));
    }
    Ok(())
}

/// Reads the next line of standard input, without its line break. Returns `None` at the end of the input.
#[cfg(unix)]
pub(crate) fn read_stdin_line() -> Result<Option<Parameter>, Failure> {
    unbuffered::read_line().map_err(Failure::from_input)
}

/// Reads the next line of standard input, without its line break. Returns `None` at the end of the input.
#[cfg(not(unix))]
pub(crate) fn read_stdin_line() -> Result<Option<Parameter>, Failure> {
    use zeroize::Zeroizing;
    let mut line = Zeroizing::new(String::with_capacity(256));
    if io::stdin().read_line(&mut line).map_err(Failure::from_input)? == 0 {
        return Ok(None);
    }
    Ok(Some(Parameter::from(line.trim_end_matches(['\n', '\r']))))
}

/// Reads the next line of standard input, and returns an error at the end of the input. The error message
/// contains `content`, which says what the line must contain.
pub(crate) fn require_stdin_line(content: &str) -> Result<Parameter, Failure> {
    read_stdin_line()?.ok_or_else(|| Failure::Usage(format!("standard input has no line with {content}")))
}

/// Splits an argument of the form `NAME=VALUE` into the name and the value. The error message does not
/// contain the argument, because the argument may contain a secret.
pub(crate) fn parse_pair(text: &str) -> Result<(String, String), Failure> {
    let error = || Failure::Usage("an attribute or an answer has no name or no `=`: write NAME=VALUE".to_owned());
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(error)?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Formats a time as ISO 8601, in UTC.
pub(crate) fn iso_8601(time: Timestamp) -> String {
    // The last second of the year 9999, the latest time that `humantime` can format.
    let seconds = time.as_unix_seconds().min(253_402_300_799);
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
}
