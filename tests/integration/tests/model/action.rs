//! The actions of users as plain data, so that proptest can shorten a failing sequence.

use cognito_core::FactorState;
use proptest::prelude::*;

/// A person, who is a user of the pool from sign-up until deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Person {
    Alice,
    Bob,
}

impl Person {
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

/// An e-mail address of a person. Both persons have the address `Shared`.
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

/// The kind of name that a user types to sign in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TypedName {
    Name,
    Email(Mailbox),
}

#[derive(Debug, Clone)]
pub(crate) enum Action {
    SignUp(Person),
    /// A person enters the code of a sign-up. In every variant, `true` stands for a right code or password.
    ConfirmSignUp(Person, bool),
    ResendCode(Person),
    SignIn(SignIn),
    ForgotPassword(Person),
    ConfirmForgotPassword(Person, bool),
    /// The clock advances by this number of minutes.
    AdvanceMinutes(u64),
    /// A guest requests AWS credentials.
    GuestCredentials,
    /// A user acts in an existing session. The number counts the sessions backwards from the latest.
    InSession(usize, SessionAction),
}

#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) person: Person,
    pub(crate) typed: TypedName,
    pub(crate) right_password: bool,
    pub(crate) right_code: bool,
    /// The index of the factor that the user chooses among several, modulo their count.
    pub(crate) choice: usize,
    /// `true` on the machine that stores the users' device records, `false` on a machine that stores nothing.
    pub(crate) at_home: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum SessionAction {
    Refresh,
    Revoke,
    GlobalSignOut,
    ChangePassword(bool),
    SetFactor(Factor, FactorState),
    SetUpApp(bool),
    /// Forgets the device of the session.
    ForgetDevice,
    /// Sets whether the device of the session is remembered.
    RememberDevice(bool),
    UpdateEmail(Mailbox),
    DeleteEmail,
    SendCode,
    VerifyEmail(bool),
    DeleteUser,
    Credentials,
}

fn person() -> impl Strategy<Value = Person> {
    prop_oneof![3 => Just(Person::Alice), 1 => Just(Person::Bob)]
}

fn mailbox() -> impl Strategy<Value = Mailbox> {
    prop_oneof![2 => Just(Mailbox::Own), 1 => Just(Mailbox::Other), 4 => Just(Mailbox::Shared)]
}

/// Generates `true` in 80 % of the cases: with more wrong codes and passwords, few users would sign in.
fn mostly_true() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.8)
}

fn sign_in() -> impl Strategy<Value = SignIn> {
    let typed = prop_oneof![2 => Just(TypedName::Name), 1 => mailbox().prop_map(TypedName::Email)];
    (person(), typed, mostly_true(), mostly_true(), 0_usize..3, mostly_true()).prop_map(
        |(person, typed, right_password, right_code, choice, at_home)| SignIn {
            person,
            typed,
            right_password,
            right_code,
            choice,
            at_home,
        },
    )
}

/// Generates mostly one of the two latest sessions, because older sessions have usually ended or expired.
fn recent_session() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0_usize..2, 1 => 0_usize..8]
}

fn session_action() -> impl Strategy<Value = SessionAction> {
    let factor = prop_oneof![Just(Factor::Sms), Just(Factor::App), Just(Factor::Email)];
    let state = prop_oneof![2 => Just(FactorState::On), 3 => Just(FactorState::Preferred), 1 => Just(FactorState::Off)];
    prop_oneof![
        3 => Just(SessionAction::Refresh),
        1 => Just(SessionAction::Revoke),
        1 => Just(SessionAction::GlobalSignOut),
        2 => mostly_true().prop_map(SessionAction::ChangePassword),
        8 => (factor, state).prop_map(|(factor, state)| SessionAction::SetFactor(factor, state)),
        3 => mostly_true().prop_map(SessionAction::SetUpApp),
        2 => Just(SessionAction::ForgetDevice),
        2 => mostly_true().prop_map(SessionAction::RememberDevice),
        5 => mailbox().prop_map(SessionAction::UpdateEmail),
        3 => Just(SessionAction::DeleteEmail),
        1 => Just(SessionAction::SendCode),
        6 => mostly_true().prop_map(SessionAction::VerifyEmail),
        1 => Just(SessionAction::DeleteUser),
        2 => Just(SessionAction::Credentials),
    ]
}

pub(crate) fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        2 => person().prop_map(Action::SignUp),
        3 => (person(), mostly_true()).prop_map(|(person, is_right)| Action::ConfirmSignUp(person, is_right)),
        1 => person().prop_map(Action::ResendCode),
        12 => sign_in().prop_map(Action::SignIn),
        2 => person().prop_map(Action::ForgotPassword),
        2 => (person(), mostly_true()).prop_map(|(person, is_right)| Action::ConfirmForgotPassword(person, is_right)),
        2 => prop::sample::select(vec![1, 59, 61, 24 * 60]).prop_map(Action::AdvanceMinutes),
        1 => Just(Action::GuestCredentials),
        24 => (recent_session(), session_action()).prop_map(|(session, action)| Action::InSession(session, action)),
    ]
}

/// Generates the start of a story: up to two persons sign up and sign in.
pub(crate) fn signed_up() -> impl Strategy<Value = Vec<Action>> {
    let begin = |person| {
        let (typed, at_home) = (TypedName::Name, true);
        let sign_in = SignIn { person, typed, right_password: true, right_code: true, choice: 0, at_home };
        vec![Action::SignUp(person), Action::ConfirmSignUp(person, true), Action::SignIn(sign_in)]
    };
    prop::sample::subsequence(vec![Person::Bob, Person::Alice], 0..=2)
        .prop_map(move |users| users.into_iter().flat_map(begin).collect())
}
