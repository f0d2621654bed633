//! What users do, as plain data, so that a failing sequence can be made shorter.

use cognito_core::FactorState;
use proptest::prelude::*;

/// A user of the pool, if there is one of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Alice,
    Bob,
}

impl Who {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Bob => "bob",
        }
    }

    pub(crate) fn email(self, mailbox: Mailbox) -> String {
        match mailbox {
            Mailbox::Own => format!("{}@example.com", self.name()),
            Mailbox::Other => format!("{}@example.org", self.name()),
            Mailbox::Shared => "family@example.com".to_owned(),
        }
    }
}

/// An address of a user; one of them both have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mailbox {
    Own,
    Other,
    Shared,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Factor {
    Sms,
    App,
    Email,
}

impl Factor {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::App => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }
}

/// By which name a user signs in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Typed {
    Name,
    Email(Mailbox),
}

#[derive(Debug, Clone)]
pub(crate) enum Action {
    SignUp(Who),
    /// Here and below a `bool` says whether the code or the password is right.
    ConfirmSignUp(Who, bool),
    ResendCode(Who),
    SignIn(SignIn),
    ForgotPassword(Who),
    ConfirmForgotPassword(Who, bool),
    /// So many minutes go by.
    Pass(u64),
    /// AWS credentials for nobody.
    GuestCredentials,
    /// With one of the sessions that there are, counted from the last.
    Signed(usize, Errand),
}

#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) who: Who,
    pub(crate) typed: Typed,
    pub(crate) right_password: bool,
    pub(crate) right_code: bool,
    /// Which factor is chosen of several.
    pub(crate) choice: usize,
    /// On the machine that keeps the users' devices, or on one that keeps nothing.
    pub(crate) at_home: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Errand {
    Refresh,
    Revoke,
    GlobalSignOut,
    ChangePassword(bool),
    SetFactor(Factor, FactorState),
    SetUpApp(bool),
    /// Both of the session's own device.
    ForgetDevice,
    RememberDevice(bool),
    UpdateEmail(Mailbox),
    DeleteEmail,
    SendCode,
    VerifyEmail(bool),
    DeleteUser,
    Credentials,
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![3 => Just(Who::Alice), 1 => Just(Who::Bob)]
}

fn mailbox() -> impl Strategy<Value = Mailbox> {
    prop_oneof![2 => Just(Mailbox::Own), 1 => Just(Mailbox::Other), 4 => Just(Mailbox::Shared)]
}

/// Mostly right: otherwise nobody would get far.
fn right() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.8)
}

fn sign_in() -> impl Strategy<Value = SignIn> {
    let typed = prop_oneof![2 => Just(Typed::Name), 1 => mailbox().prop_map(Typed::Email)];
    (who(), typed, right(), right(), 0_usize..3, right()).prop_map(
        |(who, typed, right_password, right_code, choice, at_home)| SignIn {
            who,
            typed,
            right_password,
            right_code,
            choice,
            at_home,
        },
    )
}

/// Mostly one of the last sessions: the others have been signed out or have expired.
fn recent() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0_usize..2, 1 => 0_usize..8]
}

fn errand() -> impl Strategy<Value = Errand> {
    let factor = prop_oneof![Just(Factor::Sms), Just(Factor::App), Just(Factor::Email)];
    let state = prop_oneof![2 => Just(FactorState::On), 3 => Just(FactorState::Preferred), 1 => Just(FactorState::Off)];
    prop_oneof![
        3 => Just(Errand::Refresh),
        1 => Just(Errand::Revoke),
        1 => Just(Errand::GlobalSignOut),
        2 => right().prop_map(Errand::ChangePassword),
        8 => (factor, state).prop_map(|(factor, state)| Errand::SetFactor(factor, state)),
        3 => right().prop_map(Errand::SetUpApp),
        2 => Just(Errand::ForgetDevice),
        2 => right().prop_map(Errand::RememberDevice),
        5 => mailbox().prop_map(Errand::UpdateEmail),
        3 => Just(Errand::DeleteEmail),
        1 => Just(Errand::SendCode),
        6 => right().prop_map(Errand::VerifyEmail),
        1 => Just(Errand::DeleteUser),
        2 => Just(Errand::Credentials),
    ]
}

pub(crate) fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        2 => who().prop_map(Action::SignUp),
        3 => (who(), right()).prop_map(|(who, right)| Action::ConfirmSignUp(who, right)),
        1 => who().prop_map(Action::ResendCode),
        12 => sign_in().prop_map(Action::SignIn),
        2 => who().prop_map(Action::ForgotPassword),
        2 => (who(), right()).prop_map(|(who, right)| Action::ConfirmForgotPassword(who, right)),
        2 => prop::sample::select(vec![1, 59, 61, 24 * 60]).prop_map(Action::Pass),
        1 => Just(Action::GuestCredentials),
        24 => (recent(), errand()).prop_map(|(session, errand)| Action::Signed(session, errand)),
    ]
}

/// How most stories begin: somebody has signed up and in.
pub(crate) fn signed_up() -> impl Strategy<Value = Vec<Action>> {
    let begin = |who| {
        let (typed, at_home) = (Typed::Name, true);
        let sign_in = SignIn { who, typed, right_password: true, right_code: true, choice: 0, at_home };
        vec![Action::SignUp(who), Action::ConfirmSignUp(who, true), Action::SignIn(sign_in)]
    };
    prop::sample::subsequence(vec![Who::Bob, Who::Alice], 0..=2)
        .prop_map(move |users| users.into_iter().flat_map(begin).collect())
}
