//! The part of a job that refreshes the session, if a refresh is necessary.

use alloc::boxed::Box;

use super::state::{Ending, Job, Next, Refreshing, Reloading, Saving, State};
use crate::error::{Cause, Error};
use crate::flow::guarded::Steps as _;
use crate::flow::{Event, SendOutcome, Step};
use crate::keeper::{Computation, Computed, KeeperStep};
use crate::secret::RefreshToken;
use crate::session::completion::{Completion, Renewed};
use crate::session::keeper::known::{Known, is_valid};
use crate::session::keeper::task::{KeptSession, SessionEventKind, SessionTask};
use crate::session::refresh::RefreshTokens;
use crate::session::{Plan, Session, SignedIn};
use crate::storage::Record;
use crate::timestamp::Timestamp;

impl Job {
    pub(super) fn plan(self, known: &mut Known, now: Timestamp, session: Session, is_second: bool) -> Next {
        let must_refresh = matches!(self.task, SessionTask::Refresh) && !is_second;
        let plan = match session.plan(now, known.settings.margin) {
            _ if matches!(self.task, SessionTask::Flush) => Plan::Use,
            Plan::Use if must_refresh => Plan::Refresh,
            plan => plan,
        };
        match plan {
            Plan::Refresh if session.refresh_token().is_none() => {
                self.finish_without_session(known, Error::NoRefreshToken, None)
            }
            Plan::Use if known.unsaved.is_some() && !self.is_sign_out() => {
                self.save(known, Saving::Again(Box::new(session)))
            }
            Plan::Use => self.finish_with_session(known, now, session.into(), None),
            Plan::Refresh => self.start_refresh(known, now, session, is_second),
            Plan::SignIn => {
                let kind = known.current.take().map(|_| SessionEventKind::Expired);
                self.finish_without_session(known, Error::NotSignedIn, kind)
            }
        }
    }

    fn start_refresh(self, known: &mut Known, now: Timestamp, session: Session, is_second: bool) -> Next {
        let seed = match &self.seed {
            Ok(seed) => seed.derive(if is_second { "second refresh" } else { "refresh" }),
            Err(error) => {
                let error = error.clone();
                return self.finish_unrefreshed(known, now, session, error);
            }
        };
        let mut tokens = RefreshTokens::new(&known.app_client, &session, seed);
        tokens.context.clone_from(&known.settings.context);
        tokens.device_name.clone_from(&known.settings.device_name);
        let refreshing = Refreshing { session, tokens, is_second, may_have_arrived: false };
        self.refresh(known, now, Box::new(refreshing), Event::Start)
    }

    pub(super) fn refresh(
        self,
        known: &mut Known,
        now: Timestamp,
        mut refreshing: Box<Refreshing>,
        event: Event,
    ) -> Next {
        let not_sent = event.not_reached().filter(|error| !error.may_have_arrived);
        let may_have_arrived = matches!(event, Event::Sent(SendOutcome::NoAnswer(_) | SendOutcome::Answered(_)));
        let advanced = refreshing.tokens.advance(now, event);
        if let Err(Error::Misuse(misuse)) = advanced {
            return self.refuse(State::Refreshing(refreshing), misuse);
        }
        refreshing.may_have_arrived |= may_have_arrived;
        let is_usable = !matches!(self.task, SessionTask::Refresh) && is_valid(&refreshing.session, now);
        match (advanced, not_sent) {
            (Ok(Step::Done(renewed)), _) => self.save(known, Saving::Refreshed(Box::new(renewed))),
            // If the network is down, callers with valid tokens must not wait for a retry.
            (Ok(Step::Wait(_)), Some(error)) if !refreshing.may_have_arrived && is_usable => {
                self.finish_unrefreshed(known, now, refreshing.session, Error::NotReached(error))
            }
            (Ok(Step::Send(request)), _) => self.next(State::Refreshing(refreshing), KeeperStep::Send(request)),
            (Ok(Step::Wait(backoff)), _) => self.next(State::Refreshing(refreshing), KeeperStep::Wait(backoff)),
            (Err(refusal), _) if refusal.ends_session() => {
                let tried = refreshing.session.refresh_token().cloned();
                let reloading = Reloading { tried, refusal, is_second: refreshing.is_second };
                self.next(State::Reloading(reloading), KeeperStep::Load(known.key.clone()))
            }
            (Err(error), _) => self.finish_unrefreshed(known, now, refreshing.session, error),
        }
    }

