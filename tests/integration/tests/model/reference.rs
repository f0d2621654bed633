//! The expected result of each action: a minimal model of the client and the service together.

use std::collections::{BTreeMap, BTreeSet};

use cognito_core::FactorState;
use cognito_core::error::{NotAuthorized, RefusalKind};

use crate::action::{Action, Factor, Mailbox, Person, SessionAction, SignIn, TypedName};

pub(crate) type Outcome = Result<(), RefusalKind>;

const INCORRECT: RefusalKind = RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword);
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: u64,
    pub(crate) users: BTreeMap<Person, User>,
    pub(crate) sessions: Vec<Session>,
    /// The ids of the persons' devices that are stored on the machine at home.
    pub(crate) home_devices: BTreeMap<Person, u32>,
    pub(crate) last_id: u32,
}

#[derive(Debug)]
pub(crate) struct User {
    /// The id of the user, which is different for each sign-up.
    pub(crate) id: u32,
    pub(crate) confirmed: bool,
    /// The number in the current password, such as 2 in `Correct-horse-2`. Each password change increases it.
    pub(crate) password: u32,
    /// The e-mail address, and whether the address is verified.
    pub(crate) email: Option<(String, bool)>,
    /// The expiry of each code that was sent and not used, in seconds since the Unix epoch.
    codes: BTreeMap<Purpose, u64>,
    pub(crate) factors: BTreeSet<Factor>,
    pub(crate) preferred: Option<Factor>,
    has_app: bool,
    /// The id of each device, and whether the device is remembered.
    pub(crate) devices: BTreeMap<u32, bool>,
}

