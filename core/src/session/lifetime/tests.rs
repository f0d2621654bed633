use alloc::format;
use alloc::string::{String, ToString};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::session::{Plan, Session};

const ISSUED: u64 = 1_700_000_000;
const YEAR: u64 = 365 * 24 * 3600;
const MARGIN: Duration = Duration::from_secs(300);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds)
}

fn token(claims: &Value) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn refreshable(access_token: String) -> Tokens {
    let mut tokens = Tokens::new(access_token);
    tokens.refresh_token = Some("refresh".into());
    tokens
}

/// Returns tokens that were issued at [`ISSUED`] and have a lifetime of `life` seconds.
fn tokens(life: u64) -> Tokens {
    refreshable(token(&json!({"iat": ISSUED, "exp": ISSUED + life})))
}

fn stored(session: &Session) -> Session {
    Session::from_record(&session.to_record()).unwrap()
}

#[test]
fn a_margin_as_long_as_the_lifetime_causes_no_refresh_storm() {
    for life in [60, 300, 600] {
        let session = Session::new("alice", tokens(life), at(ISSUED), None);
        assert_eq!(session.plan(at(ISSUED + life / 2 - 1), MARGIN), Plan::Use, "{life}");
        assert_eq!(session.plan(at(ISSUED + life / 2), Duration::MAX), Plan::Refresh, "{life}");
    }
}

#[test]
fn the_margin_follows_the_token_that_expires_first() {
    let mut tokens = tokens(300);
    tokens.id_token = Some(token(&json!({"iat": ISSUED, "exp": ISSUED + 3600})).into());
    let session = Session::new("alice", tokens, at(ISSUED), None);
    assert_eq!(session.plan(at(ISSUED + 149), MARGIN), Plan::Use);
    assert_eq!(session.plan(at(ISSUED + 150), MARGIN), Plan::Refresh);
}

#[test]
fn an_opaque_access_token_is_valid_for_expires_in() {
    for (date, now) in [(None, ISSUED), (Some(at(ISSUED)), ISSUED), (Some(at(0)), ISSUED), (Some(at(ISSUED)), 0)] {
        let mut tokens = refreshable("opaque".to_string());
        tokens.expires_in = Some(3600);
        let session = Session::new("alice", tokens, at(now), date);
        for session in [stored(&session), session] {
            assert_eq!(session.expires_at_local(), Some(at(now + 3600)));
            assert_eq!(session.plan(at(now + 3299), MARGIN), Plan::Use);
            assert_eq!(session.plan(at(now + 3300), MARGIN), Plan::Refresh);
            assert_eq!(session.plan(at(now + 1799), Duration::MAX), Plan::Use, "the margin is half of the lifetime");
        }
    }
}

#[test]
fn an_opaque_access_token_expires_before_its_id_token() {
    let mut tokens = refreshable("opaque".to_string());
    tokens.expires_in = Some(300);
    tokens.id_token = Some(token(&json!({"iat": ISSUED, "exp": ISSUED + 3600})).into());
    let session = Session::new("alice", tokens, at(ISSUED + YEAR), Some(at(0)));
    assert_eq!(session.expires_at(), Some(at(ISSUED + 300)));
    assert_eq!(session.expires_at_local(), Some(at(ISSUED + YEAR + 300)));
}

#[test]
fn an_opaque_access_token_without_a_lifetime_is_expired() {
    for expires_in in [None, Some(0), Some(-1), Some(i32::MIN)] {
        let mut tokens = refreshable("opaque".to_string());
        tokens.expires_in = expires_in;
        assert_eq!(Session::new("alice", tokens, at(ISSUED), None).plan(at(ISSUED), MARGIN), Plan::Refresh);
    }
}

#[test]
fn a_date_header_far_from_the_time_of_issue_is_ignored() {
    for date in [0, ISSUED - YEAR, ISSUED - 1, ISSUED + 301, ISSUED + YEAR] {
        let session = Session::new("alice", tokens(3600), at(ISSUED + 7), Some(at(date)));
        assert_eq!(session.clock_drift_seconds(), 7, "{date}");
        assert_eq!(session.plan(at(ISSUED + 7 + 3299), MARGIN), Plan::Use, "{date}");
        assert_eq!(session.plan(at(ISSUED + 7 + 3300), MARGIN), Plan::Refresh, "{date}");
    }
    let session = Session::new("alice", tokens(3600), at(ISSUED + 7), Some(at(ISSUED + 300)));
    assert_eq!(session.clock_drift_seconds(), -293);
}