    /// Continues the job after the second reading of the store. If another process has stored a newer refresh
    /// token, the job refreshes the session once more, with the newer token.
    pub(super) fn reloaded(
        self,
        known: &mut Known,
        now: Timestamp,
        reloading: Reloading,
        loaded: Result<Option<Record>, Cause>,
    ) -> Next {
        let Reloading { tried, refusal, is_second } = reloading;
        known.unsaved = None;
        match newer(known, tried.as_ref(), loaded) {
            Ok(Some(session)) if !is_second => self.plan(known, now, session, true),
            Ok(None) => self.remove_expired(known, refusal),
            Ok(Some(_)) | Err(_) => self.finish_without_session(known, refusal, None),
        }
    }

    fn remove_expired(self, known: &mut Known, refusal: Error) -> Next {
        if self.is_sign_out() {
            return self.finish_without_session(known, refusal, None);
        }
        self.next(State::RemovingExpired(refusal), KeeperStep::Remove(known.key.clone()))
    }

    pub(super) fn expired(self, known: &mut Known, refusal: Error) -> Next {
        known.forget_session();
        self.finish(known, Ending::err(refusal, Some(SessionEventKind::Expired)))
    }

    /// Registers the new device, if there is one. If the registration fails, the new tokens are not lost,
    /// because they are already in the store or in memory.
    pub(super) fn refreshed(
        self,
        known: &mut Known,
        now: Timestamp,
        mut renewed: Box<Renewed>,
        save_error: Option<Cause>,
    ) -> Next {
        if self.is_sign_out() {
            let session = renewed.session().clone();
            return self.finish_with_session(known, now, session.into(), None);
        }
        match renewed.take_new_device() {
            Some(draft) => {
                let computation = Computation(Box::new(draft));
                self.next(State::Computing(renewed, save_error), KeeperStep::Compute(computation))
            }
            None => self.register(known, now, Box::new(renewed.complete_with(None)), save_error, Event::Start),
        }
    }

    pub(super) fn computed(
        self,
        known: &mut Known,
        now: Timestamp,
        renewed: Renewed,
        save_error: Option<Cause>,
        computed: Computed,
    ) -> Next {
        let completion = renewed.complete_with(Some(*computed.0));
        self.register(known, now, Box::new(completion), save_error, Event::Start)
    }

    pub(super) fn register(
        self,
        known: &mut Known,
        now: Timestamp,
        mut completion: Box<Completion>,
        save_error: Option<Cause>,
        event: Event,
    ) -> Next {
        match completion.advance(now, event) {
            Ok(Step::Done(signed_in)) => {
                known.keep_device(&signed_in.device);
                let SignedIn { session, device } = signed_in;
                let kept = KeptSession { device, save_error, ..KeptSession::from(session) };
                self.finish_with_session(known, now, kept, Some(SessionEventKind::Refreshed))
            }
            Ok(Step::Send(request)) => self.next(State::Registering(completion, save_error), KeeperStep::Send(request)),
            Ok(Step::Wait(backoff)) => self.next(State::Registering(completion, save_error), KeeperStep::Wait(backoff)),
            Err(Error::Misuse(misuse)) => self.refuse(State::Registering(completion, save_error), misuse),
            Err(error) => self.finish_without_session(known, error, None),
        }
    }
}

/// Returns the stored session, if its refresh token differs from the refresh token `tried`. Fails if the
/// record cannot be read: the record may contain a newer session, so the job must not remove the record.
fn newer(
    known: &Known,
    tried: Option<&RefreshToken>,
    loaded: Result<Option<Record>, Cause>,
) -> Result<Option<Session>, Error> {
    Ok(known.read_loaded(loaded)?.filter(|session| session.refresh_token() != tried))
}
