//! What to do about a stored session: use it, refresh and save it, or find that the user must sign in.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use core::time::Duration;

use crate::app_client::AppClient;
use crate::device::{Completion, DeviceReport};
use crate::error::{Error, Misuse, NotReached};
use crate::flow::{Backoff, Cause, Event, Step, Timestamp};
use crate::guarded::Machine as _;
use crate::http::Request;
use crate::operation::Context;
use crate::refresh::RefreshTokens;
use crate::secret::RefreshToken;
use crate::seed::Seed;
use crate::session::{Plan, Record, Session, session_key};
use crate::sign_in::SignedIn;

/// Gives a session whose tokens are good, for one user of one store.
///
/// It is driven like a [`Flow`](crate::Flow), with a store beside the network. The driver holds the store's lock on the key from the
/// first step to the last, so that of several processes one refreshes and the others find what it has saved.
///
/// ```text
///  Load ── good ──► Done
///    └── expired ──► Send, Wait ──► Save ──► a new device is registered ──► Done
///          ▲             └── the refresh token is dead ──► Load ── the same one, or none ──► Remove ──► Error
///          └──────────────────── another one, once ──────────┘
/// ```
///
/// Only a refusal that [ends the session](Error::ends_session) takes it out of the store, and only after the store was
/// read again. After any other error the session is still given while its tokens are good, with the error beside it; at
/// once, if the request cannot have been sent.
#[derive(Debug)]
pub struct SessionKeeper {
    app_client: AppClient,
    key: String,
    margin: Duration,
    must_refresh: bool,
    context: Context,
    device_name: Option<String>,
    seed: Seed,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    Loading,
    Refreshing(Refreshing),
    Reloading {
        tried: Option<RefreshToken>,
        refusal: Error,
        is_second: bool,
    },
    Saving(Box<Completion>),
    /// A device is being registered, after the session was saved or could not be.
    Completing(Box<Completion>, Option<Cause>),
    Removing(Error),
    Finished,
    Failed(Error),
}

#[derive(Debug)]
struct Refreshing {
    session: Session,
    tokens: Box<RefreshTokens>,
    /// Whether this is the refresh after the store was read again.
    is_second: bool,
    /// Whether a request of it may have arrived. Then its answer must be had: it may bring a new refresh token.
    may_have_arrived: bool,
}

/// What the keeper wants done.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver need do nothing else")]
pub enum KeeperStep {
    /// Read the record under this key; report [`KeeperEvent::Loaded`].
    Load(String),
    /// Write this record under this key; report [`KeeperEvent::Stored`].
    Save(String, Record),
    /// Remove what is under this key; report [`KeeperEvent::Stored`].
    Remove(String),
    /// As [`Step::Send`]; report [`KeeperEvent::Flow`].
    Send(Request),
    /// As [`Step::Wait`]; report [`KeeperEvent::Flow`].
    Wait(Backoff),
    /// It is over.
    Done(Box<KeptSession>),
}

/// What has come of a step.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver can report nothing else")]
pub enum KeeperEvent {
    /// The keeper begins.
    Start,
    /// What the store has under the key.
    Loaded(Result<Option<Record>, Cause>),
    /// Whether the store has written or removed it.
    Stored(Result<(), Cause>),
    /// What came of a request or a wait.
    Flow(Event),
}

/// A session whose tokens are good now, and what went wrong on the way to it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptSession {
    /// The session.
    pub session: Session,
    /// What a refresh had to tell of the device.
    pub device: DeviceReport,
    /// Why it could not be refreshed although it was time to. The tokens are good for a little longer.
    pub refresh_error: Option<Error>,
    /// Why the session, or what is to be kept of the device, could not be saved. **The store may still have the session
    /// from before the refresh**, whose refresh token may be good for nothing now: save this one as soon as the store can
    /// be written again.
    pub save_error: Option<Cause>,
}

/// A session whose tokens are good, with nothing wrong.
impl From<Session> for KeptSession {
    fn from(session: Session) -> Self {
        Self { session, device: DeviceReport::default(), refresh_error: None, save_error: None }
    }
}