#[test]
fn a_date_header_does_not_use_up_a_short_lifetime() {
    let session = Session::new("alice", tokens(300), at(ISSUED), Some(at(ISSUED + 299)));
    assert_eq!(session.plan(at(ISSUED + 149), MARGIN), Plan::Use);
}

#[test]
fn a_session_heals_after_any_jump_of_the_local_clock() {
    for (before, after) in [
        (ISSUED, 0),
        (ISSUED, ISSUED - YEAR),
        (ISSUED, ISSUED - 301),
        (ISSUED, ISSUED + YEAR),
        (0, ISSUED),
        (ISSUED - YEAR, ISSUED),
        (ISSUED + YEAR, ISSUED),
    ] {
        for date in [None, Some(at(0)), Some(at(ISSUED))] {
            let session = stored(&Session::new("alice", tokens(3600), at(before), date));
            assert_eq!(session.plan(at(before), MARGIN), Plan::Use);
            assert_eq!(session.plan(at(after), MARGIN), Plan::Refresh, "{before} {after}");
            let renewed = stored(&session.renewed(tokens(3600), at(after), date));
            assert_eq!(renewed.plan(at(after), MARGIN), Plan::Use, "{before} {after}");
        }
    }
}

#[test]
fn a_small_step_of_the_local_clock_costs_no_refresh() {
    let session = Session::new("alice", tokens(3600), at(ISSUED), None);
    assert_eq!(session.plan(at(ISSUED - 300), MARGIN), Plan::Use);
}

#[test]
fn a_wrong_clock_does_not_extend_a_session_without_refresh() {
    let mut tokens = tokens(3600);
    tokens.refresh_token = None;
    let session = Session::new("alice", tokens, at(ISSUED), None);
    assert_eq!(session.plan(at(0), MARGIN), Plan::SignIn);
}

#[test]
fn the_later_of_two_times_of_issue_counts() {
    let mut tokens = tokens(3600);
    tokens.id_token = Some(token(&json!({"iat": ISSUED - YEAR, "exp": ISSUED + 3600})).into());
    let session = Session::new("alice", tokens, at(ISSUED), Some(at(0)));
    assert_eq!((session.clock_drift_seconds(), session.plan(at(ISSUED - 301), MARGIN)), (0, Plan::Refresh));
}

#[test]
fn tokens_with_odd_times_are_not_valid_for_years() {
    for claims in [
        json!({"exp": ISSUED + 3600}),
        json!({"iat": 0, "exp": ISSUED + 3600}),
        json!({"iat": u64::MAX, "exp": ISSUED + 3600}),
    ] {
        for date in [None, Some(at(1)), Some(at(ISSUED)), Some(at(ISSUED + YEAR))] {
            let session = stored(&Session::new("alice", refreshable(token(&claims)), at(ISSUED), date));
            assert_eq!(session.plan(at(ISSUED), MARGIN), Plan::Use, "{claims} {date:?}");
            assert_eq!(session.plan(at(ISSUED + 3600), MARGIN), Plan::Refresh, "{claims} {date:?}");
        }
    }
}

proptest! {
    #[test]
    fn fresh_tokens_are_used_with_any_clocks(
        now: u64,
        date: Option<u64>,
        life in 4_u64..=86_400,
        margin: u64,
    ) {
        let now = Timestamp::from_unix_millis(now);
        let session = Session::new("alice", tokens(life), now, date.map(Timestamp::from_unix_millis));
        prop_assert_eq!(stored(&session).plan(now, Duration::from_millis(margin)), Plan::Use);
    }

    #[test]
    fn no_clocks_make_tokens_valid_for_longer_than_their_life(
        now in 0_u64..4_000_000_000,
        offset in -2_000_i64..100_000,
        date: Option<u32>,
        life in 4_u64..=86_400,
    ) {
        let date = date.map(|date| at(date.into()));
        let session = Session::new("alice", tokens(life), at(now), date);
        let later = now.saturating_add_signed(offset);
        if session.plan(at(later), Duration::ZERO) == Plan::Use {
            prop_assert!(later + 2 * PLAUSIBLE_SKEW >= now && later < now + life, "{}", later);
        }
    }
}
