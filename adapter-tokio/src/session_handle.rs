use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use cognito_blocking::shared::{jittered, now};
use cognito_core::error::NotReached;
use cognito_core::operation::{Paged, SignedIn};
use cognito_core::secret::{AccessToken, IdToken};
use cognito_core::{
    Begin, Cause, Error, Event, KeeperEnd, KeeperEvent, KeeperStep, KeptSession, RemoteSignOut, Session, SignOut,
    SignOutScope, SignedOut, Task,
};
use futures_util::stream::{self, Stream};
use tokio::time::sleep;

use crate::run::exchange;
use crate::sessions::{Shared, User};

/// One user's session: a valid token whenever asked.
///
/// Tokens are refreshed ahead of their expiry, once for however many tasks ask, and saved before anybody gets them. A task
/// that is cancelled while it waits stops nothing: a refresh runs to its end in a task of its own. It can be shared and
/// cloned; all handles of one user from one [`Sessions`](crate::Sessions) are the same. Use it within a tokio runtime.
///
/// ```no_run
/// # use cognito_tokio::{Error, SessionHandle, operation::ListDevices};
/// # use futures_util::{StreamExt, pin_mut};
/// # async fn list(session: &SessionHandle) -> Result<(), Error> {
/// let header = format!("Bearer {}", session.access_token().await?.expose());
/// let pages = session.pages(ListDevices::new());
/// pin_mut!(pages);
/// while let Some(page) = pages.next().await {
///     println!("{} devices", page?.devices.len());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SessionHandle {
    shared: Arc<Shared>,
    user: Arc<User>,
}

impl SessionHandle {
    pub(crate) fn new(shared: Arc<Shared>, user: Arc<User>) -> Self {
        Self { shared, user }
    }

    /// The user's canonical name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.user.username
    }

    /// The session. Its tokens are refreshed, and saved, when they expire within the margin; if they cannot be, and are
    /// still good, they come with the reason.
    ///
    /// # Errors
    /// As [`KeeperEnd::result`].
    pub async fn get(&self) -> Result<KeptSession, Error> {
        // Good tokens wait for nobody.
        let usable = self.user.keeper().usable(now()).cloned();
        match usable {
            Some(session) => Ok(session.into()),
            None => self.kept(|| Task::Get).await,
        }
    }

    /// An access token that is good.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.get().await?.session.access_token().clone())
    }

    /// An ID token that is good, if the session has one.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn id_token(&self) -> Result<Option<IdToken>, Error> {
        Ok(self.get().await?.session.id_token().cloned())
    }

    /// The session, refreshed now: with what has changed in attributes and groups.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn refresh(&self) -> Result<KeptSession, Error> {
        self.kept(|| Task::Refresh).await
    }

    /// Calls an operation for the user. When the service refuses the access token as such, which it may have revoked, the
    /// session is refreshed and the call made once more.
    ///
    /// # Errors
    /// As [`get`](Self::get), and what the call fails with.
    pub async fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: SignedIn + Clone + Send + 'static,
        O::Response: Send + 'static,
    {
        let session = self.get().await?.session;
        match self.shared.client.call_signed_in(&session, operation.clone()).await {
            Err(error) if error.refuses_access_token() && session.refresh_token().is_some() => {
                let renewed = self.refresh().await?.session;
                self.shared.client.call_signed_in(&renewed, operation).await
            }
            result => result,
        }
    }

    /// Calls an operation for the user page by page, beginning with this one. An error ends it.
    pub fn pages<O>(&self, operation: O) -> impl Stream<Item = Result<O::Response, Error>> + Send + use<O>
    where
        O: Paged + Send + Sync + 'static,
        O::Response: Send + 'static,
    {
        let handle = self.clone();
        stream::unfold(Some(operation), move |next| {
            let handle = handle.clone();
            async move {
                let operation = next?;
                let page = handle.call(operation.clone()).await;
                let next = page.as_ref().ok().and_then(|page| operation.next_page(page));
                Some((page, next))
            }
        })
    }

    /// Signs the user out: at the service as far as the scope says, and in the store whatever the service says.
    pub async fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        let remote = self.sign_out_remotely(scope).await.unwrap_or_else(RemoteSignOut::Failed);
        SignedOut::new(remote, self.work(|| Task::Remove).await.map(|_| ()))
    }

    /// Removes the user's session and device from the store and asks nobody: for a user who has been deleted.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn forget(&self) -> Result<(), Error> {
        let device = self.shared.change_devices(|devices| devices.remove(self.username()).is_some()).await;
        self.work(|| Task::Remove).await?;
        device
    }

    async fn sign_out_remotely(&self, scope: SignOutScope) -> Result<RemoteSignOut, Error> {
        let session = match scope {
            SignOutScope::Local => return Ok(RemoteSignOut::NotAsked),
            // It is done with the access token, which must be good.
            SignOutScope::Global => self.get().await?.session,
            _ => self.newest().await?,
        };
        self.shared.client.run(SignOut::new(self.shared.client.app_client(), &session, scope)).await
    }

    /// The session as it is, whatever its tokens are good for.
    async fn newest(&self) -> Result<Session, Error> {
        let (newest, key) = {
            let keeper = self.user.keeper();
            (keeper.newest().cloned(), keeper.key().to_owned())
        };
        if let Some(session) = newest {
            return Ok(session);
        }
        let record = self.shared.store.load(&key).await.map_err(failed)?.ok_or(Error::NotSignedIn)?;
        Session::from_record(&record)
    }

    async fn kept(&self, task: impl Fn() -> Task + Send + Sync) -> Result<KeptSession, Error> {
        self.work(task).await?.ok_or(Error::NotSignedIn)
    }

    /// Does a task, or waits for whoever does it. Who stops waiting stops nothing.
    pub(crate) async fn work(&self, task: impl Fn() -> Task + Send + Sync) -> Result<Option<KeptSession>, Error> {
        let since = self.user.keeper().ticket();
        loop {
            let mut ended = pin!(self.user.ended.notified());
            // From here on no end is missed.
            ended.as_mut().enable();
            let seed = self.shared.client.seed()?;
            let begun = self.user.keeper().begin(task(), since, seed);
            match begun {
                Begin::Drive => return self.spawn().await,
                Begin::Wait => ended.await,
                Begin::Join(ticket) => loop {
                    if let Some(outcome) = self.user.keeper().outcome(ticket) {
                        return outcome.map(Some);
                    }
                    ended.as_mut().await;
                    ended.set(self.user.ended.notified());
                    ended.as_mut().enable();
                },
            }
        }
    }

    /// Does the work in a task of its own, which goes on when the caller is dropped.
    async fn spawn(&self) -> Result<Option<KeptSession>, Error> {
        let mut waking = Waking { user: Arc::clone(&self.user), is_over: false };
        let shared = Arc::clone(&self.shared);
        let work = tokio::spawn(async move {
            let end = steps(&shared, &mut waking).await?;
            finish(&shared, &waking.user.username, end).await
        });
        work.await.unwrap_or_else(|error| Err(Error::NotReached(NotReached::new(true, Arc::new(error)))))
    }
}

