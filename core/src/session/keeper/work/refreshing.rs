//! A work's refresh: when it is time for one, and what comes of it.

use alloc::boxed::Box;

use super::super::{KeptSession, SessionChange, SessionKeeper, SessionTask};
use super::{Next, Saving, State, Step, Work, is_good};
use crate::error::{Cause, Error, Misuse, NotReached};
use crate::flow::guarded::Machine as _;
use crate::flow::{self, Event, SendOutcome};
use crate::keeper::KeeperStep;
use crate::secret::RefreshToken;
use crate::session::SignedIn;
use crate::session::completion::Completion;
use crate::session::refresh::RefreshTokens;
use crate::session::{Plan, Session};
use crate::storage::Record;
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(super) struct Refreshing {
    session: Session,
    tokens: RefreshTokens,
    /// Whether this is the refresh after the store was read again.
    is_second: bool,
    /// Whether a request of it may have arrived. Then its answer must be had: it may bring a new refresh token.
    may_have_arrived: bool,
}

impl SessionKeeper {
    pub(super) fn plan(&mut self, work: Work, now: Timestamp, session: Session, is_second: bool) -> Step {
        let must_refresh = matches!(work.task, SessionTask::Refresh) && !is_second && session.refresh_token().is_some();
        let plan = match session.plan(now, self.margin) {
            _ if matches!(work.task, SessionTask::Flush) => Plan::Use,
            Plan::Use if must_refresh => Plan::Refresh,
            plan => plan,
        };
        match plan {
            Plan::Use if self.unsaved.is_some() => self.save(work, Saving::Again(Box::new(session))),
            Plan::Use => {
                self.current = Some(session.clone());
                self.end(work, Ok(Some(session.into())), None)
            }
            Plan::Refresh => {
                let label = if is_second { "second refresh" } else { "refresh" };
                let seed = match &work.seed {
                    Ok(seed) => seed.derive(label),
                    Err(error) => {
                        let error = error.clone();
                        return self.refresh_failed(work, now, session, error);
                    }
                };
                let mut tokens = RefreshTokens::new(&self.app_client, &session, seed);
                tokens.context.clone_from(&self.context);
                tokens.device_name.clone_from(&self.device_name);
                match tokens.advance(now, Event::Start) {
                    Ok(flow::Step::Send(request)) => {
                        let refreshing = Refreshing { session, tokens, is_second, may_have_arrived: false };
                        self.then(work, State::Refreshing(Box::new(refreshing)), KeeperStep::Send(request))
                    }
                    Ok(_) => self.end(work, Err(Misuse::Finished.into()), None),
                    Err(error) => self.refresh_failed(work, now, session, error),
                }
            }
            Plan::SignIn => {
                let change = self.current.take().map(|_| SessionChange::Expired);
                self.end(work, Err(Error::NotSignedIn), change)
            }
        }
    }

    pub(super) fn refresh(
        &mut self,
        work: Work,
        now: Timestamp,
        mut refreshing: Box<Refreshing>,
        event: Event,
    ) -> Next {
        let not_sent = match &event {
            Event::Sent(SendOutcome::NotSent(cause)) => {
                Some(NotReached { may_have_arrived: false, cause: cause.clone() })
            }
            _ => None,
        };
        let may_have_arrived = matches!(event, Event::Sent(SendOutcome::NoAnswer(_) | SendOutcome::Answered(_)));
        let advanced = refreshing.tokens.advance(now, event);
        if let Err(Error::Misuse(misuse)) = advanced {
            self.then(work, State::Refreshing(refreshing), ());
            return Err(misuse.into());
        }
        refreshing.may_have_arrived |= may_have_arrived;
        let is_usable = matches!(work.task, SessionTask::Get) && is_good(&refreshing.session, now);
        Ok(match (advanced, not_sent) {
            (Ok(flow::Step::Done(completion)), _) => self.save(work, Saving::Refreshed(Box::new(completion))),
            (Ok(flow::Step::Wait(_)), Some(error)) if !refreshing.may_have_arrived && is_usable => {
                self.not_refreshed(work, refreshing.session, Error::NotReached(error))
            }
            (Ok(flow::Step::Send(request)), _) => {
                self.then(work, State::Refreshing(refreshing), KeeperStep::Send(request))
            }
            (Ok(flow::Step::Wait(backoff)), _) => {
                self.then(work, State::Refreshing(refreshing), KeeperStep::Wait(backoff))
            }
            (Err(refusal), _) if refusal.ends_session() => {
                let tried = refreshing.session.refresh_token().cloned();
                let reloading = State::Reloading { tried, refusal, is_second: refreshing.is_second };
                self.then(work, reloading, KeeperStep::Load(self.key.clone()))
            }
            (Err(error), _) => self.refresh_failed(work, now, refreshing.session, error),
        })
    }

    fn refresh_failed(&mut self, work: Work, now: Timestamp, session: Session, error: Error) -> Step {
        if matches!(work.task, SessionTask::Get) && is_good(&session, now) {
            self.not_refreshed(work, session, error)
        } else {
            self.end(work, Err(error), None)
        }
    }

    /// Tokens that are good for a little longer.
    pub(super) fn not_refreshed(&mut self, work: Work, session: Session, error: Error) -> Step {
        self.current = Some(session.clone());
        self.end(work, Ok(Some(KeptSession { refresh_error: Some(error), ..KeptSession::from(session) })), None)
    }

    /// The refresh token that was tried is dead. Another process may have stored a newer one.
    pub(super) fn reloaded(
        &mut self,
        work: Work,
        now: Timestamp,
        (tried, refusal, is_second): (Option<&RefreshToken>, Error, bool),
        loaded: Result<Option<Record>, Cause>,
    ) -> Step {
        self.unsaved = None;
        match loaded.map_err(Error::Store).and_then(|held| held.map(|held| Session::from_record(&held)).transpose()) {
            Ok(Some(session)) if session.refresh_token() != tried => {
                if is_second {
                    self.end(work, Err(refusal), None)
                } else {
                    self.plan(work, now, session, true)
                }
            }
            Ok(_) => self.then(work, State::Expiring(refusal), KeeperStep::Remove(self.key.clone())),
            // What cannot be read cannot be judged, and stays.
            Err(_) => self.end(work, Err(refusal), None),
        }
    }

    /// Registers a device that is new, now that the tokens cannot be lost any more.
    pub(super) fn complete(
        &mut self,
        work: Work,
        now: Timestamp,
        mut completion: Box<Completion>,
        save_error: Option<Cause>,
        event: Event,
    ) -> Next {
        match completion.advance(now, event) {
            Ok(flow::Step::Done(SignedIn { session, device })) => {
                self.current = Some(session.clone());
                let kept = KeptSession { device, save_error, ..KeptSession::from(session) };
                Ok(self.end(work, Ok(Some(kept)), Some(SessionChange::Refreshed)))
            }
            Ok(flow::Step::Send(request)) => {
                Ok(self.then(work, State::Completing(completion, save_error), KeeperStep::Send(request)))
            }
            Ok(flow::Step::Wait(backoff)) => {
                Ok(self.then(work, State::Completing(completion, save_error), KeeperStep::Wait(backoff)))
            }
            Err(misuse) => {
                self.then(work, State::Completing(completion, save_error), ());
                Err(misuse)
            }
        }
    }
}
