//! What the commands share: the configuration, the client, the store.

use std::cell::OnceCell;
use std::env;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use cognito_blocking::secret::Parameter;
use cognito_blocking::{Client, Error, FileStore, IdentityPoolClient, SessionHandle, Sessions, Timestamp};
use zeroize::Zeroizing;

use crate::aliases;
use crate::arguments::Settings;
use crate::configuration::Configuration;
use crate::output::{Failure, Output};
use crate::terminal;
use crate::transport::WatchedTransport;

pub(crate) struct Program {
    pub(crate) configuration: Configuration,
    pub(crate) output: Output,
    passwords_from_stdin: bool,
    transport: Arc<WatchedTransport>,
    client: OnceCell<Client>,
    sessions: OnceCell<Sessions>,
    store: OnceCell<FileStore>,
}

impl Program {
    pub(crate) fn new(settings: &Settings, output: Output) -> Result<Self, Failure> {
        [PASSWORD, NEW_PASSWORD].into_iter().try_for_each(must_be_text)?;
        Ok(Self {
            configuration: Configuration::new(settings, output)?,
            output,
            // What is typed for a password is not to be seen, so a terminal asks for it.
            passwords_from_stdin: settings.password_stdin && !io::stdin().is_terminal(),
            transport: Arc::new(WatchedTransport::new(settings.verbose.then_some(output))),
            client: OnceCell::new(),
            sessions: OnceCell::new(),
            store: OnceCell::new(),
        })
    }

    /// The user pool's client.
    pub(crate) fn client(&self) -> Result<&Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::with_transport(self.configuration.app_client()?, Arc::clone(&self.transport));
        Ok(self.client.get_or_init(|| client))
    }

    pub(crate) fn identity_pool_client(&self) -> Result<IdentityPoolClient, Failure> {
        Ok(IdentityPoolClient::with_transport(self.configuration.identity_pool()?, Arc::clone(&self.transport)))
    }

    /// The one store of everything.
    pub(crate) fn store(&self) -> Result<FileStore, Failure> {
        if let Some(store) = self.store.get() {
            return Ok(store.clone());
        }
        let store = FileStore::new(self.configuration.store()?);
        Ok(self.store.get_or_init(|| store).clone())
    }

    pub(crate) fn sessions(&self) -> Result<&Sessions, Failure> {
        if let Some(sessions) = self.sessions.get() {
            return Ok(sessions);
        }
        let sessions = Sessions::new(self.client()?.clone(), self.store()?);
        Ok(self.sessions.get_or_init(|| sessions))
    }

    /// The session of the user whom the command is about.
    pub(crate) fn session(&self) -> Result<SessionHandle, Failure> {
        let sessions = self.sessions()?;
        let last = || -> Result<String, Failure> { Ok(sessions.last_username()?.ok_or(Error::NotSignedIn)?) };
        let username = self.configuration.username().map_or_else(last, |name| aliases::canonical(self, name))?;
        Ok(sessions.user(&username))
    }

    /// The name of a user who need not be signed in.
    pub(crate) fn username(&self) -> Result<String, Failure> {
        self.configuration.username().map_or_else(|| terminal::ask("USERNAME", "User name"), |name| Ok(name.to_owned()))
    }

    /// The name of a user who may have signed in before.
    pub(crate) fn username_or_last(&self) -> Result<String, Failure> {
        match (self.configuration.username(), self.sessions()?.last_username()?) {
            (None, Some(last)) => terminal::ask_whether("User name", last),
            _ => self.username(),
        }
    }

    pub(crate) fn password(&self) -> Result<Parameter, Failure> {
        self.password_or(PASSWORD, || terminal::ask_hidden("PASSWORD", "Password"))
    }

    pub(crate) fn new_password(&self) -> Result<Parameter, Failure> {
        self.password_or(NEW_PASSWORD, || terminal::ask_new_password("NEW_PASSWORD"))
    }

    /// The next password of the standard input, if passwords come from there and there is one more.
    pub(crate) fn password_line(&self) -> Result<Option<Parameter>, Failure> {
        if self.passwords_from_stdin { line_of_stdin() } else { Ok(None) }
    }

    /// The password of a user who is signing up.
    pub(crate) fn first_password(&self) -> Result<Parameter, Failure> {
        self.password_or(PASSWORD, || terminal::ask_new_password("PASSWORD"))
    }

    fn password_or(
        &self,
        variable_name: &str,
        ask: impl FnOnce() -> Result<Parameter, Failure>,
    ) -> Result<Parameter, Failure> {
        if self.passwords_from_stdin {
            return needed_line_of_stdin("a password");
        }
        variable(variable_name).map_or_else(ask, Ok)
    }

    /// Saves what could not be saved while the command ran.
    pub(crate) fn close(&self) -> Result<(), Error> {
        self.sessions.get().map_or(Ok(()), Sessions::flush)
    }
}

/// The variable of the password.
const PASSWORD: &str = "COGNITO_PASSWORD";

/// The variable of a new password.
pub(crate) const NEW_PASSWORD: &str = "COGNITO_NEW_PASSWORD";

/// A variable of the environment. An empty one is none.
pub(crate) fn variable(name: &str) -> Option<Parameter> {
    env::var(name).ok().filter(|value| !value.is_empty()).map(Parameter::from)
}

/// A variable that is not UTF-8 would count as none.
fn must_be_text(name: &str) -> Result<(), Failure> {
    if env::var_os(name).is_some_and(|value| value.to_str().is_none()) {
        return Err(Failure::Usage(format!("{name} is not UTF-8")));
    }
    Ok(())
}

/// The next line of the standard input, without its end.
pub(crate) fn line_of_stdin() -> Result<Option<Parameter>, Failure> {
    let mut line = Zeroizing::new(String::with_capacity(256));
    if io::stdin().read_line(&mut line).map_err(Failure::of_input)? == 0 {
        return Ok(None);
    }
    Ok(Some(Parameter::from(line.trim_end_matches(['\n', '\r']))))
}

/// The next line of the standard input, which must be there and hold this.
pub(crate) fn needed_line_of_stdin(what: &str) -> Result<Parameter, Failure> {
    line_of_stdin()?.ok_or_else(|| Failure::Usage(format!("the standard input has no line with {what}")))
}

/// `NAME=VALUE`. The message does not repeat what was given.
pub(crate) fn pair(text: &str) -> Result<(String, String), Failure> {
    let problem = || Failure::Usage("it takes a name, `=` and a value: NAME=VALUE".to_owned());
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(problem)?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A time as ISO 8601 has it.
pub(crate) fn iso_8601(time: Timestamp) -> String {
    // The last moment of the year 9999, the last that can be written.
    let seconds = time.as_unix_seconds().min(253_402_300_799);
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
}