impl SessionKeeper {
    /// Gives the session of this user, with tokens that are good for at least `margin` if they can be refreshed.
    /// `username` is the canonical name. The seed is for a device that a refresh registers.
    #[must_use]
    pub fn new(app_client: &AppClient, username: &str, margin: Duration, seed: Seed) -> Self {
        Self {
            app_client: app_client.clone(),
            key: session_key(app_client, username),
            margin,
            must_refresh: false,
            context: Context::default(),
            device_name: None,
            seed,
            state: State::Ready,
        }
    }

    /// Refreshes the session even if its tokens are good, so that changed attributes and groups come into them; if that
    /// cannot be done it fails, and the session stays.
    #[must_use]
    pub fn refreshing(mut self) -> Self {
        self.must_refresh = true;
        self
    }

    /// Sends this along with a refresh.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// Gives this name, for people to read, to a device that a refresh registers.
    #[must_use]
    pub fn with_device_name(mut self, name: impl Into<String>) -> Self {
        self.device_name = Some(name.into());
        self
    }

    /// Takes one event and says what to do next. The first error sticks; an event that does not answer the last step is
    /// [`Error::Misuse`], and changes nothing.
    ///
    /// # Errors
    /// [`Error::NotSignedIn`] when the store has no session or only one that has ended; [`Error::Store`] when it cannot
    /// be read, which loses nothing; and what a [`Refresh`](crate::Refresh) fails with.
    pub fn step(&mut self, now: Timestamp, event: KeeperEvent) -> Result<KeeperStep, Error> {
        let result = self.advance(now, event);
        match &result {
            Err(error) if !matches!(error, Error::Misuse(_)) => self.state = State::Failed(error.clone()),
            _ => {}
        }
        result
    }

    fn advance(&mut self, now: Timestamp, event: KeeperEvent) -> Result<KeeperStep, Error> {
        match (mem::replace(&mut self.state, State::Finished), event) {
            (State::Ready, KeeperEvent::Start) => self.load(State::Loading),
            (State::Loading, KeeperEvent::Loaded(loaded)) => {
                let session = read(loaded)?.ok_or(Error::NotSignedIn)?;
                self.plan(now, session, false)
            }
            (State::Refreshing(refreshing), KeeperEvent::Flow(event)) => self.refresh(now, refreshing, event),
            (State::Reloading { tried, refusal, is_second }, KeeperEvent::Loaded(loaded)) => match read(loaded) {
                Ok(Some(session)) if session.refresh_token() != tried.as_ref() => {
                    if is_second {
                        Err(refusal)
                    } else {
                        self.plan(now, session, true)
                    }
                }
                Ok(_) => {
                    self.state = State::Removing(refusal);
                    Ok(KeeperStep::Remove(self.key.clone()))
                }
                // What cannot be read cannot be judged, and stays.
                Err(_) => Err(refusal),
            },
            (State::Saving(completion), KeeperEvent::Stored(stored)) => {
                self.complete(now, completion, stored.err(), Event::Start)
            }
            (State::Completing(completion, save_error), KeeperEvent::Flow(event)) => {
                self.complete(now, completion, save_error, event)
            }
            (State::Removing(refusal), KeeperEvent::Stored(_)) => Err(refusal),
            (State::Failed(error), _) => Err(error),
            (State::Finished, _) => Err(Misuse::Finished.into()),
            (state, _) => {
                let misuse = if matches!(state, State::Ready) { Misuse::NotStarted } else { Misuse::AwaitsAnswer };
                self.state = state;
                Err(misuse.into())
            }
        }
    }

    fn load(&mut self, state: State) -> Result<KeeperStep, Error> {
        self.state = state;
        Ok(KeeperStep::Load(self.key.clone()))
    }

