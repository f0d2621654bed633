//! How long each kind of step takes, apart from the arithmetic of SRP; what tokens say; and what a session is good for.
//!
//! ```text
//! cargo bench -p cognito-core --bench steps
//! ```
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "criterion's macros document nothing; failing is right"
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

    let mut group = criterion.benchmark_group("sign-in by password");
    let sign_in = || SignIn::password(&app_client, "alice", "Very$ecur3", seed());
    first_step(&mut group, "request", sign_in);
    second_step(&mut group, "tokens taken", sign_in, sample::tokens);
    second_step(&mut group, "challenge taken", sign_in, sample::sms_mfa);
    second_step(&mut group, "refusal taken", sign_in, sample::refusal);
    group.finish();

    let mut group = criterion.benchmark_group("challenge");
    let challenge = || challenge(&mut sign_in());
    first_step(&mut group, "answer's request", || {
        challenge().answer_with(&app_client, [("SMS_MFA_CODE", "123456")], seed())
    });
    group.bench_function("written and read", |bencher| {
        let challenge = challenge();
        bencher.iter(|| -> Challenge { serde_json::from_slice(&serde_json::to_vec(&challenge).unwrap()).unwrap() });
    });
    group.finish();

    let mut group = criterion.benchmark_group("call of GetUser");
    let call = || Call::signed_in(&app_client, &session, GetUser::new());
    first_step(&mut group, "request", call);
    second_step(&mut group, "answer taken", call, sample::user);
    group.finish();

    let mut group = criterion.benchmark_group("refresh");
    let refresh = || Refresh::new(&app_client, &session, seed());
    first_step(&mut group, "request", refresh);
    second_step(&mut group, "tokens taken", refresh, sample::tokens);
    group.finish();

    let mut group = criterion.benchmark_group("sign-out");
    let sign_out = || SignOut::new(&app_client, &session, SignOutScope::Revoke);
    first_step(&mut group, "request", sign_out);
    second_step(&mut group, "answer taken", sign_out, sample::nothing);
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
    group.bench_function("written and read", |bencher| {
        bencher.iter(|| -> Session { serde_json::from_slice(&serde_json::to_vec(&session).unwrap()).unwrap() });
    });
    let keeper = keeper(&session);
    group.bench_function("kept, and good", |bencher| bencher.iter(|| keeper.usable(black_box(NOW)).is_some()));
    group.finish();
}

/// What a flow does first.
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

/// What a flow does with the first answer.
fn second_step<F: Flow>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    flow: impl Fn() -> F,
    answer: impl Fn() -> Event,
) {
    let answer = answer();
    let begun = || {
        let mut flow = flow();
        request(&mut flow, Event::Start);
        (flow, answer.clone())
    };
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            begun,
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
