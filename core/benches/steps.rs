//! Measures the steps of the flows without the SRP arithmetic, the reading of tokens, and the operations on a
//! session.
//!
//! ```text
//! cargo bench -p cognito-core --bench steps
//! ```
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "criterion's macros have no documentation; benchmarks may panic"
)]

mod sample;

use std::hint::black_box;
use std::time::Duration;

use cognito_core::operation::GetUser;
use cognito_core::secret::{AccessToken, IdToken};
use cognito_core::{Call, Challenge, Event, Flow, Refresh, Session, SignIn, SignInOutcome, SignOut, SignOutScope};
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, criterion_group, criterion_main};
use sample::{NOW, app_client, done, keeper, request, seed, session};

fn steps(criterion: &mut Criterion) {
    let (app_client, session) = (app_client(), session());

    let mut group = criterion.benchmark_group("sign-in with a password");
    let sign_in = || SignIn::password(&app_client, "alice", "Very$ecur3", seed());
    first_step(&mut group, "request", sign_in);
    second_step(&mut group, "handle tokens", sign_in, sample::tokens);
    second_step(&mut group, "handle a challenge", sign_in, sample::sms_mfa);
    second_step(&mut group, "handle an error", sign_in, sample::error_answer);
    group.finish();

    let mut group = criterion.benchmark_group("challenge");
    let challenge = || challenge(&mut sign_in());
    first_step(&mut group, "request with the answer", || {
        challenge().answer_with(&app_client, [("SMS_MFA_CODE", "123456")], seed())
    });
    group.bench_function("serialize and deserialize", |bencher| {
        let challenge = challenge();
        bencher.iter(|| -> Challenge { serde_json::from_slice(&serde_json::to_vec(&challenge).unwrap()).unwrap() });
    });
    group.finish();

    let mut group = criterion.benchmark_group("call of GetUser");
    let call = || Call::signed_in(&app_client, &session, GetUser::new());
    first_step(&mut group, "request", call);
    second_step(&mut group, "handle the answer", call, sample::user);
    group.finish();

    let mut group = criterion.benchmark_group("refresh");
    let refresh = || Refresh::new(&app_client, &session, seed());
    first_step(&mut group, "request", refresh);
    second_step(&mut group, "handle tokens", refresh, sample::tokens);
    group.finish();

    let mut group = criterion.benchmark_group("sign-out");
    let sign_out = || SignOut::new(&app_client, &session, SignOutScope::Revoke);
    first_step(&mut group, "request", sign_out);
    second_step(&mut group, "handle the answer", sign_out, sample::empty_answer);
    group.finish();
}

fn tokens(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("token");
    let (access, id) = (AccessToken::from(sample::access_token()), IdToken::from(sample::id_token()));
    group
        .bench_function("claims of an access token", |bencher| bencher.iter(|| black_box(&access).unverified_claims()));
    group.bench_function("claims of an ID token", |bencher| bencher.iter(|| black_box(&id).unverified_claims()));
    group.finish();
}

fn sessions(criterion: &mut Criterion) {
    let session = session();
    let mut group = criterion.benchmark_group("session");
    let margin = Duration::from_secs(60);
    group.bench_function("from tokens", |bencher| {
        bencher.iter_batched(
            || session.tokens().clone(),
            |tokens| Session::new("alice", tokens, NOW, None),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("plan", |bencher| bencher.iter(|| black_box(&session).plan(black_box(NOW), margin)));
    group.bench_function("serialize and deserialize", |bencher| {
        bencher.iter(|| -> Session { serde_json::from_slice(&serde_json::to_vec(&session).unwrap()).unwrap() });
    });
    let keeper = keeper(&session);
    group.bench_function("usable session of a keeper", |bencher| {
        bencher.iter(|| keeper.usable(black_box(NOW)).is_some());
    });
    group.finish();
}

/// Measures the first step of a flow.
fn first_step<F: Flow>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, flow: impl Fn() -> F) {
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            &flow,
            |mut flow| {
                let request = request(&mut flow, Event::Start);
                (flow, request)
            },
            BatchSize::SmallInput,
        );
    });
}

/// Measures the second step of a flow, which handles the first answer.
fn second_step<F: Flow>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    flow: impl Fn() -> F,
    answer: impl Fn() -> Event,
) {
    let answer = answer();
    let started = || {
        let mut flow = flow();
        request(&mut flow, Event::Start);
        (flow, answer.clone())
    };
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            started,
            |(mut flow, answer)| {
                let step = flow.step(NOW, answer);
                (flow, step)
            },
            BatchSize::SmallInput,
        );
    });
}

fn challenge(sign_in: &mut SignIn) -> Challenge {
    request(sign_in, Event::Start);
    match done(sign_in, sample::sms_mfa()) {
        SignInOutcome::Challenge(challenge) => challenge,
        SignInOutcome::SignedIn(signed_in) => panic!("{signed_in:?}"),
    }
}

criterion_group!(benches, steps, tokens, sessions);
criterion_main!(benches);
