//! What should come of it: the service and the client together, in as few words as will do.

use std::collections::{BTreeMap, BTreeSet};

use cognito_core::FactorState;
use cognito_core::error::{NotAuthorized, RefusalKind};

use crate::action::{Action, Errand, Factor, Mailbox, SignIn, Typed, Who};

pub(crate) type Outcome = Result<(), RefusalKind>;

const INCORRECT: RefusalKind = RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword);
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: u64,
    pub(crate) users: BTreeMap<Who, User>,
    pub(crate) sessions: Vec<Session>,
    /// The devices that are kept at home.
    pub(crate) kept: BTreeMap<Who, u32>,
    pub(crate) last_id: u32,
}

#[derive(Debug)]
pub(crate) struct User {
    /// Another for everyone who signs up.
    pub(crate) id: u32,
    pub(crate) confirmed: bool,
    /// The number of the password.
    pub(crate) password: u32,
    /// And whether it is verified.
    pub(crate) email: Option<(String, bool)>,
    /// When the codes expire that have been sent and not used.
    codes: BTreeMap<Purpose, u64>,
    pub(crate) factors: BTreeSet<Factor>,
    pub(crate) preferred: Option<Factor>,
    has_app: bool,
    /// And whether they are remembered.
    pub(crate) devices: BTreeMap<u32, bool>,
}

#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) who: Who,
    pub(crate) user: u32,
    pub(crate) device: u32,
    pub(crate) access_until: u64,
    refresh_until: u64,
    revoked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    SignUp,
    Forgot,
    Verify,
}

impl User {
    fn send(&mut self, purpose: Purpose, expires: u64) -> Outcome {
        self.codes.insert(purpose, expires);
        Ok(())
    }

    fn redeem(&mut self, purpose: Purpose, right: bool, now: u64) -> Outcome {
        match self.codes.get(&purpose) {
            Some(expires) if now < *expires => {}
            _ => return Err(RefusalKind::ExpiredCode),
        }
        if !right {
            return Err(RefusalKind::CodeMismatch);
        }
        self.codes.remove(&purpose);
        Ok(())
    }

    fn is_set_up(&self, factor: Factor) -> bool {
        match factor {
            Factor::Sms => true,
            Factor::App => self.has_app,
            Factor::Email => self.email.is_some(),
        }
    }
}

impl Model {
    pub(crate) fn apply(&mut self, action: &Action) -> Outcome {
        let now = self.now;
        match action {
            Action::SignUp(who) => self.sign_up(*who),
            Action::ConfirmSignUp(who, right) => {
                let user = self.users.get_mut(who).ok_or(RefusalKind::ExpiredCode)?;
                if user.confirmed {
                    return Err(RefusalKind::NotAuthorized(NotAuthorized::Other));
                }
                user.redeem(Purpose::SignUp, *right, now)?;
                user.confirmed = true;
                user.email.iter_mut().for_each(|(_, verified)| *verified = true);
                Ok(())
            }
            Action::ResendCode(who) => match self.users.get_mut(who) {
                Some(user) if user.confirmed => Err(RefusalKind::InvalidParameter),
                Some(user) => user.send(Purpose::SignUp, now + DAY),
                // Who is not there is not told so.
                None => Ok(()),
            },
            Action::SignIn(sign_in) => self.sign_in(sign_in),
            // Nor is who gets no code.
            Action::ForgotPassword(who) => {
                let user = self.users.get_mut(who).filter(|user| matches!(user.email, Some((_, true))));
                user.map_or(Ok(()), |user| user.send(Purpose::Forgot, now + HOUR))
            }
            Action::ConfirmForgotPassword(who, right) => {
                let user = self.users.get_mut(who).ok_or(RefusalKind::CodeMismatch)?;
                user.redeem(Purpose::Forgot, *right, now)?;
                user.password += 1;
                Ok(())
            }
            Action::Pass(minutes) => {
                self.now += 60 * minutes;
                Ok(())
            }
            Action::GuestCredentials => Ok(()),
            Action::Signed(number, errand) => match self.sessions.len() {
                0 => Ok(()),
                count => self.errand(count - 1 - number % count, errand),
            },
        }
    }

    fn sign_up(&mut self, who: Who) -> Outcome {
        if self.users.contains_key(&who) {
            return Err(RefusalKind::UsernameExists);
        }
        self.last_id += 1;
        let user = User {
            id: self.last_id,
            confirmed: false,
            password: 0,
            email: Some((who.email(Mailbox::Own), false)),
            codes: BTreeMap::from([(Purpose::SignUp, self.now + DAY)]),
            factors: BTreeSet::new(),
            preferred: None,
            has_app: false,
            devices: BTreeMap::new(),
        };
        self.users.insert(who, user);
        Ok(())
    }

    /// Whom a name stands for: an address only when it is verified.
    pub(crate) fn resolve(&self, typed: Typed, who: Who) -> Option<Who> {
        match typed {
            Typed::Name => Some(who).filter(|who| self.users.contains_key(who)),
            Typed::Email(mailbox) => self.owner(&who.email(mailbox)),
        }
    }

    fn owner(&self, email: &str) -> Option<Who> {
        let is_owned = |user: &User| matches!(&user.email, Some((held, true)) if held == email);
        self.users.iter().find(|(_, user)| is_owned(user)).map(|(who, _)| *who)
    }