/// Drives the keeper to the end of its work.
async fn steps(shared: &Shared, waking: &mut Waking) -> Result<KeeperEnd, Error> {
    let store = &*shared.store;
    let mut lock = None;
    let mut event = KeeperEvent::Start;
    loop {
        let step = waking.user.keeper().step(now(), event)?;
        event = match step {
            KeeperStep::Lock(key) => {
                let locked = store.lock(&key).await;
                KeeperEvent::Locked(locked.map(|held| lock = Some(held)).map_err(cause))
            }
            KeeperStep::Load(key) => KeeperEvent::Loaded(store.load(&key).await.map_err(cause)),
            KeeperStep::Save(key, record) => KeeperEvent::Stored(store.save(&key, &record).await.map_err(cause)),
            KeeperStep::Remove(key) => KeeperEvent::Stored(store.remove(&key).await.map_err(cause)),
            KeeperStep::Send(request) => KeeperEvent::Flow(exchange(shared.client.transport(), &request).await),
            KeeperStep::Wait(backoff) => {
                sleep(jittered(backoff)).await;
                KeeperEvent::Flow(Event::Woke)
            }
            KeeperStep::Done(end) => {
                drop(lock);
                waking.is_over = true;
                waking.user.ended.notify_waiters();
                return Ok(*end);
            }
        };
    }
}

/// Takes over what a work has to tell of the device, and tells those who listen.
async fn finish(shared: &Shared, username: &str, end: KeeperEnd) -> Result<Option<KeptSession>, Error> {
    let KeeperEnd { mut result, change, .. } = end;
    if let Ok(Some(kept)) = &mut result
        && !kept.device.is_empty()
        && let Err(error) = shared.change_devices(|devices| devices.update(username, &kept.device)).await
    {
        kept.save_error.get_or_insert(Arc::new(error));
    }
    if let Some(event) = change {
        shared.tell(event);
    }
    result
}

/// Wakes those who wait when the work is over, also when that is because a store or a transport has panicked, or the
/// runtime has ended.
struct Waking {
    user: Arc<User>,
    is_over: bool,
}

impl Drop for Waking {
    fn drop(&mut self) {
        if !self.is_over {
            self.user.keeper().abandon(Arc::new(io::Error::other("the work was given up half way")));
            self.user.ended.notify_waiters();
        }
    }
}

fn cause(error: io::Error) -> Cause {
    Arc::new(error)
}

pub(crate) fn failed(error: io::Error) -> Error {
    Error::Store(cause(error))
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionHandle").field("username", &self.user.username).finish_non_exhaustive()
    }
}