    fn plan(&mut self, now: Timestamp, session: Session, is_second: bool) -> Result<KeeperStep, Error> {
        let plan = match session.plan(now, self.margin) {
            Plan::Use if self.must_refresh && !is_second && session.refresh_token().is_some() => Plan::Refresh,
            plan => plan,
        };
        match plan {
            Plan::Use => Ok(KeeperStep::Done(Box::new(session.into()))),
            Plan::Refresh => {
                let seed = self.seed.derive(if is_second { "second refresh" } else { "refresh" });
                let mut tokens = Box::new(RefreshTokens::new(&self.app_client, &session, seed));
                tokens.context.clone_from(&self.context);
                tokens.device_name.clone_from(&self.device_name);
                let refreshing = Refreshing { session, tokens, is_second, may_have_arrived: false };
                self.refresh(now, refreshing, Event::Start)
            }
            Plan::SignIn => Err(Error::NotSignedIn),
        }
    }

    fn refresh(&mut self, now: Timestamp, mut refreshing: Refreshing, event: Event) -> Result<KeeperStep, Error> {
        let not_sent = match &event {
            Event::NotSent(cause) => Some(NotReached { may_have_arrived: false, cause: cause.clone() }),
            _ => None,
        };
        refreshing.may_have_arrived |= matches!(event, Event::NoAnswer(_) | Event::Response(_));
        match (refreshing.tokens.advance(now, event), not_sent) {
            (Ok(Step::Done(completion)), _) => {
                let record = completion.session().to_record();
                self.state = State::Saving(Box::new(completion));
                Ok(KeeperStep::Save(self.key.clone(), record))
            }
            (Ok(Step::Wait(_)), Some(error)) if !refreshing.may_have_arrived && self.is_usable(now, &refreshing) => {
                Ok(KeeperStep::Done(usable(refreshing, Error::NotReached(error))))
            }
            (Ok(Step::Send(request)), _) => {
                self.state = State::Refreshing(refreshing);
                Ok(KeeperStep::Send(request))
            }
            (Ok(Step::Wait(backoff)), _) => {
                self.state = State::Refreshing(refreshing);
                Ok(KeeperStep::Wait(backoff))
            }
            (Err(Error::Misuse(misuse)), _) => {
                self.state = State::Refreshing(refreshing);
                Err(misuse.into())
            }
            (Err(refusal), _) if refusal.ends_session() => {
                let Refreshing { session, is_second, .. } = refreshing;
                self.load(State::Reloading { tried: session.refresh_token().cloned(), refusal, is_second })
            }
            (Err(error), _) if self.is_usable(now, &refreshing) => Ok(KeeperStep::Done(usable(refreshing, error))),
            (Err(error), _) => Err(error),
        }
    }

    fn complete(
        &mut self,
        now: Timestamp,
        mut completion: Box<Completion>,
        save_error: Option<Cause>,
        event: Event,
    ) -> Result<KeeperStep, Error> {
        let step = completion.advance(now, event).map(Step::finished);
        if let Ok(Ok(SignedIn { session, device })) = step {
            return Ok(KeeperStep::Done(Box::new(KeptSession { device, save_error, ..KeptSession::from(session) })));
        }
        self.state = State::Completing(completion, save_error);
        match step? {
            Err(Step::Wait(backoff)) => Ok(KeeperStep::Wait(backoff)),
            Err(Step::Send(request)) => Ok(KeeperStep::Send(request)),
            Ok(_) | Err(Step::Done(())) => Err(Misuse::Finished.into()),
        }
    }

    fn is_usable(&self, now: Timestamp, refreshing: &Refreshing) -> bool {
        !self.must_refresh && refreshing.session.plan(now, Duration::ZERO) == Plan::Use
    }
}

fn read(loaded: Result<Option<Record>, Cause>) -> Result<Option<Session>, Error> {
    let record = loaded.map_err(Error::Store)?;
    record.map(|record| Session::from_record(&record)).transpose()
}

fn usable(refreshing: Refreshing, error: Error) -> Box<KeptSession> {
    Box::new(KeptSession { refresh_error: Some(error), ..KeptSession::from(refreshing.session) })
}