    fn sign_in(&mut self, sign_in: &SignIn) -> Outcome {
        // A code of an authenticator app is good once: a minute later there is another.
        self.now += 60;
        let now = self.now;
        let who = self.resolve(sign_in.typed, sign_in.who).ok_or(INCORRECT)?;
        let kept = self.kept.get(&who).copied().filter(|_| sign_in.at_home);
        let user = self.users.get_mut(&who).ok_or(INCORRECT)?;
        if !sign_in.right_password {
            return Err(INCORRECT);
        }
        if !user.confirmed {
            return Err(RefusalKind::UserNotConfirmed);
        }
        let device = kept.filter(|device| user.devices.contains_key(device));
        let stands_in = device.is_some_and(|device| user.devices[&device]);
        let asks = !stands_in && user.factors.iter().any(|factor| user.is_set_up(*factor));
        if asks && !sign_in.right_code {
            return Err(RefusalKind::CodeMismatch);
        }
        let device = device.unwrap_or_else(|| {
            self.last_id += 1;
            user.devices.insert(self.last_id, true);
            self.last_id
        });
        if sign_in.at_home {
            self.kept.insert(who, device);
        }
        let (access_until, refresh_until) = (now + HOUR, now + DAY);
        self.sessions.push(Session { who, user: user.id, device, access_until, refresh_until, revoked: false });
        Ok(())
    }

    /// The user for whom the access token of a session still speaks.
    pub(crate) fn bearer(&mut self, session: &Session) -> Result<&mut User, RefusalKind> {
        let user = self.users.get_mut(&session.who).filter(|user| user.id == session.user);
        let user = user.ok_or(RefusalKind::UserNotFound)?;
        if session.revoked {
            return Err(RefusalKind::NotAuthorized(NotAuthorized::AccessTokenRevoked));
        }
        if self.now >= session.access_until {
            return Err(RefusalKind::NotAuthorized(NotAuthorized::AccessTokenExpired));
        }
        Ok(user)
    }

    fn errand(&mut self, number: usize, errand: &Errand) -> Outcome {
        let session = self.sessions[number].clone();
        match errand {
            Errand::Refresh => return self.refresh(number),
            Errand::Revoke => {
                self.sessions[number].revoked = true;
                return Ok(());
            }
            Errand::Credentials if self.now >= session.access_until => {
                return Err(RefusalKind::NotAuthorized(NotAuthorized::LoginTokenExpired));
            }
            Errand::Credentials => return Ok(()),
            Errand::SetUpApp(_) => self.now += 60,
            _ => {}
        }
        let now = self.now;
        let owner = |model: &Self, email: &str| model.owner(email).filter(|who| *who != session.who);
        let held = self.users.get(&session.who).and_then(|user| user.email.clone());
        let taken = held.and_then(|(email, _)| owner(self, &email)).is_some();
        let user = self.bearer(&session)?;
        match errand {
            Errand::Refresh | Errand::Revoke | Errand::Credentials => {}
            Errand::GlobalSignOut => {
                let all = self.sessions.iter_mut().filter(|other| other.user == session.user);
                all.for_each(|other| other.revoked = true);
            }
            Errand::ChangePassword(right) => {
                user.password += u32::from(*right);
                return if *right { Ok(()) } else { Err(INCORRECT) };
            }
            Errand::SetFactor(factor, state) => return set_factor(user, *factor, *state),
            Errand::SetUpApp(right) => {
                user.has_app |= right;
                return if *right { Ok(()) } else { Err(RefusalKind::EnableSoftwareTokenMfa) };
            }
            Errand::ForgetDevice => {
                user.devices.remove(&session.device).ok_or(RefusalKind::ResourceNotFound)?;
            }
            Errand::RememberDevice(remember) => {
                *user.devices.get_mut(&session.device).ok_or(RefusalKind::ResourceNotFound)? = *remember;
            }
            Errand::UpdateEmail(mailbox) => {
                let email = session.who.email(*mailbox);
                if user.email.as_ref().is_none_or(|(held, _)| *held != email) {
                    user.email = Some((email, false));
                    return user.send(Purpose::Verify, now + DAY);
                }
            }
            Errand::DeleteEmail => user.email = None,
            Errand::SendCode if user.email.is_none() => return Err(RefusalKind::InvalidParameter),
            Errand::SendCode => return user.send(Purpose::Verify, now + DAY),
            Errand::VerifyEmail(right) => {
                let expires = user.codes.get(&Purpose::Verify).copied();
                user.redeem(Purpose::Verify, *right, now)?;
                if taken {
                    // The code was right, and stays good.
                    user.codes.extend(expires.map(|expires| (Purpose::Verify, expires)));
                    return Err(RefusalKind::AliasExists);
                }
                user.email.iter_mut().for_each(|(_, verified)| *verified = true);
            }
            Errand::DeleteUser => drop(self.users.remove(&session.who)),
        }
        Ok(())
    }

    fn refresh(&mut self, number: usize) -> Outcome {
        let session = &mut self.sessions[number];
        let refused = |reason| Err(RefusalKind::NotAuthorized(reason));
        if session.revoked {
            return refused(NotAuthorized::RefreshTokenRevoked);
        }
        if self.now >= session.refresh_until {
            return refused(NotAuthorized::RefreshTokenExpired);
        }
        // The tokens of a device that was forgotten are dead.
        let user = self.users.get(&session.who).filter(|user| user.id == session.user);
        if !user.is_some_and(|user| user.devices.contains_key(&session.device)) {
            return refused(NotAuthorized::InvalidRefreshToken);
        }
        session.access_until = self.now + HOUR;
        Ok(())
    }
}

/// A factor that is not named keeps its state.
fn set_factor(user: &mut User, factor: Factor, state: FactorState) -> Outcome {
    if state == FactorState::Off {
        user.factors.remove(&factor);
    } else if user.is_set_up(factor) {
        user.factors.insert(factor);
    } else {
        return Err(RefusalKind::InvalidParameter);
    }
    if state == FactorState::Preferred {
        user.preferred = Some(factor);
    } else if user.preferred == Some(factor) {
        user.preferred = None;
    }
    Ok(())
}