#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) person: Person,
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
            Action::SignUp(person) => self.sign_up(*person),
            Action::ConfirmSignUp(person, right) => {
                let user = self.users.get_mut(person).ok_or(RefusalKind::ExpiredCode)?;
                if user.confirmed {
                    return Err(RefusalKind::NotAuthorized(NotAuthorized::Other));
                }
                user.redeem(Purpose::SignUp, *right, now)?;
                user.confirmed = true;
                user.email.iter_mut().for_each(|(_, verified)| *verified = true);
                Ok(())
            }
            Action::ResendCode(person) => match self.users.get_mut(person) {
                Some(user) if user.confirmed => Err(RefusalKind::InvalidParameter),
                Some(user) => user.send(Purpose::SignUp, now + DAY),
                // The service does not report that the user does not exist.
                None => Ok(()),
            },
            Action::SignIn(sign_in) => self.sign_in(sign_in),
            // The service does not report that it sends no code.
            Action::ForgotPassword(person) => {
                let user = self.users.get_mut(person).filter(|user| matches!(user.email, Some((_, true))));
                user.map_or(Ok(()), |user| user.send(Purpose::Forgot, now + HOUR))
            }
            Action::ConfirmForgotPassword(person, right) => {
                let user = self.users.get_mut(person).ok_or(RefusalKind::CodeMismatch)?;
                user.redeem(Purpose::Forgot, *right, now)?;
                user.password += 1;
                Ok(())
            }
            Action::AdvanceMinutes(minutes) => {
                self.now += 60 * minutes;
                Ok(())
            }
            Action::GuestCredentials => Ok(()),
            Action::InSession(number, action) => match self.sessions.len() {
                0 => Ok(()),
                count => self.session_action(count - 1 - number % count, action),
            },
        }
    }

    fn sign_up(&mut self, person: Person) -> Outcome {
        if self.users.contains_key(&person) {
            return Err(RefusalKind::UsernameExists);
        }
        self.last_id += 1;
        let user = User {
            id: self.last_id,
            confirmed: false,
            password: 0,
            email: Some((person.email(Mailbox::Own), false)),
            codes: BTreeMap::from([(Purpose::SignUp, self.now + DAY)]),
            factors: BTreeSet::new(),
            preferred: None,
            has_app: false,
            devices: BTreeMap::new(),
        };
        self.users.insert(person, user);
        Ok(())
    }

    /// Returns the user that a typed name stands for. An address must be verified to stand for a user.
    pub(crate) fn resolve(&self, typed: TypedName, person: Person) -> Option<Person> {
        match typed {
            TypedName::Name => Some(person).filter(|person| self.users.contains_key(person)),
            TypedName::Email(mailbox) => self.owner(&person.email(mailbox)),
        }
    }

    fn owner(&self, email: &str) -> Option<Person> {
        let is_owned = |user: &User| matches!(&user.email, Some((held, true)) if held == email);
        self.users.iter().find(|(_, user)| is_owned(user)).map(|(person, _)| *person)
    }

    fn sign_in(&mut self, sign_in: &SignIn) -> Outcome {
        // A code of an authenticator app is valid once. One minute later, the app shows another code.
        self.now += 60;
        let now = self.now;
        let person = self.resolve(sign_in.typed, sign_in.person).ok_or(INCORRECT)?;
        let kept = self.home_devices.get(&person).copied().filter(|_| sign_in.at_home);
        let user = self.users.get_mut(&person).ok_or(INCORRECT)?;
        if !sign_in.right_password {
            return Err(INCORRECT);
        }
        if !user.confirmed {
            return Err(RefusalKind::UserNotConfirmed);
        }
        let device = kept.filter(|device| user.devices.contains_key(device));
        let replaces_factor = device.is_some_and(|device| user.devices[&device]);
        let needs_factor = !replaces_factor && user.factors.iter().any(|factor| user.is_set_up(*factor));
        if needs_factor && !sign_in.right_code {
            return Err(RefusalKind::CodeMismatch);
        }
        let device = device.unwrap_or_else(|| {
            self.last_id += 1;
            user.devices.insert(self.last_id, true);
            self.last_id
        });
        if sign_in.at_home {
            self.home_devices.insert(person, device);
        }
        let (access_until, refresh_until) = (now + HOUR, now + DAY);
        self.sessions.push(Session { person, user: user.id, device, access_until, refresh_until, revoked: false });
        Ok(())
    }

    /// Returns the user of a session whose access token is still valid.
    pub(crate) fn signed_in_user(&mut self, session: &Session) -> Result<&mut User, RefusalKind> {
        let user = self.users.get_mut(&session.person).filter(|user| user.id == session.user);
        let user = user.ok_or(RefusalKind::UserNotFound)?;
        if session.revoked {
            return Err(RefusalKind::NotAuthorized(NotAuthorized::AccessTokenRevoked));
        }
        if self.now >= session.access_until {
            return Err(RefusalKind::NotAuthorized(NotAuthorized::AccessTokenExpired));
        }
        Ok(user)
    }

    fn session_action(&mut self, number: usize, action: &SessionAction) -> Outcome {
        let session = self.sessions[number].clone();
        match action {
            SessionAction::Refresh => return self.refresh(number),
            SessionAction::Revoke => {
                self.sessions[number].revoked = true;
                return Ok(());
            }
            SessionAction::Credentials if self.now >= session.access_until => {
                return Err(RefusalKind::NotAuthorized(NotAuthorized::LoginTokenExpired));
            }
            SessionAction::Credentials => return Ok(()),
            SessionAction::SetUpApp(_) => self.now += 60,
            _ => {}
        }
        let now = self.now;
        let owner = |model: &Self, email: &str| model.owner(email).filter(|person| *person != session.person);
        let held = self.users.get(&session.person).and_then(|user| user.email.clone());
        let taken = held.and_then(|(email, _)| owner(self, &email)).is_some();
        let user = self.signed_in_user(&session)?;
        match action {
            SessionAction::Refresh | SessionAction::Revoke | SessionAction::Credentials => {}
            SessionAction::GlobalSignOut => {
                let all = self.sessions.iter_mut().filter(|other| other.user == session.user);
                all.for_each(|other| other.revoked = true);
            }
            SessionAction::ChangePassword(right) => {
                user.password += u32::from(*right);
                return if *right { Ok(()) } else { Err(INCORRECT) };
            }
            SessionAction::SetFactor(factor, state) => return set_factor(user, *factor, *state),
            SessionAction::SetUpApp(right) => {
                user.has_app |= right;
                return if *right { Ok(()) } else { Err(RefusalKind::EnableSoftwareTokenMfa) };
            }
            SessionAction::ForgetDevice => {
                user.devices.remove(&session.device).ok_or(RefusalKind::ResourceNotFound)?;
            }
            SessionAction::RememberDevice(remember) => {
                *user.devices.get_mut(&session.device).ok_or(RefusalKind::ResourceNotFound)? = *remember;
            }
            SessionAction::UpdateEmail(mailbox) => {
                let email = session.person.email(*mailbox);
                if user.email.as_ref().is_none_or(|(held, _)| *held != email) {
                    user.email = Some((email, false));
                    return user.send(Purpose::Verify, now + DAY);
                }
            }
            SessionAction::DeleteEmail => user.email = None,
            SessionAction::SendCode if user.email.is_none() => return Err(RefusalKind::InvalidParameter),
            SessionAction::SendCode => return user.send(Purpose::Verify, now + DAY),
            SessionAction::VerifyEmail(right) => {
                let expires = user.codes.get(&Purpose::Verify).copied();
                user.redeem(Purpose::Verify, *right, now)?;
                if taken {
                    // The code was right, and stays valid.
                    user.codes.extend(expires.map(|expires| (Purpose::Verify, expires)));
                    return Err(RefusalKind::AliasExists);
                }
                user.email.iter_mut().for_each(|(_, verified)| *verified = true);
            }
            SessionAction::DeleteUser => drop(self.users.remove(&session.person)),
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
        // The tokens of a forgotten device are invalid.
        let user = self.users.get(&session.person).filter(|user| user.id == session.user);
        if !user.is_some_and(|user| user.devices.contains_key(&session.device)) {
            return refused(NotAuthorized::InvalidRefreshToken);
        }
        session.access_until = self.now + HOUR;
        Ok(())
    }
}

/// Sets the state of one factor. The other factors stay on or off.
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
