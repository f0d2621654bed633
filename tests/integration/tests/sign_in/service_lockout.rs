//! Wrong passwords in a row.

use cognito_integration_tests::support::scene::{INCORRECT, PASSWORD, Scene, alice, email_pool, open_client};
use cognito_testkit::PoolConfig;

const EXCEEDED: (&str, &str) = ("NotAuthorizedException", "Password attempts exceeded");

#[track_caller]
fn fail(scene: &mut Scene, times: usize) {
    for _ in 0..times {
        assert_eq!(scene.password_sign_in("alice", "Wrong-horse-1").unwrap_err(), INCORRECT);
    }
}

#[test]
fn the_fifth_wrong_password_locks_for_a_second_and_each_after_it_for_twice_as_long() {
    let mut scene = Scene::with_alice();
    fail(&mut scene, 4);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok(), "four are not enough, and a right one begins anew");
    fail(&mut scene, 5);
    for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        scene.advance(seconds - 1);
        assert_eq!(scene.password_sign_in("alice", PASSWORD).unwrap_err(), EXCEEDED, "{seconds}");
        scene.advance(1);
        fail(&mut scene, 1);
    }
}

#[test]
fn an_srp_sign_in_is_locked_out_too() {
    let mut scene = Scene::with_alice();
    for _ in 0..5 {
        assert_eq!(scene.srp_sign_in("alice", "Wrong-horse-1").unwrap_err(), INCORRECT);
    }
    assert_eq!(scene.srp_sign_in("alice", PASSWORD).unwrap_err(), EXCEEDED);
    scene.advance(1);
    assert!(scene.srp_sign_in("alice", PASSWORD).is_ok());
}

#[test]
fn a_right_password_begins_the_count_anew() {
    let mut scene = Scene::with_alice();
    fail(&mut scene, 5);
    scene.advance(1);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok());
    fail(&mut scene, 4);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok());
}

#[test]
fn a_quarter_of_an_hour_without_an_attempt_begins_the_count_anew() {
    let mut scene = Scene::with_alice();
    fail(&mut scene, 5);
    scene.advance(1 + 900);
    fail(&mut scene, 4);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok());
}

#[test]
fn a_new_password_by_a_code_ends_the_lock_out() {
    let mut scene = Scene::with_alice();
    fail(&mut scene, 5);
    scene.forgot_password("alice").unwrap();
    let code = scene.last_message().code;
    scene.confirm_forgot_password("alice", &code, "Correct-horse-2").unwrap();
    assert!(scene.password_sign_in("alice", "Correct-horse-2").is_ok());
}

#[test]
fn a_pool_may_do_without_it() {
    let config = PoolConfig { users: vec![alice()], password_lockout: false, ..email_pool() };
    let mut scene = Scene::of(config, open_client());
    fail(&mut scene, 20);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok());
}
